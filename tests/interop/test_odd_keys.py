# SPDX-License-Identifier: Apache-2.0
"""Keys and signatures that mathematics or an encoding would let pass: the configuration names each key by its hash, so
that nothing but the key itself stands between its owner and the device."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import lab as laboratory
from test_key_binding import Client
from wire import string

ORDER_25519 = 2**252 + 27742317777372353535851937790883648493
ORDER_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def mpint(n):
    return string(n.to_bytes(n.bit_length() // 8 + 1, "big") if n else b"")


def rsa_blob(e, n):
    return string("ssh-rsa") + mpint(e) + mpint(n)


class Rsa:
    alg = "rsa-sha2-256"

    def __init__(self, bits):
        self.private = rsa.generate_private_key(65537, bits)
        numbers = self.private.public_key().public_numbers()
        self.blob = rsa_blob(numbers.e, numbers.n)

    def raw(self, data):
        return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())

    def signature(self, data):
        return string(self.alg) + string(self.raw(data))


class ExponentOne(Rsa):
    """s to the power of 1 is s: whoever knows the public key signs with the padded digest itself (RFC 8017 9.2)."""

    def __init__(self, bits, e=1):
        self.bits, self.n = bits, 2 ** (bits - 1) + 1
        self.blob = rsa_blob(e, self.n)

    def raw(self, data):
        info = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(data).digest()
        size = self.bits // 8
        return b"\0\1" + b"\xff" * (size - len(info) - 3) + b"\0" + info


class Ed25519:
    alg = "ssh-ed25519"

    def __init__(self):
        self.private = ed25519.Ed25519PrivateKey.generate()
        public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.blob = string(self.alg) + string(public)

    def signature(self, data):
        return string(self.alg) + string(self.private.sign(data))


class NoPoint(Ed25519):
    """The neutral element as public key: R = S = "nothing" is a signature of everything under a loose verifier."""

    def __init__(self, y=1, sign=0):
        self.blob = string(self.alg) + string((y | sign << 255).to_bytes(32, "little"))

    def signature(self, data):
        return string(self.alg) + string(b"\1" + b"\0" * 31 + b"\0" * 32)


class Ecdsa:
    alg = "ecdsa-sha2-nistp256"

    def __init__(self):
        self.private = ec.generate_private_key(ec.SECP256R1())
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.blob = string(self.alg) + string("nistp256") + string(point)

    def der(self, data):
        return self.private.sign(data, ec.ECDSA(hashes.SHA256()))

    def numbers(self, data):
        return decode_dss_signature(self.der(data))

    def signature(self, data):
        return string(self.alg) + string(b"".join(map(mpint, self.numbers(data))))


def made():
    return {
        "r2048": Rsa(2048), "r1024": Rsa(1024), "r1016": Rsa(1016), "r768": Rsa(768), "one": ExponentOne(2048),
        "even": ExponentOne(2048, 2), "wide": ExponentOne(16384, 3), "wider": ExponentOne(16392, 3),
        "one-wide": ExponentOne(16384), "ed25519": Ed25519(), "neutral": NoPoint(), "p256": Ecdsa(),
    }  # fmt: skip


@pytest.fixture(scope="module")
def device(build, request):
    """A user for every two keys, whose names are the keys'."""
    lab = laboratory.Lab()
    request.node.lab = lab
    have = made()
    chain, users = "ip ssh pubkey-chain\n", ""
    for i, (name, key) in enumerate(have.items()):
        if i % 2 == 0:
            users += f"username u{i // 2} privilege 15 password 0 x\n"
            chain += f" username u{i // 2}\n"
        kind = key.alg if not key.alg.startswith("rsa") else "ssh-rsa"
        chain += f"  key-hash {kind} {hashlib.md5(key.blob).hexdigest().upper()} {name}\n"
        key.user = f"u{i // 2}"
    device = lab.booted(laboratory.CONFIG.replace("end\n", users + chain + "end\n"))
    device.have = have
    yield device
    lab.release()


def attempt(device, name, alter=None):
    """Whether the key's signature lets its user in; `alter` makes another one of key and signed bytes."""
    key = device.have[name]
    c = Client(device)
    data = c.signed(key.user, key)
    answer = c.show(key.user, key, alter(key, data) if alter else key.signature(data))
    c.close()
    return answer


@pytest.mark.parametrize("name", ["r2048", "r1024", "ed25519", "p256"])
def test_sound_keys(device, name):
    """The control: these get in, which are made and shown in the same way."""
    assert attempt(device, name)


@pytest.mark.parametrize("name", ["r1016", "r768", "one", "even", "wide", "wider", "one-wide", "neutral"])
def test_odd_keys(device, name):
    """Too short to resist, an exponent that hides nothing or has no inverse, so long that it only burns time."""
    assert not attempt(device, name)


FIELD = 2**255 - 19
D = -121665 * pow(121666, FIELD - 2, FIELD) % FIELD


def add(a, b):
    """Of two points of the curve -x² + y² = 1 + d x² y² (RFC 8032 section 5.1)."""
    k = D * a[0] * b[0] * a[1] * b[1] % FIELD
    x = (a[0] * b[1] + b[0] * a[1]) * pow(1 + k, FIELD - 2, FIELD)
    y = (a[1] * b[1] + a[0] * b[0]) * pow(1 - k, FIELD - 2, FIELD)
    return x % FIELD, y % FIELD


def times(n, point):
    total = (0, 1)
    while n:
        total = add(total, point) if n & 1 else total
        point, n = add(point, point), n >> 1
    return total


def x_of(y):
    square = (y * y - 1) * pow(D * y * y + 1, FIELD - 2, FIELD) % FIELD
    root = pow(square, (FIELD + 3) // 8, FIELD)
    for x in (root, root * pow(2, (FIELD - 1) // 4, FIELD) % FIELD):
        if x * x % FIELD == square:
            return x
    return None


def small_order():
    """y of the eight points whose multiples are eight at most, found by multiplying others by the large order."""
    for y in range(2, 100):
        x = x_of(y)
        point = times(ORDER_25519, (x, y)) if x is not None else (0, 1)
        if times(4, point) != (0, 1):
            return sorted({times(n, point)[1] for n in range(8)})
    raise AssertionError


def test_points_that_anybody_can_sign_for(device):
    """All of small order, and all that are not written as the standard writes them, with either sign; such a key is
    refused where it is typed as well."""
    ys = small_order()
    assert len(ys) == 5
    t = device.terminal(size=(24, 250))
    for line in ("configure terminal", "ip ssh pubkey-chain", "username guest"):
        t.command(line)
    for y in [*ys, *range(FIELD, FIELD + 19)]:
        for sign in (0, 1) if y < FIELD + 3 else (0,):
            t.command("key-string")
            t.command(base64.b64encode(NoPoint(y, sign).blob).decode())
            assert "anybody can sign for" in t.command("exit"), hex(y)
    t.close()


def rsa_with(raw):
    return lambda key, data: string(key.alg) + string(raw(key.raw(data)))


def test_rsa_signatures(device):
    """As long as the modulus; a zero byte less is what some clients send, one more or any other is nobody's."""
    n = device.have["r2048"].private.public_key().public_numbers().n
    for raw in (
        lambda s: b"\0" + s, lambda s: s + b"\0", lambda s: s[1:], lambda s: s[:-1], lambda s: b"", lambda s: b"\0" * 256,
        lambda s: (int.from_bytes(s, "big") + n).to_bytes(257, "big"), lambda s: b"\1" * 256, lambda s: b"\0" * 255 + b"\1",
    ):  # fmt: skip
        assert not attempt(device, "r2048", rsa_with(raw))


def test_a_signature_of_one_digest_under_the_name_of_another(device):
    sha1 = lambda key, data: string(key.alg) + string(key.private.sign(data, padding.PKCS1v15(), hashes.SHA1()))  # noqa: E731
    assert not attempt(device, "r2048", sha1)
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    assert not attempt(device, "r2048", lambda k, d: string(k.alg) + string(k.private.sign(d, pss, hashes.SHA256())))


def test_ed25519_signatures(device):
    """S plus the order of the group says the same: RFC 8032 section 5.1.7 refuses it, so that one signature is one."""

    def second(key, data):
        raw = key.private.sign(data)
        s = int.from_bytes(raw[32:], "little") + ORDER_25519
        return string(key.alg) + string(raw[:32] + s.to_bytes(32, "little"))

    assert not attempt(device, "ed25519", second)
    for raw in (lambda s: s + b"\0", lambda s: s[:-1], lambda s: b"", lambda s: b"\0" * 64, lambda s: s[:32] + b"\xff" * 32):
        assert not attempt(device, "ed25519", lambda k, d, raw=raw: string(k.alg) + string(raw(k.private.sign(d))))
    assert not attempt(device, "ed25519", lambda k, d: k.signature(d) + b"\0")


def ecdsa_with(encode):
    return lambda key, data: string(key.alg) + string(encode(*key.numbers(data)))


def test_ecdsa_signatures(device):
    """Two minimal, positive numbers under the order: neither DER, nor superfluous zeros, nor a sign, nor 0."""
    zeros = lambda n: string(b"\0" * 2 + n.to_bytes(32, "big"))  # noqa: E731
    bare = lambda n: string(n.to_bytes(33, "big")[1:] if n.bit_length() == 256 else b"\x80" + n.to_bytes(32, "big"))  # noqa: E731
    for encode in (
        lambda r, s: zeros(r) + mpint(s), lambda r, s: mpint(r) + zeros(s), lambda r, s: bare(r) + mpint(s),
        lambda r, s: mpint(r + ORDER_P256) + mpint(s), lambda r, s: mpint(r) + mpint(s + ORDER_P256),
        lambda r, s: mpint(0) + mpint(s), lambda r, s: mpint(r) + mpint(0), lambda r, s: mpint(0) + mpint(0),
        lambda r, s: mpint(ORDER_P256) + mpint(ORDER_P256), lambda r, s: mpint(1) + mpint(1), lambda r, s: mpint(r),
        lambda r, s: mpint(r) + mpint(s) + b"\0", lambda r, s: mpint(s) + mpint(r),
    ):  # fmt: skip
        assert not attempt(device, "p256", ecdsa_with(encode))
    assert not attempt(device, "p256", lambda k, d: string(k.alg) + string(k.der(d)))


def test_the_other_ecdsa_signature(device):
    """n - s with r is a signature as well, for everybody who has one: FIPS 186 makes no difference, RFC 5656 takes both.
    It is of the same bytes, so it lets in nobody but who was let in by the first, on that connection."""
    assert attempt(device, "p256", ecdsa_with(lambda r, s: mpint(r) + mpint(ORDER_P256 - s)))
