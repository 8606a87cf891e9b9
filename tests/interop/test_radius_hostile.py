# SPDX-License-Identifier: Apache-2.0
"""Whoever answers in the place of a RADIUS server, or is one and lies, can at worst deny: a reply that does not prove that
it knows the key and answers this question is as none. Each lie says yes, with privilege 15; none of them may be heard."""

import os
import socket

import pytest

import radius
import radius_server as wire
from radius import LEVEL

pytestmark = pytest.mark.usefixtures("vacant")


@pytest.fixture(scope="module")
def server():
    with wire.Server() as made:
        yield made


@pytest.fixture(scope="module")
def device(module_lab, server):
    return module_lab.booted(radius.config(radius.server("R", server.port, server.port, more=" timeout 1\n retransmit 0\n")))


@pytest.fixture(autouse=True)
def honest(server):
    """Each test begins with a server that does not lie."""
    yield
    server.lie = None


def login(device, user="eve", password="whatever"):
    return device.ssh("show privilege", user=user, password=password)


def from_elsewhere(server, request):
    """The right answer, from another port of the same host, and from another address."""
    for address in ("127.0.0.1", "127.0.0.9"):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind((address, 0))
            other.sendto(server.accept(request), server.peer)
    return []


old = []


def replayed(server, request):
    """The answer to an earlier question, with the number of this one."""
    old.append(server.accept(request))
    return [old[0][:1] + bytes([request.id]) + old[0][2:]] if len(old) > 1 else []


def tampered(at):
    def change(server, request):
        data = bytearray(server.accept(request))
        data[at] ^= 1
        return [bytes(data)]

    return change


LIES = {
    "another key": lambda s, r: [s.accept(r, key=b"testing124")],
    "no key": lambda s, r: [s.accept(r, key=b"")],
    "unsigned": lambda s, r: [s.accept(r, sign=False)],
    "a wrong signature": lambda s, r: [s.accept(r, signature=bytes(16))],
    "another question's number": lambda s, r: [s.accept(r, number=r.id ^ 1)],
    "another question": lambda s, r: [s.accept(r, authenticator=os.urandom(16))],
    "the request itself": lambda s, r: [r.raw],
    "a code that is none": lambda s, r: [s.accept(r, code=99)],
    "an accounting response": lambda s, r: [s.accept(r, code=wire.ACCOUNTING_RESPONSE)],
    "longer than it is": lambda s, r: [s.accept(r, length=4000)],
    "shorter than a head": lambda s, r: [s.accept(r, length=19), s.accept(r)[:19], b"", b"\2"],
    "cut short": lambda s, r: [s.accept(r)[:-1]],
    "an attribute of length 0": lambda s, r: [s.accept(r, attributes=b"\x12\0" + wire.av_pair("shell:priv-lvl=15"))],
    "an attribute of length 1": lambda s, r: [s.accept(r, attributes=b"\x12\1" + wire.av_pair("shell:priv-lvl=15"))],
    "an attribute past the end": lambda s, r: [s.accept(r, attributes=wire.av_pair("shell:priv-lvl=15") + b"\x12\xff")],
    "a changed privilege": tampered(-1),
    "a changed authenticator": tampered(5),
    "a changed signature": tampered(24),
    "a replay": replayed,
    "an answer from elsewhere": from_elsewhere,
    "noise": lambda s, r: [os.urandom(n) for n in (1, 20, 300, 4096)],
    "a flood": lambda s, r: [s.accept(r, key=b"x")] * 2000,
    "nothing": lambda s, r: [],
}


def test_the_truth_lets_in(device, server):
    """The peer is believed when it does not lie: what it sends is RADIUS, and what it gets is signed and hidden."""
    assert login(device).stdout == LEVEL
    request = server.requests[-1] if server.requests[-1].code == wire.ACCESS_REQUEST else server.requests[0]
    assert request.is_signed(server.key) and request.password(server.key) == b"whatever"
    assert b"whatever" not in request.raw


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_lie_lets_nobody_in(device, server, lie):
    if lie is replayed:
        assert login(device).returncode == 0  # fills nothing but time
        server.lie = lie
        login(device)
    server.lie = lie
    done = login(device)
    assert (done.returncode, done.stdout) == (255, "")
    assert login(device, "admin", "admin").returncode == 0, "the next method is asked when a server cannot say"


def test_no_is_final_though_others_say_yes(device, server):
    """A rejection is not overruled by a forged acceptance behind it, nor by a local password."""
    server.lie = lambda s, r: [s.accept(r, code=wire.ACCESS_REJECT, attributes=b""), s.accept(r, key=b"x"), s.accept(r)]
    assert login(device, "admin", "admin").returncode == 255


def test_forgery_before_the_truth_does_no_harm(device, server):
    server.lie = lambda s, r: [s.accept(r, key=b"x"), os.urandom(30), s.accept(r)]
    assert login(device).stdout == LEVEL


def test_relaxed_server_may_be_unsigned_and_no_more(module_lab, server):
    device = module_lab.device(name="relaxed")
    more = " timeout 1\n retransmit 0\n no require-message-authenticator\n"
    device.init(radius.config(radius.server("R", server.port, server.port, more=more)))
    device.run()
    server.lie = LIES["unsigned"]
    assert login(device).stdout == LEVEL
    for lie in ("another key", "a wrong signature", "another question", "another question's number"):
        server.lie = LIES[lie]
        assert login(device).returncode == 255, lie
    server.lie = lambda s, r: [s.accept(r, sign=False, key=b"x")]
    assert login(device).returncode == 255
