# SPDX-License-Identifier: Apache-2.0
"""Host keys after login (OpenSSH PROTOCOL section 2.5): the OpenSSH client that knows one key learns the others, when
the device proves that it has them; what a hostile client asks for costs no signature."""

import subprocess

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_ssh_public_key
from paramiko.message import Message

import lab as laboratory
import wire
from wire import message, string

PROVE = "hostkeys-prove-00@openssh.com"
SUCCESS, FAILURE = 81, 82


def scanned(device, kind):
    argv = ["ssh-keyscan", "-p", str(device.port), "-t", kind, "127.0.0.1"]
    return " ".join(subprocess.run(argv, capture_output=True, text=True, timeout=20).stdout.split()[1:3])


def known_after_login(device, folder, first, *options):
    """The keys in a known_hosts file that began with one kind of key, once the client has been in."""
    known = folder / "known_hosts"
    known.write_text(f"[127.0.0.1]:{device.port} {scanned(device, first)}\n")
    argv = [
        "-o", f"UserKnownHostsFile={known}", "-o", "StrictHostKeyChecking=yes", "-o", "UpdateHostKeys=yes", *options
    ]  # fmt: skip
    done = device.ssh("show privilege", options=argv)
    assert done.returncode == 0, done.stderr
    return sorted(" ".join(line.split()[1:3]) for line in known.read_text().splitlines())


@pytest.mark.parametrize("first,options", [
    ("rsa", []),
    ("rsa", ["-o", "HostKeyAlgorithms=rsa-sha2-256,ssh-ed25519"]),
    ("ed25519", ["-o", "HostKeyAlgorithms=ssh-ed25519,rsa-sha2-256,rsa-sha2-512"]),
])  # fmt: skip
def test_openssh_learns_the_other_key(shared_device, tmp_path, first, options):
    keys = sorted([scanned(shared_device, "rsa"), scanned(shared_device, "ed25519")])
    assert known_after_login(shared_device, tmp_path, first, *options) == keys


def test_a_long_rsa_key_and_configured_algorithms(lab, tmp_path):
    """A key of over 2,048 bits is signed for by the helper; a key that no algorithm uses is not announced, and a pair made
    while the device runs is."""
    device = lab.booted()
    t = device.terminal()
    for line in ("configure terminal", "crypto key generate ec keysize 384 label e", "ip ssh rsa keypair-name long"):
        t.command(line)
    t.command("crypto key generate rsa label long modulus 2050", seconds=120, wait=r"#$")
    t.command("ip ssh server algorithm hostkey ecdsa-sha2-nistp384 rsa-sha2-256")
    offered = sorted([scanned(device, "rsa"), scanned(device, "ecdsa")])
    assert known_after_login(device, tmp_path, "ecdsa") == offered
    t.command("no ip ssh server algorithm hostkey")
    assert known_after_login(device, tmp_path, "rsa") == sorted([scanned(device, "rsa"), scanned(device, "ed25519")])


@pytest.fixture
def told(shared_device):
    """A transport that is logged in, the keys it was told and a function that asks for proof of some."""
    t = wire.keyed(shared_device.port)
    heard = []
    t._handler_table = {
        **t._handler_table,
        wire.GLOBAL_REQUEST: lambda self, m: heard.append((wire.GLOBAL_REQUEST, m.asbytes())),
        SUCCESS: lambda self, m: heard.append((SUCCESS, m.asbytes())),
        FAILURE: lambda self, m: heard.append((FAILURE, b"")),
    }
    t.auth_password("admin", "admin")
    assert laboratory.wait_for(lambda: heard)
    m = Message(heard.pop(0)[1])
    assert m.get_text() == "hostkeys-00@openssh.com" and not m.get_boolean()
    keys = list(iter(m.get_string, b""))

    def ask(*blobs, want_reply=True):
        m = message(wire.GLOBAL_REQUEST, PROVE, want_reply)
        for blob in blobs:
            m.add_string(blob)
        wire.push(t, m)
        return laboratory.wait_for(lambda: heard.pop(0) if heard else None) if want_reply else None

    yield t, keys, ask
    t.close()


def as_key(blob):
    import base64

    kind = Message(blob).get_text()
    return kind, load_ssh_public_key(f"{kind} {base64.b64encode(blob).decode()}".encode())


def test_what_is_signed(told):
    """The signatures are over the name of the request, this connection's session id and the key: nothing else."""
    t, keys, ask = told
    assert [as_key(k)[0] for k in keys] == ["ssh-ed25519", "ssh-rsa"]
    answer, payload = ask(*keys)
    assert answer == SUCCESS
    m = Message(payload)
    for blob in keys:
        data = string(PROVE) + string(t.session_id) + string(blob)
        signature = Message(m.get_string())
        algorithm, raw = signature.get_text(), signature.get_string()
        if algorithm == "ssh-ed25519":
            as_key(blob)[1].verify(raw, data)
        else:
            assert algorithm == "rsa-sha2-512"
            as_key(blob)[1].verify(raw, data, padding.PKCS1v15(), hashes.SHA512())
    assert m.get_remainder() == b""
    assert ask(*keys) == (FAILURE, b""), "once a connection"
    assert t.is_active()


def test_hostile_requests(told, shared_device):
    """Foreign, repeated, a thousand and no keys are refused; the connection goes on, and the next client is served."""
    t, keys, ask = told
    foreign = keys[0][:-1] + bytes([keys[0][-1] ^ 1])
    for blobs in ([foreign], [*keys, foreign], [keys[0]] * 2, [keys[0]] * 300, [foreign[:25]] * 1000, [], [b""], [b"x" * 30000]):
        assert ask(*blobs) == (FAILURE, b"")
    ask(*keys, want_reply=False)
    assert ask(keys[1])[0] == SUCCESS
    wire.push(t, *[message(wire.GLOBAL_REQUEST, PROVE, True, keys[0])] * 50)
    channel = t.open_session()
    channel.exec_command("show privilege")
    assert b"level is 15" in channel.makefile("rb").read()
    assert shared_device.ssh("show privilege").returncode == 0


def test_a_list_that_ends_early(told):
    t, keys, ask = told
    m = message(wire.GLOBAL_REQUEST, PROVE, True)
    m.add_bytes(b"\0\0\1\0abc")
    wire.push(t, m)
    assert wire.ended(t)


def test_before_login(shared_device):
    t = wire.keyed(shared_device.port)
    blob = t.get_remote_server_key().asbytes()
    wire.push(t, message(wire.SERVICE_REQUEST, "ssh-userauth"), message(wire.GLOBAL_REQUEST, PROVE, True, blob))
    assert wire.ended(t)
    t.close()


def test_clients_that_cannot_bear_it(shared_device):
    """Some old clients fail at the sight of the request, so OpenSSH spares them, and so do we."""
    import paramiko

    heard = []
    t = paramiko.Transport(("127.0.0.1", shared_device.port))
    t.local_version = "SSH-2.0-TTSSH/2.72 Win32"
    t._handler_table = {**t._handler_table, wire.GLOBAL_REQUEST: lambda self, m: heard.append(m)}
    t.start_client(timeout=10)
    t.auth_password("admin", "admin")
    channel = t.open_session()
    channel.exec_command("show privilege")
    assert b"level is 15" in channel.makefile("rb").read() and not heard
    t.close()
