# SPDX-License-Identifier: Apache-2.0

mode exec
  help erase  "Erase a filesystem"
  help write  "Write running configuration to memory or terminal"
  erase nvram: ; level 15, handler erase-startup-config
      "Filesystem to be erased"
  erase startup-config ; level 15
      "Erase contents of startup configuration"
  write [memory] ; level 15
      "Write to NV memory"
  write erase ; level 15, handler erase-startup-config
      "Erase NV memory"
  write terminal ; level 15
      "Write to terminal"

  help show ip      "IP information"
  help show crypto  "Encryption module"
  help show crypto key  "Show long term public keys"
  help show crypto key mypubkey  "Show public keys associated with this router"
  show vrf [{detail | <.name WORD>}] ; level 1
      "VPN Routing/Forwarding instance information" "Each VRF at length" "One VRF at length"
  show ip vrf ; level 1
      "VPN Routing/Forwarding instance information"
  show ip ssh ; level 1
      "Information on SSH"
  show ip ssh penalty ; level 1
      "Information on SSH" "Sources that are kept out, or nearly, and connections refused"
  show ssh ; level 1
      "Status of SSH server connections"
  show crypto key mypubkey rsa ; level 1
      "Show RSA public keys"
  show crypto key mypubkey ec ; level 1
      "Show EC public keys"
  show crypto key mypubkey dsa ; level 1
      "Show DSA public keys"
