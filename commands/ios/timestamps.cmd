# SPDX-License-Identifier: Apache-2.0

mode config
  help service             "Modify use of network based services"
  help service timestamps  "Timestamp debug/log messages"
!
  service timestamps debug
      {uptime(format=uptime)
       | {datetime(format=datetime) | datetime msec(format=datetime-msec)}
         [localtime(localtime)] [show-timezone(show-timezone)] [year(year)]}
      = /log:logging/timestamps/debug ; no format=none
      , alias service timestamps debug datetime(format=datetime) {msec(format=datetime-msec) | localtime(localtime) | show-timezone(show-timezone) | year(year)}...
      "Timestamp debug messages" "Timestamp with system uptime" "Timestamp with date and time"
      "Timestamp with date and time" "Include milliseconds in timestamp" "Use local time zone for timestamps"
      "Add time zone information to timestamp" "Include year in timestamp"
  service timestamps log
      {uptime(format=uptime)
       | {datetime(format=datetime) | datetime msec(format=datetime-msec)}
         [localtime(localtime)] [show-timezone(show-timezone)] [year(year)]}
      = /log:logging/timestamps/log ; no format=none
      , alias service timestamps log datetime(format=datetime) {msec(format=datetime-msec) | localtime(localtime) | show-timezone(show-timezone) | year(year)}...
      "Timestamp log messages" "Timestamp with system uptime" "Timestamp with date and time"
      "Timestamp with date and time" "Include milliseconds in timestamp" "Use local time zone for timestamps"
      "Add time zone information to timestamp" "Include year in timestamp"
  service timestamps log = /log:logging/timestamps/log ; input, else format=uptime, no format=none
      "Timestamp log messages"
  service timestamps debug = /log:logging/timestamps/debug ; input, else format=uptime, no format=none
      "Timestamp debug messages"
  service timestamps = /log:logging/timestamps ; input, else debug/format=uptime log/format=uptime, no debug/format=none log/format=none
  service sequence-numbers(sequence-numbers) = /log:logging
      "Stamp logger messages with a sequence number"
