# SPDX-License-Identifier: Apache-2.0
# Kept all of it, the routes too: this release never touches the routing of the host.

mode config
  help router  "Enable a routing process"
!
  router ospf <process> = /rt:routing/ospf ; enter config-router, kept
      "Open Shortest Path First (OSPF)" "Process ID"
!
  ip classless(classless) = /rt:routing ; kept, no classless=false
      "Follow classless routing forwarding rules"
  ip route <prefix A.B.C.D> <mask MASK> {<interface IFNAME> [<next-hop A.B.C.D>] | <next-hop A.B.C.D>}
      [<distance>] [name <name>] [permanent(permanent)] [tag <tag>]
      = /rt:routing/route ; kept, else interface= next-hop=, hook route
      "Establish static routes" "Destination prefix" "Destination prefix mask"
      "Interface of the next hop" "Forwarding router's address" "Forwarding router's address"
      "Distance metric for this route" "Specify name of the next hop" "Name of the next hop" "Permanent route"
      "Set tag for this route" "Tag value"
!
  map-list <name> = /rt:routing/map-list ; enter config-map-list, kept
      "Configure static map list" "Name of the map list"

mode config-router  parent config  prompt "(config-router)"  title "Router configuration commands:"
  network <address A.B.C.D> <wildcard A.B.C.D> area <area> = network ; kept
      "Enable routing on an IP network" "Network number" "OSPF wild card bits" "Set the OSPF area ID"
      "OSPF area ID as a decimal value or in IP address format"

mode config-map-list  parent config  prompt "(config-map-list)"  title "Static maps list configuration commands:"
  ip <address A.B.C.D> atm-vc <atm-vc> [broadcast(broadcast)] = statement ; kept
      "Internet protocol" "Protocol address of the far end" "ATM virtual circuit" "VC number"
      "Broadcasts should be forwarded to this address"
