# SPDX-License-Identifier: Apache-2.0

mode config
  help banner  "Define a login banner"
!
  banner exec <exec BANNER> = /sys:banner
      "Set EXEC process creation banner" "c banner-text c, where 'c' is a delimiting character"
  banner incoming <incoming BANNER> = /sys:banner ; kept
      "Set incoming terminal line banner" "c banner-text c, where 'c' is a delimiting character"
  banner login <login BANNER> = /sys:banner
      "Set login banner" "c banner-text c, where 'c' is a delimiting character"
  banner motd <motd BANNER> = /sys:banner
      "Set Message of the Day banner" "c banner-text c, where 'c' is a delimiting character"
