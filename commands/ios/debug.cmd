# SPDX-License-Identifier: Apache-2.0
# Every switch has three rows here, and one in src/core/debug.h.

mode exec
  help debug        "Debugging functions (see also 'undebug')"
  help debug ip     "IP information"
  help no           "Disable debugging functions"
  help no debug     "Disable debugging functions (see also 'undebug')"
  help no debug ip  "IP information"
  help undebug      "Disable debugging functions (see also 'debug')"
  help undebug ip   "IP information"

  debug all ; level 15, handler debug-all
      "Enable all debugging"
  no debug all ; level 15, handler debug-all
      "Disable all debugging"
  undebug all ; level 15, handler debug-all
      "Disable all debugging"
  show debugging ; level 1
      "State of each debugging option"

  debug ip ssh ; level 15, handler debug
      "Incoming ssh debugging"
  no debug ip ssh ; level 15, handler debug
      "Incoming ssh debugging"
  undebug ip ssh ; level 15, handler debug
      "Incoming ssh debugging"
