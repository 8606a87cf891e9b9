# SPDX-License-Identifier: Apache-2.0

mode config
!
  interface <name IFNAME> = /if:interfaces/interface ; enter config-if
      "Select an interface to configure" "Interface number"

mode config-if  parent config  prompt "(config-if)"
  help ip  "Interface Internet Protocol config commands"
  description <description LINE>
      "Interface specific description" "Up to 240 characters describing this interface"
  ip address <address A.B.C.D> <mask MASK> secondary = ipv4/secondary
      "Set the IP address of an interface" "IP address" "IP subnet mask" "Make this IP address a secondary address"
  ip address <address A.B.C.D> <mask MASK> = ipv4/primary ; always, unless ipv4/secondary, no-also ipv4/secondary
      "Set the IP address of an interface" "IP address" "IP subnet mask"
  ip proxy-arp(proxy-arp)
      "Enable proxy ARP"
  shutdown(shutdown)
      "Shutdown the selected interface"
