# SPDX-License-Identifier: Apache-2.0

mode exec
  help show crypto pki  "Show PKI"
  show crypto pki certificates [<.name WORD>] ; level 1
      "Show certificates" "Name of the trustpoint"

mode config
  help crypto pki  "Public key components"
  crypto pki import <.name WORD> pkcs12 <.url WORD> [password <.password SECRET>] ; handler crypto-pki-import
      "Import certificates" "Name of the trustpoint" "From a PKCS#12 file" "The file: flash0:NAME, nvram:NAME"
      "Password of the file" "The password; asked for unless given"
  crypto pki trustpoint <.name WORD> ; handler crypto-pki-trustpoint, handles-no
      "Trustpoints: what the device has to show of itself" "Name of the trustpoint"
