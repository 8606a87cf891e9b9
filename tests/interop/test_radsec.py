# SPDX-License-Identifier: Apache-2.0
"""RADIUS over TLS (RFC 6614): people log in through FreeRADIUS, which proves who it is; one that cannot hears nothing of
them."""

import datetime
import re
import ssl
import threading
import warnings

import paramiko
import pytest

import lab as laboratory
import radius
from collectors import Listener, authority
from radius import LEVEL

pytestmark = pytest.mark.usefixtures("vacant")

METHODS = radius.METHODS + "logging tls-profile OFFICE\n ca-file flash:ca.pem\n exit\n"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    base = tmp_path_factory.mktemp("radsec")
    issue = authority(base, "ca")
    issue("good")
    issue("named", names=["aaa.example"], addresses=["192.0.2.1"])
    issue("expired", until=-datetime.timedelta(hours=1))
    authority(base, "other")("wrong")
    return base


@pytest.fixture(scope="module")
def server(tmp_path_factory, certificates):
    with radius.FreeRadius(tmp_path_factory.mktemp("server") / "raddb", tls=(certificates, "good", "ca")) as made:
        yield made


def entry(port, *more, profile="OFFICE"):
    lines = ["radius server AAA", " address ipv4 127.0.0.1", " timeout 2", f" tls port {port}", f" tls trustpoint server {profile}"]
    return "\n".join([*lines, *more, "exit"])


def booted(lab, certificates, *servers):
    made = lab.device()
    made.init(radius.config(*servers, methods=METHODS))
    for name in ("ca", "other"):
        (made.folder / f"flash/{name}.pem").write_bytes((certificates / f"{name}.pem").read_bytes())
    made.run()
    return made


@pytest.fixture(scope="module")
def device(module_lab, server, certificates):
    return booted(module_lab, certificates, entry(server.secure))


def alice(device, command="show privilege"):
    return device.ssh(command, user="alice", password="wonder").stdout


def test_login(device, server):
    assert alice(device) == LEVEL
    assert device.ssh("show privilege", user="alice", password="no").returncode == 255
    assert device.ssh("show privilege", user="bob", password="builder").stdout == LEVEL.replace("15", "1")
    shown = alice(device, "show aaa servers")
    assert f"host 127.0.0.1, tls port {server.secure}" in shown and "TLS: identity 127.0.0.1, trustpoint OFFICE" in shown


def test_one_connection_serves_many(device, server):
    """Sixteen at a time, logins and records: one handshake, each gets his own answer."""
    alice(device)
    before, got = server.log.count("TLS - Connection Established"), []

    def login(n):
        user, password, level = (("alice", "wonder", "15"), ("bob", "builder", "1"), ("lower", "lower", "7"))[n % 3]
        got.append(device.ssh("show privilege", user=user, password=password).stdout == LEVEL.replace("15", level))

    threads = [threading.Thread(target=login, args=(n,)) for n in range(16)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert got == [True] * 16
    assert server.log.count("TLS - Connection Established") == before


def test_accounting(device, server):
    def of(user):
        return [dict(r)["Acct-Status-Type"] for r in server.records() if dict(r).get("User-Name") == user]

    assert device.ssh("show privilege", user="admin15", password="six").stdout == LEVEL
    assert laboratory.wait_for(lambda: sorted(of("admin15")) == ["Start", "Stop"], 10), server.records()


def rounds(device, *typed, between=lambda: None):
    left, seen = list(typed), []

    def handler(title, instructions, prompts):
        if seen:
            between()
        seen.extend(prompts)
        return [left.pop(0) for _ in prompts]

    transport = paramiko.Transport(("127.0.0.1", device.port))
    transport.start_client(timeout=10)
    try:
        transport.auth_interactive("token", handler)
        return True, seen
    except paramiko.AuthenticationException:
        return False, seen
    finally:
        transport.close()


def test_challenges(device):
    assert rounds(device, "pin", "1234", "9") == (True, [("Password: ", False), ("Token: ", True), ("PUK: ", False)])
    assert not rounds(device, "pin", "4321")[0]


def test_server_dies_and_comes_back(device, server):
    """Between two logins, and while somebody types his code: the dialogue goes on by the next connection."""
    server.stop()
    assert device.ssh("show privilege", user="alice", password="wonder").returncode == 255
    server.start()
    assert alice(device) == LEVEL

    def again():
        server.stop()
        server.start()

    assert rounds(device, "pin", "1234", "9", between=again)[0]
    shown = alice(device, "show logging | include RADIUS-4")
    assert f"RADIUS_DEAD: RADIUS server 127.0.0.1:{server.secure} (TLS) is not responding: Connection refused" in shown
    assert "RADIUS_ALIVE" in shown


def test_debug(device, server):
    t = device.terminal(user="alice", password="wonder")
    try:
        t.command("debug radius")
        server.stop()
        server.start()
        alice(device)
        shown = t.command("show logging | include RADIUS:")
        assert f"connecting to 127.0.0.1:{server.secure} by TLS" in shown
        assert re.search(r"TLS connection stands: TLSv1.[23], \w+", shown) and "Access-Request" in shown
        t.command("no debug radius")
        assert "wonder" not in t.command("show logging")
    finally:
        t.close()


# --- who cannot be asked ---


class Impostor(Listener):
    """A server of TLS that keeps what it is told; `tls` None: it says `answer` and nothing more."""

    def __init__(self, tls=None, answer=b""):
        super().__init__()
        self.tls, self.answer, self.heard, self.told = tls, answer, b"", b""
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            connection.settimeout(4)
            try:
                if self.tls:
                    with self.tls.wrap_socket(connection, server_side=True) as secured:
                        while more := secured.recv(4096):
                            self.told += more
                            if self.answer:
                                secured.sendall(self.answer)
                else:
                    self.heard += connection.recv(65536)
                    connection.sendall(self.answer)
                    while more := connection.recv(65536):
                        self.heard += more
            except OSError:
                connection.close()


def context(base, who, least=ssl.TLSVersion.TLSv1_2, most=ssl.TLSVersion.TLSv1_3):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.set_ciphers("ALL:@SECLEVEL=0")
    made.load_cert_chain(base / f"{who}.pem", base / f"{who}.key")
    made.minimum_version, made.maximum_version = least, most
    return made


@pytest.fixture(scope="module")
def several(module_lab, certificates):
    return booted(module_lab, certificates, entry(1))


def ask(device, *lines, statistics=None):
    """What failed, with that server, and into `statistics` what was counted; none is left, so that local users get in."""
    t = device.terminal()
    try:
        for shown in t.configure("no radius server AAA", *"\n".join(lines).split("\n")):
            assert "%" not in shown, shown
        t.command("test aaa group radius alice wonder new-code")
        found = re.search(r"TLS: last failure: (.*)", t.command("show aaa servers"))
        if statistics is not None:
            statistics.extend(re.findall(r"(\w[\w -]*): +(\d+)", t.command("show radius statistics")))
        t.configure("no radius server AAA")
        return found.group(1).strip() if found else ""
    finally:
        t.close()


IMPOSTORS = {
    "another authority": ("wrong", [], "its certificate is refused: (unable to get local issuer|self.signed)"),
    "expired": ("expired", [], "its certificate is refused: certificate has expired"),
    "another address": ("named", [], "its certificate is refused: IP address mismatch"),
    "another name": ("good", [" tls match-server-identity hostname aaa.example"], "its certificate is refused: hostname mismatch"),
}


@pytest.mark.parametrize("who", IMPOSTORS)
def test_impostors_hear_nothing(several, certificates, who):
    certificate, more, why = IMPOSTORS[who]
    impostor = Impostor(context(certificates, certificate))
    assert re.match(why, ask(several, entry(impostor.port, *more)))
    impostor.close()
    assert impostor.told == b""


def test_nothing_before_tls_12(several, certificates):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old = context(certificates, "good", ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1)
    impostor = Impostor(old)
    assert re.match("TLS: .*(version|protocol)", ask(several, entry(impostor.port)))
    impostor.close()
    assert impostor.told == b""


@pytest.mark.parametrize(("answer", "why"), [(b"220 hello\r\n" * 9, "TLS: "), (b"", "no answer within 2 seconds")], ids=["garbage", "silence"])
def test_no_tls_no_password(several, answer, why):
    impostor = Impostor(answer=answer)
    assert ask(several, entry(impostor.port)).startswith(why)
    impostor.close()
    assert impostor.heard[:1] == b"\x16" and b"alice" not in impostor.heard


@pytest.mark.parametrize(
    ("answer", "why", "row", "said"),
    [
        (bytes([2, 0, 0, 20]) + bytes(16), "a reply to another request|a reply that does not count", "Unknown Responses|Bad Authenticators", "a reply to another request|a reply not made with this key"),
        (bytes([2, 0, 0, 3]) + bytes(16), "a packet of an impossible length", "Malformed Responses", "a malformed reply"),
        (bytes([2, 0, 255, 255]) + bytes(16), "a packet of an impossible length", "Malformed Responses", "a malformed reply"),
    ],
    ids=["forged", "short", "long"],
)  # fmt: skip
def test_lies_inside_tls(several, certificates, answer, why, row, said):
    """They end the connection; they are counted, and the log names the server, whom nobody else can speak for."""

    impostor, counted = Impostor(context(certificates, "good"), answer), []
    assert re.match(why, ask(several, entry(impostor.port), statistics=counted))
    assert sum(int(n) for name, n in counted if re.fullmatch(row, name)) > 0, counted
    terminal = several.terminal(size=(60, 200))
    shown = terminal.command("show logging | include BAD_REPLY")
    assert re.search(rf"RADIUS server 127\.0\.0\.1:{impostor.port} \(TLS\) sends ({said})", shown), shown
    terminal.close()
    impostor.close()


def test_client_certificate_is_missing(several, certificates, tmp_path):
    """This device has none to show: FreeRADIUS says so in its log, another one in an alert."""
    with radius.FreeRadius(tmp_path / "raddb", tls=(certificates, "good", "ca"), client_certificate=True) as strict:
        assert ask(several, entry(strict.secure))
        assert laboratory.wait_for(lambda: "did not return a certificate" in strict.log, 10)
    wants = context(certificates, "good")
    wants.load_verify_locations(certificates / "ca.pem")
    wants.verify_mode = ssl.CERT_REQUIRED
    impostor = Impostor(wants)
    assert "certificate required" in ask(several, entry(impostor.port))
    impostor.close()


def test_who_vouches_must_be_said(several, server):
    assert ask(several, entry(server.secure).replace(" tls trustpoint server OFFICE\n", "")) == "no tls trustpoint server is configured for it"
    assert ask(several, entry(server.secure, profile="NONE")) == "tls-profile NONE is not there or has no ca-file"
    assert ask(several, entry(server.secure)) == ""


def test_a_failure_is_of_whom_was_asked(several, server):
    """Its configuration makes another server of it while a question waits: that one has not failed."""
    silent = Impostor()
    asks, changes = several.terminal(), several.terminal()
    try:
        for line in ("configure terminal", *entry(silent.port).split("\n")[:-1]):
            changes.command(line)
        asks.send("test aaa group radius alice wonder new-code\r")
        assert laboratory.wait_for(lambda: silent.heard, 10)
        changes.command(f"tls port {server.secure}")
        changes.command("end")
        asks.until("No authoritative response")
        shown = changes.command("show aaa servers")
        assert f"tls port {server.secure}" in shown and "last failure" not in shown
        changes.configure("no radius server AAA")
    finally:
        asks.close()
        changes.close()
        silent.close()
