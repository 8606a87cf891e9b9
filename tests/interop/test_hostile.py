# SPDX-License-Identifier: Apache-2.0
"""A message in the wrong phase ends the connection, executes nothing, and the next client is served as ever."""

import time

import pytest

import wire
from wire import message


def saved(device):
    """Changes with every write of the startup-config: each is a new file."""
    st = (device.folder / "nvram/startup-config").stat()
    return st.st_ino, st.st_mtime_ns


EXECUTE = [
    message(wire.CHANNEL_OPEN, "session", 0, 1 << 20, 32768),
    message(wire.CHANNEL_REQUEST, 0, "exec", True, "write memory"),
]
SERVICE = message(wire.SERVICE_REQUEST, "ssh-userauth")
WRONG = {
    "channel-open": [],
    "channel-open-in-userauth": [SERVICE],
    "userauth-success": [SERVICE, message(wire.USERAUTH_SUCCESS)],
    "userauth-success-first": [message(wire.USERAUTH_SUCCESS)],
    "userauth-failure": [SERVICE, message(wire.USERAUTH_FAILURE, "none", False)],
    "userauth-banner": [SERVICE, message(wire.USERAUTH_BANNER, "hello", "")],
    "userauth-without-service": [message(wire.USERAUTH_REQUEST, "admin", "ssh-connection", "password", False, "admin")],
    "service-accept": [message(wire.SERVICE_ACCEPT, "ssh-userauth")],
    "service-connection": [message(wire.SERVICE_REQUEST, "ssh-connection")],
    "info-response": [SERVICE, message(wire.INFO_RESPONSE, 1, "admin")],
    "newkeys": [message(wire.NEWKEYS)],
    "kex-init-alone": [message(wire.ECDH_INIT, b"\0" * 32)],
    **{f"number-{n}": [SERVICE, message(n, "x")] for n in (80, 81, 82, 91, 93, 94, 96, 97, 98, 99, 100, 127)},
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_phase_after_key_exchange(shared_device, name):
    before = saved(shared_device)
    t = wire.keyed(shared_device.port)
    wire.push(t, *WRONG[name], *EXECUTE)
    over = wire.ended(t)
    t.close()
    assert over, "the connection goes on"
    assert saved(shared_device) == before, "a command was executed"


def test_the_same_messages_after_login_do_execute(shared_device):
    """The control: what the tests above send is a command that works where it is allowed."""
    before = saved(shared_device)
    t = wire.keyed(shared_device.port)
    t.auth_password("admin", "admin")
    wire.push(t, *EXECUTE)
    end = time.monotonic() + 5
    while saved(shared_device) == before and time.monotonic() < end:
        time.sleep(0.02)
    t.close()
    assert saved(shared_device) != before


def test_userauth_request_after_login_is_ignored(shared_device):
    """RFC 4252 section 5.1: authentication requests after success are silently ignored."""
    t = wire.keyed(shared_device.port)
    t.auth_password("guest", "guest")
    wire.push(t, message(wire.USERAUTH_REQUEST, "admin", "ssh-connection", "password", False, "admin"))
    channel = t.open_session()
    channel.exec_command("show privilege")
    assert b"level is 1\n" in channel.makefile("rb").read().replace(b"\r", b"")
    t.close()


def exchange(device, kex, between):
    """Sends KEXINIT, what stands between, and a key exchange; the connection's answer to the latter."""
    c = wire.Plain(device.port)
    c.send(wire.kexinit(kex))
    for payload in between:
        c.send(payload)
    c.send(bytes([wire.ECDH_INIT]) + wire.string(b"\x09" + b"\0" * 31))
    return c


CURVE = "curve25519-sha256"
IGNORE = bytes([wire.IGNORE]) + wire.string(b"x")
DEBUG = bytes([wire.DEBUG, 0]) + wire.string(b"x") + wire.string(b"")
UNKNOWN = bytes([wire.UNIMPLEMENTED]) + b"\0\0\0\0"


@pytest.mark.parametrize("payload", [IGNORE, DEBUG, UNKNOWN], ids=["ignore", "debug", "unimplemented"])
def test_strict_key_exchange_allows_nothing_between(shared_device, payload):
    c = exchange(shared_device, f"{CURVE},{wire.STRICT}", [payload])
    assert c.ends()
    c.close()


@pytest.mark.parametrize("payload", [IGNORE, DEBUG], ids=["ignore", "debug"])
def test_without_strict_they_are_allowed(shared_device, payload):
    """The control: the same bytes from a client that does not ask for strict key exchange are answered."""
    c = exchange(shared_device, CURVE, [payload])
    assert c.packet()[0] == wire.KEXINIT
    assert c.packet()[0] == wire.ECDH_REPLY
    c.close()


FIRST = {
    "second-kexinit": [wire.kexinit(CURVE), wire.kexinit(CURVE)],
    "newkeys-first": [wire.kexinit(CURVE), bytes([wire.NEWKEYS])],
    "userauth-first": [bytes([wire.USERAUTH_SUCCESS])],
    "channel-first": [bytes([wire.CHANNEL_OPEN]) + wire.string("session") + b"\0" * 12],
    "service-before-keys": [wire.kexinit(CURVE), bytes([wire.SERVICE_REQUEST]) + wire.string("ssh-userauth")],
    "nothing-in-common": [wire.kexinit("diffie-hellman-group1-sha1")],
    "empty-point": [wire.kexinit(CURVE), bytes([wire.ECDH_INIT]) + wire.string(b"")],
    "zero-point": [wire.kexinit(CURVE), bytes([wire.ECDH_INIT]) + wire.string(b"\0" * 32)],
    "short-kexinit": [wire.kexinit(CURVE)[:40]],
    "empty-packet": [b""],
}


@pytest.mark.parametrize("name", FIRST)
def test_broken_first_exchange(shared_device, name):
    c = wire.Plain(shared_device.port)
    for payload in FIRST[name]:
        c.send(payload)
    over = c.ends()
    c.close()
    assert over


RAW = {
    "no-version": b"GET / HTTP/1.0\r\n\r\n",
    "version-1.3": b"SSH-1.3-old\r\n",
    "endless-version": b"x" * 100000,
    "huge-length": b"SSH-2.0-x\r\n\xff\xff\xff\xff" + b"\0" * 64,
    "tiny-length": b"SSH-2.0-x\r\n\0\0\0\1\0" + b"\0" * 64,
    "all-padding": b"SSH-2.0-x\r\n\0\0\0\x0c\xff" + b"\0" * 64,
}


@pytest.mark.parametrize("name", RAW)
def test_broken_bytes(shared_device, name):
    c = wire.Plain(shared_device.port, version=b"")
    c.raw(RAW[name])
    over = c.hangs_up()
    c.close()
    assert over


def test_it_still_serves(shared_device):
    """After all of the above, an honest client logs in."""
    assert shared_device.ssh("show privilege").returncode == 0
