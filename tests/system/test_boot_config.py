# SPDX-License-Identifier: Apache-2.0
"""A startup-config with bad lines boots: each is reported with its number, and nothing else is lost."""

import re

import pytest

import lab as laboratory

BAD = {
    "nonsense here": "unknown word",
    "ip ssh time-out 9999": "out of range",
    "username": "incomplete",
    "interface": "incomplete",
    "username evil privilege 99": "out of range",
    "\x01\x02binary\xff": "bytes that no line holds",
    "x" * 6000: "longer than any line",
}
GOOD = """\
hostname R7
ip domain-name example.com
username admin privilege 15 password 0 admin
ip host server1 192.0.2.1
interface Loopback0
 ip address 10.0.0.1 255.255.255.0
ip ssh time-out 77
line vty 0 4
 exec-timeout 9 30
 login local
"""


def mixed():
    """The good lines with a bad one after each; the numbers of the bad ones."""
    out, numbers, bad = [], [], list(BAD)
    for line in GOOD.splitlines():
        out.append(line)
        if bad:
            out.append(bad.pop(0))
            numbers.append(len(out))
    return "\n".join([*out, "end", ""]), numbers


def essential(shown):
    return [line for line in shown.splitlines() if line.strip() in {g.strip() for g in GOOD.splitlines()}]


def booted(lab, text):
    device = lab.device()
    path = device.parent / "config"
    path.write_bytes(text.encode("latin-1"))
    done = device.call("init", "--config", path)
    assert done.returncode == 0, done.stderr
    device.run()
    return device


def test_bad_lines_are_named_and_the_others_kept(lab):
    text, numbers = mixed()
    device = booted(lab, text)
    logged = device.ssh("show logging").stdout
    assert sorted(set(map(int, re.findall(r"\bline (\d+)\b", logged)))) == numbers, logged
    shown = device.ssh("show running-config").stdout
    assert sorted(map(str.strip, essential(shown))) == sorted(map(str.strip, GOOD.splitlines())), shown


def test_they_are_shown_on_the_console(lab):
    text, numbers = mixed()
    device = lab.device()
    path = device.parent / "config"
    path.write_bytes(text.encode("latin-1"))
    assert device.call("init", "--config", path).returncode == 0
    console = device.foreground()
    console.until(rf"\bline {numbers[-1]}\b")


def test_no_secret_of_a_bad_line_is_logged(lab):
    """However a refused line spells it, what it says of a secret is in no log."""
    lines = ["en secret 0 Hush1", "username a pass\t0 Hush2 x\ty z", "enable secret 5 Hush3", "passwd Hush4",
             "username b secret 9 Hush5", "username c password 7 Hush8", "username d password 0 x", "username d secret Hush9",
             "username e algorithm-type md5 secret 9 Hush10", "line vty 0 4", "password\tHush6\tand more", "secret Hush7"]
    device = booted(lab, "\n".join([*GOOD.splitlines(), *lines, ""]))
    shown = device.ssh("show logging").stdout + device.log()
    assert "CONFIG_LINE" in shown
    assert "Hush" not in shown, shown
    assert "Can not have both a user password and a user secret" in shown
    assert "not a valid encrypted secret" in shown


STRANGE = {
    "empty": "",
    "comments": "\n\n!\n",
    "end": "end\n",
    "nonsense": "nonsense\n" * 300,
    "zeros": "\0\0\0",
    "repeated": "line vty 0 4\n" * 2000,
    "unended": "banner motd ^C\nnobody closes this\n",
}


@pytest.mark.parametrize("name", STRANGE)
def test_it_always_boots(lab, name):
    """Whatever the file holds, the device comes up and its console answers. Whom it lets in is test_doubt.py's."""
    device = booted(lab, STRANGE[name])
    console = device.console()
    console.send("\r")
    console.until(r"[>#]$|Password: $|Username: $|so nobody (gets in|does)")
