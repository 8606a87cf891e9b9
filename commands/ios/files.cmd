# SPDX-License-Identifier: Apache-2.0

mode exec
  help show file   "Show filesystem information"
  help verify      "Verify a file"
  dir [/all] [/recursive] [{all-filesystems | <.url WORD>}] ; level 1
      "List files on a filesystem" "List all files" "List files recursively" "List files on all filesystems"
      "Directory or file name"
  cd [<.url WORD>] ; level 1
      "Change current directory" "Directory name; flash0: if left out"
  pwd ; level 1
      "Display current working directory"
  mkdir <.url WORD> ; level 15
      "Create new directory" "Directory name"
  rmdir <.url WORD> ; level 15
      "Remove existing directory" "Directory name"
  delete [/force] [/recursive] <.url WORD> ; level 15
      "Delete a file" "Force delete, without asking" "Recursive delete, of a directory with all that is in it"
      "File to be deleted"
  rename <.url WORD> <.to WORD> ; level 15
      "Rename a file" "File to be renamed" "New name"
  format <.url WORD> ; level 15
      "Format a filesystem" "Filesystem to be formatted"
  fsck <.url WORD> ; level 15
      "Check and repair a filesystem" "Filesystem to be checked"
  more [{/ascii | /binary}] <.url WORD> ; level 15
      "Display the contents of a file" "Display binary files in ascii" "Force display to hex/text format" "File name"
  verify {/md5 | /sha256 | /sha512} <.url WORD> [<.digest WORD>] ; level 15
      "Compute an md5 signature for a file" "Compute a SHA-256 digest for a file" "Compute a SHA-512 digest for a file"
      "File to be verified" "Digest it should have"
  show file systems ; level 1
      "List filesystems"
  show file information <.url WORD> ; level 1
      "Information about a file" "File name"
  show flash: ; level 1
      "Display information about flash0: file system"
  show flash0: ; level 1, handler show-flash:
      "Display information about flash0: file system"

mode config
  help file  "Adjust file system parameters"
  file prompt <prompt> = /fil:files
      "Set level of prompting" "Prompt only for destructive file operations" "Prompt for all file operation parameters"
      "Seldom prompt for file operations"
