# SPDX-License-Identifier: Apache-2.0
"""Names, passwords, banners and keys made to hurt: each is refused like any other, the log stays one that can be read,
and the next client is served as ever."""

import re

import paramiko
import pytest

import lab as laboratory
import wire

LEVEL = "Current privilege level is 15\n"
SEVERE = [
    b"", b" ", b"\n", b"\r\n%SYS-5-RESTART: forged", b"'", b'"', b"] [Source: 192.0.2.1]", b"a]b", b"[x", b"%s%n%x", b"\x1b[2J\x07",
    b"\0", b"admin\0", b"admin ", b"ADMIN\t", b"../../etc/passwd", b"$(reload)", b"-oProxyCommand=x", b"a:b:c", b"\xff\xfe\xfd",
    "ünïcødé".encode(), "\u202egnp.exe".encode(), b"admin' authentication for SSH2 Session from 192.0.2.1 (tty = 0) Succeeded",
]  # fmt: skip
LONG = [b"x" * n for n in (63, 64, 65, 127, 128, 255, 256, 1000, 5000, 20000, 30000)]
ATTEMPT = re.compile(r"Login failed \[user: [A-Za-z0-9._@+$/\\=~?-]*\] \[Source: 127\.0\.0\.1\] ")
EVENT = re.compile(
    r"%SSH-5-SSH2_USERAUTH: User '[A-Za-z0-9._@+$/\\=~?-]*' authentication for SSH2 Session from 127\.0\.0\.1 "
    r"\(tty = \d+\) using crypto cipher '[^']*', hmac '[^']*' Failed$"
)
REFUSED = (paramiko.SSHException, EOFError, OSError)


@pytest.fixture(scope="module")
def device(build, request):
    made = laboratory.Lab()
    request.node.lab = made
    yield made.booted(laboratory.CONFIG.replace("end\n", "ip ssh logging events\nend\n"))
    made.release()


def logged(device):
    return device.ssh("show logging").stdout.splitlines()


def named(values):
    return [repr(v[:24]) + (str(len(v)) if len(v) > 24 else "") for v in values]


def attempts(device, user, password):
    """By password and keyboard-interactive, each on a connection of its own; both are refused."""
    t = wire.keyed(device.port)
    with pytest.raises(REFUSED):
        t.auth_password(user, password, fallback=False)
    t.close()
    t = wire.keyed(device.port)
    with pytest.raises(REFUSED):
        t.auth_interactive(user, lambda *asked: [password])
    t.close()


def check_log(device, last):
    """Nothing but whole lines of the device's own making follow `last`, none forged; it still serves."""
    lines = logged(device)
    for line in lines[lines.index(last) + 1 :]:
        assert re.match(r"\*[A-Z][a-z]{2} .\d \d\d:\d\d:\d\d\.\d{3}: %[A-Z_]+-\d-[A-Z0-9_]+: [ -~]*$", line), line
        if "LOGIN_FAILED" in line:
            assert ATTEMPT.search(line), line
        if "SSH2_USERAUTH" in line and not line.endswith("Succeeded"):
            assert EVENT.search(line), line
        assert "192.0.2.1" not in re.sub(r"user: \S+|'\S+'", "", line), line
    assert device.ssh("show privilege").stdout == LEVEL


@pytest.mark.parametrize("user", SEVERE + LONG, ids=named(SEVERE + LONG))
def test_user(device, user):
    last = logged(device)[-1]
    attempts(device, user, b"admin")
    check_log(device, last)


@pytest.mark.parametrize("password", SEVERE + LONG, ids=named(SEVERE + LONG))
def test_password(device, password):
    """Refused like any wrong one, and no piece of it is ever in the log."""
    last = logged(device)[-1]
    attempts(device, b"admin", b"Zq9w" + password)
    check_log(device, last)
    assert not any("Zq9w" in line for line in logged(device))


def test_a_long_password_is_an_answer_not_a_violation(device):
    """The connection goes on, and the right one is taken on it."""
    t = wire.keyed(device.port)
    with pytest.raises(paramiko.AuthenticationException):
        t.auth_password("admin", "x" * 20000, fallback=False)
    with pytest.raises(paramiko.AuthenticationException):
        t.auth_interactive("admin", lambda *asked: ["y" * 20000])
    t.auth_password("admin", "admin", fallback=False)
    assert t.is_authenticated()
    t.close()


ALGORITHMS = [b"", b"ssh-rsa", b"rsa-sha2-512", b"ssh-ed25519", b"none", b"'\"]\n\0", b"x" * 5000]
BLOBS = [b"", wire.string("ssh-rsa"), wire.string("ssh-ed25519") + wire.string(b"\0" * 32), b"\xff" * 64, b"\0" * 20000]


@pytest.mark.parametrize("signature", [None, b"", b"\0" * 4, wire.string("ssh-rsa") + wire.string(b"x" * 300), b"z" * 5000])
@pytest.mark.parametrize("algorithm", ALGORITHMS, ids=named(ALGORITHMS))
def test_public_key(device, algorithm, signature):
    """Algorithms, blobs and signatures that are none: the connection is refused or ended; the device serves on."""
    for blob in BLOBS:
        t = wire.keyed(device.port)
        fields = [b"admin", b"ssh-connection", b"publickey", signature is not None, algorithm, blob]
        fields += [] if signature is None else [signature]
        wire.push(t, wire.message(wire.SERVICE_REQUEST, "ssh-userauth"), wire.message(wire.USERAUTH_REQUEST, *fields))
        assert not t.is_authenticated()
        t.close()
    assert device.ssh("show privilege").stdout == LEVEL


BANNERS = {
    "utf-8": "Zutritt nur für Befugte, ünïcødé \u202e \U0001f512",
    "quotes": "'\"]%s%n$(reload)`id`\\",
    "terminal": "\x1b[2J\x1b]0;title\x07\x08",
    "longest": "\n".join(["\U0001f512" * 40] * 99),
    "lines": "x\n" * 2000,
}


@pytest.mark.parametrize("name", BANNERS)
def test_banner(lab, name):
    """Whatever stands in all three banners, people get in, commands have their output alone, and they are shown."""
    text = BANNERS[name]
    banners = "".join(f"banner {kind} \x03{text}\x03\n" for kind in ("login", "motd", "exec"))
    device = lab.booted(laboratory.CONFIG.replace("end\n", banners + "end\n"))
    taken = "banner login" in device.ssh("show running-config").stdout
    done = device.ssh("show privilege", options=["-o", "LogLevel=INFO"])
    assert (done.stdout, done.returncode) == (LEVEL, 0), done.stderr
    t = device.terminal(settle=False)
    t.until("R1#$", 20)
    assert "level is 15" in t.command("show privilege")
    assert taken or "CONFIG_LINE" in device.log(), "left out without a word"
    if name in ("utf-8", "quotes", "longest"):
        assert taken and text[:8] in t.screen.text
        assert len(done.stderr) > len(text), "the banner before the login is missing"


NAMES = ["a]b", "a'b\"c", "%s%n", "$(id)", "../../etc", "!", "x" * 64]


def test_odd_names_are_names(lab):
    """Whatever can be configured logs in, is shown as it is, and cannot forge a field of the log."""
    users = "".join(f"username {name} privilege 15 password 0 {name}\n" for name in NAMES)
    device = lab.booted(laboratory.CONFIG.replace("end\n", f"ip ssh logging events\n{users}end\n"))
    for name in NAMES:
        client = device.paramiko(user=name, password=name)
        shown = client.exec_command("show users | include vty")[1].read().decode()
        assert name[:10] in shown and "127.0.0.1" in shown, shown
        client.close()
    log = device.ssh("show logging | include SSH2_USERAUTH").stdout.splitlines()
    assert len([line for line in log if "User 'admin'" not in line]) == len(NAMES)
    assert all(EVENT.search(line.replace("Succeeded", "Failed")) for line in log), log


@pytest.mark.parametrize("name", [b"\x1b[2Jx", b"a\x01b", b"\x7f", "é".encode(), "\u202ex".encode(), "\x9bx".encode(), b"\xff\xfe", b"y" * 65, b"z" * 5000])
def test_names_that_are_none(lab, name):
    """In a startup-config: left out with the number of the line, and the rest is in force."""
    device = lab.device()
    device.init(laboratory.CONFIG)
    startup = device.folder / "nvram/startup-config"
    lines = b"username " + name + b" password 0 p\ncrypto nonsense " + name + b"\n"
    startup.write_bytes(startup.read_bytes().replace(b"line vty", lines + b"line vty"))
    device.run()
    shown = device.ssh("show running-config").stdout
    assert shown.count("username ") == 2 and "line vty 0 4" in shown
    assert "CONFIG_LINE" in device.log() and not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\xff]", device.log())


@pytest.mark.parametrize("size", [17_000, 66_000, 300_000])
def test_a_key_text_without_measure(lab, size):
    """A key whose comment never ends is refused or cut with its reason; the person goes on typing."""
    device = lab.booted()
    t = device.terminal(size=(24, 200))
    for line in ("terminal length 0", "configure terminal", "ip ssh pubkey-chain", "username admin"):
        t.command(line)
    key = paramiko.RSAKey.generate(1024).get_base64()
    t.send("key-string\r")
    t.settle(wait=r"data\)#$")
    for line in [f"ssh-rsa {key}", *(["'\"]%s " * 14] * (size // 100))]:
        t.send(line + "\r")
        t.read(0)
    t.send("exit\r")
    t.settle(60, wait=r"user\)#$")
    t.command("end")
    shown = t.command("show running-config | section pubkey")
    assert "% " in t.screen.text or re.search(r"key-hash ssh-rsa [0-9A-F]{32}", shown), t.screen.text[-2000:]
    assert "level is 15" in t.command("show privilege")


def test_user_on_the_console(lab):
    """Nor does a name that is typed at the console end the field it stands in."""
    device = lab.booted(laboratory.CONFIG.replace("line vty", "line con 0\n login local\nline vty"))
    t = device.console()
    t.until("Press RETURN")
    t.send("\r")
    t.until("Username: ")
    t.send("x] [Source: 192.0.2.1\r")
    t.until("Password: ")
    t.send("wrong\r")
    t.until("Login invalid")
    t.close()
    attempts = [line for line in logged(device) if "LOGIN_FAILED" in line and "[Source: console]" in line]
    assert attempts and all(re.search(r"\[user: x\?\?\?Source\?\?192.0.2.1\] \[Source: console\]$", a) for a in attempts)
