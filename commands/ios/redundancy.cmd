# SPDX-License-Identifier: Apache-2.0

mode config
!
  redundancy(present) = /ch:redundancy ; enter config-r, kept
      "Enter redundancy mode"

mode config-r  parent config  prompt "(config-r)"  title "Redundancy configuration commands:"
  main-cpu(present) = main-cpu ; enter config-r-mc, kept
      "Enter main-cpu mode"

mode config-r-mc  parent config-r  prompt "(config-r-mc)"  title "Main CPU configuration commands:"
  help auto-sync  "Automatically synchronize to the standby processor"
  auto-sync startup-config(auto-sync/startup-config) ; kept
      "Startup configuration"
  auto-sync running-config(auto-sync/running-config) ; kept
      "Running configuration"
  auto-sync config-register(auto-sync/config-register) ; kept
      "Configuration register"
  auto-sync bootvar(auto-sync/bootvar) ; kept
      "Boot variables"
