# SPDX-License-Identifier: Apache-2.0
"""dropbear's dbclient logs in by password and by its own keys, and gets a command and a shell."""

import subprocess

import pytest

import keys
import lab as laboratory

LEVEL = "Current privilege level is 15"
KINDS = ["rsa", "ed25519"]


def own_key(folder, kind):
    """A key made by dropbear, in its own format; (file, public line)."""
    path = folder / f"dropbear_{kind}"
    subprocess.run(["dropbearkey", "-t", kind, "-f", path], check=True, capture_output=True)
    shown = subprocess.run(["dropbearkey", "-y", "-f", path], check=True, capture_output=True, text=True).stdout
    return path, next(line for line in shown.splitlines() if line.startswith("ssh-"))


@pytest.fixture(scope="module")
def dropbear_device(build, request, tmp_path_factory):
    made = laboratory.Lab()
    request.node.lab = made
    pairs = {kind: own_key(tmp_path_factory.mktemp("keys"), kind) for kind in KINDS}
    device = made.booted(keys.config("admin", *(line for _, line in pairs.values())))
    device.keys = {kind: path for kind, (path, _) in pairs.items()}
    yield device
    made.release()


def argv(device, *arguments):
    return ["dbclient", "-y", "-y", "-p", str(device.port), "-l", "admin", *map(str, arguments)]


def environment(device, password):
    return {"HOME": str(device.parent), "PATH": "/usr/bin", "TERM": "vt100", "DROPBEAR_PASSWORD": password}


def dbclient(device, *arguments, password="", stdin=""):
    return subprocess.run(
        argv(device, *arguments), env=environment(device, password), input=stdin, capture_output=True, text=True,
        timeout=30,
    )  # fmt: skip


def test_command(dropbear_device):
    done = dbclient(dropbear_device, "127.0.0.1", "show privilege", password="admin")
    assert (done.returncode, done.stdout.strip()) == (0, LEVEL), done.stderr


def test_exit_status(dropbear_device):
    assert dbclient(dropbear_device, "127.0.0.1", "show nonsense", password="admin").returncode == 1


def test_shell_fed_from_a_pipe(dropbear_device):
    done = dbclient(dropbear_device, "-T", "127.0.0.1", password="admin", stdin="show privilege\nexit\n")
    assert LEVEL in done.stdout, done.stderr


def test_shell_with_a_terminal(dropbear_device):
    t = laboratory.Terminal(argv(dropbear_device, "127.0.0.1"), env=environment(dropbear_device, "admin"))
    t.until("R1#")
    assert LEVEL in t.command("show privilege")
    t.send("exit\r")
    assert t.hangs_up()


@pytest.mark.parametrize("kind", KINDS)
def test_key(dropbear_device, kind):
    """Without a password to fall back on."""
    done = dbclient(dropbear_device, "-i", dropbear_device.keys[kind], "127.0.0.1", "show privilege", password="none")
    assert (done.returncode, done.stdout.strip()) == (0, LEVEL), done.stderr


def test_wrong_password(dropbear_device):
    done = dbclient(dropbear_device, "127.0.0.1", "show privilege", password="wrong")
    assert "privilege" not in done.stdout
