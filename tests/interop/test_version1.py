# SPDX-License-Identifier: Apache-2.0
"""SSH version 1 to PuTTY's plink: a password login gets a command with its exit status, a shell from a pipe, a shell
with a terminal; a wrong password gets nothing."""

import re
import subprocess

import lab
import pytest

LEVEL = "Current privilege level is 15"


@pytest.fixture(scope="module")
def device():
    laboratory = lab.Lab()
    yield laboratory.booted(lab.CONFIG)
    laboratory.release()


def plink(device, *arguments, stdin="", password="admin", known=None):
    return subprocess.run(
        ["plink", "-1", "-ssh", "-P", str(device.port), "-l", "admin", "-batch", "-v", "-no-antispoof",
         *(["-hostkey", known] if known else []), *(["-pw", password] if password else []), "127.0.0.1",
         *map(str, arguments)],
        input=stdin, capture_output=True, text=True, timeout=30, env={"HOME": str(device.parent), "PATH": "/usr/bin"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def known(device):
    """The host key of version 1, as the client shows it to who has not seen it before."""
    return re.search(r"fingerprint is:\s+1536 ([0-9a-f:]{47})", plink(device).stderr).group(1)


def test_command(device, known):
    done = plink(device, "show privilege", known=known)
    assert (done.returncode, done.stdout.strip()) == (0, LEVEL), done.stderr
    assert "Using SSH protocol version 1" in done.stderr and "triple-DES inner-CBC" in done.stderr
    done = plink(device, "show nonsense", known=known)
    assert done.returncode == 1 and "% Invalid input" in done.stdout


def test_wrong_password(device, known):
    done = plink(device, "show privilege", known=known, password="wrong")
    assert done.returncode not in (0, 1) or done.stdout == ""
    assert LEVEL not in done.stdout and "Sent password" in done.stderr


def test_shells(device, known):
    done = plink(device, known=known, stdin="show privilege\nexit\n")
    assert LEVEL in done.stdout, done.stderr
    done = plink(device, "-t", known=known, stdin="show privilege\rexit\r")
    assert LEVEL in done.stdout and "R1#" in done.stdout, done.stderr


def test_show_ssh(device, known):
    done = plink(device, "show ssh", known=known)
    lines = [" ".join(line.split()) for line in done.stdout.strip().splitlines()]
    assert lines == [
        "Connection Version Encryption State Username",
        "0 1.5 3DES Session started admin",
        "%No SSHv2 server connections running.",
    ]
