# SPDX-License-Identifier: Apache-2.0
"""Key exchange modulo a prime: every method and every client that knows it, the sizes of RFC 4419's group exchange, and
what a hostile client sends in one. One device offers one method after another."""

import asyncio
import re
import struct
import subprocess
import warnings

import pytest
from test_libssh2 import client as libssh2
from test_plink import fingerprint, plink

import lab as laboratory
import wire

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import asyncssh
    from asyncssh import kex_dh

LEVEL = "Current privilege level is 15\n"
GEX = ["diffie-hellman-group-exchange-sha256", "diffie-hellman-group-exchange-sha1"]
OPENSSH = [
    "diffie-hellman-group1-sha1", "diffie-hellman-group14-sha1", "diffie-hellman-group14-sha256",
    "diffie-hellman-group16-sha512", "diffie-hellman-group18-sha512", *GEX,
]  # fmt: skip
EVERY = [*OPENSSH, "diffie-hellman-group15-sha512", "diffie-hellman-group17-sha512"]
PARAMIKO = [k for k in OPENSSH if "group18" not in k]
ASYNCSSH = [k for k in EVERY if "group17" not in k and "group18" not in k]  # in Python they take ten seconds
DROPBEAR = ["diffie-hellman-group14-sha1", "diffie-hellman-group14-sha256"]
P = {
    1024: kex_dh._group1_p, 2048: kex_dh._group14_p, 3072: kex_dh._group15_p, 4096: kex_dh._group16_p,
    6144: kex_dh._group17_p, 8192: kex_dh._group18_p,
}  # fmt: skip
# A saved session of PuTTY's in which no method needs a person's consent.
PUTTY = "KEX=dh-gex-sha1,dh-group18-sha512,dh-group17-sha512,dh-group16-sha512,dh-group15-sha512,dh-group14-sha1,dh-group1-sha1,WARN\n"


@pytest.fixture(scope="module")
def device(build, request):
    made = laboratory.Lab()
    request.node.lab = made
    device = made.booted()
    device.hostkey = fingerprint(device.port)
    device.typing = device.terminal()
    device.typing.command("configure terminal")
    yield device
    made.release()


@pytest.fixture
def offer(device):
    """`offer(method, least)`: what the next connections are offered."""

    def set_to(kex, least=2048):
        least = 1024 if "group1-" in kex else least
        device.typing.command(f"ip ssh dh min size {least}")
        device.typing.command(f"ip ssh server algorithm kex {kex}")
        return device

    return set_to


@pytest.mark.parametrize("kex", OPENSSH)
def test_openssh(offer, kex):
    done = offer(kex).ssh("show privilege", options=["-o", f"KexAlgorithms={kex}"])
    assert (done.stdout, done.returncode) == (LEVEL, 0), done.stderr


def with_plink(device, session):
    return plink(device, "-pw", "admin", "show privilege", session=session, hostkey=device.hostkey)


@pytest.mark.parametrize("kex", EVERY)
def test_plink(offer, kex):
    done = with_plink(offer(kex), PUTTY)
    assert (done.returncode, done.stdout) == (0, LEVEL), done.stderr
    size = re.search(r"Diffie-Hellman key exchange using (\d+)-bit modulus and hash (\S+)", done.stderr)
    named = re.search(r"group(\d+)-", kex)
    asked = 2048 if kex.endswith("sha1") else 4096  # by PuTTY, as the hash is worth no more
    bits = {"1": 1024, "14": 2048, "15": 3072, "16": 4096, "17": 6144, "18": 8192}[named[1]] if named else asked
    assert (int(size[1]), size[2].replace("-", "").lower()) == (bits, kex.rsplit("-")[-1])


@pytest.mark.parametrize("kex", GEX)
def test_plink_asks_with_n_alone(offer, kex):
    """SSH_MSG_KEX_DH_GEX_REQUEST_OLD of RFC 4419 section 5, which clients of before 2006 send."""
    done = with_plink(offer(kex), PUTTY + "BugOldGex2=2\n")
    assert (done.returncode, done.stdout) == (0, LEVEL), done.stderr
    assert f"{2048 if kex.endswith('sha1') else 4096}-bit modulus" in done.stderr


@pytest.mark.parametrize("kex", DROPBEAR)
def test_dbclient(offer, kex):
    device = offer(kex)
    done = subprocess.run(
        ["dbclient", "-y", "-y", "-p", str(device.port), "admin@127.0.0.1", "show privilege"], capture_output=True, text=True,
        env={"HOME": str(device.parent), "PATH": "/usr/bin", "DROPBEAR_PASSWORD": "admin"}, timeout=30,
    )  # fmt: skip
    assert (done.stdout, done.returncode) == (LEVEL, 0), done.stderr


@pytest.mark.parametrize("kex", OPENSSH)
def test_libssh2(offer, kex):
    done = libssh2(offer(kex), "password", "admin", "exec", "show privilege")
    assert (done.returncode, done.stdout) == (0, LEVEL), done.stderr


@pytest.mark.parametrize("kex", PARAMIKO)
def test_paramiko(offer, kex):
    client = offer(kex).paramiko()
    assert client.exec_command("show privilege")[1].read().decode() == LEVEL
    client.close()


@pytest.mark.parametrize("kex", ASYNCSSH)
def test_asyncssh(offer, kex):
    device = offer(kex)

    async def login():
        options = {"username": "admin", "password": "admin", "known_hosts": None, "config": None, "client_keys": None}
        async with asyncssh.connect("127.0.0.1", device.port, kex_algs=[kex], agent_path=None, **options) as c:
            return (await c.run("show privilege")).stdout

    assert asyncio.run(login()) == LEVEL


# --- sizes of the group exchange ---


@pytest.mark.parametrize("cipher,bits", [("aes128-gcm@openssh.com", 3072), ("aes256-gcm@openssh.com", 8192)])
def test_openssh_asks_for_what_its_cipher_needs(offer, tmp_path, cipher, bits):
    options = ["-E", tmp_path / "log", "-o", "LogLevel=DEBUG2", "-o", f"KexAlgorithms={GEX[0]}", "-o", f"Ciphers={cipher}"]
    assert offer(GEX[0]).ssh("show privilege", options=options).stdout == LEVEL
    log = (tmp_path / "log").read_text()
    assert f"GEX_REQUEST(2048<{bits}<8192) sent" in log and re.search(rf"bits set: \d+/{bits}\n", log)


@pytest.mark.parametrize("least", [2048, 4096])
def test_ssh_audit_finds_no_smaller_group(offer, least):
    """It asks for ever larger groups from 512 bits on, and notes the smallest it is given."""
    device = offer(GEX[0], least)
    audit = subprocess.run(["ssh-audit", "-n", "-p", str(device.port), "127.0.0.1"], capture_output=True, text=True, timeout=60)
    assert re.search(rf"^\(kex\) {GEX[0]} \({least}-bit\)", audit.stdout, re.M), audit.stdout


GROUPS = [
    # least, (min, n, max) or n; bits given
    (2048, (2048, 2048, 8192), 2048), (2048, (1024, 1024, 8192), 2048), (2048, (1024, 2049, 8192), 3072),
    (2048, (2048, 3072, 4096), 3072), (2048, (1024, 5000, 6000), 4096), (2048, (2048, 8192, 8192), 8192),
    (2048, (0, 1, 0xFFFFFFFF), 2048), (2048, (2048, 0xFFFFFFFF, 0xFFFFFFFF), 8192), (2048, (6144, 6144, 6144), 6144),
    (4096, (1024, 2048, 8192), 4096), (1024, (1024, 1024, 8192), 1024), (1024, (1024, 1024, 1024), 1024),
    (2048, 2048, 2048), (2048, 1024, 2048), (4096, 2048, 4096), (2048, 8192, 8192),
]  # fmt: skip


def request(sizes):
    if isinstance(sizes, int):
        return bytes([wire.GEX_REQUEST_OLD]) + struct.pack(">I", sizes)
    return bytes([wire.GEX_REQUEST]) + struct.pack(">III", *sizes)


def begun(port):
    c = wire.Plain(port)
    c.send(wire.kexinit(GEX[0]))
    assert c.packet()[0] == wire.KEXINIT
    return c


@pytest.mark.parametrize("least,sizes,bits", GROUPS)
def test_group(offer, least, sizes, bits):
    """The smallest group as large as asked for, the largest where none is; never under the minimum; RFC 3526's prime."""
    c = begun(offer(GEX[0], least).port)
    c.send(request(sizes))
    answer = c.packet()
    c.close()
    assert answer == bytes([wire.GEX_GROUP]) + wire.mpint(P[bits]) + wire.mpint(2)


ABSURD = [
    (2048, (4096, 2048, 8192)), (2048, (8192, 8192, 4096)), (2048, (2048, 8192, 4096)), (2048, (1024, 1024, 2047)),
    (2048, (0, 0, 0)), (2048, (0, 1, 1)), (2048, (8193, 8193, 16384)), (2048, (2049, 2049, 3071)),
    (2048, (0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF)), (2048, (0x80000000, 0, 0x7FFFFFFF)), (4096, (1024, 2048, 3072)),
    (1024, (512, 512, 1023)), (2048, 0), (2048, 1023), (2048, 8193), (2048, 0xFFFFFFFF),
]  # fmt: skip


@pytest.mark.parametrize("least,sizes", ABSURD)
def test_absurd_sizes(offer, least, sizes):
    c = begun(offer(GEX[0], least).port)
    c.send(request(sizes))
    assert c.ends()
    c.close()


# --- order and values ---

ASK = request((2048, 2048, 8192))
INIT = bytes([wire.GEX_INIT])
GOOD = INIT + wire.mpint(4)


def test_the_right_order_is_answered(offer):
    """The control of what follows."""
    c = begun(offer(GEX[0]).port)
    c.send(ASK)
    assert c.packet()[0] == wire.GEX_GROUP
    c.send(GOOD)
    assert c.packet()[0] == wire.GEX_REPLY
    assert c.packet()[0] == wire.NEWKEYS
    c.close()


WRONG = {
    "init-without-request": [GOOD],
    "one-round-init": [bytes([wire.ECDH_INIT]) + wire.mpint(4)],
    "request-twice": [ASK, ASK],
    "old-request-after-request": [ASK, request(2048)],
    "request-after-old-request": [request(2048), ASK],
    "one-round-init-after-request": [ASK, bytes([wire.ECDH_INIT]) + wire.mpint(4)],
    "group-by-the-client": [bytes([wire.GEX_GROUP]) + wire.mpint(P[2048]) + wire.mpint(2)],
    "reply-by-the-client": [ASK, bytes([wire.GEX_REPLY]) + wire.string("x") * 3],
    "newkeys-before-init": [ASK, bytes([wire.NEWKEYS])],
    "kexinit-again": [ASK, wire.kexinit(GEX[0])],
    "request-short": [ASK[:-1]],
    "request-long": [ASK + b"\0"],
    "old-request-long": [request(2048) + b"\0"],
    "init-empty": [ASK, INIT],
    "init-trailing": [ASK, GOOD + b"\0"],
    "e-0": [ASK, INIT + wire.mpint(0)],
    "e-1": [ASK, INIT + wire.mpint(1)],
    "e-negative": [ASK, INIT + wire.string(b"\xff")],
    "e-not-minimal": [ASK, INIT + wire.string(b"\0\4")],
    "e-p-1": [ASK, INIT + wire.mpint(P[2048] - 1)],
    "e-p": [ASK, INIT + wire.mpint(P[2048])],
    "e-p+1": [ASK, INIT + wire.mpint(P[2048] + 1)],
    "e-oversized": [ASK, INIT + wire.mpint(1 << 8192)],
    "e-huge": [ASK, INIT + wire.string(b"\x7f" * 32000)],
}


@pytest.mark.parametrize("name", WRONG)
def test_out_of_order_or_range(offer, name):
    c = begun(offer(GEX[0]).port)
    for payload in WRONG[name]:
        c.send(payload)
    answers = []
    while (payload := c.packet()) is not None:
        answers.append(payload[0])
    c.close()
    assert [a for a in answers if a != wire.DISCONNECT] in ([], [wire.GEX_GROUP])


def test_init_twice(offer):
    """It is answered once; the second is no NEWKEYS."""
    c = begun(offer(GEX[0]).port)
    c.send(ASK)
    c.send(GOOD)
    c.send(GOOD)
    assert [c.packet()[0] for _ in range(3)] == [wire.GEX_GROUP, wire.GEX_REPLY, wire.NEWKEYS]
    assert c.hangs_up()
    c.close()


@pytest.mark.parametrize("number", [wire.GEX_INIT, wire.GEX_REQUEST])
def test_no_group_exchange_within_another_method(offer, number):
    c = wire.Plain(offer("diffie-hellman-group14-sha256").port)
    c.send(wire.kexinit("diffie-hellman-group14-sha256"))
    c.send(bytes([number]) + (wire.mpint(4) if number == wire.GEX_INIT else ASK[1:]))
    assert c.ends()
    c.close()


@pytest.mark.parametrize("value", [0, 1, -1, 0x10001], ids=["0", "1", "p-1", "p+65537"])
@pytest.mark.parametrize("kex,bits", [("diffie-hellman-group1-sha1", 1024), ("diffie-hellman-group18-sha512", 8192)])
def test_fixed_groups_refuse_it_too(offer, kex, bits, value):
    c = wire.Plain(offer(kex).port)
    c.send(wire.kexinit(kex))
    c.send(bytes([wire.ECDH_INIT]) + wire.mpint(value if value in (0, 1) else P[bits] + value))
    assert c.ends()
    c.close()


def test_rekey_with_another_minimum(offer, tmp_path):
    """A session keeps the minimum it began with: a change is for the next one."""
    device = offer(GEX[0], 2048)
    options = ["-E", tmp_path / "log", "-o", "LogLevel=DEBUG1", "-o", "RekeyLimit=16K", "-o", "Ciphers=aes128-gcm@openssh.com"]
    t = device.terminal(options=options)
    before = (tmp_path / "log").read_text().count("GEX_GROUP received")
    device.typing.command("ip ssh dh min size 4096")
    t.command("terminal length 0")
    for _ in range(30):
        assert "\nend" in t.command("show running-config")
    t.close()
    assert (tmp_path / "log").read_text().count("GEX_GROUP received") > before
    c = begun(device.port)
    c.send(request((2048, 2048, 3072)))
    assert c.ends()
    c.close()
