# SPDX-License-Identifier: Apache-2.0
"""The OpenSSH client logs in with every key exchange, host key algorithm, cipher and MAC it knows and we have.

All of them together are some twenty thousand combinations. What can go wrong between algorithms goes wrong between two
(a digest too short for a key, a block too small for a MAC), so every pair of two classes is tried once: a covering array
made from src/ssh/rows.h by a greedy rule, always the same, a login a row. One at a time, each is tried in
test_algorithms.py."""

import concurrent.futures
import itertools
import subprocess

import pytest

import keys
import lab as laboratory
import rows

LEVEL = "Current privilege level is 15\n"
OPTIONS = {"kex": "KexAlgorithms", "hostkey": "HostKeyAlgorithms", "encryption": "Ciphers", "mac": "MACs"}
QUERIES = {"kex": "kex", "hostkey": "key-sig", "encryption": "cipher", "mac": "mac"}
KEYSCAN = {"rsa": "ssh-rsa", "ed25519": "ssh-ed25519", "ecdsa": "ecdsa-sha2-nistp256", "dsa": "ssh-dss"}
AEADS = ("gcm@openssh.com", "poly1305@openssh.com")
# The client knows them and we do not have them: MACs of its own that no device has, and what is no host key of ours.
LEFT_OUT = {
    "kex": set(), "encryption": set(),
    "mac": {f"umac-{n}{etm}@openssh.com" for n in (64, 128) for etm in ("", "-etm")},
    "hostkey": {"sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
                "webauthn-sk-ecdsa-sha2-nistp256@openssh.com"},
}  # fmt: skip


def known(what):
    asked = subprocess.run(["ssh", "-Q", QUERIES[what]], capture_output=True, text=True, check=True).stdout.split()
    return [name for name in asked if "-cert-v01@" not in name]


def common():
    """{class: the names both sides have}, in our order."""
    return {what: [n for n in rows.names(what) if n in known(what)] for what in OPTIONS}


def pairs_of(row):
    """The pairs of names of two classes a combination holds; a cipher that authenticates uses no MAC."""
    used = [(what, name) for what, name in row.items() if not (what == "mac" and row["encryption"].endswith(AEADS))]
    return set(itertools.combinations(used, 2))


def candidates(classes, what, row):
    """A row that is there for its MAC needs a cipher that uses it."""
    return [n for n in classes[what] if not (what == "encryption" and "mac" in row and n.endswith(AEADS))]


def covering(classes):
    """Combinations that together hold every pair there can be."""
    left = set()
    for row in itertools.product(*classes.values()):
        left |= pairs_of(dict(zip(classes, row)))
    chosen = []
    while left:
        (a, x), (b, y) = min(left)
        row = {a: x, b: y}
        for what in classes:
            if what not in row:  # the name that brings most of what is left
                row[what] = max(
                    candidates(classes, what, row), key=lambda name: sum(((k, v), (what, name)) in left or ((what, name), (k, v)) in left
                                                        for k, v in row.items()),
                )  # fmt: skip
        chosen.append({what: row[what] for what in classes})
        left -= pairs_of(chosen[-1]) | {((a, x), (b, y))}
    return chosen


@pytest.fixture(scope="module")
def every(build, request, tmp_path_factory):
    made = laboratory.Lab()
    request.node.lab = made
    files = keys.openssh_pair(tmp_path_factory.mktemp("keys"))
    config = keys.config("admin", keys.public(files["ed25519"])).replace("vty 0 4", "vty 0 15")
    device = made.booted(config.replace("end\n", rows.everything() + "end\n"))
    terminal = device.terminal()
    terminal.command("configure terminal")
    for bits in (256, 384, 521):
        terminal.command(f"crypto key generate ec keysize {bits} label ec{bits}")
    terminal.command("crypto key generate dsa label old")
    terminal.close()
    device.key = files["ed25519"]
    yield device
    made.release()


@pytest.mark.parametrize("what", OPTIONS)
def test_nothing_the_client_knows_is_forgotten(what):
    assert set(known(what)) - set(rows.names(what)) == LEFT_OUT[what]


@pytest.mark.parametrize("kind", ["rsa", "ed25519", "ecdsa", "dsa"])
def test_keyscan(every, kind):
    """Each kind of host key is found by who asks for it."""
    argv = ["ssh-keyscan", "-p", str(every.port), "-t", kind, "127.0.0.1"]
    found = subprocess.run(argv, capture_output=True, text=True, timeout=30).stdout
    assert f" {KEYSCAN[kind]} " in found


def login(device, row):
    options = list(itertools.chain.from_iterable(("-o", f"{OPTIONS[what]}={name}") for what, name in row.items()))
    done = device.ssh("show privilege", options=["-i", device.key, *options])
    return None if (done.stdout, done.returncode) == (LEVEL, 0) else (row, done.stderr)


def test_every_pair(every):
    combinations = covering(common())
    assert len(combinations) > 100
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        failures = [f for f in pool.map(lambda row: login(every, row), combinations) if f]
    assert not failures, f"{len(failures)} of {len(combinations)}: {failures[:5]}"
