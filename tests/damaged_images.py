# SPDX-License-Identifier: Apache-2.0
"""Images that must not run, and why: TAMPERED has for each kind a function of a good image's bytes, the build folder and
a scratch folder, and words of the reason."""

import subprocess

TRAILER = 200


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def resigned(build, tmp_path, data, key=None, interface=()):
    payload, out = tmp_path / "payload", tmp_path / "signed"
    payload.write_bytes(data[:-TRAILER])
    key = key or build / "src/image/signing-key.pem"
    subprocess.run([build / "src/image/sign-image", "sign", key, "0.1.0", payload, out, *interface], check=True)
    return out.read_bytes()


def stranger(build, tmp_path):
    subprocess.run([build / "src/image/sign-image", "key", tmp_path / "key", tmp_path / "key.h"], check=True)
    return tmp_path / "key"


TAMPERED = {
    "digest": (lambda d, b, t: flipped(d, 9000), "wrong digest"),
    "signature": (lambda d, b, t: flipped(d, len(d) - 1), "wrong signature"),
    "signed-bytes": (lambda d, b, t: flipped(d, len(d) - TRAILER + 35), "wrong signature"),
    "truncated-tail": (lambda d, b, t: d[:-1000], "truncated, or never signed"),
    "truncated-middle": (lambda d, b, t: d[:5000] + d[-TRAILER:], "truncated: payload of"),
    "stretched": (lambda d, b, t: d[:-TRAILER] + b"x" + d[-TRAILER:], "malformed trailer"),
    "empty": (lambda d, b, t: b"", "not an image"),
    "script": (lambda d, b, t: b"#!/bin/sh\ntouch /tmp/owned\n" * 20, "not an image"),
    "unsigned": (lambda d, b, t: d[:-TRAILER], "truncated, or never signed"),
    "other-key": (lambda d, b, t: resigned(b, t, d, stranger(b, t)), "a key this rommon does not know"),
    "newer": (lambda d, b, t: resigned(b, t, d, interface=["2"]), "needs boot interface 2, this rommon has 1"),
}
