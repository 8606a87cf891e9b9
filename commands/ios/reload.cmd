# SPDX-License-Identifier: Apache-2.0

mode exec
  help reload  "Halt and perform a cold restart"

  reload ; level 15
  reload in <.delay HHH:MM> [<.reason LINE>] ; level 15, handler reload-later
      "Reload after a time interval" "Delay before reload (mmm or hhh:mm)" "Reason for reload"
  reload at <.time HH:MM> [{<.day 1-31> <.month MONTH> | <.month MONTH> <.day 1-31>}] [<.reason LINE>]
      ; level 15, handler reload-later
      "Reload at a specific time/date" "Time to reload (hh:mm)" "Day of the month" "Month of the year"
      "Month of the year" "Day of the month" "Reason for reload"
  reload cancel ; level 15
      "Cancel pending reload"
  show reload ; level 1
      "Scheduled reload information"
