# SPDX-License-Identifier: Apache-2.0

mode config
!
  interface <name IFNAME> = /if:interfaces/interface ; enter config-if, kept
      "Select an interface to configure" "Interface number"

mode config-if  parent config  prompt "(config-if)"
  help ip  "Interface Internet Protocol config commands"
  description <description LINE> ; kept
      "Interface specific description" "Up to 240 characters describing this interface"
  ip address <address A.B.C.D> <mask MASK> secondary = ipv4/secondary ; kept
      "Set the IP address of an interface" "IP address" "IP subnet mask" "Make this IP address a secondary address"
  ip address <address A.B.C.D> <mask MASK> = ipv4/primary ; kept, always, unless ipv4/secondary, no-also ipv4/secondary
      "Set the IP address of an interface" "IP address" "IP subnet mask"
  ip proxy-arp(proxy-arp) ; kept
      "Enable proxy ARP"
  shutdown(shutdown) ; kept
      "Shutdown the selected interface"
