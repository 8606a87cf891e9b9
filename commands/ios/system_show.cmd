# SPDX-License-Identifier: Apache-2.0

mode exec
  show boot ; level 1, handler show-bootvar
      "Boot variables and the configuration register"
  show bootvar ; level 1
      "Boot variables and the configuration register"
  show hosts ; level 1
      "IP domain-name, lookup style, nameservers, and host table"
  show inventory ; level 1
      "Show the physical inventory"
  show memory [{summary | statistics}] ; level 1
      "Memory statistics" "Show a summary" "Show the statistics of each pool"
  show processes [cpu] ; level 1
      "Active process statistics" "Show CPU use per process"
  help show software               "Software information"
  help show software authenticity  "Who signed an image"
  show software authenticity running ; level 1, handler show-authenticity-running
      "Of the image that runs"
  show software authenticity file <.url WORD> ; level 15, handler show-authenticity-file
      "Of an image file" "File name"
  show stacks ; level 15
      "What the last crash left: cause, backtrace, the end of the log"
  show tech-support ; level 15
      "Show system information for Tech-Support"
