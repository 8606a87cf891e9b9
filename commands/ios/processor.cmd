# SPDX-License-Identifier: Apache-2.0

mode config
!
  scheduler max-task-time <max-task-time 1-4294967295> = /ch:processor ; kept, no max-task-time=0
      "Scheduler parameters" "Maximum time a process can take before being suspended" "Milliseconds"
  exception linecard slot <slot> sqe-registers(sqe-registers) = /ch:processor/linecard ; kept, no sqe-registers=false
      "Exception handling" "Line card crash information" "Slot of the line card" "Slot number"
      "Include the silicon queuing engine's registers"
