# SPDX-License-Identifier: Apache-2.0

mode exec
  help clock  "Manage the system clock"
  clock set <.time HH:MM:SS> {<.day 1-31> <.month MONTH> | <.month MONTH> <.day 1-31>} <.year 1993-2099> ; level 15
      "Set the time and date" "Current Time" "Day of the month" "Month of the year" "Month of the year"
      "Day of the month" "Year"
  clock read-calendar ; level 15
      "Read the hardware calendar into the clock"
  show calendar ; level 1
      "Display the hardware calendar"
  show clock [detail] ; level 1
      "Display the system clock" "Display detailed information"

mode config
  help clock  "Configure time-of-day clock"
!
  clock timezone <name> <hours> [!<minutes>] = /clock:clock/timezone
      "Configure time zone" "name of time zone" "Hours offset from UTC" "Minutes offset from UTC"
  clock summer-time <name>
      {recurring(kind=recurring)
         [{last(begins/week=5) | <begins/week 1-4> | first(begins/week=1)} <begins/weekday DAY> <begins/month MONTH>
          <begins/time HH:MM>
          {last(ends/week=5) | <ends/week 1-4> | first(ends/week=1)} <ends/weekday DAY> <ends/month MONTH>
          <ends/time HH:MM> [<offset>]]
       | date(kind=date)
         {<begins/month MONTH> <begins/day> | <begins/day> <begins/month MONTH>} <begins/year> <begins/time HH:MM>
         {<ends/month MONTH> <ends/day> | <ends/day> <ends/month MONTH>} <ends/year> <ends/time HH:MM> [<offset>]}
      = /clock:clock/summer-time
      "Configure summer (daylight savings) time" "name of time zone in summer"
      "Configure recurring summer time"
      "Last week of the month" "Week number to start" "First week of the month" "Weekday to start" "Month to start"
      "Time to start (hh:mm)"
      "Last week of the month" "Week number to end" "First week of the month" "Weekday to end" "Month to end"
      "Time to end (hh:mm)" "Offset to add in minutes"
      "Configure absolute summer time"
      "Month to start" "Date to start" "Date to start" "Month to start" "Year to start" "Time to start (hh:mm)"
      "Month to end" "Date to end" "Date to end" "Month to end" "Year to end" "Time to end (hh:mm)"
      "Offset to add in minutes"
