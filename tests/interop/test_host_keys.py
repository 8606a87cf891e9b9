# SPDX-License-Identifier: Apache-2.0
"""The RSA pair the configuration means is the one on the wire: the first made or the named one, changed while the
device runs, of any size, for signing and not for encryption; without it there is no server."""

import socket
import subprocess

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_ssh_public_key

import lab as laboratory

LEVEL = "Current privilege level is 15\n"


def served(device):
    """The RSA host key a scanner sees, None without one."""
    argv = ["ssh-keyscan", "-p", str(device.port), "-t", "rsa", "127.0.0.1"]
    shown = subprocess.run(argv, capture_output=True, text=True, timeout=20).stdout.split()
    return load_ssh_public_key(" ".join(shown[1:3]).encode()).public_numbers() if shown else None


def stored(terminal):
    """{(name, usage): key} as show crypto key mypubkey rsa prints them."""
    found, name, usage, data = {}, None, None, None
    for line in terminal.command("do show crypto key mypubkey rsa").splitlines():
        if line.startswith("Key name: "):
            name, data = line[10:], None
        elif line.startswith(" Usage: "):
            usage = line[8:].split()[0]
        elif line.startswith(" Key Data:"):
            data = ""
        elif data is not None and line.startswith("  "):
            data += line.replace(" ", "")
            found[name, usage] = data
    return {k: load_der_public_key(bytes.fromhex(v)).public_numbers() for k, v in found.items()}


def person(device):
    t = device.terminal(size=(200, 200))
    t.command("terminal length 0")
    t.command("configure terminal")
    return t


def generate(t, words):
    t.command(f"crypto key generate rsa {words}", seconds=120, wait=r"(\]: |#)$")
    if t.screen.last.endswith("[yes/no]: "):
        t.command("yes", seconds=120, wait=r"#$")


def zeroize(t, name=""):
    t.command(f"crypto key zeroize rsa {name}")
    t.command("yes")


def test_first_named_and_none(lab):
    device = lab.booted()
    t = person(device)
    first = served(device)
    assert first == stored(t)["R1.example.com", "General"]
    generate(t, "usage-keys label two modulus 1024")
    assert served(device) == first, "a second pair changes nothing"
    t.command("ip ssh rsa keypair-name two")
    two = stored(t)
    assert served(device) == two["two", "Signature"] != two["two", "Encryption"]
    generate(t, "usage-keys label two modulus 2048")
    again = stored(t)
    assert served(device) == again["two", "Signature"] != two["two", "Signature"]
    zeroize(t, "two")
    assert served(device) is None
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", device.port), timeout=5)
    assert "Session started" in t.command("do show ssh"), "who is in stays in"
    assert "%SSH has not been enabled" in t.command("do show ip ssh")
    t.command("no ip ssh rsa keypair-name")
    assert served(device) == first
    assert device.ssh("show privilege").stdout == LEVEL


@pytest.mark.parametrize("bits", [1024, 2049, 3072])
def test_sizes(lab, bits):
    """An odd size is made one bit longer, never shorter; the client insists on the RSA key."""
    device = lab.booted()
    t = person(device)
    t.command("ip ssh rsa keypair-name sized")
    generate(t, f"label sized modulus {bits}")
    assert served(device) == stored(t)["sized", "General"]
    assert served(device).n.bit_length() == bits + bits % 2
    for algorithm in ("rsa-sha2-256", "rsa-sha2-512"):
        done = device.ssh("show privilege", options=["-o", f"HostKeyAlgorithms={algorithm}"])
        assert (done.stdout, done.returncode) == (LEVEL, 0), done.stderr


def test_encryption_alone_serves_nobody(lab):
    device = lab.booted()
    t = person(device)
    t.command("ip ssh rsa keypair-name e")
    generate(t, "encryption label e modulus 1024")
    assert served(device) is None
    generate(t, "signature label e modulus 1024")
    assert served(device) == stored(t)["e", "Signature"]


def test_a_pair_survives_a_restart(lab):
    device = lab.booted()
    t = person(device)
    generate(t, "usage-keys label kept modulus 1024")
    t.command("ip ssh rsa keypair-name kept")
    t.command("do write memory")
    before = stored(t)
    t.close()
    device.stop()
    device.run()
    assert served(device) == before["kept", "Signature"]
    assert stored(person(device)) == before


def test_a_port_that_is_taken_is_said(lab):
    """The server that cannot listen says so where one looks, and listens at the next chance."""
    device = lab.device()
    device.init(None)
    device.run()
    with socket.create_server(("127.0.0.1", device.port)):
        t = device.console()
        t.until("Press RETURN")
        t.send("\r")
        t.settle()
        for line in ("enable", "terminal length 0", "configure terminal"):
            t.command(line)
        generate(t, "label one modulus 1024")
        assert f"%cannot listen on 127.0.0.1 port {device.port}" in t.command("do show ip ssh")
    t.command("ip ssh version 1")
    t.command("ip ssh version 2")
    assert "cannot listen" not in t.command("do show ip ssh")
    assert served(device) == stored(t)["one", "General"]
