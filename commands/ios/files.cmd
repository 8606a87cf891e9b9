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
  copy [/erase] <.from SOURCE> <.to TARGET> ; level 15
      "Copy from one file to another" "Erase destination file system." "Name of the file to be copied"
      "Name of the copy"
  format <.url WORD> ; level 15
      "Format a filesystem" "Filesystem to be formatted"
  fsck <.url WORD> ; level 15
      "Check and repair a filesystem" "Filesystem to be checked"
  more [{/ascii | /binary}] <.url WORD> ; level 15
      "Display the contents of a file" "Display binary files in ascii" "Force display to hex/text format" "File name"
  verify [{/md5 | /sha256 | /sha512}] <.url WORD> [<.digest WORD>] ; level 15
      "Compute an md5 signature for a file" "Compute a SHA-256 digest for a file" "Compute a SHA-512 digest for a file"
      "File to be verified: without an algorithm, the digest and signature of an image" "Digest it should have"
  show file systems ; level 1
      "List filesystems"
  show file information <.url WORD> ; level 1
      "Information about a file" "File name"
  show flash: ; level 1
      "Display information about flash0: file system"
  show flash0: ; level 1, handler show-flash:
      "Display information about flash0: file system"

mode config
  help ip ftp          "FTP configuration commands"
  help ip http         "HTTP server configuration"
  help ip http client  "HTTP client configuration"
  help ip tftp         "TFTP configuration commands"
  ip ftp source-interface <ftp/source-interface IFNAME> = /fil:files
      "Specify interface for source address in FTP connections" "Interface name"
  ip ftp username <ftp/username> = /fil:files
      "Specify username for FTP connections" "User name"
  ip ftp password [<ftp/password/type 0|6|7 (0)>] <ftp/password/value SECRET> = /fil:files ; hook hash-secret
      "Specify password for FTP connections"
      "Specifies an UNENCRYPTED password will follow" "Specifies an ENCRYPTED password will follow" "Specifies a HIDDEN password will follow"
      "The UNENCRYPTED (cleartext) FTP password"
  ip http client source-interface <http-client/source-interface IFNAME> = /fil:files
      "Specify interface for source address in all HTTP client connections" "Interface name"
  ip http client username <http-client/username> = /fil:files
      "Specify HTTP client username" "User name"
  ip http client password [<http-client/password/type 0|6|7 (0)>] <http-client/password/value SECRET> = /fil:files ; hook hash-secret
      "Specify HTTP client password"
      "Specifies an UNENCRYPTED password will follow" "Specifies an ENCRYPTED password will follow" "Specifies a HIDDEN password will follow"
      "The UNENCRYPTED (cleartext) HTTP client password"
  ip tftp source-interface <tftp/source-interface IFNAME> = /fil:files
      "Specify interface for source address in TFTP connections" "Interface name"
  ip tftp blocksize <tftp/blocksize> = /fil:files
      "Specify TFTP blocksize" "Blocksize value"
  help file  "Adjust file system parameters"
  file prompt <prompt> = /fil:files
      "Set level of prompting" "Prompt only for destructive file operations" "Prompt for all file operation parameters"
      "Seldom prompt for file operations"
