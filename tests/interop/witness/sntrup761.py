# SPDX-License-Identifier: Apache-2.0
"""Streamlined NTRU Prime, sntrup761, as the NTRU Prime submission defines it. A polynomial is the list of its
coefficients, the constant one first. `random` is a function that gives so many bytes."""

import hashlib

P, Q, W = 761, 4591, 286


def mods(a, m):
    """The representative nearest to 0 of a modulo the odd m."""
    return (a + m // 2) % m - m // 2


# R/m = (Z/m)[x]/(x^p - x - 1)


def multiply(a, b, m):
    product = [0] * (2 * P - 1)
    for i, x in enumerate(a):
        if x:
            for k, y in enumerate(b):
                product[i + k] += x * y
    for k in range(2 * P - 2, P - 1, -1):  # x^p = x + 1
        product[k - P] += product[k]
        product[k - P + 1] += product[k]
    return [mods(c, m) for c in product[:P]]


def trim(a):
    while a and a[-1] == 0:
        a = a[:-1]
    return a


def invert(a, m):
    """1 / a in R/m by the extended Euclidean algorithm; None if there is none."""
    r0, r1 = [-1 % m, -1 % m] + [0] * (P - 2) + [1], trim([c % m for c in a])
    s0, s1 = [], [1]  # s0 * a = r0, s1 * a = r1
    while len(r1) > 1:
        while len(r0) >= len(r1):
            factor, shift = r0[-1] * pow(r1[-1], -1, m) % m, len(r0) - len(r1)
            r0 = trim([(c - factor * r1[i - shift]) % m if i >= shift else c for i, c in enumerate(r0)])
            s0 = s0 + [0] * (shift + len(s1) - len(s0))
            s0 = [(c - factor * s1[i - shift]) % m if 0 <= i - shift < len(s1) else c for i, c in enumerate(s0)]
        r0, r1, s0, s1 = r1, r0, s1, s0
    if not r1:
        return None
    unit = pow(r1[0], -1, m)
    return [mods(c * unit, m) for c in s1[:P]] + [0] * (P - len(s1))


# Encodings


def encode(numbers, moduli, limit=16384):
    if not moduli:
        return b""
    out, n2, m2 = bytearray(), [], []
    if len(moduli) == 1:
        r, m = numbers[0], moduli[0]
        while m > 1:
            out.append(r % 256)
            r, m = r // 256, (m + 255) // 256
        return bytes(out)
    for i in range(0, len(moduli) - 1, 2):
        r, m = numbers[i] + moduli[i] * numbers[i + 1], moduli[i] * moduli[i + 1]
        while m >= limit:
            out.append(r % 256)
            r, m = r // 256, (m + 255) // 256
        n2.append(r)
        m2.append(m)
    if len(moduli) % 2:
        n2.append(numbers[-1])
        m2.append(moduli[-1])
    return bytes(out) + encode(n2, m2)


def decode(data, moduli, limit=16384):
    if not moduli:
        return []
    if len(moduli) == 1:
        return [int.from_bytes(data, "little") % moduli[0]]
    at, low, m2 = 0, [], []
    for i in range(0, len(moduli) - 1, 2):
        r, t, m = 0, 1, moduli[i] * moduli[i + 1]
        while m >= limit:
            r, t, m = r + t * data[at], t * 256, (m + 255) // 256
            at += 1
        low.append((r, t))
        m2.append(m)
    if len(moduli) % 2:
        m2.append(moduli[-1])
    high = decode(data[at:], m2)
    numbers = []
    for i in range(0, len(moduli) - 1, 2):
        r, t = low[i // 2]
        r += t * high[i // 2]
        numbers += [r % moduli[i], r // moduli[i] % moduli[i + 1]]
    if len(moduli) % 2:
        numbers.append(high[-1])
    return numbers


def small_encode(a):
    a = [c + 1 for c in a] + [0] * (-P % 4)
    return bytes(sum(a[i + k] << (2 * k) for k in range(4)) for i in range(0, len(a), 4))


def small_decode(data):
    return [(byte >> (2 * k) & 3) - 1 for byte in data for k in range(4)][:P]


def rq_encode(a):
    return encode([c + Q // 2 for c in a], [Q] * P)


def rq_decode(data):
    return [c - Q // 2 for c in decode(data, [Q] * P)]


ROUNDED = [(Q + 2) // 3] * P


def rounded_encode(a):
    return encode([(c + Q // 2) // 3 for c in a], ROUNDED)


def rounded_decode(data):
    return [3 * c - Q // 2 for c in decode(data, ROUNDED)]


# Sampling


def numbers32(random):
    data = random(4 * P)
    return [int.from_bytes(data[4 * i : 4 * i + 4], "little") for i in range(P)]


def small_random(random):
    return [(n % 2**30 * 3 >> 30) - 1 for n in numbers32(random)]


def short_random(random):
    numbers = numbers32(random)
    marked = [n // 2 * 2 for n in numbers[:W]] + [n // 4 * 4 + 1 for n in numbers[W:]]
    return [n % 4 - 1 for n in sorted(marked)]


# The key encapsulation mechanism


def hash_prefix(b, data):
    return hashlib.sha512(bytes([b]) + data).digest()[:32]


def keygen(random):
    while True:
        g = small_random(random)
        ginv = invert(g, 3)
        if ginv:
            break
    f = short_random(random)
    pk = rq_encode(multiply(g, invert([3 * c for c in f], Q), Q))
    rho = random(len(small_encode(f)))
    return pk, small_encode(f) + small_encode(ginv) + pk + rho + hash_prefix(4, pk)


def hide(r, pk, cache):
    r_enc = small_encode(r)
    product = multiply(r, rq_decode(pk), Q)
    c = rounded_encode([a - mods(a, 3) for a in product])
    return c + hash_prefix(2, hash_prefix(3, r_enc) + cache), r_enc


def session(b, r_enc, c):
    return hash_prefix(b, hash_prefix(3, r_enc) + c)


def encap(pk, random):
    c, r_enc = hide(short_random(random), pk, hash_prefix(4, pk))
    return c, session(1, r_enc, c)


def decrypt(f, ginv, c):
    e = multiply(f, [3 * a for a in c], Q)
    r = multiply(ginv, [mods(a, 3) for a in e], 3)
    return r if sum(map(abs, r)) == W else [1] * W + [0] * (P - W)


def decap(sk, c):
    f, ginv, pk, rho, cache = (sk[a:b] for a, b in ((0, 191), (191, 382), (382, 1540), (1540, 1731), (1731, 1763)))
    r = decrypt(small_decode(f), small_decode(ginv), rounded_decode(c[:-32]))
    again, r_enc = hide(r, pk, cache)
    return session(1, r_enc, c) if again == c else session(0, rho, c)
