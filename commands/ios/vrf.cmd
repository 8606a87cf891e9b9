# SPDX-License-Identifier: Apache-2.0

mode config
  help vrf  "VRF commands"
!
  vrf definition <name> = /vrf:vrfs/definition ; enter config-vrf
      "VRF definition" "VRF name"
!
  ip vrf <name> = /vrf:vrfs/ip ; enter config-ip-vrf
      "Configure an IP VPN Routing/Forwarding instance" "VPN Routing/Forwarding instance name"

mode config-vrf  parent config  prompt "(config-vrf)"  title "VRF configuration commands:"
  rd <rd> ; kept
      "Specify Route Distinguisher" "ASN:nn or IP-address:nn"
  description <description LINE>
      "VRF specific description" "Up to 244 characters describing this VRF"
  address-family <family> = address-family ; enter config-vrf-af
      "Enter Address Family command mode" "IPv4: what listens in VRFs listens on IPv4" "IPv6: what listens in VRFs listens on IPv6"

mode config-vrf-af  parent config-vrf  prompt "(config-vrf-af)"  title "IP VPN Routing/Forwarding instance configuration commands:"
  exit-address-family ; handler exit
      "Exit from address family configuration submode"

mode config-ip-vrf  parent config  prompt "(config-vrf)"  title "IP VPN Routing/Forwarding instance configuration commands:"
  rd <rd> ; kept
      "Specify Route Distinguisher" "ASN:nn or IP-address:nn"
  description <description LINE>
      "VRF specific description" "Up to 80 characters describing this VRF"
