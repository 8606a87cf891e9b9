# SPDX-License-Identifier: Apache-2.0
"""Scripts of OpenSSH's own regression tests (package openssh-tests), unchanged, against a device.

What stands in for their sshd starts nothing: asked for a daemon it writes a pid file, asked for a connection on standard
input it leads to the device's port. The suite's user logs in with the suite's keys, and `true` is an alias of a command
that says nothing. A script can run against a foreign server when that is all it wants. Those that cannot: they want files
or a shell on the server (transfer, rekey, cipher-speed, exit-status, stderr-*, yes-head, broken-pipe, envpass, scp*,
sftp*, multiplex, putty-ciphers, proxy-connect), what sshd_config says (banner, *-deny-users, cfg*, cert-*, principals-*,
keys-command, forcecommand, hostbased, hostkey-*, authinfo, limit-keytype, login-timeout, connection-timeout, key-options),
keys they make under way (keytype, multipubkey, agent*, putty-kex), forwarding (which this dialect refuses), sshd's exit
status (proto-mismatch), the size of umac's keys (dhgex), or no server at all (keygen-*, sshsig, krl, knownhosts-*, percent, …). integrity is about the
client's eye for what a server sends; the other way round is in the unit tests."""

import getpass
import os
import pathlib
import re
import shutil
import subprocess

import pytest

import lab as laboratory
import rows

SUITE = pathlib.Path("/usr/lib/openssh/regress")
SCRIPTS = ["connect", "connect-uri", "host-expand", "keyscan", "kextype", "localcommand", "proto-version", "try-ciphers"]

SSHD = """\
#!/bin/sh
# Stands where the suite starts its server: the device runs already.
what=daemon
while [ $# -gt 0 ]; do
	case "$1" in
	-f) config=$2; shift ;;
	-i) what=connection ;;
	-t) what=check ;;
	esac
	shift
done
here=$(dirname "$config")
case "$what" in
check) cat "$here/device_hosts" >>"$here/known_hosts" ;;
connection) exec "$here/netcat" -N 127.0.0.1 "$TEST_SSH_PORT" ;;
daemon) setsid sh "$here/pid_file" "$here/pidfile" >/dev/null 2>&1 </dev/null & ;;
esac
"""
PID_FILE = """\
trap 'rm -f "$1"; exit' TERM
echo $$ >"$1"
for second in $(seq 100); do sleep 0.5; done
rm -f "$1"
"""
# What the client has and no device of ours does is not asked for.
SSH = """\
#!/bin/sh
case " $* " in
*" -Q "*) exec ssh "$@" | grep -vxFf "$(dirname "$0")/left_out" ;;
*) exec ssh "$@" ;;
esac
"""


def key_types():
    asked = subprocess.run(["ssh", "-Q", "key-plain"], capture_output=True, text=True, check=True).stdout.split()
    return [kind for kind in asked if not kind.startswith("sk-")]


def prepare(folder):
    """A copy of the suite with its users' keys, and our two programs."""
    shutil.copytree(SUITE, folder, symlinks=True)
    for kind in key_types():
        subprocess.run(["ssh-keygen", "-q", "-N", "", "-t", kind, "-f", folder / kind], check=True)
    for name, text in (("sshd", SSHD), ("ssh", SSH), ("pid_file", PID_FILE)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    have = {name for what in ("kex", "hostkey", "encryption", "mac") for name in rows.names(what)}
    asked = subprocess.run(
        "ssh -Q kex; ssh -Q mac; ssh -Q cipher; ssh -Q key-plain", shell=True, capture_output=True, text=True, check=True
    )
    (folder / "left_out").write_text("".join(f"{n}\n" for n in asked.stdout.split() if n not in have) + "none of these\n")


def configuration(folder):
    user = getpass.getuser()
    public = [(folder / f"{kind}.pub").read_text().split()[1] for kind in ("ssh-ed25519", "ssh-rsa")]
    strings = "".join(
        "key-string\n" + "".join(f"{key[i : i + 72]}\n" for i in range(0, len(key), 72)) + "exit\n" for key in public
    )
    more = (
        f"username {user} privilege 15 password 0 none\nalias exec true terminal length 0\nip ssh version 2\n"
        f"{rows.everything()}ip ssh pubkey-chain\nusername {user}\n{strings}"
    )
    return laboratory.CONFIG.replace("end\n", more + "end\n")


@pytest.fixture(scope="module")
def suite(build, request, tmp_path_factory):
    made = laboratory.Lab()
    request.node.lab = made
    folder = tmp_path_factory.mktemp("suite") / "regress"
    prepare(folder)
    device = made.booted(configuration(folder))
    terminal = device.terminal()
    terminal.command("configure terminal")
    for bits in (256, 384, 521):
        terminal.command(f"crypto key generate ec keysize {bits} label ec{bits}")
    terminal.command("crypto key generate dsa label old")
    terminal.close()
    scanned = subprocess.run(["ssh-keyscan", "-p", str(device.port), "127.0.0.1"], capture_output=True, text=True, check=True)
    hosts = [line.split(" ", 1)[1] for line in scanned.stdout.splitlines() if not line.startswith("#")]
    (folder / "device_hosts").write_text("".join(f"localhost-with-alias,127.0.0.1,::1 {key}\n" for key in hosts))
    device.suite = folder
    yield device
    made.release()


@pytest.mark.parametrize("script", SCRIPTS)
def test_script(suite, script):
    folder = suite.suite
    environment = {
        **os.environ, "TEST_SHELL": "sh", "TEST_SSH_PORT": str(suite.port), "TEST_SSH_SSH": str(folder / "ssh"),
        "TEST_SSH_SSHD": str(folder / "sshd"), "TEST_SSH_UNSAFE_PERMISSIONS": "1", "BUILDDIR": str(folder), "SUDO": "",
        "HOME": str(folder), "TEST_SSH_SSH_CONFOPTS": laboratory.QUICK_KEX.removeprefix("-o"),
    }  # fmt: skip
    argv = ["sh", str(folder / "test-exec.sh"), str(folder), str(folder / f"{script}.sh")]
    done = subprocess.run(argv, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and re.search("^ok ", done.stdout, re.M), done.stdout + done.stderr
    assert "SKIPPED" not in done.stdout, done.stdout
