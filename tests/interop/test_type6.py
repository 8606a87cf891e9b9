# SPDX-License-Identifier: Apache-2.0
"""Keys of type 6 are used: a TACACS+ server is asked with one, before and after a reload, by a new master key, and not
any more without one. Another implementation of the same primitives (cryptography) reads what the device shows."""

import base64
import hashlib
import hmac

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import tacacs

MASTER = "Kx7-master-one"
SECOND = "Qn4-master-two"


@pytest.fixture(scope="module")
def server():
    with tacacs.Server(tacacs.people()) as made:
        yield made


def opened(stored, word):
    """docs/decisions/0039."""
    master = hashlib.scrypt(word.encode(), salt=b"ravelin type 6, version 1", n=16384, r=8, p=1, maxmem=1 << 26, dklen=32)
    raw = base64.b64decode(stored, validate=True)
    key = hmac.new(master, raw[:16], "sha256").digest()
    return AESGCM(key).decrypt(bytes(12), raw[16:], None).decode()


def configure(t, *lines):
    return t.configure(*lines)[-1]


def stored(t):
    line = next(x for x in t.command("show running-config | include tacacs-server host").splitlines() if " 6 " in x)
    return line.split(" 6 ")[1].strip()


def alice(device):
    return device.terminal(user="alice", password="wonder", size=(200, 200))


def in_by_server(device):
    return device.ssh("show privilege", user="alice", password="wonder").stdout == tacacs.LEVEL


def test_a_life_of_a_key(lab, server):
    device = lab.booted(tacacs.config(server.port))
    t = alice(device)
    configure(t, "password encryption aes", f"key config-key password-encrypt {MASTER}", "line aux 0", "password hello")
    old = stored(t)
    assert opened(old, MASTER) == "cisco"
    with pytest.raises(InvalidTag):
        opened(old, SECOND)
    assert in_by_server(device)
    t.command("write memory")

    configure(t, "key config-key password-encrypt " + SECOND, MASTER)
    assert opened(stored(t), SECOND) == "cisco"
    assert in_by_server(device)
    t.close()
    device.stop()
    device.run()  # nobody saved it: the first key is in force again
    t = alice(device)
    assert stored(t) == old
    assert " password hello" in t.command("show running-config | include ^ password")  # it is not given to others
    configure(t, f"key config-key password-encrypt {SECOND}", MASTER)
    assert opened(stored(t), SECOND) == "cisco"
    t.command("write memory")
    t.close()
    device.stop()
    device.run()
    t = alice(device)
    assert opened(stored(t), SECOND) == "cisco"

    configure(t, "no key config-key password-encrypt", "yes")
    assert not in_by_server(device)
    assert device.ssh("show privilege").stdout == tacacs.LEVEL  # the servers cannot say: local
    shown = t.command("show logging | include SERVER_DOWN")
    assert "no key is configured for it, or it cannot be decrypted" in shown
    configure(t, f"key config-key password-encrypt {SECOND}")
    assert in_by_server(device), "the same words again"
    for words in (MASTER, SECOND):
        assert words not in t.command("show running-config") + t.command("show logging") + t.command("show tech-support")
    for path in device.folder.rglob("*"):
        if path.is_file() and path.stat().st_size < 1 << 20:
            text = path.read_bytes()
            assert MASTER.encode() not in text and SECOND.encode() not in text, path
