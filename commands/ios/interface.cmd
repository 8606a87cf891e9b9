# SPDX-License-Identifier: Apache-2.0
# The order is that of IOS. What platforms have different defaults for (directed broadcasts, CEF) is kept as it was
# stated, and not printed while nobody has stated it.

mode config
!
  interface <name IFNAME> = /if:interfaces/interface ; enter config-if
      "Select an interface to configure" "Interface number"

mode config-if  parent config  prompt "(config-if)"  title "Interface configuration commands:"
  help ip              "Interface Internet Protocol config commands"
  help ip route-cache  "Enable fast-switching cache for outgoing packets"
  help cdp             "CDP interface subcommands"
  description <description LINE> ; kept
      "Interface specific description" "Up to 240 characters describing this interface"
  mtu <mtu> ; kept
      "Set the interface Maximum Transmission Unit (MTU)" "MTU size in bytes"
  bandwidth <bandwidth> ; kept
      "Set bandwidth informational parameter" "Bandwidth in kilobits"
  ip address <address A.B.C.D> <mask MASK> secondary = ipv4/secondary ; kept
      "Set the IP address of an interface" "IP address" "IP subnet mask" "Make this IP address a secondary address"
  ip address <address A.B.C.D> <mask MASK> = ipv4/primary ; note "The address that source-interface means: interfaces of the host stay as they are", always, unless ipv4/secondary, no-also ipv4/secondary
      "Set the IP address of an interface" "IP address" "IP subnet mask"
  ip redirects(redirects) ; kept
      "Enable sending ICMP Redirect messages"
  ip unreachables(unreachables) ; kept
      "Enable sending ICMP Unreachable messages"
  ip directed-broadcast(directed-broadcast) ; kept, no directed-broadcast=false
      "Enable forwarding of directed broadcasts"
  ip proxy-arp(proxy-arp) ; kept
      "Enable proxy ARP"
  encapsulation {<encapsulation/kind arpa|snap|hdlc|ppp|frame-relay|lapb|slip>
                | dot1Q(encapsulation/kind=dot1Q) <encapsulation/vlan> [native(encapsulation/native)]} ; kept
      "Set encapsulation type for an interface"
      "Ethernet encapsulation" "IEEE 802.3 SNAP" "Serial HDLC synchronous" "Point-to-Point protocol"
      "Frame Relay networks" "LAPB (X.25 Level 2)" "Serial IP" "IEEE 802.1Q Virtual LAN" "IEEE 802.1Q VLAN ID"
      "Make this as native vlan"
  ip route-cache(route-cache/fast) ; kept
  ip route-cache cef(route-cache/cef) ; kept, no route-cache/cef=false
      "Enable Cisco Express Forwarding"
  ip route-cache distributed(route-cache/distributed) ; kept, no route-cache/distributed=false
      "Enable Distributed Switching"
  ip route-cache flow(route-cache/flow) ; kept, no route-cache/flow=false
      "Enable Flow fast-switching cache"
  ip mroute-cache(mroute-cache) ; kept
      "Enable switching cache for incoming multicast packets"
  shutdown(shutdown) ; kept, no shutdown=false
      "Shutdown the selected interface"
  keepalive(keepalive/enabled) [<keepalive/period>] ; kept
      "Enable keepalive" "Keepalive period (default 10 seconds)"
  duplex <duplex> ; kept
      "Configure duplex operation" "Enable AUTO duplex configuration" "Force full duplex operation"
      "Force half-duplex operation"
  speed <speed> ; kept
      "Configure speed operation" "Force 10 Mbps operation" "Force 100 Mbps operation" "Force 1000 Mbps operation"
      "Enable AUTO speed configuration"
  crc <crc> ; kept
      "Specify CRC word-size" "crc16 word-size" "crc32 word-size"
  cdp enable(cdp) ; kept
      "Enable CDP on interface"
