# SPDX-License-Identifier: Apache-2.0
"""Keys of security keys (FIDO): the OpenSSH client with its own software authenticator logs in; a signature without
presence, for another application or with anything changed does not, and the options of the chain hold."""

import base64
import hashlib
import pathlib
import struct
import subprocess

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import keys
import wire
from wire import message, string

PROVIDER = pathlib.Path("/usr/lib/openssh/regress/misc/sk-dummy/sk-dummy.so")
LEVEL = "Current privilege level is 15\n"
KINDS = ["ed25519-sk", "ecdsa-sk"]
PRESENT, VERIFIED = 1, 4


def openssh_pair(folder, kind, *options):
    path = folder / f"id_{kind}"
    argv = ["ssh-keygen", "-q", "-t", kind, "-w", PROVIDER, *options, "-N", "", "-C", f"{kind} key", "-f", path]
    subprocess.run(argv, check=True, timeout=20)
    return path


def login(device, path, *options, user="admin"):
    only = ["-i", path, "-o", f"SecurityKeyProvider={PROVIDER}", "-o", "PreferredAuthentications=publickey"]
    return device.ssh("show privilege", user=user, options=[*only, *options])


@pytest.fixture(scope="module")
def device(build, request, tmp_path_factory):
    import lab as laboratory

    made = laboratory.Lab()
    request.node.lab = made
    folder = tmp_path_factory.mktemp("keys")
    files = {kind: openssh_pair(folder, kind) for kind in KINDS}
    device = made.booted(keys.config("admin", *(keys.public(path) for path in files.values())))
    device.files = files
    yield device
    made.release()


@pytest.mark.parametrize("kind", KINDS)
def test_openssh(device, kind):
    done = login(device, device.files[kind])
    assert (done.stdout, done.returncode) == (LEVEL, 0), done.stderr
    assert login(device, device.files[kind], user="guest").returncode == 255


def test_the_configuration_keeps_them(device):
    """As hashes, which let the same keys in again."""
    shown = device.ssh("show running-config").stdout
    lines = [line for line in shown.splitlines() if line.startswith("  key-hash sk-")]
    assert [line.split()[1] for line in lines] == ["sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"]
    chain(device, "guest", *(" ".join(line.split()[:3]) for line in lines))
    assert login(device, device.files["ed25519-sk"], user="guest").returncode == 0
    forget(device, "guest")
    assert login(device, device.files["ed25519-sk"], user="guest").returncode == 255


def chain(device, user, *lines):
    """Types lines about this user's keys."""
    t = device.terminal()
    for line in ("configure terminal", "ip ssh pubkey-chain", f"username {user}", *lines):
        t.command(line)
    t.close()


def forget(device, user):
    chain(device, user, "exit", f"no username {user}")


def test_what_it_must_attest(device, tmp_path):
    """Presence, unless the chain says otherwise; the PIN, if it says so: the dummy attests what the key was made for."""
    quiet = openssh_pair(tmp_path, "ed25519-sk", "-O", "no-touch-required")
    chain(device, "guest", "key-string", keys.public(quiet).split()[1], "exit")
    assert login(device, quiet, user="guest").returncode == 255
    chain(device, "guest", "security-key no-touch-required")
    assert login(device, quiet, user="guest").returncode == 0
    chain(device, "admin", "security-key verify-required")
    assert login(device, device.files["ed25519-sk"]).returncode == 255
    chain(device, "admin", "no security-key verify-required")
    assert login(device, device.files["ed25519-sk"]).returncode == 0
    forget(device, "guest")


class Software:
    """A security key of our own, which signs whatever it is told to."""

    def __init__(self, curve=False, application="ssh:"):
        self.application = application
        if curve:
            self.name, self.private = "sk-ecdsa-sha2-nistp256@openssh.com", ec.generate_private_key(ec.SECP256R1())
            point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
            fields = string("nistp256") + string(point)
        else:
            self.name, self.private = "sk-ssh-ed25519@openssh.com", ed25519.Ed25519PrivateKey.generate()
            fields = string(self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
        self.blob = string(self.name) + fields + string(application)
        self.line = f"{self.name} {base64.b64encode(self.blob).decode()}"

    def sign(self, data, flags=PRESENT, counter=7, application=None, said=None, name=None, tail=b""):
        digest = hashlib.sha256((application or self.application).encode()).digest()
        signed = digest + struct.pack(">BI", flags, counter) + hashlib.sha256(data).digest()
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            raw = self.private.sign(signed)
        else:
            numbers = decode_dss_signature(self.private.sign(signed, ec.ECDSA(hashes.SHA256())))
            raw = b"".join(mpint(n) for n in numbers)
        attested = struct.pack(">BI", flags if said is None else said, counter)
        return string(name or self.name) + string(raw) + attested + tail


def mpint(n):
    return string(n.to_bytes(n.bit_length() // 8 + 1, "big"))


def attempt(device, key, user="admin", **how):
    """Whether a login with this signature succeeds."""
    t = wire.keyed(device.port)
    heard = wire.authentication(t)
    data = (
        string(t.session_id) + b"\x32" + string(user) + string("ssh-connection") + string("publickey") + b"\x01"
        + string(key.name) + string(key.blob)
    )  # fmt: skip
    signature = key.sign(data, **how)
    wire.push(t, message(wire.SERVICE_REQUEST, "ssh-userauth"))
    wire.push(t, message(wire.USERAUTH_REQUEST, user, "ssh-connection", "publickey", True, key.name, key.blob, signature))
    answer = heard()
    t.close()
    return answer == wire.USERAUTH_SUCCESS


@pytest.mark.parametrize("curve", [False, True])
def test_signatures(device, curve):
    key = Software(curve)
    chain(device, "guest", "key-string", key.line, "exit")
    good = dict(user="guest")
    assert attempt(device, key, **good)
    assert attempt(device, key, **good, flags=PRESENT | VERIFIED, counter=0)
    assert not attempt(device, key, **good, flags=0), "nobody touched it"
    assert not attempt(device, key, **good, flags=VERIFIED), "nobody touched it"
    assert not attempt(device, key, **good, flags=0, said=PRESENT), "says more than was signed"
    assert not attempt(device, key, **good, application="ssh:other")
    assert not attempt(device, key, **good, application="https://example.com")
    assert not attempt(device, key, **good, tail=b"\0"), "bytes behind the counter"
    assert not attempt(device, key, **good, name=key.name.replace("sk-", "", 1).split("@")[0])
    assert not attempt(device, key, user="admin")
    assert attempt(device, key, **good)
    forget(device, "guest")


def test_an_application_that_is_not_ssh(device):
    """A web site's key is none of SSH's: refused where it is typed."""
    line = Software(application="https://example.com").line
    t = device.terminal()
    for command in ("configure terminal", "ip ssh pubkey-chain", "username guest", "key-string", line):
        t.command(command)
    assert "not made for" in t.command("exit")
    t.close()
