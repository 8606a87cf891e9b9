# SPDX-License-Identifier: Apache-2.0

mode config
  help ip  "Global IP configuration subcommands"
!
  ip subnet-zero(subnet-zero) = /rt:routing ; kept, no subnet-zero=false
      "Allow 'subnet zero' subnets"
  ip cef(cef) = /rt:routing ; kept, no cef=false
      "Cisco Express Forwarding"
  ip domain-lookup(lookup) = /sys:domain ; kept, alias ip domain lookup(lookup)
      "Enable IP Domain Name System hostname translation"
  ip domain-name <name> = /sys:domain ; alias ip domain name <name>
      "Define the default domain name" "Default domain name"
  ip host <name> <address A.B.C.D>... = /sys:domain/host ; kept
      "Add an entry to the ip hostname table" "Name of host" "Host IP address"
