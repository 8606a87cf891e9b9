# SPDX-License-Identifier: Apache-2.0
"""dropbear's dbclient logs in by password and runs a command."""

import subprocess

LEVEL = "Current privilege level is 15"


def dbclient(device, password, *command, stdin=""):
    return subprocess.run(
        ["dbclient", "-y", "-y", "-p", str(device.port), "admin@127.0.0.1", *command],
        input=stdin, capture_output=True, text=True, timeout=20,
        env={"HOME": str(device.parent), "PATH": "/usr/bin", "DROPBEAR_PASSWORD": password},
    )  # fmt: skip


def test_command(shared_device):
    done = dbclient(shared_device, "admin", "show privilege")
    assert (done.returncode, done.stdout.strip()) == (0, LEVEL), done.stderr


def test_exit_status(shared_device):
    assert dbclient(shared_device, "admin", "show nonsense").returncode == 1


def test_wrong_password(shared_device):
    assert "privilege" not in dbclient(shared_device, "wrong", "show privilege").stdout
