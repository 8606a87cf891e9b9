# SPDX-License-Identifier: Apache-2.0
"""SFTP version 3 spoken by hand (draft-ietf-secsh-filexfer-02), for what no client does."""

import struct

INIT, OPEN, CLOSE, READ, WRITE, LSTAT, FSTAT, SETSTAT, FSETSTAT = 1, 3, 4, 5, 6, 7, 8, 9, 10
OPENDIR, READDIR, REMOVE, MKDIR, RMDIR, REALPATH, STAT, RENAME, READLINK, SYMLINK = range(11, 21)
STATUS, HANDLE, DATA, NAME, ATTRS, EXTENDED = 101, 102, 103, 104, 105, 200
OK, EOF, NO_SUCH_FILE, PERMISSION_DENIED, FAILURE, BAD_MESSAGE, UNSUPPORTED = 0, 1, 2, 3, 4, 5, 8
F_READ, F_WRITE, F_APPEND, F_CREAT, F_TRUNC, F_EXCL = 1, 2, 4, 8, 16, 32
F_PUT = F_WRITE | F_CREAT | F_TRUNC
NO_ATTRS = bytes(4)


def u32(n):
    return struct.pack(">I", n)


def u64(n):
    return struct.pack(">Q", n)


def string(data):
    return u32(len(data)) + data


class Raw:
    """A client that says what it is told to."""

    def __init__(self, device, hello=True, window=None):
        self.client = device.paramiko()
        self.channel = self.client.get_transport().open_session(window_size=window)
        self.channel.settimeout(20)
        self.channel.invoke_subsystem("sftp")
        self.id = 0
        self.held = b""
        if hello:
            self.raw(u32(5) + bytes([INIT]) + u32(3))
            assert self.packet()[:1] == bytes([2])

    def raw(self, data):
        self.channel.sendall(data)

    def send(self, kind, payload=b"", number=None):
        self.id += 1
        number = self.id if number is None else number
        self.raw(u32(5 + len(payload)) + bytes([kind]) + u32(number) + payload)

    def take(self, n):
        while len(self.held) < n:
            part = self.channel.recv(65536)
            if not part:
                raise EOFError
            self.held += part
        taken, self.held = self.held[:n], self.held[n:]
        return taken

    def packet(self):
        return self.take(struct.unpack(">I", self.take(4))[0])

    def answer(self):
        """(type, id, the rest)"""
        packet = self.packet()
        return packet[0], struct.unpack(">I", packet[1:5])[0], packet[5:]

    def ask(self, kind, payload=b""):
        self.send(kind, payload)
        answered, number, rest = self.answer()
        assert number == self.id
        return answered, rest

    def status(self, kind, payload=b""):
        answered, rest = self.ask(kind, payload)
        assert answered == STATUS, answered
        return struct.unpack(">I", rest[:4])[0]

    def words(self, kind, payload=b""):
        answered, rest = self.ask(kind, payload)
        assert answered == STATUS, answered
        return rest[8 : 8 + struct.unpack(">I", rest[4:8])[0]].decode()

    def open(self, name, flags):
        """A handle, or the status."""
        answered, rest = self.ask(OPEN, string(name) + u32(flags) + NO_ATTRS)
        return rest[4:] if answered == HANDLE else struct.unpack(">I", rest[:4])[0]

    def write(self, handle, offset, data):
        return self.status(WRITE, string(handle) + u64(offset) + string(data))

    def close(self, handle):
        return self.status(CLOSE, string(handle))

    def read(self, handle, offset, n):
        answered, rest = self.ask(READ, string(handle) + u64(offset) + u32(n))
        return rest[4:] if answered == DATA else struct.unpack(">I", rest[:4])[0]

    def size(self, kind, payload):
        answered, rest = self.ask(kind, payload)
        return struct.unpack(">Q", rest[4:12])[0] if answered == ATTRS else -struct.unpack(">I", rest[:4])[0]

    def names(self, folder):
        handle = self.ask(OPENDIR, string(folder))[1][4:]
        found = set()
        while True:
            answered, rest = self.ask(READDIR, string(handle))
            if answered != NAME:
                break
            count, at = struct.unpack(">I", rest[:4])[0], 4
            for _ in range(count):
                n = struct.unpack(">I", rest[at : at + 4])[0]
                found.add(rest[at + 4 : at + 4 + n])
                at += 4 + n
                at += 4 + struct.unpack(">I", rest[at : at + 4])[0] + 32
        self.close(handle)
        return found

    def ends(self):
        """True when the server closes the channel."""
        try:
            while self.channel.recv(65536):
                pass
        except TimeoutError:
            return False
        return self.channel.recv_exit_status() == 1

    def hang_up(self):
        self.client.get_transport().sock.close()
        self.client.close()
