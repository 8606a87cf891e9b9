# SPDX-License-Identifier: Apache-2.0
"""PuTTY's plink logs in by each method it has, and gets a command and a shell, with its own idea of every algorithm."""

import subprocess

import pytest

LEVEL = "Current privilege level is 15"
# A saved session says which method is tried; without one plink begins with keyboard-interactive.
METHODS = {
    "keyboard-interactive": ("AuthKI=1\n", "Attempting keyboard-interactive authentication"),
    "password": ("AuthKI=0\n", "Sent password"),
}


def fingerprint(port):
    scan = subprocess.run(
        ["ssh-keyscan", "-p", str(port), "-t", "ed25519", "127.0.0.1"], capture_output=True, text=True, timeout=10
    )
    shown = subprocess.run(["ssh-keygen", "-lf", "-"], input=scan.stdout, capture_output=True, text=True, check=True)
    return shown.stdout.split()[1]


def plink(device, *arguments, stdin="", session="", hostkey=None):
    folder = device.parent / ".putty/sessions"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "device").write_text(f"Protocol=ssh\nHostName=127.0.0.1\n{session}")
    return subprocess.run(
        ["plink", "-load", "device", "-ssh", "-P", str(device.port), "-l", "admin", "-batch", "-v", "-no-antispoof",
         "-hostkey", hostkey or fingerprint(device.port), *map(str, arguments)],
        input=stdin, capture_output=True, text=True, timeout=30, env={"HOME": str(device.parent), "PATH": "/usr/bin"},
    )  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
def test_command(keyed_device, method):
    session, said = METHODS[method]
    done = plink(keyed_device, "-pw", "admin", "show privilege", session=session)
    assert (done.returncode, done.stdout.strip()) == (0, LEVEL), done.stderr
    assert said in done.stderr
    done = plink(keyed_device, "-pw", "admin", "show nonsense", session=session)
    assert done.returncode == 1 and "% Invalid input" in done.stdout


@pytest.mark.parametrize("method", METHODS)
def test_wrong_password(keyed_device, method):
    session, said = METHODS[method]
    done = plink(keyed_device, "-pw", "wrong", "show privilege", session=session)
    assert done.returncode not in (0, 1) or done.stdout == ""
    assert LEVEL not in done.stdout and said in done.stderr


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_key(keyed_device, kind):
    ppk = keyed_device.parent / f"{kind}.ppk"
    subprocess.run(["puttygen", keyed_device.keys[kind], "-O", "private", "-o", ppk], check=True)
    done = plink(keyed_device, "-i", ppk, "show privilege")
    assert (done.returncode, done.stdout.strip()) == (0, LEVEL), done.stderr
    assert "Sent public key signature" in done.stderr
    done = plink(keyed_device, "-i", ppk, stdin="show privilege\nexit\n")
    assert LEVEL in done.stdout, done.stderr


def test_shell_fed_from_a_pipe(keyed_device):
    """Lines on standard input, no terminal: they are run as typed and the session ends with `exit`."""
    done = plink(keyed_device, "-pw", "admin", stdin="show privilege\nexit\n")
    assert LEVEL in done.stdout, done.stderr


def test_shell_with_a_terminal(keyed_device):
    done = plink(keyed_device, "-pw", "admin", "-t", stdin="show privilege\rexit\r")
    assert LEVEL in done.stdout and "R1#" in done.stdout, done.stderr
