# SPDX-License-Identifier: Apache-2.0
"""The names of src/ssh/rows.h, in its order, and the configuration that offers them all: so a new row is tested against
every peer without a line here."""

import re

import lab as laboratory

CLASSES = {"kex": "KEX", "hostkey": "HOSTKEY", "encryption": "CIPHER", "mac": "MAC", "publickey": "PUBLICKEY"}


def names(what):
    text = (laboratory.ROOT / "src/ssh/rows.h").read_text()
    table = re.search(rf"#define SSH_{CLASSES[what]}_ROWS\(R\)((?:.*\\\n)*.*\n)", text).group(1)
    return re.findall(r'\bR\("([^"]+)"', table)


def everything():
    lists = "".join(f"ip ssh server algorithm {what} {' '.join(names(what))}\n" for what in CLASSES)
    return "ip ssh dh min size 1024\n" + lists
