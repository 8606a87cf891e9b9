# SPDX-License-Identifier: Apache-2.0
"""People log in through FreeRADIUS, with the clients they have: what the server asks is what their client asks, what its
attributes grant is what they may, and what they did is in its accounting."""

import pytest

import lab as laboratory
import radius
from radius import LEVEL
from test_plink import plink
from test_tacacs import answers

pytestmark = pytest.mark.usefixtures("vacant")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with radius.FreeRadius(tmp_path_factory.mktemp("radius") / "d") as made:
        yield made


@pytest.fixture(scope="module")
def device(module_lab, server):
    return module_lab.booted(radius.config(radius.server("R", server.auth, server.acct)))


METHODS = ("keyboard-interactive", "password")


@pytest.mark.parametrize("method", METHODS)
def test_openssh(device, method):
    options = ("-o", f"PreferredAuthentications={method}")
    assert device.ssh("show privilege", user="alice", password="wonder", options=options).stdout == LEVEL
    for user, password in (("alice", "Wonder"), ("alice", ""), ("nobody", "wonder"), ("admin", "admin")):
        done = device.ssh("show privilege", user=user, password=password, options=options)
        assert (done.returncode, done.stdout) == (255, ""), user  # admin is local: a rejection is final


GRANTS = {
    "bob": ("builder", 1), "admin15": ("six", 15), "lower": ("lower", 7), "odd": ("odd", 15), "plain": ("plain", 1),
    "long": (radius.LONG, 15), "auto": ("auto", 15),
}  # fmt: skip


@pytest.mark.parametrize("user", GRANTS)
def test_what_attributes_grant(device, user):
    password, level = GRANTS[user]
    assert device.ssh("show privilege", user=user, password=password).stdout == f"Current privilege level is {level}\n"


@pytest.mark.parametrize("user", ["strict", "level", "framed"])
def test_what_is_not_understood_is_no_grant(device, user):
    assert device.ssh("show privilege", user=user, password=user).returncode != 0


def test_plink(device):
    for session in ("AuthKI=1\n", "AuthKI=0\n"):
        done = plink(device, "-l", "alice", "-pw", "wonder", "show privilege", session=session)
        assert done.stdout.strip() == LEVEL.strip(), done.stderr
        assert LEVEL.strip() not in plink(device, "-l", "alice", "-pw", "no", "show privilege", session=session).stdout


def test_challenges_are_prompts(device):
    """Two rounds behind the password, with the server's words, shown or not as it wants."""
    seen, entered = answers(device, "token", "pin", "1234", "9")
    assert entered and len(seen) == 3
    assert [prompt[1:] for prompt in seen[1:]] == [("Token: ", True), ("PUK: ", False)] and "Welcome." in seen[1][0]
    for wrong in (("no", ), ("pin", "4321"), ("pin", "1234", "8")):
        assert not answers(device, "token", *wrong, *["x"] * 9)[1]


def test_accounting(device, server):
    before = len(server.records())
    assert device.ssh("show clock", user="alice", password="wonder").returncode == 0
    assert laboratory.wait_for(lambda: len(of_alice(server, before)) == 2, 10)
    start, stop = (dict(r) for r in of_alice(server, before))
    assert (start["Acct-Status-Type"], stop["Acct-Status-Type"]) == ("Start", "Stop")
    assert start["Acct-Session-Id"] == stop["Acct-Session-Id"] and start["Calling-Station-Id"] == "127.0.0.1"
    assert [v for n, v in of_alice(server, before)[1] if n == "Class"] == ["0x00ff2a", "0x62"]


def of_alice(server, after):
    return [r for r in server.records()[after:] if dict(r).get("User-Name") == "alice"]
