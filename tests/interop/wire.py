# SPDX-License-Identifier: Apache-2.0
"""The SSH wire as a hostile client uses it: unencrypted packets by hand (RFC 4253 section 6), and encrypted ones
through paramiko's transport, which lets any message out at any time; and a client of the hybrid key exchanges."""

import hashlib
import os
import socket
import struct
import time

import paramiko
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from paramiko.message import Message
from witness import mlkem768, sntrup761

DISCONNECT, IGNORE, UNIMPLEMENTED, DEBUG, SERVICE_REQUEST, SERVICE_ACCEPT = range(1, 7)
KEXINIT, NEWKEYS, ECDH_INIT, ECDH_REPLY = 20, 21, 30, 31
GEX_REQUEST_OLD, GEX_GROUP, GEX_INIT, GEX_REPLY, GEX_REQUEST = range(30, 35)
USERAUTH_REQUEST, USERAUTH_FAILURE, USERAUTH_SUCCESS, USERAUTH_BANNER = 50, 51, 52, 53
INFO_REQUEST, INFO_RESPONSE = 60, 61
GLOBAL_REQUEST, CHANNEL_OPEN, CHANNEL_REQUEST = 80, 90, 98

STRICT = "kex-strict-c-v00@openssh.com"


def string(s):
    s = s.encode() if isinstance(s, str) else s
    return struct.pack(">I", len(s)) + s


def mpint(n):
    """Of a number that is not negative."""
    return string(n.to_bytes(n.bit_length() // 8 + 1, "big") if n else b"")


def kexinit(kex, guess=False):
    lists = [
        kex, "ssh-ed25519", "chacha20-poly1305@openssh.com", "chacha20-poly1305@openssh.com",
        "hmac-sha2-256", "hmac-sha2-256", "none", "none", "", "",
    ]  # fmt: skip
    return bytes([KEXINIT]) + os.urandom(16) + b"".join(map(string, lists)) + bytes([guess]) + b"\0\0\0\0"


class Plain:
    """A connection that has not finished its first key exchange."""

    def __init__(self, port, version=b"SSH-2.0-hostile\r\n", source="127.0.0.1", timeout=5):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout, source_address=(source, 0))
        self.file = self.socket.makefile("rb")
        self.banner = self.file.readline()
        if version:
            self.raw(version)

    def raw(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            pass

    def send(self, payload):
        pad = 8 - (len(payload) + 5) % 8
        pad += 8 if pad < 4 else 0
        self.raw(struct.pack(">IB", len(payload) + pad + 1, pad) + payload + b"\0" * pad)

    def packet(self):
        """The next payload; None at the end of the connection."""
        try:
            head = self.file.read(5)
            if len(head) < 5:
                return None
            length, pad = struct.unpack(">IB", head)
            return self.file.read(length - 1)[: length - 1 - pad]
        except ConnectionResetError:
            return None

    def ends(self):
        """True when the peer hangs up without having sent more than a DISCONNECT."""
        seen = []
        try:
            while (payload := self.packet()) is not None:
                seen.append(payload[0])
        except (socket.timeout, TimeoutError):
            return False
        return seen in ([], [DISCONNECT], [KEXINIT], [KEXINIT, DISCONNECT])

    def hangs_up(self):
        """True when the peer ends the connection, whatever it says before (RFC 4253 section 4.2 allows words)."""
        try:
            while self.file.read(4096):
                pass
        except ConnectionResetError:
            pass
        except (socket.timeout, TimeoutError):
            return False
        return True

    def close(self):
        self.file.close()
        self.socket.close()


def offered(port):
    """The server's name-lists: kex, host keys, ciphers (in, out), MACs (in, out), compression (in, out)."""
    c = Plain(port)
    payload = c.packet()
    c.close()
    m = Message(payload[17:])
    return [m.get_list() for _ in range(8)]


def keyed(port):
    """A paramiko transport after its key exchange, before any service was asked for."""
    t = paramiko.Transport(("127.0.0.1", port))
    t.start_client(timeout=10)
    return t


def message(number, *fields):
    m = Message()
    m.add_byte(bytes([number]))
    for f in fields:
        if isinstance(f, bool):
            m.add_boolean(f)
        elif isinstance(f, int):
            m.add_int(f)
        else:
            m.add_string(f)
    return m


def push(transport, *messages):
    for m in messages:
        try:
            transport._send_message(m)  # paramiko's own name for it
        except (OSError, EOFError, paramiko.SSHException):
            return


def ended(transport, seconds=5):
    end = time.monotonic() + seconds
    while transport.is_active() and time.monotonic() < end:
        time.sleep(0.02)
    return not transport.is_active()


class Hybrid:
    """A key exchange of paramiko's: a key encapsulation mechanism of the folder witness together with X25519, as
    draft-ietf-sshm-mlkem-hybrid-kex and draft-ietf-sshm-ntruprime-ssh say: the client sends its two public keys one
    after the other, the server a ciphertext and a public key; K, a string, is the hash of both shared secrets."""

    hash_algo = None

    def __init__(self, transport):
        self.transport = transport

    def start_kex(self):
        self.public, self.private = self.keygen()
        self.x25519 = X25519PrivateKey.generate()
        self.q_c = self.public + self.x25519.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.transport._send_message(message(ECDH_INIT, self.q_c))
        self.transport._expect_packet(ECDH_REPLY)

    def parse_next(self, ptype, m):
        t = self.transport
        k_s, q_s, signature = m.get_string(), m.get_string(), m.get_string()
        ciphertext, x25519 = q_s[:-32], q_s[-32:]
        pq = self.decap(self.private, ciphertext)
        classic = self.x25519.exchange(X25519PublicKey.from_public_bytes(x25519))
        k = self.hash_algo(pq + classic).digest()
        parts = (t.local_version, t.remote_version, t.local_kex_init, t.remote_kex_init, k_s, self.q_c, q_s, k)
        t._set_K_H(k, self.hash_algo(b"".join(map(string, parts))).digest())
        t._verify_key(k_s, signature)
        t._activate_outbound()


class Sntrup761(Hybrid):
    hash_algo = hashlib.sha512
    decap = staticmethod(sntrup761.decap)

    def keygen(self):
        return sntrup761.keygen(os.urandom)


class MlKem768(Hybrid):
    hash_algo = hashlib.sha256
    decap = staticmethod(mlkem768.decap)

    def keygen(self):
        return mlkem768.keygen(os.urandom(32), os.urandom(32))


HYBRIDS = {
    "sntrup761x25519-sha512": Sntrup761,
    "sntrup761x25519-sha512@openssh.com": Sntrup761,
    "mlkem768x25519-sha256": MlKem768,
}


class HybridTransport(paramiko.Transport):
    """Of all key exchanges it proposes one hybrid. K goes into the keys as a string."""

    _kex_info = HYBRIDS

    def __init__(self, port, kex):
        super().__init__(("127.0.0.1", port))
        self._preferred_kex = (kex,)

    def _compute_key(self, letter, n):
        head = string(self.K) + self.H
        digest = self.kex_engine.hash_algo
        out = digest(head + letter.encode() + self.session_id).digest()
        while len(out) < n:
            out += digest(head + out).digest()
        return out[:n]


def authentication(transport):
    """Takes what the server says of authentication; the function returns the next message's number, None at the end."""
    heard = []
    note = lambda number: lambda self, m: heard.append((number, m.asbytes()))  # noqa: E731
    numbers = (USERAUTH_FAILURE, USERAUTH_SUCCESS, INFO_REQUEST)
    transport._handler_table = {**transport._handler_table, **{n: note(n) for n in numbers}}
    transport.auth_handler = None

    def answer(seconds=10):
        end = time.monotonic() + seconds
        while not heard and transport.is_active() and time.monotonic() < end:
            time.sleep(0.005)
        return heard.pop(0)[0] if heard else None

    return answer
