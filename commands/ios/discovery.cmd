# SPDX-License-Identifier: Apache-2.0

mode config
!
  cdp run(run) = /disc:cdp ; kept
      "Global CDP configuration subcommands" "Enable CDP"
