# SPDX-License-Identifier: Apache-2.0

mode exec
  help show secure  "Show secure image and configuration archive"
  show secure bootset ; level 15
      "Secure image and configuration archive"

mode config
  help secure   "Secure image and configuration archival commands"
!
  secure boot-image(image) = /res:secure ; hook secure-image, hook-no
      "Secure the running image"
  secure boot-config(config) = /res:secure ; hook secure-config, hook-no
      "Archive the running configuration"
  secure boot-config restore <.url WORD> ; handler
      "Archive the running configuration" "Restore the archived configuration" "Destination filename"
