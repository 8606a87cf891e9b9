# SPDX-License-Identifier: Apache-2.0
"""`aaa local authentication attempts max-fail`: who fails so often in a row is locked out, by every way of typing a
password, and learns it from nothing: not from the answer, not from its time."""

import time

import paramiko
import pytest

import lab as laboratory
import wire

CONFIG = """\
hostname R1
aaa new-model
aaa local authentication attempts max-fail 3
aaa authentication login default local
aaa authorization exec default local
username admin privilege 15 password 0 admin
username user1 secret right
username user2 password 0 right
line vty 0 4
end
"""


@pytest.fixture(scope="module")
def device(module_lab):
    return module_lab.booted(CONFIG)


@pytest.fixture
def admin(device):
    t = device.terminal(size=(200, 200))
    yield t
    t.command("clear aaa local user lockout all")
    t.command("clear aaa local user fail-attempts all")
    t.close()


def locked(admin):
    return {line.split()[0] for line in admin.command("show aaa local user lockout").splitlines() if " UTC " in line}


def attempt(transport, user, password, interactive=False):
    """True: he is in."""
    try:
        if interactive:
            transport.auth_interactive(user, lambda *a: [password])
        else:
            transport.auth_password(user, password, fallback=False)
    except paramiko.AuthenticationException:
        return False
    return True


def wrong(device, user, times, interactive=False):
    for _ in range(times):
        t = wire.keyed(device.port)
        assert not attempt(t, user, "wrong", interactive)
        t.close()


def is_in(device, user, password="right", interactive=False):
    t = wire.keyed(device.port)
    done = attempt(t, user, password, interactive)
    t.close()
    return done


@pytest.mark.parametrize("interactive", [False, True])
def test_so_many_failures_in_a_row(device, admin, interactive):
    wrong(device, "user1", 2, interactive)
    assert is_in(device, "user1"), "two are not three"
    wrong(device, "user1", 2, interactive)
    assert is_in(device, "user1"), "with him in, it begins anew"
    wrong(device, "user1", 3, interactive)
    assert locked(admin) == {"user1"}
    assert not is_in(device, "user1") and not is_in(device, "user1", interactive=True)
    assert not is_in(device, "USER1"), "in another case he is the same"
    assert is_in(device, "user2"), "somebody else is not"
    assert "% Nobody is locked out" in admin.command("clear aaa local user lockout username user2")
    admin.command("clear aaa local user lockout username user1")
    assert is_in(device, "user1")
    shown = admin.command("show logging | include AAA-5")
    assert "%AAA-5-USER_LOCKED: User user1 locked out on authentication failure" in shown
    assert "%AAA-5-USER_UNLOCKED: User user1 unlocked by admin on vty" in shown


def test_one_connection_is_enough(device, admin):
    """Both methods of one connection count for one user; the fourth attempt is right, and too late."""
    t = wire.keyed(device.port)
    assert not attempt(t, "user1", "wrong")
    assert not attempt(t, "user1", "wrong", interactive=True)
    assert not attempt(t, "user1", "wrong")
    assert not attempt(t, "user1", "right")
    t.close()
    assert locked(admin) == {"user1"}


def test_many_at_a_time(device, admin):
    """Guesses that are under way together are no more guesses: behind the third the right one fails too."""
    transports = [wire.keyed(device.port) for _ in range(6)]
    for t in transports:
        wire.push(t, wire.message(wire.SERVICE_REQUEST, "ssh-userauth"))
    for t in transports:
        wire.push(t, wire.message(wire.USERAUTH_REQUEST, "user1", "ssh-connection", "password", False, "wrong"))
    late = wire.keyed(device.port)
    assert laboratory.wait_for(lambda: locked(admin))
    assert not attempt(late, "user1", "right")
    for t in (late, *transports):
        t.close()


def test_failures_are_forgotten_by_command(device, admin):
    wrong(device, "user1", 2)
    admin.command("clear aaa local user fail-attempts username user1")
    assert "failed attempts reset by admin on vty" in admin.command("show logging | include USER_RESET")
    wrong(device, "user1", 2)
    assert not locked(admin)


def test_nobody_is_locked_out_who_is_no_local_user(device, admin):
    wrong(device, "nobody", 4)
    wrong(device, "admin", 4)
    assert not locked(admin)
    assert is_in(device, "admin", "admin")


def test_without_the_limit_he_stays_locked_out(device, admin):
    wrong(device, "user1", 3)
    for line in ("configure terminal", "no aaa local authentication attempts max-fail", "end"):
        admin.command(line)
    assert not is_in(device, "user1")
    wrong(device, "user2", 4)
    assert locked(admin) == {"user1"}
    for line in ("configure terminal", "aaa local authentication attempts max-fail 3", "no username user1",
                 "username user1 secret right", "end"):  # fmt: skip
        admin.command(line)
    assert is_in(device, "user1"), "a new user of the old name"


def test_he_waits_as_long(device, admin):
    """The right password of who is locked out is computed as a wrong one is, and refused at a whole tenth."""
    wrong(device, "user1", 3)
    t = wire.keyed(device.port)
    begun = time.monotonic()
    assert not attempt(t, "user1", "right")
    assert time.monotonic() - begun > 0.09
    t.close()


def test_the_console_counts_too(device, admin):
    for line in ("configure terminal", "aaa authentication login CON local", "line con 0", "login authentication CON", "end"):
        admin.command(line)
    t = device.console()
    t.until("Press RETURN")
    t.send("\r")
    for _ in range(3):
        t.until("Username: $")
        t.send("user2\r")
        t.until("Password: $")
        t.send("wrong\r")
    assert laboratory.wait_for(lambda: locked(admin) == {"user2"})
    t.close()
