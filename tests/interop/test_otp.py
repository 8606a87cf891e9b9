# SPDX-License-Identifier: Apache-2.0
"""One-time passwords of local users: every client is asked for the password and then for the code, codes come from
oathtool, and none is good twice, in the wrong place or without what comes before it."""

import contextlib
import os
import re
import subprocess
import sys

import paramiko
import pytest
from PIL import Image
from pyzbar import pyzbar

import keys
import lab as laboratory
import test_version1 as version1
import wire
from test_plink import fingerprint

LEVEL = "Current privilege level is 15"
SECRETS = {name: (name.upper() + "7" * 32)[:32] for name in ("alice", "bob", "carol", "dave")}
CONFIG = laboratory.CONFIG.replace(
    "line vty",
    "ip ssh v1 cipher 3des des\naaa new-model\naaa authentication login default local\naaa authorization exec default local\n"
    "username keyed privilege 15 password 0 pw\n"
    + "".join(f"username {n} privilege 1{4 + (n != 'dave')} password 0 pw\nusername {n} otp secret 0 {s}\n" for n, s in SECRETS.items())
    + "aaa authentication login con none\nline con 0\n login authentication con\nline vty",
)


class Now:
    """The device's clock, put into the middle of a step ten minutes on for each test: no test waits for a step or meets
    the codes of another."""

    at = 1_795_867_215  # a quarter past one of its minutes

    def __init__(self, device):
        Now.at += 600
        date = subprocess.run(["date", "-u", "-d", f"@{Now.at}", "+%H:%M:%S %d %b %Y"], capture_output=True, text=True)
        t = device.terminal()
        t.command("clock set " + date.stdout.strip())
        assert date.stdout[:5] in t.command("show clock")
        t.close()

    def code(self, user, step=0, secret=None):
        argv = ["oathtool", "--totp", "-b", secret or SECRETS[user], "--now", f"@{self.at + 30 * step}"]
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    return keys.openssh_pair(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def device(module_lab, pairs):
    lines = keys.config("alice", keys.public(pairs["ed25519"])).split("ip ssh pubkey-chain")[1]
    chain = "ip ssh pubkey-chain" + lines.replace("end\n", "") + keys.config("keyed", keys.public(pairs["ed25519"])).split("ip ssh pubkey-chain\n")[1]
    return module_lab.booted(CONFIG.replace("end\n", chain))


@pytest.fixture
def now(device):
    yield Now(device)
    device.hang_up()


def configure(device, *lines):
    t = device.terminal()
    for shown in t.configure(*lines):
        assert "% " not in shown, shown
    t.close()


@contextlib.contextmanager
def required(device, what):
    """`publickey then WHAT`, said on the console: nobody else may get in."""
    t = device.console()
    t.until("Press RETURN")
    t.send("\r")
    t.settle()
    line = f"ip ssh server authenticate user publickey then {what}"
    for typed in ("enable", "sesame", "configure terminal", line, "end"):
        t.command(typed)
    yield t
    for typed in ("configure terminal", "no " + line, "end"):
        t.command(typed)
    t.send("exit\r")
    t.close()


def interactive(device, user, *typed, transport=None):
    """The prompts with their echo flags, and whether he is in."""
    left, seen = list(typed), []

    def handler(title, instructions, prompts):
        seen.extend(prompts)
        return [left.pop(0) for _ in prompts]

    t = transport or wire.keyed(device.port)
    try:
        t.auth_interactive(user, handler)
        return seen, True
    except paramiko.AuthenticationException:
        return seen, False
    finally:
        if not transport:
            t.close()


def is_in(device, user, password, code):
    return interactive(device, user, password, code)[1]


def openssh(device, user, code, *options):
    script = device.parent / "askcode"
    script.write_text('#!/bin/sh\ncase "$1" in *code*) echo "$LAB_CODE";; *) echo pw;; esac\n')
    script.chmod(0o755)
    env = {**device.ssh_env("pw"), "SSH_ASKPASS": str(script), "LAB_CODE": code}
    argv = device.ssh_argv(user, "show privilege", options=options)
    return subprocess.run(argv, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)


@pytest.mark.parametrize("method", ["keyboard-interactive", "password,keyboard-interactive"])
def test_openssh(device, now, method):
    options = ("-o", f"PreferredAuthentications={method}")
    assert LEVEL in openssh(device, "alice", now.code("alice"), *options).stdout
    assert openssh(device, "alice", "123456", *options).returncode == 255
    assert openssh(device, "alice", "123456", "-o", "PreferredAuthentications=password").returncode == 255


@pytest.mark.parametrize("session", ["AuthKI=1\n", "AuthKI=0\n"])
def test_plink(device, now, session):
    """At a terminal, by keyboard-interactive; by the method password alone the code has no place."""
    folder = device.parent / ".putty/sessions"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "device").write_text(f"Protocol=ssh\nHostName=127.0.0.1\n{session}")
    t = laboratory.Terminal(
        ["plink", "-load", "device", "-ssh", "-P", str(device.port), "-l", "bob", "-no-antispoof", "-hostkey",
         fingerprint(device.port), "show privilege"], env={"HOME": str(device.parent), "PATH": os.environ["PATH"]},
    )  # fmt: skip
    t.until("assword: $")
    t.send("pw\r")
    if session == "AuthKI=0\n":
        t.until("keyboard-interactive|No supported|further authentication|FATAL")
    else:
        t.until("One-time code: $")
        t.send(now.code("bob") + "\r")
        t.until(LEVEL)
    t.close()


def test_paramiko(device, now):
    prompts, done = interactive(device, "bob", "pw", now.code("bob"))
    assert done and prompts == [("Password: ", False), ("One-time code: ", False)]
    t = wire.keyed(device.port)
    assert t.auth_password("bob", "pw", fallback=False) == ["keyboard-interactive"], "partial success"
    assert not t.is_authenticated()
    prompts, done = interactive(device, "bob", now.code("bob", 1), transport=t)
    assert done and t.is_authenticated() and prompts == [("One-time code: ", False)]
    t.close()
    configure(device, "aaa authentication otp echo")
    prompts, done = interactive(device, "carol", "pw", now.code("carol"))
    assert done and prompts[1] == ("One-time code: ", True)
    configure(device, "no aaa authentication otp echo")


NETMIKO = """
import sys, netmiko
port, user, password, *key = sys.argv[1:]
how = dict(use_keys=True, key_file=key[0]) if key else {}
net = netmiko.ConnectHandler(device_type="cisco_ios", host="127.0.0.1", port=int(port), username=user, password=password or None, **how)
print(net.send_command("show privilege"))
"""


def netmiko(device, user, typed, password="", *key):
    argv = [sys.executable, "-c", NETMIKO, str(device.port), user, password, *map(str, key)]
    return subprocess.run(argv, input=typed, capture_output=True, text=True, timeout=40)


def test_netmiko(device, now, pairs):
    """A program that sends a password and nothing else is told at once that this is not enough. With a key, and the code
    asked for behind it, what is below netmiko asks its person."""
    assert LEVEL in netmiko(device, "keyed", "", "pw").stdout
    done = netmiko(device, "bob", now.code("bob") + "\n", "pw")
    assert LEVEL not in done.stdout and done.returncode == 1 and "xception" in done.stderr
    with required(device, "otp"):
        done = netmiko(device, "alice", now.code("alice") + "\n", "", pairs["ed25519"])
        assert "One-time code:" in done.stdout and LEVEL in done.stdout, done.stderr
        assert LEVEL not in netmiko(device, "alice", "000000\n", "", pairs["ed25519"]).stdout


def test_who_has_none_is_not_asked(device, now):
    prompts, done = interactive(device, "keyed", "pw")
    assert done and len(prompts) == 1
    for user in ("alice", "keyed", "nobody"):  # a wrong password is no reason to ask on
        assert interactive(device, user, "wrong") == ([("Password: ", False)], False)


def test_once_and_near(device, now):
    """One step off is near enough, two are not; each is good once, and none older than one that was used."""
    for step in (-2, 2):
        assert not is_in(device, "carol", "pw", now.code("carol", step))
    assert is_in(device, "carol", "pw", now.code("carol", -1))
    assert not is_in(device, "carol", "pw", now.code("carol", -1))
    assert is_in(device, "carol", "pw", now.code("carol", 1))
    assert not is_in(device, "carol", "pw", now.code("carol", 0))


def test_what_is_no_code(device, now):
    good = now.code("bob")
    for typed in ("", good + " ", good + "\0", "0" * 7000):  # more are in tests/unit/aaa/test_totp.c
        assert not is_in(device, "bob", "pw", typed), typed
    assert not is_in(device, "bob", good, "pw"), "in the wrong order"
    assert is_in(device, "bob", "pw", good)


def test_guessing_is_slow(device, now):
    """Behind five wrong codes not even the right one is looked at for half a minute; it lets in when the wait is over."""
    for _ in range(5):
        assert not is_in(device, "bob", "pw", "000000")
    assert not is_in(device, "bob", "pw", now.code("bob"))
    configure(device, f"username bob otp secret 0 {SECRETS['carol']}")
    assert is_in(device, "bob", "pw", now.code("carol")), "a new secret begins anew"
    configure(device, f"username bob otp secret 0 {SECRETS['bob']}")


def test_wrong_codes_lock_out(device, now):
    """dave is no administrator: three wrong codes behind the right password, and nothing lets him in."""
    configure(device, "aaa local authentication attempts max-fail 3")
    for _ in range(3):
        assert not is_in(device, "dave", "pw", "000000")
    assert not is_in(device, "dave", "pw", now.code("dave"))
    t = device.terminal(size=(100, 200))
    assert "dave" in t.command("show aaa local user lockout")
    t.command("clear aaa local user lockout all")
    t.close()
    assert is_in(device, "dave", "pw", now.code("dave"))
    configure(device, "no aaa local authentication attempts max-fail")


def test_no_way_around_the_code(device, now, pairs):
    """With the password proven, nothing but the code lets him in, and only him."""
    stranger = paramiko.Ed25519Key.from_private_key_file(str(pairs["ed25519"]))
    t = wire.keyed(device.port)
    t.auth_password("bob", "pw", fallback=False)
    for attempt in (
        lambda: t.auth_none("bob"),
        lambda: t.auth_publickey("bob", stranger),
        lambda: t.auth_interactive("bob", lambda *a: [""]),
        lambda: t.auth_password("bob", now.code("bob"), fallback=False),
    ):
        with pytest.raises(paramiko.AuthenticationException):
            attempt()
        assert not t.is_authenticated()
    assert interactive(device, "bob", now.code("bob"), transport=t) == ([("Password: ", False)], False), "from the start"
    t.close()
    t = wire.keyed(device.port)
    t.auth_password("bob", "pw", fallback=False)
    with pytest.raises((paramiko.SSHException, EOFError)):
        t.auth_password("keyed", "pw", fallback=False)
        t.auth_interactive("keyed", lambda *a: [now.code("bob")])
    assert not t.is_authenticated()
    t.close()
    t = wire.keyed(device.port)
    t.auth_password("bob", "pw", fallback=False)
    wire.push(t, wire.message(90, "session", 0, 1 << 20, 1 << 15))  # SSH_MSG_CHANNEL_OPEN
    assert wire.ended(t)


def test_publickey_then_password(device, now, pairs):
    key = paramiko.Ed25519Key.from_private_key_file(str(pairs["ed25519"]))
    t = wire.keyed(device.port)
    t.auth_publickey("alice", key)
    assert t.is_authenticated(), "without the requirement a key is enough"
    t.close()
    with required(device, "password"):
        t = wire.keyed(device.port)
        for attempt in (lambda: t.auth_password("keyed", "pw", fallback=False), lambda: t.auth_interactive("keyed", lambda *a: ["pw"])):
            with pytest.raises(paramiko.AuthenticationException):
                attempt()
        with pytest.raises(paramiko.BadAuthenticationType) as e:
            t.auth_none("keyed")
        assert e.value.allowed_types == ["publickey"]
        assert set(t.auth_publickey("keyed", key)) == {"keyboard-interactive", "password"}
        with pytest.raises(paramiko.AuthenticationException):
            t.auth_password("keyed", "wrong", fallback=False)
        assert t.auth_password("keyed", "pw", fallback=False) == [] and t.is_authenticated()
        t.close()
        options = ("-i", pairs["ed25519"], "-o", "IdentitiesOnly=yes")
        done = openssh(device, "alice", now.code("alice"), *options)
        assert LEVEL in done.stdout, done.stderr
        admin_has_no_key = device.ssh("show privilege")
        assert admin_has_no_key.returncode == 255


def test_publickey_then_otp(device, now, pairs):
    """The code alone comes behind the key; who has no secret does not get in, and the log says why."""
    key = paramiko.Ed25519Key.from_private_key_file(str(pairs["ed25519"]))
    with required(device, "otp") as t:
        one = wire.keyed(device.port)
        assert one.auth_publickey("alice", key) == ["keyboard-interactive"]
        with pytest.raises(paramiko.AuthenticationException):
            one.auth_password("alice", "pw", fallback=False)
        assert interactive(device, "alice", now.code("alice"), transport=one) == ([("One-time code: ", False)], True)
        one.close()
        two = wire.keyed(device.port)
        two.auth_publickey("keyed", key)
        assert not interactive(device, "keyed", now.code("alice", 1), transport=two)[1]
        two.close()
        assert "'keyed' from 127.0.0.1 is asked for a code and has no secret" in t.command("show logging | include NO_OTP_SECRET")


def test_version_1_cannot_ask(device, now):
    """Its password lets in who has no secret, and not who has one."""
    known = version1.known.__wrapped__(device)
    shown = {user: version1.plink(device, "-l", user, "show privilege", password="pw", known=known) for user in ("keyed", "bob")}
    assert LEVEL in shown["keyed"].stdout, shown["keyed"].stderr
    assert LEVEL not in shown["bob"].stdout and shown["bob"].returncode != 0


def picture(text):
    """The half blocks of a screen as an image, dark where nothing is drawn."""
    rows = [line[2:] for line in text.splitlines() if set(line) <= set("\u2580\u2584\u2588 ") and "\u2588" in line]
    width = max(map(len, rows))
    image = Image.new("L", (width, 2 * len(rows)), 0)
    for y, row in enumerate(rows):
        for x, char in enumerate(row):
            image.putpixel((x, 2 * y), 255 * (char in "\u2580\u2588"))
            image.putpixel((x, 2 * y + 1), 255 * (char in "\u2584\u2588"))
    return image.resize((width * 8, 16 * len(rows)), Image.Resampling.NEAREST)


def test_enrolled(device, now):
    """The code on the screen is read by another program and says what stands beside it; with it, and with each scratch
    code once, he gets in, before and after a reload."""
    t = device.terminal(size=(100, 100))
    t.command("terminal length 0")
    shown = t.command("crypto otp enroll keyed")
    secret = re.search(r"Secret +([A-Z2-7]{32})$", shown, re.M)[1]
    uri = re.search(r"URI +(\S+)", shown)[1]
    assert uri == f"otpauth://totp/R1:keyed?secret={secret}&issuer=R1"
    assert [x.data.decode() for x in pyzbar.decode(picture(shown))] == [uri]
    scratch = re.findall(r"^  (\d{8})$", shown, re.M)
    assert len(set(scratch)) == 5
    configuration = t.command("show running-config")
    assert re.search(r"^username keyed otp secret 7 \S+$", configuration, re.M) and secret not in configuration
    assert secret not in t.command("show logging") + t.command("show tech-support")
    t.command("crypto otp enroll keyed")
    assert t.screen.last.endswith("Replace it? [yes/no]: ")
    t.command("no")
    code = now.code("keyed", 0, secret)
    assert is_in(device, "keyed", "pw", code)
    assert is_in(device, "keyed", "pw", scratch[3])
    t.command("write memory")
    t.close()
    device.stop()
    device.run()
    assert not is_in(device, "keyed", "pw", code), "used before the reload"
    assert not is_in(device, "keyed", "pw", scratch[3])
    assert is_in(device, "keyed", "pw", scratch[0])
    assert is_in(device, "keyed", "pw", now.code("keyed", 1, secret))
    narrow = device.terminal(size=(24, 38))
    narrow.command("terminal length 0")
    narrow.command("crypto otp enroll carol")
    assert "too narrow for the QR code" in narrow.command("yes")
    narrow.close()
    assert "% No such user: nobody" in device.terminal().command("crypto otp enroll nobody")


def test_the_console(device, now):
    """It asks for a code only where it is told to."""
    configure(device, "aaa authentication login CON local", "line con 0", "login authentication CON")

    def login(*typed):
        t = device.console()
        t.until("Press RETURN")
        for word, wait in typed:
            t.send(word + "\r")
            t.until(wait)
        t.send("exit\r")
        t.until("Press RETURN")
        t.close()

    login(("", "Username: $"), ("dave", "Password: $"), ("pw", "R1>$"))
    configure(device, "aaa authentication otp console")
    code = now.code("dave")
    login(("", "Username: $"), ("dave", "Password: $"), ("pw", "One-time code: $"), (code, "R1>$"))
    t = device.console()
    t.until("Press RETURN")
    for word, wait in (("", "Username: $"), ("dave", "Password: $"), ("pw", "One-time code: $"), (code, "Authentication failed")):
        t.send(word + "\r")
        t.until(wait)
    t.close()
