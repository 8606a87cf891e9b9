# SPDX-License-Identifier: Apache-2.0
"""What `ip ssh server algorithm`, `ip ssh dh min size` and `ip ssh rekey` say is what clients see; ECDSA keys log their
users in and sign for the host; and a key that is none gets nobody in, though the configuration names its digest."""

import hashlib
import itertools
import subprocess
import textwrap

import pytest

import lab as laboratory
import wire

LEVEL = "Current privilege level is 15\n"
KEXES = [
    "ecdh-sha2-nistp521", "diffie-hellman-group14-sha256", "ecdh-sha2-nistp256", "curve25519-sha256",
    "ecdh-sha2-nistp384", "diffie-hellman-group16-sha512", "curve25519-sha256@libssh.org", "sntrup761x25519-sha512@openssh.com",
    "sntrup761x25519-sha512", "diffie-hellman-group14-sha1", "diffie-hellman-group18-sha512", "diffie-hellman-group1-sha1",
    "diffie-hellman-group-exchange-sha1", "diffie-hellman-group-exchange-sha256",
]  # fmt: skip
UNKNOWN_TO_IT = [
    "mlkem768x25519-sha256",  # test_hybrid.py
    "diffie-hellman-group15-sha512", "diffie-hellman-group17-sha512",  # test_modp.py
]  # fmt: skip
HOSTKEYS = [
    "ecdsa-sha2-nistp384", "rsa-sha2-256", "ecdsa-sha2-nistp521", "ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512",
    "ssh-rsa",
]  # fmt: skip
CIPHERS = [
    "aes192-ctr", "aes256-gcm@openssh.com", "aes128-ctr", "chacha20-poly1305@openssh.com", "aes256-ctr", "aes128-gcm@openssh.com",
    "aes128-cbc", "3des-cbc", "aes256-cbc", "aes192-cbc",
]  # fmt: skip
MACS = [
    "hmac-sha2-512", "hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-md5-96",
    "hmac-sha1", "hmac-md5", "hmac-sha1-96", "hmac-sha1-etm@openssh.com", "hmac-md5-96-etm@openssh.com",
    "hmac-sha1-96-etm@openssh.com", "hmac-md5-etm@openssh.com",
]  # fmt: skip
EVERYTHING = f"""\
ip ssh server algorithm encryption {' '.join(CIPHERS)}
ip ssh server algorithm hostkey {' '.join(HOSTKEYS)}
ip ssh dh min size 1024
ip ssh server algorithm kex {' '.join(KEXES + UNKNOWN_TO_IT)}
ip ssh server algorithm mac {' '.join(MACS)}
"""


def plus(text):
    return laboratory.CONFIG.replace("end\n", text + "end\n")


def configure(device, *lines):
    terminal = device.terminal()
    terminal.configure(*lines)
    terminal.close()


@pytest.fixture(scope="module")
def every(build, request):
    """A device that has every kind of host key and offers every algorithm."""
    made = laboratory.Lab()
    request.node.lab = made
    device = made.booted(plus(EVERYTHING))
    configure(device, *(f"crypto key generate ec keysize {n} label ec{n}" for n in (256, 384, 521)))
    yield device
    made.release()


def test_offered_as_configured(every):
    """In this order, and nothing else."""
    kex, hostkeys, *ciphers_macs, _, _ = wire.offered(every.port)
    assert [k for k in kex if "strict" not in k] == KEXES + UNKNOWN_TO_IT
    assert hostkeys == HOSTKEYS
    assert ciphers_macs == [CIPHERS, CIPHERS, MACS, MACS]


CHOICES = list(itertools.chain(
    (("KexAlgorithms", k) for k in KEXES), (("HostKeyAlgorithms", h) for h in HOSTKEYS),
    (("Ciphers", c) for c in CIPHERS), (("MACs", m) for m in MACS),
))  # fmt: skip


@pytest.mark.parametrize("name,value", CHOICES, ids=[v for _, v in CHOICES])
def test_every_row_is_reached(every, name, value):
    cipher = [] if name == "Ciphers" else ["-o", "Ciphers=aes192-ctr"]
    done = every.ssh("show privilege", options=["-o", f"{name}={value}", *cipher])
    assert (done.stdout, done.returncode) == (LEVEL, 0), done.stderr


def test_a_change_reaches_the_next_connection(lab):
    device = lab.booted()
    before = wire.offered(device.port)
    configure(device, "ip ssh server algorithm kex ecdh-sha2-nistp256", "ip ssh server algorithm encryption aes192-ctr")
    now = wire.offered(device.port)
    assert [k for k in now[0] if "strict" not in k] == ["ecdh-sha2-nistp256"] and now[2:4] == [["aes192-ctr"]] * 2
    assert device.ssh("show privilege", options=["-o", "KexAlgorithms=curve25519-sha256"]).returncode == 255
    assert device.ssh("show privilege").stdout == LEVEL
    configure(device, "no ip ssh server algorithm kex", "no ip ssh server algorithm encryption")
    assert wire.offered(device.port) == before


def test_dh_min_size(lab):
    """Group 14 is neither offered nor accepted where 4096 bits are asked for; group 16 and the curves are."""
    device = lab.booted(plus("ip ssh dh min size 4096\n"))
    assert "diffie-hellman-group14-sha256" not in wire.offered(device.port)[0]
    for kex, status in (
        ("diffie-hellman-group14-sha256", 255), ("diffie-hellman-group16-sha512", 0), ("curve25519-sha256", 0),
    ):  # fmt: skip
        assert device.ssh("show privilege", options=["-o", f"KexAlgorithms={kex}"]).returncode == status
    client = wire.Plain(device.port)
    client.send(wire.kexinit("diffie-hellman-group14-sha256"))
    assert client.ends()
    client.close()


def test_what_is_configured_and_too_small(lab):
    """Group 1 is offered under `ip ssh dh min size 1024` alone; without it the line says what it does not do."""
    device = lab.booted()
    small = ["-o", "KexAlgorithms=diffie-hellman-group1-sha1"]
    t = device.terminal()
    t.command("configure terminal")
    said = t.command("ip ssh server algorithm kex curve25519-sha256 diffie-hellman-group1-sha1")
    assert "% diffie-hellman-group1-sha1 is not offered: ip ssh dh min size is 2048" in said
    assert "diffie-hellman-group1-sha1" not in wire.offered(device.port)[0]
    assert device.ssh("show privilege", options=small).returncode == 255
    assert "%" not in t.command("ip ssh dh min size 1024")
    assert wire.offered(device.port)[0][:2] == ["curve25519-sha256", "diffie-hellman-group1-sha1"]
    assert device.ssh("show privilege", options=small).stdout == LEVEL
    assert "group1-sha1 is not offered" in t.command("ip ssh dh min size 2048")
    assert device.ssh("show privilege", options=small).returncode == 255
    t.close()


def test_ec_pair_alone_serves(lab):
    """Named as host key, an EC pair turns the server on; with it the server goes off again. No RSA pair is needed."""
    device = lab.booted(plus("ip ssh version 2\n"))
    console = device.console()
    console.send("\r")
    console.settle()
    for line in ("enable", "sesame", "configure terminal", "ip ssh server algorithm hostkey rsa-sha2-256 ecdsa-sha2-nistp256"):
        console.command(line)
    console.command("crypto key zeroize rsa")
    console.command("yes")
    assert "not been enabled" in console.command("do show ip ssh")
    console.command("crypto key generate ec keysize 256 label only")
    assert wire.offered(device.port)[1] == ["ecdsa-sha2-nistp256"]
    assert device.ssh("show privilege").stdout == LEVEL
    console.command("crypto key generate rsa label small modulus 512")  # version 2 does not take it
    assert wire.offered(device.port)[1] == ["ecdsa-sha2-nistp256"]
    console.command("crypto key zeroize ec")
    console.command("yes")
    assert "not been enabled" in console.command("do show ip ssh")


@pytest.mark.parametrize("kex", ["curve25519-sha256", "ecdh-sha2-nistp384", "diffie-hellman-group16-sha512"])
def test_rekey_volume(lab, tmp_path, kex):
    """The device begins exchanges by itself, again and again, and a long output is none the worse for it."""
    hosts = "".join(f"ip host a-rather-long-name-of-a-host-{i} 192.0.2.1\n" for i in range(2500))
    device = lab.booted(plus(hosts + f"ip ssh rekey volume 100\nip ssh server algorithm kex {kex}\n"))
    options = ["-E", tmp_path / "log", "-o", "LogLevel=DEBUG1"]
    t = device.terminal(options=options, size=(24, 200))
    t.command("terminal length 0")
    for _ in range(6):
        assert "a-rather-long-name-of-a-host-2499" in t.command("show running-config")
    t.close()
    assert (tmp_path / "log").read_text().count("SSH2_MSG_KEXINIT received") > 3, "no keys were exchanged again"


def ecdsa_key(folder, bits):
    path = folder / f"ecdsa{bits}"
    subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-b", str(bits), "-N", "", "-f", path], check=True)
    return path, path.with_suffix(".pub").read_text()


def chain(user, *lines):
    text = "".join(f"  {line}\n" for line in lines)
    return laboratory.CONFIG.replace("line vty", f"ip ssh pubkey-chain\n username {user}\n{text} exit\nexit\nline vty")


@pytest.mark.parametrize("bits", [256, 384, 521])
@pytest.mark.parametrize("how", ["key-string", "key-hash"])
def test_ecdsa_user_key(lab, tmp_path, bits, how):
    """Given whole or by its hash it logs its user in, nobody else, and no other key of the size does."""
    path, public = ecdsa_key(tmp_path, bits)
    if how == "key-string":
        lines = ["key-string", *textwrap.wrap(public, 72), "exit"]
    else:
        shown = subprocess.run(["ssh-keygen", "-l", "-E", "md5", "-f", path], capture_output=True, text=True, check=True)
        lines = [f"key-hash ecdsa-sha2-nistp{bits} {shown.stdout.split()[1][4:].replace(':', '').upper()}"]
    device = lab.booted(chain("admin", *lines))
    only = ["-o", "PreferredAuthentications=publickey"]
    done = device.ssh("show privilege", options=[*only, "-i", path])
    assert (done.stdout, done.returncode) == (LEVEL, 0), done.stderr
    assert device.ssh("show privilege", user="guest", options=[*only, "-i", path]).returncode == 255
    (tmp_path / "other").mkdir()
    other, _ = ecdsa_key(tmp_path / "other", bits)
    assert device.ssh("show privilege", options=[*only, "-i", other]).returncode == 255
    assert f"key-hash ecdsa-sha2-nistp{bits} " in device.ssh("show running-config").stdout


def number(n):
    raw = n.to_bytes(n.bit_length() // 8 + 1, "big") if n else b""
    return wire.string(raw)


MODULUS = int.from_bytes(b"\xc5" * 256, "big") | 1
POINT = b"\x04" + b"\x01" * 64
P256 = wire.string("ecdsa-sha2-nistp256") + wire.string("nistp256")
NO_KEYS = {
    "exponent-1": ("rsa-sha2-256", wire.string("ssh-rsa") + number(1) + number(MODULUS)),
    "exponent-even": ("rsa-sha2-256", wire.string("ssh-rsa") + number(65536) + number(MODULUS)),
    "modulus-even": ("rsa-sha2-512", wire.string("ssh-rsa") + number(65537) + number(MODULUS - 1)),
    "16384-bits": ("rsa-sha2-256", wire.string("ssh-rsa") + number(65537) + number((1 << 16383) + 1)),
    "off-the-curve": ("ecdsa-sha2-nistp256", P256 + wire.string(POINT)),
    "infinity": ("ecdsa-sha2-nistp256", P256 + wire.string(b"\0")),
    "other-curve": ("ecdsa-sha2-nistp256", wire.string("ecdsa-sha2-nistp256") + wire.string("nistp384") + wire.string(POINT)),
    "short": ("ecdsa-sha2-nistp256", P256 + wire.string(POINT)[:-9]),
    "trailing": ("ssh-ed25519", wire.string("ssh-ed25519") + wire.string(b"\1" * 32) + b"more"),
    "unknown": ("ssh-xmss", wire.string("ssh-xmss") + number(MODULUS)),
}


def forged(transport, user, algorithm, blob):
    """Of the right form. With exponent 1 the padded digest is its own signature: that one is even right."""
    if algorithm == "ecdsa-sha2-nistp256":
        return wire.string(algorithm) + wire.string(number(1) + number(1))
    signed = wire.string(transport.session_id) + bytes([wire.USERAUTH_REQUEST])
    signed += b"".join(map(wire.string, (user, "ssh-connection", "publickey"))) + b"\1"
    signed += wire.string(algorithm) + wire.string(blob)
    info = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(signed).digest()
    return wire.string(algorithm) + wire.string(b"\0\1" + b"\xff" * (256 - 3 - len(info)) + b"\0" + info)


@pytest.fixture(scope="module")
def careless(build, request):
    """An operator pasted the hashes of keys that are none; ten users hold one each."""
    made = laboratory.Lab()
    request.node.lab = made
    users = "".join(f"username u{i} privilege 15 password 0 x\n" for i in range(len(NO_KEYS)))
    entries = "".join(
        f" username u{i}\n  key-hash {'ssh-rsa' if a.startswith('rsa') else a} {hashlib.md5(b).hexdigest().upper()}\n exit\n"
        for i, (a, b) in enumerate(NO_KEYS.values()) if a != "ssh-xmss"
    )  # fmt: skip
    yield made.booted(laboratory.CONFIG.replace("line vty", f"{users}ip ssh pubkey-chain\n{entries}exit\nline vty"))
    made.release()


@pytest.mark.parametrize("which", range(len(NO_KEYS)), ids=list(NO_KEYS))
@pytest.mark.parametrize("listed", [True, False], ids=["listed", "strange"])
def test_what_is_no_key_lets_nobody_in(careless, which, listed):
    algorithm, blob = list(NO_KEYS.values())[which]
    transport = wire.keyed(careless.port)
    wire.push(transport, wire.message(wire.SERVICE_REQUEST, b"ssh-userauth"))
    user = f"u{which}" if listed else "admin"
    signature = forged(transport, user, algorithm, blob)
    wire.push(transport, wire.message(wire.USERAUTH_REQUEST, user.encode(), b"ssh-connection", b"publickey", True,
                                      algorithm.encode(), blob, signature))  # fmt: skip
    wire.push(transport, wire.message(wire.CHANNEL_OPEN, b"session", 0, 100000, 30000))
    assert wire.ended(transport), "a channel before login ends the connection: the key let nobody in"
    assert careless.ssh("show privilege").stdout == LEVEL
