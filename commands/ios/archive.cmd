# SPDX-License-Identifier: Apache-2.0

mode exec
  help archive           "Manage archive files"
  help clear archive     "Archive of the configuration"
  help configure revert  "Parameters for reverting the configuration"
  help show archive      "Archive of the running configuration"
  help show archive config  "Archived configurations"
  help show archive config rollback  "Archive rollback information"
  help show archive log  "Log of what was configured"
  help clear archive log  "Log of what was configured"
  archive config ; level 15
      "Archive the running configuration"
  show archive ; level 15
  show archive config differences [<.before WORD> [<.after WORD>]] [ignorecase] ; level 15
      "Contextual differences of two configurations" "First configuration; startup-config if left out"
      "Second configuration; the running one if left out" "Upper and lower case are the same"
  show archive config incremental-diffs <.after WORD> [ignorecase] ; level 15
      "Lines of a configuration that the running one does not have" "Configuration" "Upper and lower case are the same"
  show archive config rollback timer ; level 15
      "Rollback that waits for confirmation"
  show archive log config {all | <.first 1-4294967295> [<.last 1-4294967295>] | user <.name WORD>} ; level 15
      "Log of configuration commands" "All that are kept" "First number" "Last number" "Commands of one user" "User name"
  clear archive log config [force] ; level 15
      "Log of configuration commands" "Without asking"

  configure replace <.url WORD>
      [{force | ignorecase | list | nolock | revert trigger [error] [timer <.timer 1-120>] | time <.time 1-120>}...] ; level 15
      "Replace the running configuration by a file" "Configuration file"
      "Without asking" "Upper and lower case are the same in what is listed" "List the commands that make the difference"
      "Others may configure meanwhile" "Revert to the original configuration" "When it is to be done" "When an error occurs"
      "When it is not confirmed in time" "Minutes" "Revert unless it is confirmed in time" "Minutes"
  configure terminal revert timer <.timer 1-120> ; level 15
      "Configure from the terminal" "Parameters for reverting the configuration" "When it is not confirmed in time" "Minutes"
  configure confirm ; level 15
      "Confirm the change of the configuration"
  configure revert now ; level 15
      "Revert now"
  configure revert timer <.timer 1-120> ; level 15
      "Revert unless it is confirmed in time" "Minutes"

mode config
!
  archive = /arc:archive ; enter config-archive
      "Archive the configuration"

mode config-archive  parent config  prompt "(config-archive)"  title "Archive configuration commands:"
  log config = log ; enter config-archive-log-cfg
      "Logging commands" "Logging of configuration commands"
  path <path WORD> ; hook archive-path
      "Path for backups" "Path with the beginning of the files' name, here or on a server; $h is the host name, $t the time"
  maximum <maximum>
      "Maximum number of backup copies" "Number of copies"
  write-memory(write-memory)
      "Enable automatic backup generation during write memory"
  time-period <time-period>
      "Period of time in minutes to automatically archive the running-config" "Minutes"

mode config-archive-log-cfg  parent config-archive  prompt "(config-archive-log-cfg)"  title "Archive log configuration commands:"
  help logging  "Modify the logging of configuration commands"
  help notify   "Notify of configuration commands"
  logging enable(enabled)
      "Enable the logging of configuration commands"
  logging size <size>
      "Set the size of the log" "Number of commands kept"
  notify syslog(notify) [contenttype plaintext]
      "Send them to the log of the device" "Form of what is sent" "Plain text"
  hidekeys(hidekeys)
      "Keep keys and passwords out of the log"
