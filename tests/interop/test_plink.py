# SPDX-License-Identifier: Apache-2.0
"""PuTTY's plink logs in by password and runs a command, with its own idea of every algorithm."""

import subprocess

LEVEL = "Current privilege level is 15"


def fingerprint(port):
    scan = subprocess.run(
        ["ssh-keyscan", "-p", str(port), "-t", "ed25519", "127.0.0.1"], capture_output=True, text=True, timeout=10
    )
    shown = subprocess.run(["ssh-keygen", "-lf", "-"], input=scan.stdout, capture_output=True, text=True, check=True)
    return shown.stdout.split()[1]


def plink(device, password, *command, stdin=""):
    return subprocess.run(
        ["plink", "-ssh", "-P", str(device.port), "-l", "admin", "-pw", password, "-batch",
         "-hostkey", fingerprint(device.port), "127.0.0.1", *command],
        input=stdin, capture_output=True, text=True, timeout=20, env={"HOME": str(device.parent), "PATH": "/usr/bin"},
    )  # fmt: skip


def test_command(shared_device):
    done = plink(shared_device, "admin", "show privilege")
    assert (done.returncode, done.stdout.strip()) == (0, LEVEL), done.stderr


def test_wrong_password(shared_device):
    assert plink(shared_device, "wrong", "show privilege").returncode != 0


def test_shell_fed_from_a_pipe(shared_device):
    """Lines on standard input, no terminal: they are run as typed and the session ends with `exit`."""
    done = plink(shared_device, "admin", stdin="show privilege\nexit\n")
    assert LEVEL in done.stdout, done.stderr
