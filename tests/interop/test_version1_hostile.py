# SPDX-License-Identifier: Apache-2.0
"""A hostile client of SSH version 1 gets nowhere and learns nothing: wrong packets, messages out of turn, the CRC-32
compensation attack, and every way to spoil a session key, which all look the same."""

import os
import struct
import threading

import lab
import pytest
import wire1
from wire1 import Client, Gone, string

LEVEL = b"Current privilege level is 15"
PERIOD = 33  # in 32 dimensions so many vectors are not independent


@pytest.fixture(scope="module")
def device(build, request):
    made = request.node.lab = lab.Lab()
    yield made.booted(lab.CONFIG + "ip ssh time-out 120\n")
    made.release()


def refused(client):
    """What the server says as it ends the connection."""
    try:
        while True:
            kind, data = client.receive()
            if kind == wire1.DISCONNECT:
                assert client.ends()
                return data[4:].decode()
    except Gone:
        return ""


def test_the_client_itself(device):
    """Everything done right works, also byte by byte: what is refused below is refused for its fault."""
    client = Client(device.port).logged_in()
    assert client.ciphers == 1 << wire1.TRIPLE_DES and client.flags == 0
    assert client.auths == 1 << 2 | 1 << 3
    assert abs(client.host[1].bit_length() - client.server[1].bit_length()) >= 128
    out, status = client.run("show privilege")
    assert LEVEL in out and status == 0 and client.ends()
    client = Client(device.port).logged_in()
    for byte in client.seal(wire1.EXEC_CMD, string("show privilege")):
        client.raw(bytes([byte]))
    assert LEVEL in client.collect()[0]


@pytest.mark.parametrize("length", [0, 1, 4, 49152, 262145, 0x7FFFFFFF, 0xFFFFFFFF])
@pytest.mark.parametrize("keyed", [False, True])
def test_lengths_that_cannot_be(device, length, keyed):
    client = Client(device.port)
    (client.keyed if keyed else client.hello)()
    client.raw(struct.pack(">I", length) + os.urandom(64))
    assert refused(client) in ("malformed packet", "packet too long")


def test_longest_packet(device):
    """One of the largest size arrives whole."""
    client = Client(device.port).logged_in()
    client.send(wire1.IGNORE, string(os.urandom(49152 - 12 - 5 - 4)))
    assert LEVEL in client.run("show privilege")[0]


@pytest.mark.parametrize("keyed", [False, True])
def test_wrong_checksum(device, keyed):
    client = Client(device.port)
    (client.keyed if keyed else client.hello)()
    client.send(wire1.USER, string("admin"), spoil=1)
    assert refused(client) == "packet integrity error"


def weights(count):
    """What a bit in the last place of each of so many blocks adds to a checksum over all of them."""
    return [wire1.crc32(bytes(8 * at) + b"\x01" + bytes(8 * (count - at) - 1)) for at in range(count)]


def cancelling(count):
    """Places whose weights sum to zero, by elimination: what a block does to the checksum at one of them, whatever is in
    it, it takes back at the others."""
    basis = {}
    for at, weight in enumerate(weights(count)):
        places = 1 << at
        while weight:
            top = weight.bit_length()
            if top not in basis:
                basis[top] = (weight, places)
                break
            weight ^= basis[top][0]
            places ^= basis[top][1]
        else:
            return [i for i in range(count) if places >> i & 1]
    raise AssertionError("no dependency")


def compensated(client, places, count):
    """A packet whose checksum is right and whose ciphertext has one and the same block at these places."""
    blocks = [os.urandom(8) for _ in range(count)]
    same = os.urandom(8)
    for at in places:
        blocks[at] = same
    plain = wire1.Layers(wire1.TRIPLE_DES, client.secret, False).apply(b"".join(blocks)) + bytes(4)
    plain += struct.pack(">I", wire1.crc32(plain))
    return struct.pack(">I", len(plain) - 1) + client.tx.apply(plain)


class Known(Client):
    def key(self, cipher, key):
        self.secret = key
        super().key(cipher, key)


def test_compensation_attack(device):
    """The packet is complete and its checksum right; only the detector tells it from an honest one."""
    places = cancelling(PERIOD + 7)
    client = Known(device.port).keyed()
    client.raw(compensated(client, places, PERIOD + 7))
    assert refused(client) == "CRC-32 compensation attack detected"
    client = Known(device.port).keyed()
    client.raw(compensated(client, places[1:], PERIOD + 7))  # repeated blocks that cancel nothing are no attack
    assert refused(client) == "message not allowed now"


def test_repeated_blocks(device):
    """Thousands of equal blocks are dealt with at once, as the detector of old did not."""
    client = Known(device.port).keyed()
    client.raw(struct.pack(">I", 49152 - 12 - 1) + b"sameold " * ((49152 - 8) // 8))
    assert refused(client) in ("packet integrity error", "CRC-32 compensation attack detected")
    assert LEVEL in Client(device.port).logged_in().run("show privilege")[0]


def overlong(client):
    return max(client.host[1], client.server[1]) + 5


SPOILT = {
    "good": {},
    "wrong outer padding": {"outer": 1},
    "wrong inner padding": {"inner": 1},
    "both": {"inner": 0, "outer": 0},
    "zero": {"wrapped": lambda client: 0},
    "one": {"wrapped": lambda client: 1},
    "over the modulus": {"wrapped": overlong},
    "far longer": {"wrapped": lambda client: 1 << 8000},
    "wrong cookie": {"cookie": b"notyours"},
}


@pytest.mark.parametrize("fault", SPOILT)
def test_session_keys_look_alike(device, fault):
    """Whatever is wrong with a session key, the server answers with as many bytes as to a good one and takes the next
    packet as it would one with a wrong checksum."""
    client = Client(device.port).hello()
    how = {k: v(client) if callable(v) else v for k, v in SPOILT[fault].items()}
    client.session_key(**how)
    assert len(client.file.read(12)) == 12
    client.rx = None  # what a spoilt key gives cannot be read
    client.send(wire1.USER, string("admin"), spoil=1 if fault == "good" else 0)
    rest = client.file.read()
    assert len(rest) == 4 + 32 and client.ends()


def test_one_session_key(device):
    client = Client(device.port).keyed()
    client.send(wire1.SESSION_KEY, bytes([3]) + client.cookie + wire1.number(client.wrap(os.urandom(32))) + bytes(4))
    assert refused(client) == "message not allowed now"


@pytest.mark.parametrize("cipher", [0, 1, wire1.DES, 4, 5, 6, 31, 32, 255])
def test_ciphers_not_offered(device, cipher):
    client = Client(device.port).hello()
    client.send(wire1.SESSION_KEY, bytes([cipher]) + client.cookie + wire1.number(client.wrap(bytes(32))) + bytes(4))
    assert refused(client) == "cipher was not offered"


def say(*messages):
    def step(client):
        for kind, data in messages:
            client.send(kind, data)

    return step


COMMAND = (wire1.EXEC_CMD, string("show privilege"))
OUT_OF_TURN = {
    "command before the key": ("hello", say(COMMAND)),
    "user in clear": ("hello", say((wire1.USER, string("admin")))),
    "ignore in clear": ("hello", say((wire1.IGNORE, string("x")))),
    "command before the name": ("keyed", say(COMMAND)),
    "password before the name": ("keyed", say((wire1.AUTH_PASSWORD, string("admin")))),
    "command before the password": ("named", say(COMMAND)),
    "shell before the password": ("named", say((wire1.EXEC_SHELL, b""))),
    "terminal before the password": ("named", say((wire1.REQUEST_PTY, string("vt100") + bytes(17)))),
    "data before the password": ("named", say((wire1.STDIN_DATA, string("show privilege\n")))),
    "the server's own words": ("named", say((wire1.SUCCESS, b""), COMMAND)),
    "another name": ("named", say((wire1.USER, string("guest")))),
    "answer to no challenge": ("named", say((wire1.AUTH_RSA_RESPONSE, bytes(16)))),
    "session key again": ("named", say((wire1.SESSION_KEY, bytes(32)))),
    "data before the shell": ("logged_in", say((wire1.STDIN_DATA, string("show privilege\n")))),
    "window before the shell": ("logged_in", say((wire1.WINDOW_SIZE, bytes(16)))),
    "password after login": ("logged_in", say((wire1.AUTH_PASSWORD, string("admin")))),
    "confirmation of nothing": ("logged_in", say((wire1.EXIT_CONFIRMATION, b""))),
    "cut short": ("logged_in", say((wire1.EXEC_CMD, b"\0\0\0\x09show"))),
    "more than a name": ("keyed", say((wire1.USER, string("admin") + b"x"))),
    "message 0": ("keyed", say((0, b""))),
    "message 255": ("keyed", say((255, b""))),
}


@pytest.mark.parametrize("what", OUT_OF_TURN)
def test_out_of_turn(device, what):
    stage, step = OUT_OF_TURN[what]
    client = Client(device.port)
    if stage == "named":
        client.keyed().user()
    else:
        getattr(client, stage)()
    try:
        step(client)
    except Gone:
        pass
    assert refused(client).split(" ")[0] in ("message", "malformed", "answer")


def test_what_is_not_served(device):
    """X11, agent, ports, compression, the unknown: refused, and the connection goes on."""
    client = Client(device.port).logged_in()
    for kind, data in [
        (wire1.X11_REQUEST, string("MIT") + string("00") + bytes(4)),
        (wire1.AGENT_REQUEST, b""),
        (wire1.PORT_FORWARD_REQUEST, bytes(4) + string("localhost") + bytes(4)),
        (wire1.COMPRESSION, struct.pack(">I", 6)),
        (wire1.MAX_PACKET, struct.pack(">I", 4096)),
        (99, b"anything"),
    ]:
        client.send(kind, data)
        assert client.answer() == wire1.FAILURE
    client.send(wire1.EXEC_SHELL)
    client.send(wire1.PORT_OPEN, struct.pack(">I", 77) + string("localhost") + struct.pack(">I", 22))
    while True:
        kind, data = client.receive()
        if kind == wire1.CHANNEL_OPEN_FAILURE:
            break
        assert kind == wire1.STDOUT_DATA
    assert data == struct.pack(">I", 77)
    client.send(wire1.STDIN_DATA, string("show privilege\nexit\n"))
    assert LEVEL in client.collect()[0]


def test_methods_not_served(device):
    client = Client(device.port).keyed()
    client.user()
    for kind in (wire1.AUTH_RHOSTS, wire1.AUTH_RHOSTS_RSA, wire1.AUTH_TIS, 42):
        client.send(kind, string("root"))
        assert client.answer() == wire1.FAILURE
    for _ in range(6):
        client.send(wire1.AUTH_TIS)
        assert client.answer() == wire1.FAILURE
    client.send(wire1.AUTH_TIS)
    assert refused(client) == "Too many authentication failures"


def test_too_many_passwords(device):
    """As often as in version 2: once more than `authentication-retries`."""
    client = Client(device.port).keyed()
    assert client.user() == wire1.FAILURE
    assert [client.password("wrong") for _ in range(3)] == [wire1.FAILURE] * 3
    client.send(wire1.AUTH_PASSWORD, string("wrong"))
    assert refused(client) == "Too many authentication failures"


def test_unknown_users(device):
    """A name that is none gets the answers of one that is."""
    for name in ("admin", "nobody", "", "x" * 200):
        client = Client(device.port).keyed()
        assert client.user(name) == wire1.FAILURE
        client.send(wire1.AUTH_RSA, wire1.number((1 << 1024) + 1))
        assert client.answer() == wire1.FAILURE
        assert client.password("wrong") == wire1.FAILURE
        client.close()


def test_padded_password(device):
    """Clients hide the length of a password behind a zero byte."""
    client = Client(device.port).keyed()
    client.user()
    assert client.password(b"admin\0" + os.urandom(26)) == wire1.SUCCESS


def test_a_flood_of_input(device):
    """Lines typed faster than they are run wait in the network, not in memory, and all of them are run."""
    client = Client(device.port).logged_in()
    client.send(wire1.EXEC_SHELL)
    lines = (b"show privilege".ljust(120) + b"\n") * 4000 + b"exit\n"
    client.socket.settimeout(60)

    def type_all():
        for at in range(0, len(lines), 32000):
            client.send(wire1.STDIN_DATA, string(lines[at : at + 32000]))

    writer = threading.Thread(target=type_all)
    writer.start()
    out, status = client.collect()
    writer.join()
    assert out.count(LEVEL) == 4000 and status == 0
