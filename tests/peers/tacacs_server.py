# SPDX-License-Identifier: Apache-2.0
"""A TACACS+ server written straight from RFC 8907, for tests: it logs people in by ASCII dialogues and PAP, enables,
authorizes and writes accounting records down; and it can lie, stall, split its packets and die.

    with Server(users={"alice": User("secret", ["priv-lvl=15"])}, key=b"cisco") as server:
        server.port, server.log, server.records …

What is wrong with it is one function of `wrong`: it gets the request's and the reply's packet and gives the bytes to
send (None: nothing is sent and the connection stays; b"": it is closed)."""

import dataclasses
import hashlib
import socket
import struct
import threading

AUTHEN, AUTHOR, ACCT = 1, 2, 3
UNENCRYPTED, SINGLE = 1, 4
PASS, FAIL, GETDATA, GETUSER, GETPASS, RESTART, ERROR, FOLLOW = 1, 2, 3, 4, 5, 6, 7, 0x21
PASS_ADD, PASS_REPL, AUTHOR_FAIL, AUTHOR_ERROR = 1, 2, 0x10, 0x11
ACCT_SUCCESS, ACCT_ERROR = 1, 2
ASCII, PAP = 1, 2
LOGIN, ENABLE = 1, 2
RECORDS = {2: "start", 4: "stop", 8: "watchdog"}


def pad(header, key, size):
    """Section 4.5."""
    version, _, seq, _, session, _ = header
    out, last = b"", b""
    while len(out) < size:
        last = hashlib.md5(struct.pack("!I", session) + key + bytes((version, seq)) + last).digest()
        out += last
    return out[:size]


def hide(header, key, body):
    return bytes(a ^ b for a, b in zip(body, pad(header, key, len(body))))


def pack(version, kind, seq, flags, session, body, key):
    header = (version, kind, seq, flags, session, len(body))
    return struct.pack("!BBBBII", *header) + (body if flags & UNENCRYPTED else hide(header, key, body))


def authen_reply(status, message=b"", no_echo=False, data=b""):
    return struct.pack("!BBHH", status, no_echo, len(message), len(data)) + message + data


def author_reply(status, arguments=(), message=b"", data=b""):
    arguments = [a.encode() if isinstance(a, str) else a for a in arguments]
    head = struct.pack("!BBHH", status, len(arguments), len(message), len(data))
    return head + bytes(map(len, arguments)) + message + data + b"".join(arguments)


def acct_reply(status, message=b"", data=b""):
    return struct.pack("!HHB", len(message), len(data), status) + message + data


def fields(body, sizes):
    """Cuts `sizes` many bytes from the front, one field a size; what is left over is an error."""
    out = []
    for size in sizes:
        out.append(body[:size])
        assert len(out[-1]) == size, "a body shorter than its lengths"
        body = body[size:]
    assert not body, "bytes behind the body"
    return out


@dataclasses.dataclass
class User:
    password: str
    arguments: list = dataclasses.field(default_factory=list)  # of the authorization; None: none for him
    questions: list = dataclasses.field(default_factory=list)  # behind the password: (status, text, echo, answer)
    enable: str = None
    greeting: bytes = b""  # on PASS
    logins: int = None  # so many, then the password has expired; None: it never does
    changes: bool = False  # a blank password begins the change of it
    denied: tuple = ()  # beginnings of commands that he may not run ("show version")


@dataclasses.dataclass
class Packet:
    version: int
    kind: int
    seq: int
    flags: int
    session: int
    body: bytes


class Server:
    def __init__(self, users=None, key=b"cisco", port=0, single=False, prompt=b"Password: ", wrong=None, address="127.0.0.1", tls=None):
        self.users, self.key, self.single, self.prompt, self.wrong = users or {}, key, single, prompt, wrong
        self.tls = tls  # an ssl.SSLContext: it speaks RFC 9887 and nothing else
        self.flags = []  # of requests
        self.failures = []  # handshakes that came to nothing
        self.ask_user = False  # begin with GETUSER, although the name was given
        self.log, self.records, self.connections, self.aborts = [], [], 0, 0
        self.peers = []  # where connections came from
        self.commands = []  # that were asked about: (user, port, level, command)
        self.hold = threading.Event()  # cleared by a test: replies wait
        self.hold.set()
        self.open, self.sessions = [], {}  # sessions: whom each is about
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket.create_server((address, port), family=family)
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.hold.set()
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.drop()
        self.thread.join()

    def drop(self):
        """Cuts every connection."""
        for connection in self.open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    # --- connections ---

    def _accept(self):
        while True:
            try:
                connection, peer = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            self.peers.append(peer[0])
            self.open.append(connection)
            threading.Thread(target=self._greet, args=(connection,), daemon=True).start()

    def _greet(self, connection):
        if self.tls:
            try:
                secured = self.tls.wrap_socket(connection, server_side=True)
            except (OSError, ValueError) as e:
                self.failures.append(str(e))
                connection.close()
                return
            self.open[self.open.index(connection)] = connection = secured
        self._serve(connection)

    def _read(self, connection, size):
        out = b""
        while len(out) < size:
            more = connection.recv(size - len(out))
            if not more:
                raise EOFError
            out += more
        return out

    def _packet(self, connection):
        header = struct.unpack("!BBBBII", self._read(connection, 12))
        self.flags.append(header[3])
        body = self._read(connection, header[5])
        if not header[3] & UNENCRYPTED:
            body = hide(header, self.key, body)
        return Packet(*header[:5], body)

    def _serve(self, connection):
        sessions, write = {}, threading.Lock()
        try:
            while True:
                request = self._packet(connection)
                reply = self._answer(sessions, request)
                if reply is None:
                    continue
                threading.Thread(target=self._reply, args=(connection, write, request, reply), daemon=True).start()
        except (EOFError, OSError, ValueError):
            pass
        except AssertionError as e:  # what it reads is no request: a wrong key, as a real server would say
            self.log.append(f"malformed: {e}")
        with write:  # nobody writes to a descriptor that is another's by then
            connection.close()

    def _reply(self, connection, write, request, body):
        flags = SINGLE if self.single and request.flags & SINGLE else 0
        clear = UNENCRYPTED if self.tls else 0
        packet = Packet(request.version, request.kind, request.seq + 1, flags | clear, request.session, body)
        raw = pack(packet.version, packet.kind, packet.seq, packet.flags, packet.session, body, self.key)
        self.hold.wait()
        if self.wrong:
            raw = self.wrong(self, packet, raw)
        try:
            with write:
                if raw:
                    for piece in raw if isinstance(raw, list) else [raw]:
                        connection.sendall(piece)
                if raw == b"" or (not flags and self._ends(request.kind, body)):
                    connection.shutdown(socket.SHUT_RDWR)
        except (OSError, ValueError):
            pass

    @staticmethod
    def _ends(kind, body):
        return kind != AUTHEN or body[0] in (PASS, FAIL, ERROR)

    # --- what it says ---

    def _answer(self, sessions, request):
        if request.kind == AUTHEN:
            if request.seq == 1:
                steps = sessions[request.session] = self._authenticate(request)
                return next(steps)
            return self._continue(sessions, request)
        return self._authorize(request) if request.kind == AUTHOR else self._account(request)

    def _continue(self, sessions, request):
        size, data, flags = struct.unpack("!HHB", request.body[:5])
        message, _ = fields(request.body[5:], (size, data))
        if flags & 1:
            self.aborts += 1
            return None
        return sessions[request.session].send(message.decode())

    def _authenticate(self, request):
        action, level, kind, service, *sizes = request.body[:8]
        name, port, address, data = (f.decode() for f in fields(request.body[8:], sizes))
        self.sessions[request.session] = name
        self.log.append(("authen", name, port, address, {ASCII: "ascii", PAP: "pap"}[kind], level, service))
        assert action == 1
        if self.ask_user or not name:
            name = yield authen_reply(GETUSER, b"Username: ")
        user = self.users.get(name)
        if kind == PAP:
            typed = data
        else:
            typed = yield authen_reply(GETPASS, self.prompt, no_echo=True)
            if user and user.changes and not typed and service == LOGIN:
                typed = yield authen_reply(GETPASS, b"Old Password: ", no_echo=True)
                if typed == user.password:
                    typed = yield from self._change(user, "")
        wanted = (user.enable if service == ENABLE else user.password) if user else None
        if wanted is None or typed != wanted:
            yield authen_reply(FAIL)
            return
        if user.logins is not None and service == LOGIN:
            if user.logins == 0:
                yield from self._change(user, "Your password has expired.\nEnter a new one now.\n")
            else:
                user.logins -= 1
        for status, text, echo, answer in user.questions if kind == ASCII and service == LOGIN else ():
            if (yield authen_reply(status, text.encode(), no_echo=not echo)) != answer:
                yield authen_reply(FAIL)
                return
        yield authen_reply(PASS, user.greeting)

    @staticmethod
    def _change(user, text):
        """The words of the documents of IOS."""
        while True:
            new = yield authen_reply(GETDATA, f"{text}New Password: ".encode(), no_echo=True)
            again = yield authen_reply(GETDATA, b"Re-enter New password: ", no_echo=True)
            if new and new == again:
                user.password, user.logins = new, None
                return new
            text = "The New and Re-entered passwords have to be the same.\nTry again.\n"

    @staticmethod
    def _subject(body):
        """method, level, type, service, user, port, address, arguments: sections 6.1 and 7.1."""
        method, level, kind, service, user, port, address, count = body[:8]
        sizes = body[8 : 8 + count]
        user, port, address, *arguments = fields(body[8 + count :], (user, port, address, *sizes))
        return method, level, user.decode(), port.decode(), address.decode(), [a.decode() for a in arguments]

    def _authorize(self, request):
        method, level, name, port, address, arguments = self._subject(request.body)
        self.log.append(("author", name, port, address, method, arguments))
        user = self.users.get(name)
        if not user or user.arguments is None or "service=shell" not in arguments:
            return author_reply(AUTHOR_FAIL)
        if "cmd=" not in arguments:  # an EXEC has an empty command
            return self._command(user, name, port, level, arguments)
        return author_reply(PASS_ADD, user.arguments)

    def _command(self, user, name, port, level, arguments):
        words = [a.split("=", 1)[1] for a in arguments if a.startswith(("cmd=", "cmd-arg="))]
        self.commands.append((name, port, level, " ".join(words)))
        if any(" ".join(words).startswith(denied) for denied in user.denied):
            return author_reply(AUTHOR_FAIL)
        return author_reply(PASS_ADD)

    def _account(self, request):
        record = RECORDS[request.body[0]]
        method, level, name, port, address, arguments = self._subject(request.body[1:])
        self.records.append((record, name, port, address, dict(a.split("=", 1) for a in arguments)))
        return acct_reply(ACCT_SUCCESS)
