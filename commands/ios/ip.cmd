# SPDX-License-Identifier: Apache-2.0

mode config
  help ip  "Global IP configuration subcommands"
!
  ip subnet-zero(subnet-zero) = /rt:routing ; kept, no subnet-zero=false
      "Allow 'subnet zero' subnets"
  ip cef(cef) = /rt:routing ; kept, no cef=false
      "Cisco Express Forwarding"
  help ip domain  "IP DNS Resolver"
  ip domain-lookup(lookup) = /sys:domain ; kept, alias ip domain lookup(lookup)
      "Enable IP Domain Name System hostname translation"
  ip domain list <name> = /sys:domain/search ; kept, alias ip domain-list <name>
      "Domain name to complete unqualified host names." "A domain name"
  ip domain retry <retry> = /sys:domain ; kept
      "Specify the number of times to retry sending DNS queries" "Number of times to retry"
  ip domain timeout <timeout> = /sys:domain ; kept
      "Specify the timeout for DNS queries" "Timeout in seconds"
  ip domain-name <name> = /sys:domain ; alias ip domain name <name>
      "Define the default domain name" "Default domain name"
  ip host <name> [<port>] <address A.B.C.D>... = /sys:domain/host
      "Add an entry to the ip hostname table" "Name of host" "Default telnet port number" "Host IP address"
  ip name-server <server A.B.C.D>... = /sys:domain ; kept, merge
      "Specify address of name server to use" "Domain server IP address"
