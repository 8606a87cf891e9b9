# SPDX-License-Identifier: Apache-2.0
"""The wire of SSH version 1 as a hostile client uses it, from the protocol's draft: packets with a length in clear and
CRC-32, a session key encrypted for two RSA keys, DES in three layers that are chained each for itself. Every step can
be done wrong."""

import hashlib
import os
import random
import socket
import struct
import zlib

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

DISCONNECT, PUBLIC_KEY, SESSION_KEY, USER = 1, 2, 3, 4
AUTH_RHOSTS, AUTH_RSA, AUTH_RSA_CHALLENGE, AUTH_RSA_RESPONSE, AUTH_PASSWORD = 5, 6, 7, 8, 9
REQUEST_PTY, WINDOW_SIZE, EXEC_SHELL, EXEC_CMD, SUCCESS, FAILURE = 10, 11, 12, 13, 14, 15
STDIN_DATA, STDOUT_DATA, STDERR_DATA, EOF, EXITSTATUS = 16, 17, 18, 19, 20
CHANNEL_OPEN_FAILURE, PORT_FORWARD_REQUEST, PORT_OPEN, AGENT_REQUEST, IGNORE = 22, 28, 29, 30, 32
EXIT_CONFIRMATION, X11_REQUEST, AUTH_RHOSTS_RSA, DEBUG, COMPRESSION, MAX_PACKET, AUTH_TIS = 33, 34, 35, 36, 37, 38, 39
DES, TRIPLE_DES = 2, 3


def string(s):
    s = s.encode() if isinstance(s, str) else s
    return struct.pack(">I", len(s)) + s


def number(n):
    return struct.pack(">H", n.bit_length()) + n.to_bytes((n.bit_length() + 7) // 8, "big")


def take_number(data):
    size = (struct.unpack(">H", data[:2])[0] + 7) // 8
    return int.from_bytes(data[2 : 2 + size], "big"), data[2 + size :]


def crc32(data):
    """Begins with zero and is not complemented, unlike zlib's."""
    return zlib.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF


def pad(content, size, kind=2):
    """PKCS #1; the number it makes."""
    filler = bytes(random.randrange(1, 256) for _ in range(size - 3 - len(content)))
    return int.from_bytes(bytes([0, kind]) + filler + b"\0" + content, "big")


class Layers:
    """Encryption of one direction; single DES is the first layer alone."""

    def __init__(self, cipher, key, sealing):
        one = [Cipher(algorithms.TripleDES(key[i : i + 8]), modes.CBC(bytes(8))) for i in (0, 8, 16)]
        if cipher == DES:
            self.stages = [one[0].encryptor() if sealing else one[0].decryptor()]
        elif sealing:
            self.stages = [one[0].encryptor(), one[1].decryptor(), one[2].encryptor()]
        else:
            self.stages = [one[2].decryptor(), one[1].encryptor(), one[0].decryptor()]

    def apply(self, data):
        for stage in self.stages:
            data = stage.update(data)
        return data


class Gone(Exception):
    """The server hung up."""


class Client:
    def __init__(self, port, version=b"SSH-1.5-hostile\n"):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.file = self.socket.makefile("rb")
        self.banner = self.file.readline()
        self.tx = self.rx = None
        self.raw(version)

    def raw(self, data):
        try:
            self.socket.sendall(data)
        except OSError as error:
            raise Gone from error

    # --- packets ---
    def seal(self, kind, data=b"", spoil=0):
        body = bytes([kind]) + data
        padded = os.urandom(8 - (len(body) + 4) % 8) + body
        padded += struct.pack(">I", crc32(padded) ^ spoil)
        return struct.pack(">I", len(body) + 4) + (self.tx.apply(padded) if self.tx else padded)

    def send(self, kind, data=b"", **how):
        self.raw(self.seal(kind, data, **how))

    def receive(self):
        try:
            head = self.file.read(4)
            length = struct.unpack(">I", head)[0] if len(head) == 4 else 0
            padded = self.file.read(length + 8 - length % 8)
        except ConnectionResetError as error:
            raise Gone from error
        if len(head) < 4 or len(padded) < length:
            raise Gone
        if self.rx:
            padded = self.rx.apply(padded)
        assert crc32(padded[:-4]) == struct.unpack(">I", padded[-4:])[0], "the server's checksum is wrong"
        return padded[8 - length % 8], padded[9 - length % 8 : -4]

    def answer(self):
        return self.receive()[0]

    def ends(self):
        """True when the server hangs up, whatever it says before."""
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

    # --- steps ---
    def hello(self):
        kind, data = self.receive()
        assert kind == PUBLIC_KEY
        self.cookie, data = data[:8], data[8:]
        keys = []
        for _ in range(2):
            bits, data = struct.unpack(">I", data[:4])[0], data[4:]
            e, data = take_number(data)
            n, data = take_number(data)
            assert n.bit_length() == bits
            keys.append((e, n))
        self.server, self.host = keys
        self.flags, self.ciphers, self.auths = struct.unpack(">III", data)
        moduli = [key[1].to_bytes((key[1].bit_length() + 7) // 8, "big") for key in (self.host, self.server)]
        self.id = hashlib.md5(moduli[0] + moduli[1] + self.cookie).digest()
        return self

    def wrap(self, key, inner=2, outer=2):
        """The session key for both server keys; `inner`, `outer`: the kind of padding, 2 is right."""
        content = bytes(a ^ b for a, b in zip(key, self.id.ljust(32, b"\0")))
        small, large = sorted((self.server, self.host), key=lambda k: k[1])
        for (e, n), kind in ((small, inner), (large, outer)):
            size = (n.bit_length() + 7) // 8
            content = pow(pad(content, size, kind), e, n).to_bytes(size, "big")
        return int.from_bytes(content, "big")

    def session_key(self, cipher=TRIPLE_DES, cookie=None, wrapped=None, **how):
        key = os.urandom(32)
        wrapped = self.wrap(key, **how) if wrapped is None else wrapped
        self.send(SESSION_KEY, bytes([cipher]) + (cookie or self.cookie) + number(wrapped) + bytes(4))
        self.key(cipher, key)
        return self

    def key(self, cipher, key):
        self.tx, self.rx = Layers(cipher, key, True), Layers(cipher, key, False)

    def keyed(self, **how):
        self.hello().session_key(**how)
        assert self.answer() == SUCCESS
        return self

    def user(self, name="admin"):
        self.send(USER, string(name))
        return self.answer()

    def password(self, password="admin"):
        self.send(AUTH_PASSWORD, string(password))
        return self.answer()

    def logged_in(self, **how):
        self.keyed(**how)
        assert (self.user(), self.password()) == (FAILURE, SUCCESS)
        return self

    def collect(self):
        """What the session prints until it ends, and its exit status."""
        out = b""
        while True:
            kind, data = self.receive()
            if kind == EXITSTATUS:
                self.send(EXIT_CONFIRMATION)
                return out, struct.unpack(">I", data)[0]
            assert kind in (STDOUT_DATA, STDERR_DATA), kind
            out += data[4:]

    def run(self, command):
        self.send(EXEC_CMD, string(command))
        return self.collect()
