# SPDX-License-Identifier: Apache-2.0
"""A server lets people change their password when they log in: the three dialogues of the documents of IOS, word by word,
over keyboard-interactive with OpenSSH and plink, and on the console. The device only passes the questions on."""

import re

import pytest

import lab as laboratory
import tacacs
from test_plink import fingerprint

pytestmark = pytest.mark.usefixtures("vacant")

# what the server asks, and what is typed; a password is not echoed
BLANK = [("Password: ", ""), ("Old Password: ", "cisco"), ("New Password: ", "cisco123"), ("Re-enter New password: ", "cisco123")]
EXPIRED = [("Password: ", "cisco"), ("Your password has expired.\nEnter a new one now.\nNew Password: ", "cisco123"),
           ("Re-enter New password: ", "cisco123")]  # fmt: skip
MISTYPED = [("Password: ", "cisco1"), ("Your password has expired.\nEnter a new one now.\nNew Password: ", "cisco"),
            ("Re-enter New password: ", "cisco12"), ("The New and Re-entered passwords have to be the same.\nTry again.\nNew Password: ", "cisco"),
            ("Re-enter New password: ", "cisco")]  # fmt: skip
OPTIONS = ("-o", "PreferredAuthentications=keyboard-interactive", "-o", "LogLevel=INFO")
DIALOGUES = {"blank": ("cisco", BLANK), "expired": ("cisco", EXPIRED), "mistyped": ("cisco1", MISTYPED)}
METHODS = tacacs.METHODS.replace("aaa authentication login con group tacacs+ local\n", "")


@pytest.fixture(scope="module")
def server():
    with tacacs.Server({}) as made:
        yield made


@pytest.fixture(scope="module")
def device(module_lab, server):
    return module_lab.booted(tacacs.config(server.port, methods=METHODS))


@pytest.fixture(params=DIALOGUES)
def dialogue(request, server):
    """The questions with their answers, and what the password is then."""
    password, steps = DIALOGUES[request.param]
    server.users["cisco"] = tacacs.User(password, ["priv-lvl=1"], changes=request.param == "blank", logins=None if request.param == "blank" else 0)
    yield steps
    assert server.users["cisco"].password == steps[-1][1]


def play(terminal, steps):
    """Answers each question when it stands there; what was shown, without the names of clients before prompts."""
    for text, answer in steps:
        terminal.settle(wait=re.escape(text.rsplit("\n", 1)[-1]) + "$")
        terminal.send(answer + "\r")
    terminal.settle(wait="R1>$")
    assert terminal.screen.last == "R1>", terminal.screen.text
    return re.sub(r"\(cisco@[^)]*\) ", "", terminal.screen.text)


def words(steps):
    return "\n".join(text.rstrip(" ") if text.endswith(" ") else text for text, _ in steps)


def shown(text):
    return "\n".join(line.rstrip() for line in text.splitlines())


def test_openssh(device, dialogue):
    argv = device.ssh_argv("cisco", options=OPTIONS, tty=True)
    t = laboratory.Terminal(argv, env={"PATH": "/usr/bin:/bin", "TERM": "vt100", "HOME": str(device.parent)})
    device.terminals.append(t)
    assert words(dialogue) + "\n" in shown(play(t, dialogue)), t.screen.text
    for _, answer in dialogue:
        assert not answer or answer not in t.screen.text.replace("cisco@", "")


def test_plink(device, dialogue):
    argv = ["plink", "-ssh", "-P", str(device.port), "-no-antispoof", "-hostkey", fingerprint(device.port), "cisco@127.0.0.1"]
    t = laboratory.Terminal(argv, env={"PATH": "/usr/bin:/bin", "TERM": "vt100", "HOME": str(device.parent)})
    device.terminals.append(t)
    text = play(t, dialogue)
    seen = [re.sub(r"^\| ", "", line).rstrip() for line in text.splitlines()]
    wanted = words(dialogue).split("\n")
    at = 0
    for line in seen:
        at += at < len(wanted) and line == wanted[at]
    assert at == len(wanted), (wanted[at:], text)


def test_console(device, dialogue):
    console = device.console()
    console.settle(wait="^Press RETURN to get started.$|^$")
    console.send("\r")
    console.settle(wait="Username: $")
    console.send("cisco\r")
    assert words(dialogue) + "\n" in shown(play(console, dialogue)), console.screen.text
    console.send("exit\r")
    console.settle(wait="^Press RETURN to get started.$|^$")
    console.close()


def test_three_logins_and_then(device, server):
    """"The password expires after three logins"; the method password cannot ask: it is a refusal, and changes nothing."""
    user = server.users["cisco"] = tacacs.User("cisco", ["priv-lvl=1"], logins=3)
    for method in ("password", "keyboard-interactive", "password"):
        assert device.ssh("show privilege", user="cisco", password="cisco", options=("-o", f"PreferredAuthentications={method}")).returncode == 0
    assert device.ssh("show privilege", user="cisco", password="cisco", options=("-o", "PreferredAuthentications=password")).returncode == 255
    assert (user.password, user.logins) == ("cisco", 0)


def test_given_up_in_the_middle(device, server):
    user = server.users["cisco"] = tacacs.User("cisco", ["priv-lvl=1"], logins=0)
    argv = device.ssh_argv("cisco", options=OPTIONS, tty=True)
    t = laboratory.Terminal(argv, env={"PATH": "/usr/bin:/bin", "TERM": "vt100", "HOME": str(device.parent)})
    device.terminals.append(t)
    for text, answer in EXPIRED[:2]:
        t.settle(wait=re.escape(text.rsplit("\n", 1)[-1]) + "$")
        t.send(answer + "\r")
    t.settle(wait="Re-enter New password: $")
    before = server.aborts
    t.close()
    assert laboratory.wait_for(lambda: server.aborts == before + 1)
    assert user.password == "cisco"
