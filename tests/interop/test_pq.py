# SPDX-License-Identifier: Apache-2.0
"""The two post-quantum key encapsulation mechanisms against second implementations (folder witness) and published
vectors: equal keys, ciphertexts and secrets from equal random bytes, and equal answers to ciphertexts and keys that were
damaged or made up."""

import configparser
import functools
import hashlib
import pathlib
import random
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from witness import mlkem768, sntrup761

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import lab  # noqa: E402

ROUNDS = 8


class Loop:
    """pqloop.c; each call gives the results, or None for an error."""

    OPS = {  # number, sizes of the results
        "sntrup761.keypair": (0, 1158, 1763),
        "sntrup761.encap": (1, 1039, 32),
        "sntrup761.decap": (2, 32),
        "mlkem768.keypair": (3, 1184, 2400),
        "mlkem768.encap": (4, 1088, 32),
        "mlkem768.decap": (5, 32),
    }

    def __init__(self):
        program = lab.build_folder() / "tests/interop/pqloop"
        if not program.is_file():
            pytest.fail(f"no {program}: run ./dev build or set RAVELIN_BUILD", pytrace=False)
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __call__(self, op, *arguments):
        number, *sizes = self.OPS[op]
        self.process.stdin.write(bytes([number]) + b"".join(arguments))
        self.process.stdin.flush()
        failed = self.process.stdout.read(1) != b"\0"
        results = [self.process.stdout.read(n) for n in sizes]
        assert [len(r) for r in results] == sizes
        return None if failed else results[0] if len(results) == 1 else results

    def stop(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture(scope="module")
def loop():
    one = Loop()
    yield one
    one.stop()


class Tape:
    """Random bytes that are remembered."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.pieces = []

    def __call__(self, n):
        self.pieces.append(self.random.randbytes(n))
        return self.pieces[-1]


def damaged(data, rng):
    """A bit, a byte, the end, everything; and every byte the highest or 0, which no encoder writes."""
    bit = bytearray(data)
    bit[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    last = data[:-1] + bytes([data[-1] ^ 0x80])
    return [bytes(bit), last, rng.randbytes(len(data)), b"\xff" * len(data), bytes(len(data))]


# sntrup761


@functools.lru_cache
def sntrup_keys(seed):
    tape = Tape(seed)
    pk, sk = sntrup761.keygen(tape)
    return pk, sk, tape.pieces


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_sntrup761_keys(loop, seed):
    pk, sk, (*tries, f, rho) = sntrup_keys(seed)
    for g in tries[:-1]:
        assert loop("sntrup761.keypair", g, f, rho) is None
    assert loop("sntrup761.keypair", tries[-1], f, rho) == [pk, sk]


def test_sntrup761_takes_no_g_without_inverse(loop):
    rng = random.Random(0)
    zero = b"\0\0\0\x20" * 761  # each number a third of 2^30: the coefficient 0
    f, rho = rng.randbytes(3044), rng.randbytes(191)
    assert sntrup761.small_random(lambda n: zero) == [0] * 761
    assert loop("sntrup761.keypair", zero, f, rho) is None


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_sntrup761_both_ways(loop, seed):
    rng = random.Random(seed)
    pk, sk, _ = sntrup_keys(100 + seed)
    r = rng.randbytes(3044)
    ct, key = sntrup761.encap(pk, lambda n: r)
    assert loop("sntrup761.encap", r, pk) == [ct, key]
    assert loop("sntrup761.decap", sk, ct) == key
    assert sntrup761.decap(sk, ct) == key
    for bad in damaged(ct, rng):
        other = loop("sntrup761.decap", sk, bad)
        assert other == sntrup761.decap(sk, bad)
        assert other != key


@pytest.mark.parametrize("weight", [0, 200, 285, 287, 300])
def test_sntrup761_wrong_weight(loop, weight):
    """A ciphertext made well of a polynomial that is too light or too heavy is rejected, although it decrypts."""
    rng = random.Random(weight)
    pk, sk, _ = sntrup_keys(0)
    r = [rng.choice((-1, 1)) for _ in range(weight)] + [0] * (761 - weight)
    rng.shuffle(r)
    ct, r_enc = sntrup761.hide(r, pk, sntrup761.hash_prefix(4, pk))
    key = loop("sntrup761.decap", sk, ct)
    assert key == sntrup761.decap(sk, ct) == sntrup761.session(0, sk[1540:1731], ct)
    assert key != sntrup761.session(1, r_enc, ct)


@pytest.mark.parametrize("seed", range(3))
def test_sntrup761_foreign_keys(loop, seed):
    """Every string is a public key, and numbers too large wrap around as the specification's Decode says."""
    rng = random.Random(seed)
    for pk in damaged(rng.randbytes(1158), rng):
        r = rng.randbytes(3044)
        assert loop("sntrup761.encap", r, pk) == list(sntrup761.encap(pk, lambda n: r))


@pytest.mark.parametrize("lowest", [0, 1, 2])
def test_sntrup761_equal_random_numbers(loop, lowest):
    """Sorting must not depend on the numbers being different."""
    pk, _, _ = sntrup_keys(0)
    r = bytes([lowest, 0, 0, 0x80]) * 761
    assert loop("sntrup761.encap", r, pk) == list(sntrup761.encap(pk, lambda n: r))


class Drbg:
    """The random number generator of NIST's known answer tests: AES-256 CTR_DRBG without a derivation function (SP
    800-90A section 10.2)."""

    def __init__(self, entropy):
        self.key, self.v = bytes(32), 0
        self.update(entropy)

    def blocks(self, n):
        aes = Cipher(algorithms.AES(self.key), modes.ECB()).encryptor()
        first, self.v = self.v + 1, (self.v + n) % 2**128
        return b"".join(aes.update(((first + i) % 2**128).to_bytes(16, "big")) for i in range(n))

    def update(self, data):
        mixed = bytes(a ^ b for a, b in zip(self.blocks(3), data))
        self.key, self.v = mixed[:32], int.from_bytes(mixed[32:], "big")

    def __call__(self, n):
        out = self.blocks(-(-n // 16))[:n]
        self.update(bytes(48))
        return out


# SHA-256 of the first known answer of sntrup761 as PQClean prints it (crypto_kem/sntrup761/META.yml, nistkat-sha256).
SNTRUP761_KAT = "afc42c3a5b10f4ef69654250097ebda9b9564570f4086744b24a6daf2bd1f89a"


def test_sntrup761_known_answer(loop):
    seed = Drbg(bytes(range(48)))(48)
    drbg = Drbg(seed)
    while True:
        g, before = drbg(3044), (drbg.key, drbg.v)
        keys = loop("sntrup761.keypair", g, drbg(3044), drbg(191))
        if keys:
            break
        drbg.key, drbg.v = before
    pk, sk = keys
    ct, key = loop("sntrup761.encap", drbg(3044), pk)
    assert loop("sntrup761.decap", sk, ct) == key
    values = {"seed": seed, "pk": pk, "sk": sk, "ct": ct, "ss": key}
    text = "count = 0\n" + "".join(f"{name} = {value.hex().upper()}\n" for name, value in values.items())
    assert hashlib.sha256(text.encode()).hexdigest() == SNTRUP761_KAT


# ML-KEM-768


@functools.lru_cache
def mlkem_keys(seed):
    rng = random.Random(seed)
    d, z = rng.randbytes(32), rng.randbytes(32)
    return d, z, *mlkem768.keygen(d, z)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_mlkem768_both_ways(loop, seed):
    rng = random.Random(seed)
    d, z, ek, dk = mlkem_keys(seed)
    assert loop("mlkem768.keypair", d, z) == [ek, dk]
    m = rng.randbytes(32)
    ct, key = mlkem768.encap(ek, m)
    assert loop("mlkem768.encap", m, ek) == [ct, key]
    assert loop("mlkem768.decap", dk, ct) == key
    assert mlkem768.decap(dk, ct) == key
    for bad in damaged(ct, rng):
        other = loop("mlkem768.decap", dk, bad)
        assert other == mlkem768.decap(dk, bad)
        assert other != key


def with_coefficient(ek, at, value):
    """ek with 12-bit number `at` replaced."""
    bits = int.from_bytes(ek[:1152], "little")
    bits += (value - (bits >> 12 * at) % 4096) << 12 * at
    return bits.to_bytes(1152, "little") + ek[1152:]


@pytest.mark.parametrize("at", [0, 1, 255, 256, 500, 766, 767])
def test_mlkem768_modulus_check(loop, at):
    """FIPS 203 section 7.2: 3328 is the greatest coefficient of an encapsulation key."""
    rng = random.Random(at)
    ek, m = mlkem_keys(0)[2], rng.randbytes(32)
    good = with_coefficient(ek, at, 3328)
    assert loop("mlkem768.encap", m, good) == list(mlkem768.encap(good, m))
    for value in (3329, 3330, 4095):
        bad = with_coefficient(ek, at, value)
        with pytest.raises(ValueError):
            mlkem768.encap(bad, m)
        assert loop("mlkem768.encap", m, bad) is None


def test_mlkem768_foreign_keys(loop):
    """Any reduced coefficients and any rho are taken."""
    rng = random.Random(1)
    for _ in range(3):
        t = [mlkem768.byte_encode(12, [rng.randrange(3329) for _ in range(256)]) for _ in range(3)]
        ek, m = b"".join(t) + rng.randbytes(32), rng.randbytes(32)
        assert loop("mlkem768.encap", m, ek) == list(mlkem768.encap(ek, m))


def test_mlkem768_hash_check(loop):
    """FIPS 203 section 7.3: a decapsulation key whose parts do not belong together is refused."""
    _, _, ek, dk = mlkem_keys(0)
    ct, key = mlkem768.encap(ek, bytes(32))
    assert loop("mlkem768.decap", dk, ct) == key
    for at in (1152, 1152 + 1184, 2400 - 33):  # ek, H(ek)
        bad = bytearray(dk)
        bad[at] ^= 1
        assert loop("mlkem768.decap", bytes(bad), ct) is None


def acvp(kind):
    path = pathlib.Path(__file__).parent / "witness/acvp_mlkem768.txt"
    cases = configparser.ConfigParser()
    cases.read(path)
    for name in cases.sections():
        if name.startswith(kind):
            yield {k: bytes.fromhex(v.replace("\n", "")) for k, v in cases[name].items()}


@pytest.mark.parametrize("case", acvp("keys"))
def test_mlkem768_acvp_keys(loop, case):
    ek, dk = loop("mlkem768.keypair", case["d"], case["z"])
    assert dk.startswith(case["dk"]) and dk.endswith(case["h"] + case["z"])
    assert hashlib.sha3_256(ek).digest() == case["h"]


@pytest.mark.parametrize("case", acvp("encapsulation"))
def test_mlkem768_acvp_encapsulation(loop, case):
    assert loop("mlkem768.encap", case["m"], case["ek"]) == [case["c"], case["k"]]


@pytest.mark.parametrize("case", acvp("decapsulation"))
def test_mlkem768_acvp_decapsulation(loop, case):
    assert loop("mlkem768.decap", case["dk"], case["c"]) == case["k"]


# 100 rounds of keys, secrets and rejections from one stream, hashed: the value of the test "Accumulated" of Go's
# crypto/mlkem.
MLKEM768_ACCUMULATED = "1114b1b6699ed191734fa339376afa7e285c9e6acf6ff0177d346696ce564415"


def test_mlkem768_accumulated(loop):
    sizes = (32, 32, 32, 1088)
    stream, out = hashlib.shake_128(b"").digest(sum(sizes) * 100), hashlib.shake_128()
    for at in range(0, len(stream), sum(sizes)):
        d, z, m, random_ct = (stream[at + sum(sizes[:i]) : at + sum(sizes[: i + 1])] for i in range(4))
        ek, dk = loop("mlkem768.keypair", d, z)
        ct, key = loop("mlkem768.encap", m, ek)
        assert loop("mlkem768.decap", dk, ct) == key
        for value in (ek, ct, key, loop("mlkem768.decap", dk, random_ct)):
            out.update(value)
    assert out.digest(32).hex() == MLKEM768_ACCUMULATED
