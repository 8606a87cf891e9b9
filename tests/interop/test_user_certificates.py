# SPDX-License-Identifier: Apache-2.0
"""Certificates of users that ssh-keygen signs: the OpenSSH client gets in with every type of key and authority; for
another user, at another time, from another place, by another authority, or with a byte changed it does not; and what a
certificate says of commands and terminals holds."""

import asyncio
import base64
import os
import subprocess

import asyncssh
import pytest

import keys
import lab as laboratory
import wire
from test_security_keys import PROVIDER
from wire import message

LEVEL = "Current privilege level is 15\n"
USERS = {
    "ed25519": ["-t", "ed25519"], "rsa": ["-t", "rsa", "-b", "2048"], "p256": ["-t", "ecdsa", "-b", "256"],
    "p384": ["-t", "ecdsa", "-b", "384"], "p521": ["-t", "ecdsa", "-b", "521"], "sk": ["-t", "ed25519-sk"],
    "sk-p256": ["-t", "ecdsa-sk"],
}  # fmt: skip
AUTHORITIES = {
    "ed25519": ["-t", "ed25519"], "rsa": ["-t", "rsa", "-b", "2048"], "p256": ["-t", "ecdsa", "-b", "256"],
    "p521": ["-t", "ecdsa", "-b", "521"], "sk": ["-t", "ed25519-sk"], "short": ["-t", "rsa", "-b", "1024"],
}  # fmt: skip
UNTRUSTED = {"stranger": ["-t", "ed25519"]}


def keygen(*argv):
    done = subprocess.run(["ssh-keygen", "-q", *map(str, argv)], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr


def make(folder, kinds):
    for name, options in kinds.items():
        keygen(*options, "-w", PROVIDER, "-N", "", "-C", name, "-f", folder / name)
    return {name: folder / name for name in kinds}


def authorities(files):
    chain = "ip ssh pubkey-chain\n"
    for name in AUTHORITIES:
        text = keys.public(files[name]).split()[1]
        pieces = "".join(f"   {text[i:i + 72]}\n" for i in range(0, len(text), 72))
        chain += f" trusted-ca {name}\n  key-string\n{pieces}  exit\n exit\n"
    scp = "aaa new-model\naaa authentication login default local\naaa authorization exec default local\nip scp server enable\n"
    return laboratory.CONFIG.replace("line vty", f"{scp}{chain}line vty").replace(" login local\n", "")


class Issuer:
    """Signs certificates and logs in with them."""

    def __init__(self, device, folder):
        self.device = device
        for sub in ("users", "authorities"):
            (folder / sub).mkdir()
        self.users = make(folder / "users", USERS)
        self.signers = make(folder / "authorities", AUTHORITIES | UNTRUSTED)
        self.folder, self.n = folder, 0

    def sign(self, *options, ca="ed25519", key="ed25519", names="admin", valid="-1h:+1h", serial=1, host=False):
        """The certificate's file, beside a copy of the private key."""
        self.n += 1
        path = self.folder / f"cert{self.n}"
        path.write_bytes(self.users[key].read_bytes())
        path.chmod(0o600)
        (self.folder / f"cert{self.n}.pub").write_text(keys.public(self.users[key]) + "\n")
        argv = ["-w", PROVIDER, "-s", self.signers[ca], "-I", f"id{self.n}", "-V", valid, "-z", serial]
        keygen(*argv, *(["-n", names] if names else []), *(["-h"] if host else []), *options, f"{path}.pub")
        return path

    def ssh(self, path, command="show privilege", user="admin", options=()):
        only = ["-i", path, "-o", f"SecurityKeyProvider={PROVIDER}", "-o", "PreferredAuthentications=publickey"]
        return self.device.ssh(*([command] if command else []), user=user, options=[*only, *options])

    def scp(self, path, *words):
        """`scp -O` with the device as `r:`; its exit code and what came on stderr."""
        argv = self.device.ssh_argv("admin", options=["-i", path])[1:-1]
        argv[argv.index("-p")] = "-P"
        words = [str(word).replace("r:", "admin@127.0.0.1:", 1) for word in words]
        done = subprocess.run(
            ["scp", "-O", *argv, *words], env=self.device.ssh_env("x"), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30
        )  # fmt: skip
        return done.returncode, done.stderr

    def refused(self, why, path, **how):
        """It does not get in, and the log has the reason; the last line of the log is about it."""
        done = self.ssh(path, **how)
        assert done.returncode == 255 and "Permission denied" in done.stderr, done.stdout
        if why:
            shown = self.device.ssh("show logging | include CERT_REFUSED").stdout.strip().splitlines()
            assert shown and why in shown[-1] and f"'{path.name.replace('cert', 'id')}'" in shown[-1], shown[-1:]


@pytest.fixture(scope="module")
def issuer(build, request, tmp_path_factory):
    made = laboratory.Lab()
    request.node.lab = made
    issuer = Issuer(None, tmp_path_factory.mktemp("certificates"))
    issuer.device = made.booted(authorities(issuer.signers))
    yield issuer
    made.release()


@pytest.mark.parametrize("key", USERS)
def test_each_type_of_key(issuer, key):
    done = issuer.ssh(issuer.sign(key=key))
    assert (done.stdout, done.returncode) == (LEVEL, 0), done.stderr


def test_rsa_with_either_digest(issuer):
    path = issuer.sign(key="rsa")
    for digest in ("256", "512"):
        options = ["-o", f"PubkeyAcceptedAlgorithms=rsa-sha2-{digest}-cert-v01@openssh.com"]
        assert issuer.ssh(path, options=options).stdout == LEVEL


@pytest.mark.parametrize("ca", [name for name in AUTHORITIES if name != "short"])
def test_each_type_of_authority(issuer, ca):
    done = issuer.ssh(issuer.sign(ca=ca))
    assert (done.stdout, done.returncode) == (LEVEL, 0), done.stderr


def test_the_log_says_who(issuer):
    path = issuer.sign(serial=77)
    assert issuer.ssh(path).returncode == 0
    shown = issuer.device.ssh("show logging | include CERT_LOGIN").stdout
    name = path.name.replace("cert", "id")
    assert f"User 'admin' from 127.0.0.1 is in by certificate '{name}' (serial 77) of trusted-ca ed25519" in shown


REFUSED = {
    "another user": ("not for this user", {"names": "guest"}),
    "nobody": ("not for this user", {"names": None}),
    "part of the name": ("not for this user", {"names": "admi,admin2,ADMIN"}),
    "expired": ("has expired", {"valid": "-2h:-1h"}),
    "not yet": ("not valid yet", {"valid": "+1h:+2h"}),
    "stranger": (None, {"ca": "stranger"}),
    "short RSA authority": (None, {"ca": "short"}),
    "elsewhere": ("not for this address", {"options": ["-O", "source-address=10.0.0.0/8,192.0.2.1,::1"]}),
    "unknown option": ("not known", {"options": ["-O", "critical:eat@example.com=cake"]}),
    "long command": ("longer than", {"options": ["-O", "force-command=" + "x" * 600]}),
    "command with keys": ("not printable", {"options": ["-O", "force-command=show\x1b[A"]}),
    "PIN": (None, {"key": "sk", "options": ["-O", "verify-required"]}),
    "SHA-1": (None, {"ca": "rsa", "options": ["-t", "ssh-rsa"]}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(issuer, name):
    why, how = REFUSED[name]
    issuer.refused(why, issuer.sign(*how.get("options", []), **{k: v for k, v in how.items() if k != "options"}))


def test_another_user_may(issuer):
    """The control of the names; and one certificate may name several."""
    path = issuer.sign(names="admin,guest")
    assert issuer.ssh(path, user="guest").stdout == "Current privilege level is 1\n"
    assert issuer.ssh(path).stdout == LEVEL
    issuer.refused("not for this user", path, user="nobody")
    issuer.refused("not for this user", issuer.sign(names="nobody"), user="nobody")


def test_addresses(issuer):
    path = issuer.sign("-O", "source-address=192.0.2.0/24,127.0.0.0/8")
    assert issuer.ssh(path).returncode == 0


def test_command(issuer):
    """It runs in place of a shell and of any other command; the session ends with it."""
    path = issuer.sign("-O", "force-command=show privilege")
    for command in ("show version", "show privilege", *[None] * 5):  # a shell's input has ended before the command began
        done = issuer.ssh(path, command)
        assert "level is 15" in done.stdout and "Ravelin" not in done.stdout, command
    t = laboratory.Terminal(
        issuer.device.ssh_argv("admin", options=["-i", path], tty=True), env=issuer.device.ssh_env("x")
    )
    assert t.hangs_up() and "level is 15" in t.screen.text and "#" not in t.screen.text
    t.close()


def test_command_and_scp(issuer, tmp_path):
    """It runs in place of scp, too: nothing is written and nothing read."""
    bound, free = issuer.sign("-O", "force-command=show privilege"), issuer.sign()
    mine, back, flash = tmp_path / "mine", tmp_path / "back", issuer.device.folder / "flash/mine"
    mine.write_text("x\n")
    status, said = issuer.scp(bound, mine, "r:flash0:mine")
    assert status != 0 and not flash.exists(), said
    status, said = issuer.scp(bound, "r:running-config", back)
    assert status != 0 and not back.exists(), said
    for command in ("scp -f running-config", "scp -t flash0:mine", "scp"):
        done = issuer.ssh(bound, command)
        assert (done.stdout, done.returncode) == (LEVEL, 0), (command, done.stderr)
    assert not flash.exists()
    # The control: without it the same moves.
    assert issuer.scp(free, mine, "r:flash0:mine")[0] == 0 and flash.read_text() == "x\n"
    assert issuer.scp(free, "r:running-config", back)[0] == 0 and "hostname R1" in back.read_text()


def test_command_and_autocommand(issuer):
    """The same twice is one; two that differ let nobody in."""
    t = issuer.device.terminal()
    for line in ("configure terminal", "username auto privilege 15 password 0 auto", "username auto autocommand show users"):
        t.command(line)
    t.close()
    assert "level is" not in issuer.ssh(issuer.sign(names="auto"), user="auto").stdout
    done = issuer.ssh(issuer.sign("-O", "force-command=show privilege", names="auto"), user="auto")
    assert done.returncode != 0 and "level is" not in done.stdout and "auto " not in done.stdout
    done = issuer.ssh(issuer.sign("-O", "force-command=show users", names="auto"), user="auto")
    assert "auto " in done.stdout


def test_no_terminal(issuer):
    """Without permit-pty the client is told so; a command works."""
    path = issuer.sign("-O", "no-pty")
    assert issuer.ssh(path).stdout == LEVEL
    done = issuer.ssh(path, options=["-tt", "-o", "LogLevel=INFO"])
    assert "PTY allocation request failed" in done.stderr
    assert "PTY allocation" not in issuer.ssh(issuer.sign(), options=["-tt", "-o", "LogLevel=INFO"]).stderr


def test_touch(issuer):
    """Presence is needed, unless the authority says otherwise."""
    quiet = issuer.folder / "quiet"
    keygen("-t", "ed25519-sk", "-O", "no-touch-required", "-w", PROVIDER, "-N", "", "-f", quiet)
    issuer.users["quiet"] = quiet
    issuer.refused(None, issuer.sign(key="quiet"))
    assert issuer.ssh(issuer.sign("-O", "no-touch-required", key="quiet")).stdout == LEVEL


def test_revoked(issuer):
    one, two = issuer.sign(serial=500), issuer.sign(key="p384", serial=501)
    print_of = subprocess.run(["ssh-keygen", "-lf", f"{two}.pub"], capture_output=True, text=True).stdout.split()[1]
    t = issuer.device.terminal()
    for line in ("configure terminal", "ip ssh pubkey-chain", "trusted-ca ed25519", "revoke serial 500", f"revoke key {print_of}"):
        t.command(line)
    shown = t.command("do show running-config | section trusted-ca ed25519")
    assert "  revoke key SHA256:" in shown and "  revoke serial 500" in shown
    issuer.refused("is revoked", one)
    issuer.refused("is revoked", two)
    assert issuer.ssh(issuer.sign(serial=502)).returncode == 0
    for line in ("no revoke serial 500", f"no revoke key {print_of}"):
        t.command(line)
    assert issuer.ssh(one).returncode == issuer.ssh(two).returncode == 0
    t.command("exit")
    t.command("no trusted-ca p521")
    t.close()
    issuer.refused(None, issuer.sign(ca="p521"))


def certificate(path):
    return base64.b64decode(path.with_name(path.name + "-cert.pub").read_text().split()[1])


ALG = "ssh-ed25519-cert-v01@openssh.com"


def acceptable(device, blobs, alg=ALG, user="admin"):
    """Which of these the device would take a signature of, a few a connection."""
    answers = []
    for i in range(0, len(blobs), 15):
        t = wire.keyed(device.port)
        heard = wire.authentication(t)
        wire.push(t, message(wire.SERVICE_REQUEST, "ssh-userauth"))
        for blob in blobs[i : i + 15]:
            wire.push(t, message(wire.USERAUTH_REQUEST, user, "ssh-connection", "publickey", False, alg, blob))
            answers.append(heard() == wire.INFO_REQUEST)  # PK_OK has the same number
        t.close()
    return answers


def test_tampered(issuer):
    """No byte of it may change, none may be missing or follow."""
    good = certificate(issuer.sign())
    bad = [good[:at] + bytes([good[at] ^ bit]) + good[at + 1 :] for at in range(0, len(good), 7) for bit in (1,)]
    bad += [good[:n] for n in range(0, len(good), 41)] + [good + b"\0", good + good, os.urandom(400)]
    assert not any(acceptable(issuer.device, bad))
    assert acceptable(issuer.device, [good]) == [True]
    assert acceptable(issuer.device, [good], alg="ssh-ed25519") == [False]
    assert acceptable(issuer.device, [good], alg="rsa-sha2-256-cert-v01@openssh.com") == [False]
    assert acceptable(issuer.device, [good], user="guest") == [False]


def test_a_hosts_certificate(issuer):
    """Which the client would not show."""
    assert acceptable(issuer.device, [certificate(issuer.sign(host=True))]) == [False]
    assert "it is not a user's" in issuer.device.ssh("show logging | include CERT_REFUSED").stdout


def test_asyncssh(issuer):
    path = issuer.sign()

    async def level(cert):
        async with asyncssh.connect(
            "127.0.0.1", issuer.device.port, username="admin", known_hosts=None, agent_path=None, password=None,
            client_keys=[(str(path), str(cert))],
        ) as conn:  # fmt: skip
            return (await conn.run("show privilege")).stdout

    assert asyncio.run(level(f"{path}-cert.pub")).replace("\r", "") == LEVEL
    other = issuer.sign(ca="stranger")
    with pytest.raises(asyncssh.PermissionDenied):
        asyncio.run(level(f"{other}-cert.pub"))
