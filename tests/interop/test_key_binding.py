# SPDX-License-Identifier: Apache-2.0
"""A signature lets in whom it names, with the key that made it, on the connection it was made for: not whoever was asked
about before, not with the terms of another certificate, and not a second time."""

import base64
import itertools
import subprocess

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_ssh_private_key

import keys
import lab as laboratory
import wire
from wire import message, string

PK_OK = wire.INFO_REQUEST  # the same number
CERT = "ssh-ed25519-cert-v01@openssh.com"


def keygen(*argv):
    subprocess.run(["ssh-keygen", "-q", *map(str, argv)], check=True, timeout=20)


class Key:
    """A key as the wire has it; `alg` is what it signs with."""

    def __init__(self, path, alg, blob=None):
        self.private = load_ssh_private_key(path.read_bytes(), None)
        self.alg, self.blob = alg, blob or base64.b64decode(keys.public(path).split()[1])

    def signature(self, data):
        if self.alg.startswith("rsa"):
            digest = hashes.SHA256() if "256" in self.alg else hashes.SHA512()
            return string(self.alg) + string(self.private.sign(data, padding.PKCS1v15(), digest))
        return string("ssh-ed25519") + string(self.private.sign(data))


class Client:
    """A connection that is about to authenticate, and says whatever it is told to."""

    def __init__(self, device):
        self.transport = wire.keyed(device.port)
        self.heard = wire.authentication(self.transport)
        wire.push(self.transport, message(wire.SERVICE_REQUEST, "ssh-userauth"))

    def signed(self, user, key, alg=None, blob=None, session=None):
        """What is signed for this user with this key (RFC 4252 section 7)."""
        return (
            string(self.transport.session_id if session is None else session) + bytes([wire.USERAUTH_REQUEST]) + string(user)
            + string("ssh-connection") + string("publickey") + b"\x01" + string(alg or key.alg) + string(blob or key.blob)
        )  # fmt: skip

    def query(self, user, key):
        return self.ask(user, "publickey", False, key.alg, key.blob)

    def show(self, user, key, signature, alg=None, blob=None):
        """Whether he is in."""
        answer = self.ask(user, "publickey", True, alg or key.alg, blob or key.blob, signature)
        return answer == wire.USERAUTH_SUCCESS

    def ask(self, user, *fields):
        wire.push(self.transport, message(wire.USERAUTH_REQUEST, user, "ssh-connection", *fields))
        return self.heard()

    def login(self, user, key):
        return self.show(user, key, key.signature(self.signed(user, key)))

    def close(self):
        self.transport.close()


@pytest.fixture(scope="module")
def device(build, request, tmp_path_factory):
    """`admin` has the keys a and r, `guest` the key g, nobody has x; an authority vouches by certificates."""
    made = laboratory.Lab()
    request.node.lab = made
    folder = tmp_path_factory.mktemp("keys")
    for name in "agxc":
        keygen("-t", "ed25519", "-N", "", "-f", folder / name)
    keygen("-t", "rsa", "-b", "2048", "-N", "", "-f", folder / "r")
    config = keys.config("admin", keys.public(folder / "a"), keys.public(folder / "r"))
    more = f" username guest\n  key-string\n   {keys.public(folder / 'g')}\n  exit\n"
    more += f" trusted-ca c\n  key-string\n   {keys.public(folder / 'c')}\n  exit\n"
    device = made.booted(config.replace("end\n", more + "end\n"))
    device.files = folder
    device.have = {name: Key(folder / name, "ssh-ed25519") for name in "agx"}
    device.have["r"] = Key(folder / "r", "rsa-sha2-256")
    yield device
    made.release()


@pytest.fixture
def client(device):
    made = []

    def connect():
        made.append(Client(device))
        return made[-1]

    yield connect
    for c in made:
        c.close()


def test_each_gets_in_with_his_own(device, client):
    """The control of all others."""
    assert client().login("admin", device.have["a"])
    assert client().login("admin", device.have["r"])
    assert client().login("guest", device.have["g"])
    assert not client().login("admin", device.have["g"])
    assert not client().login("guest", device.have["a"])


def test_what_was_asked_about_is_not_what_was_signed(device, client):
    """Keys that are taken are asked about first; then another one signs: it counts alone (CVE-2024-45337)."""
    a, r, g, x = (device.have[name] for name in "argx")
    for other in (g, x):
        c = client()
        assert c.query("admin", a) == c.query("admin", r) == PK_OK
        assert c.query("admin", other) == wire.USERAUTH_FAILURE
        assert not c.login("admin", other)
        data = c.signed("admin", a)
        assert not c.show("admin", a, other.signature(data)), "the other key's signature under the name of this one"
        assert not c.show("admin", other, a.signature(c.signed("admin", other)))
        assert c.login("admin", a)


def test_a_signature_names_its_user(device, client):
    """What guest's key signed for guest is nothing for admin, and who has begun as one user stays that user."""
    a, g = device.have["a"], device.have["g"]
    c = client()
    assert not c.show("admin", a, a.signature(c.signed("guest", a)))
    assert not c.show("admin", a, a.signature(c.signed("", a)))
    assert not c.show("admin", a, a.signature(c.signed("admin\0", a)))
    c = client()
    assert c.query("guest", g) == PK_OK
    assert not c.login("admin", a) and wire.ended(c.transport)


def test_a_signature_names_its_algorithm(device, client):
    r = device.have["r"]
    c = client()
    signature = r.signature(c.signed("admin", r))
    assert not c.show("admin", r, signature, alg="rsa-sha2-512")
    assert not c.show("admin", r, r.signature(c.signed("admin", r, alg="rsa-sha2-512")))
    assert not c.show("admin", r, signature, alg="ssh-rsa")
    weaker = r.signature(c.signed("admin", r, alg="rsa-sha2-512"))
    assert not c.show("admin", r, weaker, alg="rsa-sha2-512"), "it says of itself that it has the digest of another"
    assert c.show("admin", r, signature)


def test_a_signature_of_another_connection(device, client):
    """Replayed while its own connection stands, after it has ended, and over a session id of the client's choice."""
    a = device.have["a"]
    one, two = client(), client()
    signature = a.signature(one.signed("admin", a))
    assert not two.show("admin", a, signature)
    assert one.show("admin", a, signature)
    one.close()
    assert not client().show("admin", a, signature)
    for session in (one.transport.session_id, b"", b"\0" * 32, two.transport.session_id[:-1]):
        c = client()
        assert not c.show("admin", a, a.signature(c.signed("admin", a, session=session)))
    assert two.login("admin", a)


def test_no_new_keys_before_login(client):
    """The session id is the first hash, and before a login there is no second one: who wants it is cut off."""
    c = client()
    c.transport._send_kex_init()
    assert laboratory.wait_for(lambda: not c.transport.is_active())


def certificate(device, name, *options, numbers=itertools.count()):
    path = device.files / f"{name}{next(numbers)}"
    path.with_name(path.name + ".pub").write_text(keys.public(device.files / name) + "\n")
    keygen("-s", device.files / "c", "-I", path.name, "-n", "admin", *options, f"{path}.pub")
    blob = base64.b64decode(path.with_name(path.name + "-cert.pub").read_text().split()[1])
    return Key(device.files / name, CERT, blob)


def said(client, command):
    channel = client.transport.open_session()
    channel.exec_command(command)
    return channel.makefile("rb").read()


def test_the_terms_are_those_of_what_was_signed(device, client):
    """Of two certificates of one key the one in the signature counts, whatever was asked about before."""
    free, bound = certificate(device, "x"), certificate(device, "x", "-O", "force-command=show privilege", "-O", "no-pty")
    for asked, shown in ((free, bound), (bound, free)):
        c = client()
        assert c.query("admin", asked) == c.query("admin", shown) == PK_OK
        data = c.signed("admin", asked)
        assert not c.show("admin", shown, shown.signature(data)), "signed for the other certificate"
        assert c.login("admin", shown)
        c.transport._handler_table = type(c.transport)._handler_table
        version = said(c, "show version")
        assert (b"level is 15" in version) == (shown is bound) and (b"Ravelin" in version) == (shown is free)


def test_a_plain_key_after_a_certificate_has_no_terms(device, client):
    bound = certificate(device, "a", "-O", "force-command=show privilege")
    c = client()
    assert c.query("admin", bound) == PK_OK
    assert c.login("admin", device.have["a"])
    c.transport._handler_table = type(c.transport)._handler_table
    assert b"Ravelin" in said(c, "show version")


def test_a_certificates_key_alone_is_nothing(device, client):
    x = device.have["x"]
    good = certificate(device, "x")
    c = client()
    assert not c.login("admin", x)
    assert not c.show("admin", x, x.signature(c.signed("admin", x)), alg=CERT)
    assert not c.show("admin", good, x.signature(c.signed("admin", good, alg="ssh-ed25519")))
    assert not c.show("admin", good, device.have["a"].signature(c.signed("admin", good)))
    assert c.login("admin", good)
