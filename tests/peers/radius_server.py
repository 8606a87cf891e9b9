# SPDX-License-Identifier: Apache-2.0
"""A RADIUS server that lies on request, straight from RFC 2865, 2866 and 3579: it accepts whom it is told to and lets a
test change what it sends. It keeps what it was asked. Whether it reads RADIUS as others do is shown by FreeRADIUS,
beside which the same people log in."""

import contextlib
import hashlib
import hmac
import socket
import struct
import threading

ACCESS_REQUEST, ACCESS_ACCEPT, ACCESS_REJECT, ACCOUNTING_REQUEST, ACCOUNTING_RESPONSE, ACCESS_CHALLENGE = 1, 2, 3, 4, 5, 11
USER_NAME, USER_PASSWORD, REPLY_MESSAGE, STATE, VENDOR, MESSAGE_AUTHENTICATOR = 1, 2, 18, 24, 26, 80
CISCO = 9


def attribute(kind, value):
    return bytes([kind, len(value) + 2]) + value


def av_pair(text):
    return attribute(VENDOR, struct.pack("!I", CISCO) + attribute(1, text.encode()))


class Request:
    def __init__(self, data):
        self.code, self.id, length = struct.unpack("!BBH", data[:4])
        self.authenticator, self.raw = data[4:20], data[:length]
        self.attributes, at = [], 20
        while at < length:
            self.attributes.append((data[at], data[at + 2 : at + data[at + 1]]))
            at += data[at + 1]

    def get(self, kind):
        return next((value for k, value in self.attributes if k == kind), None)

    def password(self, key):
        hidden, before, out = self.get(USER_PASSWORD), self.authenticator, b""
        for i in range(0, len(hidden), 16):
            pad = hashlib.md5(key + before).digest()
            before = hidden[i : i + 16]
            out += bytes(a ^ b for a, b in zip(before, pad, strict=True))
        return out.rstrip(b"\0")

    def is_signed(self, key):
        """Its Message-Authenticator is right (RFC 3579 section 3.2)."""
        signature = self.get(MESSAGE_AUTHENTICATOR)
        if signature is None:
            return False
        at = self.raw.index(attribute(MESSAGE_AUTHENTICATOR, signature))
        blank = self.raw[: at + 2] + bytes(16) + self.raw[at + 18 :]
        return hmac.compare_digest(hmac.new(key, blank, "md5").digest(), signature)


def reply(request, code, attributes, key, sign=True, number=None, authenticator=None, length=None, signature=None):
    """The bytes of a reply; what is given in place of None is a lie."""
    body = (attribute(MESSAGE_AUTHENTICATOR, bytes(16)) if sign else b"") + attributes
    head = struct.pack("!BBH", code, request.id if number is None else number, 20 + len(body) if length is None else length)
    asked = request.authenticator if authenticator is None else authenticator
    if sign:
        mac = hmac.new(key, head + asked + body, "md5").digest() if signature is None else signature
        body = attribute(MESSAGE_AUTHENTICATOR, mac) + attributes
    return head + hashlib.md5(head + asked + body + key).digest() + body


class Server:
    """Accepts everybody with privilege 15. `lie(server, request)` → what is sent instead, a list of packets."""

    def __init__(self, key=b"testing123"):
        self.key, self.lie, self.requests = key, None, []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def accept(self, request, **lies):
        return reply(request, **{"code": ACCESS_ACCEPT, "attributes": av_pair("shell:priv-lvl=15"), "key": self.key, **lies})

    def _serve(self):
        while True:
            try:
                data, self.peer = self.socket.recvfrom(4096)
            except OSError:
                return
            request = Request(data)
            self.requests.append(request)
            with contextlib.suppress(OSError):  # it is closed meanwhile
                for packet in self.lie(self, request) if self.lie else [self.accept(request)]:
                    self.socket.sendto(packet, self.peer)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
