# SPDX-License-Identifier: Apache-2.0
"""Goal: a session that dies in the middle of anything takes nothing with it and leaves nothing behind: no descriptor, no
helper, no line, no process, and nobody else notices."""

import contextlib
import os
import re
import signal
import socket
import threading
import time

import paramiko
import pytest

import lab as laboratory
from lab import wait_for

CONFIG = laboratory.CONFIG.replace(
    "end\n", "".join(f"username u{i} privilege 1 password 0 p\n" for i in range(1200)) + "line vty 5 15\n transport input ssh\nend\n", 1
)  # its running-config is longer than what goes through a channel at once


@pytest.fixture(scope="module")
def device(build, request):
    made = laboratory.Lab()
    request.node.lab = made
    yield made.booted(CONFIG)
    made.release()


def descriptors(device):
    return len(os.listdir(f"/proc/{device.role('core')[0]}/fd"))


def keyed(device):
    t = paramiko.Transport(("127.0.0.1", device.port))
    t.start_client(timeout=10)
    return t


def logged_in(device):
    t = keyed(device)
    t.auth_password("admin", "admin")
    return t


def channel_of(device):
    """One that takes a screenful and no more."""
    return logged_in(device).open_session(window_size=2048, max_packet_size=1024)


def command(device, line):
    channel = channel_of(device)
    channel.exec_command(line)
    return channel


def shell(device, *lines):
    """A shell on which the lines were typed and no answer was read."""
    channel = channel_of(device)
    channel.get_pty(width=80, height=0)
    channel.invoke_shell()
    for line in ("terminal length 0", *lines):
        channel.send(line + "\r")
    return channel


def attempt(device, method):
    """A password on its way, that nobody waits for."""
    t = keyed(device)
    t.auth_handler = paramiko.auth_handler.AuthHandler(t)
    proof = "wrong" if method == "auth_password" else lambda *asked: ["wrong"]
    getattr(t.auth_handler, method)("admin", proof, threading.Event())
    return t


MOMENTS = {
    "connected": lambda d: socket.create_connection(("127.0.0.1", d.port)),
    "keys exchanged": keyed,
    "password under way": lambda d: attempt(d, "auth_password"),
    "question of the login under way": lambda d: attempt(d, "auth_interactive"),
    "logged in": logged_in,
    "channel open": channel_of,
    "at the prompt": shell,
    "asked": lambda d: shell(d, "reload"),
    "password asked": lambda d: shell(d, "enable 15", "disable", "enable"),
    "text begun": lambda d: shell(d, "configure terminal", "banner motd #", "half of it"),
    "output not taken": lambda d: shell(d, *["show running-config"] * 5),
    "secret hashed": lambda d: shell(d, "configure terminal", *[f"username x{i} secret y" for i in range(5)]),
    "key being made": lambda d: shell(d, "configure terminal", "crypto key generate rsa modulus 4096 label long"),
    "one command": lambda d: command(d, "show running-config"),
}


def die(device, pause):
    """All moments at once."""
    before, kept = device.sessions(), [begin(device) for begin in MOMENTS.values()]
    time.sleep(pause)
    assert len(device.sessions() - before) == len(MOMENTS)
    for pid in device.sessions() - before:
        os.kill(pid, signal.SIGKILL)
    assert wait_for(lambda: device.sessions() == before, 5)
    return kept


def helpers(device):
    return [word for argv in device.processes().values() for word in argv if word.startswith("helper")]


def helper_of(device, begin):
    """Stopped in the middle of its work; some are done before one can look, then it is begun again."""
    kept = []
    for _ in range(20):
        kept.append(begin(device))
        found = wait_for(lambda: [p for p, argv in device.processes().items() if any(w.startswith("helper") for w in argv)], 1, 0)
        with contextlib.suppress(ProcessLookupError):
            for pid in found[:1]:
                os.kill(pid, signal.SIGSTOP)
                return pid, kept
    raise AssertionError("no helper was seen at work")


WORK = ["password under way", "question of the login under way", "secret hashed", "key being made"]


@pytest.mark.parametrize("moment", WORK)
def test_what_works_for_it_dies_with_it(device, moment):
    """At once, not when it is done or its time is over: a helper that was stopped would be neither for seconds."""
    before = device.sessions()
    pid, kept = helper_of(device, MOMENTS[moment])
    for session in device.sessions() - before:
        os.kill(session, signal.SIGKILL)
    assert wait_for(lambda: pid not in device.processes(), 3), device.processes()
    assert device.ssh("show privilege").returncode == 0
    for one in kept:
        with contextlib.suppress(Exception):
            one.close()


def test_dies_while_something_is_on_its_way_to_it(device):
    """Core writes to a session that is gone before it could hear of its end: a line of the log on its terminal."""
    witness, core = device.terminal(), device.role("core")[0]
    for line in ("configure terminal", "ip ssh time-out 90"):
        witness.command(line)
    before = device.sessions()
    victim = device.terminal()
    victim.command("terminal monitor")
    (pid,) = device.sessions() - before
    os.kill(core, signal.SIGSTOP)
    try:
        witness.send("end\r")  # what it logs is the first that core finds when it goes on
        time.sleep(0.1)
        os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)
    finally:
        os.kill(core, signal.SIGCONT)
    witness.settle(wait="R1#$")
    assert "CONFIG_I" in witness.command("show logging | include CONFIG_I")
    assert device.role("core") == [core]
    witness.close()
    victim.close()


def test_dies_at_any_moment(device):
    """As soon as the moment is there, and a while later; one terminal stays and sees nothing."""
    witness = device.terminal()
    before = descriptors(device)
    for pause in (0, 0.25):
        kept = die(device, pause)
        assert wait_for(lambda: not helpers(device), 10), helpers(device)
        assert wait_for(lambda: descriptors(device) == before), (descriptors(device), before)
        assert "level is 15" in witness.command("show privilege")
        for line in witness.command("show running-config | include username x").splitlines():
            assert re.fullmatch(r"username x\d secret 9 \$9\$\S+\$\S{43}", line.strip()), f"half a command: {line}"
        assert witness.command("show users").count("admin") == 1, witness.screen.text
        for one in kept:
            with contextlib.suppress(Exception):
                one.close()
    assert device.ssh("show privilege").returncode == 0
