# SPDX-License-Identifier: Apache-2.0
# Numbered lists are printed as IOS XE does: `ip access-list standard 10`, and the sequence number before each entry.

mode exec
  help clear access-list  "Clear access list statistical information"
  show access-lists [<.name WORD>] ; level 1
      "List access lists" "ACL name or number"
  show ip access-lists [<.name WORD>] ; level 1
      "List IP access lists" "ACL name or number"
  show ipv6 access-list [<.name WORD>] ; level 1
      "IPv6 information" "Summary of access lists" "ACL name"
  clear access-list counters [<.name WORD>] ; level 15
      "Clear access list counters" "Access list number or name"

mode config
  help ip access-list  "Named access list"
!
  ip access-list standard <name> = /acl:access/standard ; enter config-std-nacl, hook access-list
      "Standard access list" "Number or name of the access list"
  ip access-list extended <name> = /acl:access/extended ; enter config-ext-nacl, hook access-list
      "Extended access list" "Number or name of the access list"
  ipv6 access-list <name> = /acl:access/ipv6 ; enter config-ipv6-acl, hook access-list
      "IPv6 options" "Named access list" "Name of the access list"
  access-list {<../name 1-99> | <../name 1300-1999>} {remark(action=remark) <remark LINE>
      | {permit(action=permit) | deny(action=deny)}
        {any(source=any) | <source A.B.C.D> <source-wildcard A.B.C.D> | <source A.B.C.D> | host <source A.B.C.D>} [log(log)]}
      = /acl:access/standard/rule ; input, sets sequence, else sequence=0, hook access-rule
      "Add an access list entry" "IP standard access list" "IP standard access list (expanded range)"
      "Access list entry comment" "Comment up to 100 characters" "Specify packets to forward" "Specify packets to reject"
      "Any source host" "Address to match" "Wildcard bits" "Address to match" "A single host address" "Host address"
      "Log matches against this entry"
  access-list {<../name 100-199> | <../name 2000-2699>} {remark(action=remark) <remark LINE>
      | {permit(action=permit) | deny(action=deny)} <protocol ip|tcp|udp|icmp>
        {any(source=any) | <source A.B.C.D> <source-wildcard A.B.C.D> | host <source A.B.C.D>}
            [{{eq(source-operator=eq) | gt(source-operator=gt) | lt(source-operator=lt) | neq(source-operator=neq)} {telnet(source-port=23) | <source-port> | ssh(source-port=22)}
             | range(source-operator=range) {telnet(source-port=23) | <source-port> | ssh(source-port=22)} {telnet(source-last=23) | <source-last> | ssh(source-last=22)}}]
        {any(destination=any) | <destination A.B.C.D> <destination-wildcard A.B.C.D> | host <destination A.B.C.D>}
            [{{eq(destination-operator=eq) | gt(destination-operator=gt) | lt(destination-operator=lt) | neq(destination-operator=neq)} {telnet(destination-port=23) | <destination-port> | ssh(destination-port=22)}
             | range(destination-operator=range) {telnet(destination-port=23) | <destination-port> | ssh(destination-port=22)} {telnet(destination-last=23) | <destination-last> | ssh(destination-last=22)}}]
        [log(log)]}
      = /acl:access/extended/rule ; input, sets sequence, else sequence=0, hook access-rule
      "Add an access list entry" "IP extended access list" "IP extended access list (expanded range)"
      "Access list entry comment" "Comment up to 100 characters" "Specify packets to forward" "Specify packets to reject"
      "Any Internet Protocol" "Transmission Control Protocol" "User Datagram Protocol" "Internet Control Message Protocol"
      "Any host" "Address to match" "Wildcard bits" "A single host address" "Host address"
      "Match only packets on a given port number" "Match only packets with a greater port number"
      "Match only packets with a lower port number" "Match only packets not on a given port number" "Telnet (23)" "Port number" "SSH (22)"
      "Match only packets in the range of port numbers" "Telnet (23)" "Port number" "SSH (22)" "Telnet (23)" "Port number" "SSH (22)"
      "Any host" "Address to match" "Wildcard bits" "A single host address" "Host address"
      "Match only packets on a given port number" "Match only packets with a greater port number"
      "Match only packets with a lower port number" "Match only packets not on a given port number" "Telnet (23)" "Port number" "SSH (22)"
      "Match only packets in the range of port numbers" "Telnet (23)" "Port number" "SSH (22)" "Telnet (23)" "Port number" "SSH (22)"
      "Log matches against this entry"

mode config-std-nacl  parent config  prompt "(config-std-nacl)"  title "Standard Access List configuration commands:"
  [<sequence>] {remark(action=remark) <remark LINE>
      | {permit(action=permit) | deny(action=deny)}
        {any(source=any) | <source A.B.C.D> <source-wildcard A.B.C.D> | <source A.B.C.D> | host <source A.B.C.D>} [log(log)]}
      = rule ; else sequence=0, hook access-rule, hook-no
      "Sequence Number"
      "Access list entry comment" "Comment up to 100 characters" "Specify packets to forward" "Specify packets to reject"
      "Any source host" "Address to match" "Wildcard bits" "Address to match" "A single host address" "Host address"
      "Log matches against this entry"

mode config-ext-nacl  parent config  prompt "(config-ext-nacl)"  title "Extended Access List configuration commands:"
  [<sequence>] {remark(action=remark) <remark LINE>
      | {permit(action=permit) | deny(action=deny)} <protocol ip|tcp|udp|icmp>
        {any(source=any) | <source A.B.C.D> <source-wildcard A.B.C.D> | host <source A.B.C.D>}
            [{{eq(source-operator=eq) | gt(source-operator=gt) | lt(source-operator=lt) | neq(source-operator=neq)} {telnet(source-port=23) | <source-port> | ssh(source-port=22)}
             | range(source-operator=range) {telnet(source-port=23) | <source-port> | ssh(source-port=22)} {telnet(source-last=23) | <source-last> | ssh(source-last=22)}}]
        {any(destination=any) | <destination A.B.C.D> <destination-wildcard A.B.C.D> | host <destination A.B.C.D>}
            [{{eq(destination-operator=eq) | gt(destination-operator=gt) | lt(destination-operator=lt) | neq(destination-operator=neq)} {telnet(destination-port=23) | <destination-port> | ssh(destination-port=22)}
             | range(destination-operator=range) {telnet(destination-port=23) | <destination-port> | ssh(destination-port=22)} {telnet(destination-last=23) | <destination-last> | ssh(destination-last=22)}}]
        [log(log)]}
      = rule ; else sequence=0, hook access-rule, hook-no
      "Sequence Number"
      "Access list entry comment" "Comment up to 100 characters" "Specify packets to forward" "Specify packets to reject"
      "Any Internet Protocol" "Transmission Control Protocol" "User Datagram Protocol" "Internet Control Message Protocol"
      "Any host" "Address to match" "Wildcard bits" "A single host address" "Host address"
      "Match only packets on a given port number" "Match only packets with a greater port number"
      "Match only packets with a lower port number" "Match only packets not on a given port number" "Telnet (23)" "Port number" "SSH (22)"
      "Match only packets in the range of port numbers" "Telnet (23)" "Port number" "SSH (22)" "Telnet (23)" "Port number" "SSH (22)"
      "Any host" "Address to match" "Wildcard bits" "A single host address" "Host address"
      "Match only packets on a given port number" "Match only packets with a greater port number"
      "Match only packets with a lower port number" "Match only packets not on a given port number" "Telnet (23)" "Port number" "SSH (22)"
      "Match only packets in the range of port numbers" "Telnet (23)" "Port number" "SSH (22)" "Telnet (23)" "Port number" "SSH (22)"
      "Log matches against this entry"

mode config-ipv6-acl  parent config  prompt "(config-ipv6-acl)"  title "IPv6 Access List configuration commands:"
  [sequence <sequence>] {remark(action=remark) <remark LINE>
      | {permit(action=permit) | deny(action=deny)} <protocol ipv6|tcp|udp|icmp>
        {any(source=any) | <source X:X::X/L> | host <source-host X:X::X>}
            [{{eq(source-operator=eq) | gt(source-operator=gt) | lt(source-operator=lt) | neq(source-operator=neq)} {telnet(source-port=23) | <source-port> | ssh(source-port=22)}
             | range(source-operator=range) {telnet(source-port=23) | <source-port> | ssh(source-port=22)} {telnet(source-last=23) | <source-last> | ssh(source-last=22)}}]
        {any(destination=any) | <destination X:X::X/L> | host <destination-host X:X::X>}
            [{{eq(destination-operator=eq) | gt(destination-operator=gt) | lt(destination-operator=lt) | neq(destination-operator=neq)} {telnet(destination-port=23) | <destination-port> | ssh(destination-port=22)}
             | range(destination-operator=range) {telnet(destination-port=23) | <destination-port> | ssh(destination-port=22)} {telnet(destination-last=23) | <destination-last> | ssh(destination-last=22)}}]
        [log(log)]}
      = rule ; else sequence=0, hook access-rule, hook-no
      "Sequence number for this entry" "Sequence number"
      "Access list entry comment" "Comment up to 100 characters" "Specify packets to forward" "Specify packets to reject"
      "Any IPv6" "Transmission Control Protocol" "User Datagram Protocol" "Internet Control Message Protocol"
      "Any prefix" "Prefix to match" "A single host address" "Host address"
      "Match only packets on a given port number" "Match only packets with a greater port number"
      "Match only packets with a lower port number" "Match only packets not on a given port number" "Telnet (23)" "Port number" "SSH (22)"
      "Match only packets in the range of port numbers" "Telnet (23)" "Port number" "SSH (22)" "Telnet (23)" "Port number" "SSH (22)"
      "Any prefix" "Prefix to match" "A single host address" "Host address"
      "Match only packets on a given port number" "Match only packets with a greater port number"
      "Match only packets with a lower port number" "Match only packets not on a given port number" "Telnet (23)" "Port number" "SSH (22)"
      "Match only packets in the range of port numbers" "Telnet (23)" "Port number" "SSH (22)" "Telnet (23)" "Port number" "SSH (22)"
      "Log matches against this entry"
