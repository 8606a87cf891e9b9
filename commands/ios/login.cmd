# SPDX-License-Identifier: Apache-2.0

mode exec
  show login ; level 1
      "Display Secure Login Configurations and State"
  show login failures ; level 15
      "Display Secure Login Configurations and State" "Display information about last failed logins"

mode config
  help login             "Enable secure login checking"
  help login on-failure  "Set options for failed login attempt"
  help login on-success  "Set options for successful login attempt"
!
  login block-for <block/seconds> attempts <block/attempts> within <block/within> = /login:login
      "Set quiet-mode active time period" "Time period in seconds" "Set max number of fail attempts"
      "Maximum number of failed attempts" "Watch period for fail attempts" "Time period in seconds"
  login delay <delay> = /login:login
      "Set delay between successive fail login" "Time delay in seconds"
  login quiet-mode access-class <quiet-access-class> = /login:login
      "Set quiet-mode options" "Set access class for quiet mode" "Number or name of the access list"
  login on-failure log(failure/log) [every <failure/every>] = /login:login
      "Generate syslogs on failure logins" "Set frequency of generation of syslogs" "Number of login failures"
  login on-failure trap(failure/trap) = /login:login ; kept
      "Generate traps on failure logins"
  login on-success log(success/log) [every <success/every>] = /login:login
      "Generate syslogs on successful logins" "Set frequency of generation of syslogs" "Number of successful logins"
  login on-success trap(success/trap) = /login:login ; kept
      "Generate traps on successful logins"
