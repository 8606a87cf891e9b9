# SPDX-License-Identifier: Apache-2.0
"""What the tests of TACACS+ share: the configuration of a device that asks our server, and its people."""

import lab as laboratory
from tacacs_server import GETDATA, Server, User  # noqa: F401

LEVEL = "Current privilege level is 15\n"
METHODS = """\
aaa new-model
aaa authentication login default group tacacs+ local
aaa authentication login con group tacacs+ local
aaa authentication enable default group tacacs+ enable
aaa authorization exec default group tacacs+ local
aaa accounting exec default start-stop group tacacs+
"""


def people():
    return {
        "alice": User("wonder", ["priv-lvl=15"], greeting=b"Last login: never"),
        "bob": User("builder", ["priv-lvl=1"], enable="up"),
        "token": User("pin", ["priv-lvl=15"], [(GETDATA, "Welcome.\nToken: ", True, "1234"), (GETDATA, "PUK: ", False, "9")]),
        "auto": User("auto", ["priv-lvl=15", "autocmd=show privilege", "idletime*5"]),
        "stays": User("stays", ["autocmd=show privilege", "nohangup=true"]),
        "odd": User("odd", ["priv-lvl=15", "color*blue"]),
        "strict": User("strict", ["priv-lvl=15", "acl=7"]),
        "level": User("level", ["priv-lvl=16"]),
        "keyed": User("keyed", ["priv-lvl=15"]),
        "none": User("none", None),
    }


def config(*servers, methods=METHODS, more=""):
    """Of a device; a server is its port or a whole line."""
    lines = [
        f"tacacs-server host 127.0.0.1 port {s} timeout 1 key cisco" if isinstance(s, int) else s for s in servers
    ]
    return laboratory.CONFIG.replace("line vty", "\n".join([methods + more, *lines]) + "\nline vty")
