# SPDX-License-Identifier: Apache-2.0
"""Lines no person types: longer than any buffer, without an end, of every byte there is, of noise. Whatever comes by a
terminal, a pipe or the console, no part of a line that is too long is executed, the device goes on,
and nobody else notices."""

import random
import re

import pytest

import lab as laboratory

LIMIT = 4096
LENGTHS = [LIMIT - 1, LIMIT, LIMIT + 1, 5000, 8000, 8192, 65536, 1_000_000]
TOO_LONG = "% Line is too long"


@pytest.fixture
def place(shared_device):
    """The device, which must be the same core after the test, with nothing in its log but what it says of people."""
    cores = shared_device.role("core")
    yield shared_device
    assert shared_device.role("core") == cores
    assert not list((shared_device.folder / "crashinfo").iterdir())
    assert shared_device.ssh("show privilege").stdout == "Current privilege level is 15\n"
    assert "violat" not in shared_device.log().lower()


def shell(device, pty):
    client = device.paramiko()
    channel = client.get_transport().open_session()
    if pty:
        channel.get_pty("xterm", 200, 0)
    channel.invoke_shell()
    channel.settimeout(60)
    return client, channel


def read_until(channel, pattern):
    seen = b""
    while not re.search(pattern, seen):
        more = channel.recv(65536)
        assert more, f"closed; the last it said: {seen[-300:]!r}"
        seen += more
    return seen.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("pty", [True, False], ids=["terminal", "pipe"])
def test_long_lines(place, pty, length):
    """At its end stands a command: it must not run, and the next line must."""
    client, channel = shell(place, pty)
    channel.sendall(b"x" * (length - 5) + b" exit\nshow privilege\n")
    shown = read_until(channel, rb"level is 15\r?\nR1#$")
    # Of two words the first is no host's name: the caret is under it.
    assert (TOO_LONG in shown) == (length > LIMIT)
    assert ("% Invalid input detected" in shown) == (length <= LIMIT)
    channel.sendall(b"exit\n")
    client.close()


def test_an_answer_too_long_is_none(place):
    """To a question whether everything is to go."""
    for pty in (True, False):
        client, channel = shell(place, pty)
        channel.sendall(b"configure terminal\ncrypto key zeroize rsa\n")
        read_until(channel, rb"\[yes/no\]: $")
        channel.sendall(b"y" * 100_000 + b"\nend\nshow privilege\n")
        read_until(channel, rb"level is 15\r?\nR1#$")
        client.close()
    assert "Key name: R1.example.com" in place.ssh("show crypto key mypubkey rsa").stdout


def test_no_end_of_line_and_gone(place):
    for pty in (True, False):
        client, channel = shell(place, pty)
        channel.sendall(b"reload " * 20_000)
        client.close()
    assert laboratory.wait_for(lambda: place.ssh("show users").stdout.count("vty") == 1, 20)


@pytest.mark.parametrize("pty", [True, False], ids=["terminal", "pipe"])
def test_every_byte(place, pty):
    """Each of the 256 alone on a line, unless it abbreviates a command, and amid a word."""
    client, channel = shell(place, pty)
    for byte in range(256):
        alone = b"" if chr(byte).isascii() and chr(byte).isalpha() else bytes([byte])
        channel.sendall(alone + b"\nsho" + bytes([byte]) + b"w\n")
    channel.sendall(b"\n\nshow privilege\n")
    shown = read_until(channel, rb"level is 15\r?\nR1#$")
    assert not re.search(r"[\x80-\x9f]", shown)
    client.close()


# Of letters only those that begin no command: noise must not say "quit".
NOISE = [b for b in range(256) if not chr(b).isascii() or not chr(b).isalpha() or chr(b) in "xyzXYZ"]


def noise(seed, size, alphabet=NOISE):
    rng = random.Random(seed)
    return bytes(rng.choices(alphabet, k=size))


# Without those that end a session, a line or ask for help, which is most of what a keyboard makes.
LINE_NOISE = [b for b in NOISE if b not in b"\r\n\x03\x04\x1a\x1d\x1e?\t"]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("pty", [True, False], ids=["terminal", "pipe"])
def test_noise(place, pty, seed):
    """Noise of nearly all bytes, then lines of noise without ends; after Ctrl-Shift-6 and Return a command still works."""
    client, channel = shell(place, pty)
    data = noise(seed, 20_000) + b"\n" + b"".join(noise(seed + i, 3000, LINE_NOISE) + b"\n" for i in range(10))
    channel.sendall(data)
    channel.sendall(b"q\x15\x1e\n\nend\n\nshow privilege | include 1[0-9]\n")
    shown = read_until(channel, rb"level is 15\r?\n(.*\n)?R1#$")
    assert pty is False or not re.search(r"[\x1b\x80-\x9f]", shown)
    client.close()


def test_the_console_too(place):
    t = place.console()
    t.until("Press RETURN to get started")
    t.send("\r")
    t.settle(wait="[>#]$")
    for length in LENGTHS[:-1]:
        before = len(t.screen.lines)
        t.send("x" * (length - 5) + " exit\rshow privilege\r")
        t.until(r"level is \d+\n.*[>#]$", seconds=60)
        assert (TOO_LONG in t.screen.lines[before:]) == (length > LIMIT)
        t.screen = laboratory.Screen()
    for seed in range(3):
        t.child.send(noise(seed, 3000).replace(b"\x1d", b"") + b"\r" + noise(seed, 2000, LINE_NOISE) + b"\rq\x15\x1e\r\r\rshow privilege\r")
        t.until(r"level is \d+\n.*[>#]$", seconds=60)
        t.screen = laboratory.Screen()
    t.send("exit\r")
    t.settle(wait=".*")
