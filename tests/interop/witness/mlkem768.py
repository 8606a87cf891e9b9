# SPDX-License-Identifier: Apache-2.0
"""ML-KEM-768 as FIPS 203 writes it down: one function per algorithm, with its number; values are integers in [0, q)."""

import hashlib

N, Q, K, ETA, DU, DV = 256, 3329, 3, 2, 10, 4


def bits_to_bytes(b):  # 3
    return bytes(sum(b[8 * i + j] << j for j in range(8)) for i in range(len(b) // 8))


def bytes_to_bits(data):  # 4
    return [byte >> j & 1 for byte in data for j in range(8)]


def byte_encode(d, f):  # 5
    return bits_to_bytes([a >> j & 1 for a in f for j in range(d)])


def byte_decode(d, data):  # 6
    b = bytes_to_bits(data)
    m = 1 << d if d < 12 else Q
    return [sum(b[i * d + j] << j for j in range(d)) % m for i in range(N)]


def compress(d, x):  # section 4.2.1; halves are rounded up
    return (2 * x * 2**d + Q) // (2 * Q) % 2**d


def decompress(d, y):
    return (2 * y * Q + 2**d) // 2 ** (d + 1)


def g(data):
    digest = hashlib.sha3_512(data).digest()
    return digest[:32], digest[32:]


def h(data):
    return hashlib.sha3_256(data).digest()


def j(data):
    return hashlib.shake_256(data).digest(32)


def prf(s, b):
    return hashlib.shake_256(s + bytes([b])).digest(64 * ETA)


def sample_ntt(data):  # 7; the stream is lengthened until it is enough
    length = 3
    while True:
        stream = hashlib.shake_128(data).digest(length)
        a = []
        for i in range(0, length, 3):
            c = stream[i : i + 3]
            d1 = c[0] + 256 * (c[1] % 16)
            d2 = c[1] // 16 + 16 * c[2]
            a += [d for d in (d1, d2) if d < Q]
        if len(a) >= N:
            return a[:N]
        length *= 2


def sample_poly_cbd(data):  # 8
    b = bytes_to_bits(data)
    return [
        (sum(b[2 * i * ETA + k] for k in range(ETA)) - sum(b[2 * i * ETA + ETA + k] for k in range(ETA))) % Q
        for i in range(N)
    ]


def bit_rev7(i):
    return int(f"{i:07b}"[::-1], 2)


def ntt(f):  # 9
    f = list(f)
    i, length = 1, 128
    while length >= 2:
        for start in range(0, N, 2 * length):
            zeta = pow(17, bit_rev7(i), Q)
            i += 1
            for k in range(start, start + length):
                t = zeta * f[k + length] % Q
                f[k + length] = (f[k] - t) % Q
                f[k] = (f[k] + t) % Q
        length //= 2
    return f


def ntt_inverse(f):  # 10
    f = list(f)
    i, length = 127, 2
    while length <= 128:
        for start in range(0, N, 2 * length):
            zeta = pow(17, bit_rev7(i), Q)
            i -= 1
            for k in range(start, start + length):
                t = f[k]
                f[k] = (t + f[k + length]) % Q
                f[k + length] = zeta * (f[k + length] - t) % Q
        length *= 2
    return [a * 3303 % Q for a in f]


def multiply_ntts(f, other):  # 11, 12
    product = []
    for i in range(N // 2):
        a0, a1, b0, b1 = f[2 * i], f[2 * i + 1], other[2 * i], other[2 * i + 1]
        gamma = pow(17, 2 * bit_rev7(i) + 1, Q)
        product += [(a0 * b0 + a1 * b1 * gamma) % Q, (a0 * b1 + a1 * b0) % Q]
    return product


def add(*polynomials):
    return [sum(a) % Q for a in zip(*polynomials)]


def dot(v, w):
    return add(*(multiply_ntts(a, b) for a, b in zip(v, w)))


def matrix(rho):
    return [[sample_ntt(rho + bytes([col, row])) for col in range(K)] for row in range(K)]


def pke_keygen(d):  # 13
    rho, sigma = g(d + bytes([K]))
    a = matrix(rho)
    s = [ntt(sample_poly_cbd(prf(sigma, n))) for n in range(K)]
    e = [ntt(sample_poly_cbd(prf(sigma, K + n))) for n in range(K)]
    t = [add(dot(a[i], s), e[i]) for i in range(K)]
    return b"".join(byte_encode(12, p) for p in t) + rho, b"".join(byte_encode(12, p) for p in s)


def vector12(data):
    return [byte_decode(12, data[384 * i : 384 * i + 384]) for i in range(K)]


def pke_encrypt(ek, m, r):  # 14
    t, a = vector12(ek), matrix(ek[384 * K :])
    y = [ntt(sample_poly_cbd(prf(r, n))) for n in range(K)]
    e1 = [sample_poly_cbd(prf(r, K + n)) for n in range(K)]
    e2 = sample_poly_cbd(prf(r, 2 * K))
    u = [add(ntt_inverse(dot([a[row][i] for row in range(K)], y)), e1[i]) for i in range(K)]
    mu = [decompress(1, b) for b in byte_decode(1, m)]
    v = add(ntt_inverse(dot(t, y)), e2, mu)
    c1 = b"".join(byte_encode(DU, [compress(DU, x) for x in p]) for p in u)
    return c1 + byte_encode(DV, [compress(DV, x) for x in v])


def pke_decrypt(dk, c):  # 15
    size = 32 * DU
    u = [[decompress(DU, y) for y in byte_decode(DU, c[size * i : size * i + size])] for i in range(K)]
    v = [decompress(DV, y) for y in byte_decode(DV, c[size * K :])]
    su = ntt_inverse(dot(vector12(dk), [ntt(p) for p in u]))
    return byte_encode(1, [compress(1, (a - b) % Q) for a, b in zip(v, su)])


def keygen(d, z):  # 16
    ek, dk = pke_keygen(d)
    return ek, dk + ek + h(ek) + z


def encap(ek, m):  # 17, with the checks of 20
    if len(ek) != 384 * K + 32 or b"".join(byte_encode(12, p) for p in vector12(ek)) != ek[: 384 * K]:
        raise ValueError("encapsulation key")
    key, r = g(m + h(ek))
    return pke_encrypt(ek, m, r), key


def decap(dk, c):  # 18
    dk_pke, ek, hash_ek, z = dk[: 384 * K], dk[384 * K : 768 * K + 32], dk[-64:-32], dk[-32:]
    m = pke_decrypt(dk_pke, c)
    key, r = g(m + hash_ek)
    return key if pke_encrypt(ek, m, r) == c else j(z + c)
