# SPDX-License-Identifier: Apache-2.0

mode config
!
  controller <type> <unit> = /ch:controllers/controller ; enter config-controller, kept
      "Configure a specific controller" "E1 controller" "T1 controller" "Controller unit number"

mode config-controller  parent config  prompt "(config-controller)"  title "Controller configuration commands:"
  channel-group <number> timeslots <timeslots> = channel-group ; kept
      "Specify the timeslots to channel-group mapping for an interface" "Channel-group number"
      "List of timeslots in the channel-group" "List of timeslots which comprise the channel"
