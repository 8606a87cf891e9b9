# SPDX-License-Identifier: Apache-2.0
"""Is what a disk holds of a device whole, and what is it? The configuration, the boot variables, the private
configuration, the key store, the archive and the bootset of a device to which `lines` were typed once a generation:
each must be of one generation, and none may contradict another."""

import base64
import hashlib
import hmac
import re
import struct

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CONFIG = """\
hostname G0
username admin privilege 15 password 0 admin
archive
 path flash0:copy
 maximum 3
 write-memory
line vty 0 4
 login local
end
"""
# Which object a file belongs to, by its name.
OBJECTS = {
    "startup-config": r"nvram/startup-config$",
    "boot variables": r"nvram/boot-vars$",
    "private configuration": r"nvram/private-config$",
    "key store": r"keys/[^.]",
    "archive": r"flash/copy|nvram/archive-index",
    "bootset": r"secure/|keys/\.bootset$",
}


def object_of(name):
    return next((o for o, pattern in OBJECTS.items() if re.match(pattern, name)), None)


def plain(generation):
    return [f"ip host h{i} 10.{i}.{generation // 256}.{generation % 256}" for i in range(8)]


def word(generation):
    """What the master key is made of."""
    return f"master{generation:06}"


def lines(generation, old, label, gone=None):
    """What is typed for a generation, from the exec prompt to the exec prompt. `old`: the word of the master key in force,
    None: there is none. `label`: of a key pair that there is not; `gone`: of one that is no longer needed."""
    released = [f"no secure boot-{part}" for part, every in (("image", 3), ("config", 5)) if generation % every == 0]
    zeroized = [f"crypto key zeroize ec {gone}", "yes"] if gone else []
    return [
        "configure terminal", f"hostname G{generation}", "no boot system", f"boot system flash0:g{generation}.bin", *plain(generation),
        f"key config-key password-encrypt {word(generation)}", *([old] if old else []), "password encryption aes",
        f"tacacs-server key 0 secret{generation}", f"crypto key generate ec keysize 256 label {label}", *zeroized,
        "secure boot-config", *released, "secure boot-image", "end", "write memory",
    ]  # fmt: skip


def word_in_force(files):
    """Of the master key that the next boot finds."""
    if "nvram/private-config" not in files:
        return None
    generation = generation_of(text(files, "nvram/startup-config"))
    now = masters(files["nvram/private-config"])[0]
    for one in range(generation + 1, max(generation - 3, 0), -1):  # in vain if who makes it was killed
        if hashlib.scrypt(word(one).encode(), salt=b"ravelin type 6, version 1", n=16384, r=8, p=1, maxmem=1 << 26, dklen=32) == now:
            return word(one)
    raise AssertionError("a master key of no generation")


def text(files, name):
    return files.get(name, b"").decode("latin-1")


def generation_of(config):
    """Of a whole configuration; None: it is torn."""
    name = re.search(r"^hostname G(\d+)$", config, re.M)
    if not name or not config.endswith("\nend\n"):
        return None
    n = int(name[1])
    return n if n == 0 or all(line in config for line in plain(n)) else None


def strings(body, count):
    """So many strings with a length of 32 bits before them, and the rest."""
    found = []
    for _ in range(count):
        n = struct.unpack(">I", body[:4])[0]
        found.append(body[4 : 4 + n])
        body = body[4 + n :]
    return found, body


def masters(private):
    """The keys of a private configuration."""
    body, found = private[12:-32], []
    assert hashlib.sha256(private[:-32]).digest() == private[-32:], "private-config is torn"
    while body:
        (key,), body = strings(body, 1)
        found.append(key)
    return found


def opened(stored, master):
    raw = base64.b64decode(stored, validate=True)
    try:
        return AESGCM(hmac.new(master, raw[:16], "sha256").digest()).decrypt(bytes(12), raw[16:], None).decode()
    except Exception:
        return None


def manifest_parts(files):
    """(image, archive) that the manifest names, each (name, digest) or None, if the device has signed it."""
    manifest, key = files["secure/.manifest"], files.get("keys/.bootset", b"")
    assert len(key) == 32, "a manifest and no key"
    Ed25519PrivateKey.from_private_bytes(key).public_key().verify(manifest[-64:], manifest[:-64])
    assert manifest[:8] == b"RVLNBOOT"
    has, body, parts = manifest[12], manifest[13:-64], []
    for bit in (1, 2):
        if not has & bit:
            parts.append(None)
            continue
        (name, _), body = strings(body, 2)
        parts.append((name.decode(), body[16 : 16 + 64]))
        body = body[16 + 64 :]
    assert not body
    return parts


def check_bootset(files, image_of):
    """Its archive's generation; None: there is none."""
    if "secure/.manifest" not in files:
        return None
    image, archive = manifest_parts(files)
    if image:
        assert image_of(files.get(f"secure/{image[0]}")), f"the secured image is not there: {sorted(files)}"
    if not archive:
        return None
    content = files.get(f"secure/{archive[0]}", b"")
    assert hashlib.sha512(content).digest() == archive[1], "the archive of the bootset is torn"
    return generation_of(content.decode())


def check_archive(files):
    index = text(files, "nvram/archive-index")
    known = re.findall(r"^\d+ flash0:/?(\S+)$", index, re.M)
    assert not index or re.match(r"\d+\n", index), f"the archive's index is torn: {index}"
    for name in files:
        if name.startswith("flash/copy"):
            assert generation_of(text(files, name)) is not None, f"{name} is torn"
            assert name[len("flash/") :] in known, f"{name} is not in the index: {index}"


def check(files, image_of):
    """What is in force: {object: generation or number}. AssertionError: something is torn, or contradicts another."""
    config = text(files, "nvram/startup-config")
    generation = generation_of(config)
    assert generation is not None, f"a torn startup-config:\n{config}"
    boot = re.findall(r"^BOOT=flash0:g(\d+)\.bin$", text(files, "nvram/boot-vars"), re.M)
    assert not boot or int(boot[0]) in (generation, generation - 1), f"{boot} with configuration {generation}"
    stored = re.search(r"^tacacs-server key 6 (\S+)$", config, re.M)
    if stored:
        secrets = [opened(stored[1], key) for key in masters(files.get("nvram/private-config", bytes(44)))]
        assert f"secret{generation}" in secrets, f"no master key opens what configuration {generation} holds"
    check_archive(files)
    assert all(content for name, content in files.items() if name.startswith("keys/")), "a key is torn"
    pairs = [int(name.rpartition("-k")[2]) for name in files if object_of(name) == "key store" and "-k" in name]
    return {"startup-config": generation, "key store": max(pairs, default=0), "bootset": check_bootset(files, image_of)}
