# SPDX-License-Identifier: Apache-2.0

mode exec
  show hosts ; level 1
      "IP domain-name, lookup style, nameservers, and host table"
  show inventory ; level 1
      "Show the physical inventory"
  show memory [{summary | statistics}] ; level 1
      "Memory statistics" "Show a summary" "Show the statistics of each pool"
  show processes [cpu] ; level 1
      "Active process statistics" "Show CPU use per process"
  show tech-support ; level 15
      "Show system information for Tech-Support"
