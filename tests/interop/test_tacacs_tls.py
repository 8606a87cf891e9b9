# SPDX-License-Identifier: Apache-2.0
"""TACACS+ over TLS 1.3 (RFC 9887): people log in through a server that proves who it is; one that cannot hears nothing
of them, and nothing goes by another way."""

import re
import ssl
import threading

import pytest

import lab as laboratory
import tacacs
import tacacs_server as wire
from collectors import Listener, authority
from tacacs import LEVEL

pytestmark = pytest.mark.usefixtures("vacant")

METHODS = tacacs.METHODS + "logging tls-profile OFFICE\n ca-file flash:ca.pem\n exit\n"
TYPED = "wonder-of-the-world"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    import datetime

    base = tmp_path_factory.mktemp("tls")
    issue = authority(base, "ca")
    issue("good")
    issue("named", names=["aaa.example"], addresses=["192.0.2.1"])
    issue("expired", until=-datetime.timedelta(hours=1))
    authority(base, "other")("wrong")
    return base


def context(base, who, least=ssl.TLSVersion.TLSv1_3, most=ssl.TLSVersion.TLSv1_3):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(base / f"{who}.pem", base / f"{who}.key")
    made.minimum_version, made.maximum_version = least, most
    return made


def people():
    made = tacacs.people()
    made["alice"].password = TYPED
    return made


@pytest.fixture(scope="module")
def server(certificates):
    with tacacs.Server(people(), tls=context(certificates, "good")) as made:
        yield made


def entry(port, name="ACS", *more, profile="OFFICE"):
    lines = [f"tacacs server {name}", " address ipv4 127.0.0.1", " timeout 2", f" tls port {port}", f" tls trustpoint server {profile}"]
    return "\n".join([*lines, *more, "exit"])


def booted(lab, certificates, *servers, more=""):
    made = lab.device()
    made.init(tacacs.config(*servers, methods=METHODS, more=more))
    for name in ("ca", "other"):
        (made.folder / f"flash/{name}.pem").write_bytes((certificates / f"{name}.pem").read_bytes())
    made.run()
    return made


@pytest.fixture(scope="module")
def device(module_lab, server, certificates):
    return booted(module_lab, certificates, entry(server.port))


def said(device, command="show tacacs", **who):
    return device.ssh(command, **(who or {"user": "alice", "password": TYPED})).stdout


def test_login(device, server):
    assert device.ssh("show privilege", user="alice", password=TYPED).stdout == LEVEL
    assert device.ssh("show privilege", user="alice", password="no").returncode == 255
    assert ("authen", "alice", "ssh", "127.0.0.1", "ascii", 1, 1) in server.log
    assert laboratory.wait_for(lambda: [r[0] for r in server.records if r[1] == "alice"] == ["start", "stop"], 10)
    assert all(flags & wire.UNENCRYPTED for flags in server.flags)
    shown = said(device)
    assert f"Server port: {server.port}, TLS 1.3" in shown and "TLS identity: 127.0.0.1" in shown


def test_kept_connection(module_lab, certificates):
    """With single-connection one handshake serves all; when the server's end of it dies, the next question makes another."""
    with tacacs.Server(people(), single=True, tls=context(certificates, "good")) as server:
        device = booted(module_lab, certificates, entry(server.port, "ACS", " single-connection"))
        for _ in range(2):
            assert device.ssh("show privilege", user="alice", password=TYPED).stdout == LEVEL
        assert laboratory.wait_for(lambda: len(server.records) == 4, 10) and server.connections == 1
        server.drop()
        assert device.ssh("show privilege", user="alice", password=TYPED).stdout == LEVEL
        assert server.connections == 2


def test_debug(device, server):
    t = device.terminal(user="alice", password=TYPED)
    try:
        t.command("debug tacacs")
        assert device.ssh("show privilege", user="alice", password=TYPED).stdout == LEVEL
        shown = t.command("show logging | include TPLUS")
        assert f"connecting to 127.0.0.1:{server.port} by TLS" in shown
        assert re.search(r"TLS connection stands: TLSv1.3, TLS_\w+", shown)
        assert TYPED not in t.command("show logging")
    finally:
        t.close()


# --- who cannot be asked ---

ANSWERS = {
    "without the flag": lambda s, p, raw: wire.pack(p.version, p.kind, p.seq, 0, p.session, p.body, b""),
    "hidden by a key": lambda s, p, raw: wire.pack(p.version, p.kind, p.seq, 0, p.session, p.body, s.key),
}


@pytest.mark.parametrize("lie", ANSWERS)
def test_a_reply_that_is_not_marked_as_clear_is_none(device, server, lie):
    server.wrong = ANSWERS[lie]
    try:
        assert device.ssh("show privilege", user="alice", password=TYPED).returncode == 255
    finally:
        server.wrong = None
    assert "Last failure: a reply that is hidden by a key" in said(device)


def test_a_plain_server_may_not_say_that_it_is_clear(module_lab, certificates):
    """The flag is for TLS alone."""
    with tacacs.Server(people()) as server:
        server.wrong = lambda s, p, raw: wire.pack(p.version, p.kind, p.seq, wire.UNENCRYPTED, p.session, p.body, b"")
        device = booted(module_lab, certificates, f"tacacs-server host 127.0.0.1 port {server.port} timeout 1 key cisco")
        assert device.ssh("show privilege", user="alice", password=TYPED).returncode == 255
        assert not any(flags & wire.UNENCRYPTED for flags in server.flags)


class Recorder(Listener):
    """Whatever it is sent is kept; it answers what a test says, or nothing."""

    def __init__(self, answer=b""):
        super().__init__()
        self.answer, self.heard = answer, []  # of each connection
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.settimeout(4)
                    self.heard.append(connection.recv(65536))
                    connection.sendall(self.answer)
                    while more := connection.recv(65536):
                        self.heard[-1] += more
                except OSError:
                    pass


@pytest.fixture(scope="module")
def several(module_lab, certificates):
    """A device whose servers are changed by tests; admin gets in locally when none can say."""
    return booted(module_lab, certificates, entry(1))


def ask(device, *lines):
    """The one server is this one; somebody tries his password; why it could not be asked."""
    t = device.terminal()
    try:
        for line in ("configure terminal", "no tacacs server ACS", *"\n".join(lines).split("\n"), "end"):
            assert "%" not in t.command(line), line
        t.command("test aaa group tacacs+ alice " + TYPED + " new-code")
        found = re.search(r"Last failure: (.*)", t.command("show tacacs"))
        return found.group(1).strip() if found else ""
    finally:
        t.close()


IMPOSTORS = {
    "another authority": ("wrong", [], "its certificate is refused: (unable to get local issuer|self.signed)"),
    "expired": ("expired", [], "its certificate is refused: certificate has expired"),
    "another address": ("named", [], "its certificate is refused: IP address mismatch"),
    "another name": ("good", [" tls match-server-identity hostname aaa.example"], "its certificate is refused: hostname mismatch"),
    "another address asked for": ("good", [" tls match-server-identity ip-address 192.0.2.1"], "its certificate is refused: IP address mismatch"),
}


@pytest.mark.parametrize("who", IMPOSTORS)
def test_impostors_hear_nothing(several, certificates, who):
    certificate, more, why = IMPOSTORS[who]
    with tacacs.Server(people(), tls=context(certificates, certificate)) as server:
        assert re.match(why, ask(several, entry(server.port, "ACS", *more)))
        assert laboratory.wait_for(lambda: server.failures, 10)
        assert server.log == [] and server.flags == []


def test_the_name_that_is_wanted(several, certificates):
    with tacacs.Server(people(), tls=context(certificates, "named")) as server:
        assert ask(several, entry(server.port, "ACS", " tls match-server-identity hostname aaa.example")) == ""
        assert [entry[1] for entry in server.log] == ["alice"]


def test_nothing_before_tls_13(several, certificates):
    old = context(certificates, "good", ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2)
    with tacacs.Server(people(), tls=old) as server:
        assert re.match("TLS: .*(version|protocol)", ask(several, entry(server.port)))
        assert server.flags == []


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"220 hello\r\n" * 9, "TLS: "),
        (wire.pack(0xC0, 1, 2, wire.UNENCRYPTED, 1, wire.authen_reply(wire.PASS), b""), "TLS: "),
        (b"", "no answer within 2 seconds"),
    ],
    ids=["garbage", "plain TACACS+", "silence"],
)
def test_no_tls_no_password(several, answer, why):
    """Who does not speak TLS, or stalls in the handshake, got nothing but its first message."""
    recorder = Recorder(answer)
    assert ask(several, entry(recorder.port)).startswith(why)
    assert recorder.heard and all(heard[:1] == b"\x16" for heard in recorder.heard)
    assert TYPED.encode() not in b"".join(recorder.heard) and b"alice" not in b"".join(recorder.heard)
    recorder.close()


def test_who_vouches_must_be_said(several, server):
    assert ask(several, entry(server.port).replace(" tls trustpoint server OFFICE\n", "")) == "no tls trustpoint server is configured for it"
    assert ask(several, entry(server.port, profile="NONE")) == "tls-profile NONE is not there or has no ca-file"
    assert ask(several, "logging tls-profile LOST\nca-file flash:gone.pem\nexit", entry(server.port, profile="LOST")) == "flash:gone.pem cannot be read"
    assert ask(several, entry(server.port)) == ""
