# SPDX-License-Identifier: Apache-2.0
"""libssh2 logs in by each method it has and gets a command and a shell."""

import re
import subprocess

import pytest

import lab as laboratory

LEVEL = "Current privilege level is 15"
NOT_LOGGED_IN = 100


def client(device, method, secret, how, text):
    program = laboratory.build_folder() / "tests/interop/libssh2_client"
    argv = [program, str(device.port), "admin", method, str(secret), how, text]
    return subprocess.run(argv, capture_output=True, text=True, timeout=30)


def ways(device):
    return {
        "password": ("password", "admin"),
        "keyboard-interactive": ("keyboard-interactive", "admin"),
        "ed25519": ("publickey", device.keys["ed25519"]),
    }


@pytest.mark.parametrize("way", ["password", "keyboard-interactive", "ed25519"])
def test_command_and_shell(keyed_device, way):
    method, secret = ways(keyed_device)[way]
    done = client(keyed_device, method, secret, "exec", "show privilege")
    assert (done.returncode, done.stdout) == (0, LEVEL + "\n"), done.stderr
    assert ("asked: Password: " in done.stderr) == (way == "keyboard-interactive")
    assert client(keyed_device, method, secret, "exec", "show nonsense").returncode == 1
    done = client(keyed_device, method, secret, "shell", "show privilege\rexit\r")
    assert done.returncode == 0 and LEVEL in done.stdout and "R1#" in done.stdout, done.stderr


def test_rsa_key(keyed_device):
    """Before 1.11 libssh2 signs with SHA-1 alone, which is refused unless it is configured; later with SHA-2."""
    done = client(keyed_device, "publickey", keyed_device.keys["rsa"], "exec", "show privilege")
    version = [int(n) for n in re.search(r"libssh2 (\d+)\.(\d+)", done.stderr).groups()]
    assert done.returncode == (0 if version >= [1, 11] else NOT_LOGGED_IN), done.stderr


@pytest.mark.parametrize("method", ["password", "keyboard-interactive"])
def test_wrong_password(keyed_device, method):
    done = client(keyed_device, method, "wrong", "exec", "show privilege")
    assert (done.returncode, done.stdout) == (NOT_LOGGED_IN, "")
