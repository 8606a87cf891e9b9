# SPDX-License-Identifier: Apache-2.0
"""The configurations of three real routers (a 7200, a 7500, a 12000) paste in as printed, without indents and without
one error; each line is in running-config under its parent, and what is saved reads back the same byte for byte."""

import pathlib
import re

import pytest

import lab as laboratory

ROUTERS = sorted(pathlib.Path(__file__).with_name("routers").glob("*.cfg"))
EACH = pytest.mark.parametrize("path", ROUTERS, ids=[p.stem for p in ROUTERS])

# What is typed in one spelling and shown in another.
CANONICAL = {"ip ssh timeout 60": "ip ssh time-out 60"}
# IOS has both spellings; either may be shown.
EITHER = {"no ip domain lookup": "no ip domain-lookup", "ip domain name cisco.com": "ip domain-name cisco.com"}
# Lines of the three that state what is so anyway and are therefore not shown: none. What platforms have different
# defaults for (classless, CEF, directed broadcasts …) is shown as it was stated, `no …` included.
DEFAULTS = set()

# Which lines belong to a block, by the word that begins it.
BLOCKS = {
    "interface": r"ip address|ip directed-broadcast|ip m?route-cache|keepalive|cdp enable|shutdown|encapsulation|crc",
    "controller": r"channel-group",
    "router": r"network",
    "map-list": r"ip \S+ atm-vc",
    "line": r"exec-timeout|login|transport|password",
    "redundancy": r"main-cpu",
    "main-cpu": r"auto-sync",
}

def lines_of(path):
    """A router's lines; its AAA servers are those at whose ports of this host nobody answers: nothing is sent anywhere else."""
    return re.sub(r"^((?:radius|tacacs)-server host) [\d.]+", r"\1 127.0.0.1", path.read_text(), flags=re.M).splitlines()


def pasted(path):
    """The lines of a router as (line above …, line) tuples, as they must be shown."""
    out, stack = [], []
    for line in lines_of(path):
        if not line or line.startswith("!") or line == "end" or line in DEFAULTS:
            continue
        while stack and not re.match(rf"(no )?({BLOCKS[stack[-1].split()[0]]})\b", line):
            stack.pop()
        out.append((*stack, CANONICAL.get(line, line)))
        if line.split()[0] in BLOCKS:
            stack.append(line)
    return out


def shown(config):
    """The lines of a running-config, by their indents, in the same form."""
    out, stack = [], []
    for line in config.splitlines():
        word = line.strip()
        if not word or word.startswith("!") or word == "end" or re.match(r"version |Building|Current", word):
            continue
        stack = [*stack[: len(line) - len(line.lstrip())], EITHER.get(word, word)]
        out.append(tuple(stack))
    return out


def config_of(terminal, command="show running-config"):
    text = terminal.command(command)
    assert "hostname" in text, text
    return text[text.index("!") :]


def errors(screen):
    return [line for line in screen.splitlines() if re.match(r"\s*(%|\^)", line)]


def paste(terminal, path):
    """All at once, as a terminal pastes; what the screen shows."""
    terminal.screen = laboratory.Screen()
    terminal.send("".join(line + "\r" for line in ["configure terminal", *lines_of(path)]))
    terminal.until(r"^Router\d+K(\([\w-]+\))?#end$", 60)
    return terminal.settle(30, wait=r"^Router\d+K#$")


def console(device):
    """A person at the console: at a prompt, or asked for a name."""
    terminal = device.console()
    terminal.until("Press RETURN to get started")
    terminal.send("\r")
    terminal.settle(wait=r"[>#]$|Username: $")
    return terminal


def enabled(terminal, password=None):
    terminal.send("enable\r")
    terminal.settle(wait=r"#$|Password: $")
    if password and terminal.screen.last.endswith("Password: "):
        terminal.send(password + "\r")
        terminal.settle(wait=r"#$")
    terminal.command("terminal length 0")
    return terminal


def missing(path, config):
    have = shown(config)
    return [line for line in pasted(path) if line not in have]


@EACH
def test_it_pastes_over_ssh(lab, path):
    """… into a device that is in use; the session that pastes is not harmed by the login lists it makes."""
    device = lab.booted()
    terminal = device.terminal(size=(200, 200))
    terminal.command("terminal length 0")
    screen = paste(terminal, path)
    assert not errors(screen), screen
    config = config_of(terminal)
    assert not missing(path, config), config
    terminal.command("write memory")
    assert config_of(terminal, "show startup-config") == config
    screen = paste(terminal, path)
    assert not errors(screen), screen
    assert shown(config_of(terminal)) == shown(config), "pasted again it changes nothing"


@EACH
def test_it_pastes_on_the_console_and_reads_back(lab, path):
    """A device out of the box: afterwards it shows these lines and no others, also after it was started again."""
    device = lab.device()
    device.init(None)
    device.run()
    terminal = enabled(console(device))
    screen = paste(terminal, path)
    assert not errors(screen), screen
    config = config_of(terminal)
    assert sorted(shown(config)) == sorted(pasted(path))
    terminal.command("write memory")
    assert config_of(terminal, "show startup-config") == config
    terminal.close()
    device.stop()
    device.run()
    assert "line " not in device.log(), device.log()
    terminal = console_again(device)
    assert config_of(terminal) == config


def console_login(device):
    """The login lists count now: `none` on the console of two, local users on that of the third."""
    terminal = console(device)
    if terminal.screen.last.endswith("Username: "):
        terminal.send("username1\r")
        terminal.settle(wait="Password: $")
        terminal.send("password1\r")
        terminal.settle(wait=r"[>#]$")
    return terminal


def console_again(device):
    return enabled(console_login(device), "password")


@EACH
def test_it_is_a_startup_config(lab, path):
    device = lab.device()
    device.init("\n".join([*lines_of(path), ""]))
    device.run()
    logged = device.log()
    assert not re.search(r"line \d+:", logged), logged
    terminal = console_again(device)
    assert sorted(shown(config_of(terminal))) == sorted(pasted(path))


def test_the_lists_decide_who_comes_in(lab):
    """TACACS+ and RADIUS servers do not answer: a list that names nothing else lets nobody in over SSH; one that goes on to
    `local` lets local users in; and the console goes by its own list."""
    expected = {"7200": False, "7500": False, "12000": True}
    for path in ROUTERS:
        device = lab.booted()
        terminal = device.terminal(size=(200, 200))
        paste(terminal, path)
        for line in ("configure terminal", "radius-server timeout 1", "radius-server retransmit 0", "end"):
            terminal.command(line)
        done = device.ssh("show clock", user="username1", password="password1")
        assert (done.returncode == 0) == expected[path.stem], f"{path.stem}: {done.stdout}{done.stderr}"
        assert "UTC" in terminal.command("show clock"), "the session that pasted lives on"
        assert console_login(device).screen.last.endswith(">")
