# SPDX-License-Identifier: Apache-2.0
"""The device proves who it is to servers that want a certificate: FreeRADIUS, a TACACS+ server of TLS 1.3, rsyslogd.
What cannot be shown is said, and nothing goes without. Files that hold no identity leave what was there."""

import contextlib
import datetime
import re
import select
import ssl
import subprocess
import threading

import pytest

import lab as laboratory
import radius
import tacacs
from collectors import PASSWORD, Listener, Rsyslog, authority, pkcs12
from test_radsec import Impostor, context

pytestmark = pytest.mark.usefixtures("vacant")

CONFIG = laboratory.CONFIG.replace(
    "line vty",
    "aaa new-model\naaa authentication login default local\naaa authorization exec default local\n"
    "logging tls-profile OFFICE\n ca-file flash:ca.pem\n client-id-trustpoint ME\n exit\nline vty",
)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    base = tmp_path_factory.mktemp("client")
    issue = authority(base, "ca")
    issue("good")
    issue("device", names=["r1.example"])
    issue("second", names=["r2.example"])
    issue("old", until=-datetime.timedelta(hours=1))
    authority(base, "other")("stranger", names=["r1.example"])
    for who, above in (("device", "ca"), ("second", "ca"), ("old", "ca"), ("stranger", "other")):
        pkcs12(base, who, above)
    return base


@pytest.fixture(scope="module")
def device(module_lab, certificates):
    made = module_lab.booted(CONFIG)
    for path in (*certificates.glob("*.p12"), certificates / "ca.pem"):
        (made.folder / "flash" / path.name).write_bytes(path.read_bytes())
    return made


@pytest.fixture
def terminal(device):
    made = device.terminal()
    made.command("terminal length 0")
    yield made
    made.close()


def configure(t, *lines):
    """What it answered, all together."""
    return "".join(t.configure(*lines))


ASKS = {"wait": r"(\[yes/no\]: |#)$"}


def bring(t, who, name="ME", password=PASSWORD):
    """Imports it, in the place of another one; what was said."""
    t.command("configure terminal")
    shown = t.command(f"crypto pki import {name} pkcs12 flash:{who}.p12 password {password}", **ASKS)
    if t.screen.last.endswith("[yes/no]: "):
        shown = t.command("yes")
    t.command("end")
    return shown


def take_away(t, name="ME"):
    t.command("configure terminal")
    t.command(f"no crypto pki trustpoint {name}", **ASKS)
    if t.screen.last.endswith("[yes/no]: "):
        t.command("yes")
    t.command("end")


def asked(t, group):
    """What came of a question to that group, and why its server could not be asked."""
    said = t.command(f"test aaa group {group} alice wonder new-code")
    why = re.search(r"[Ll]ast failure: (.*)", t.command("show aaa servers" if group == "radius" else "show tacacs"))
    return "successfully" in said, why.group(1).strip() if why else ""


def wrongs(t, certificates, group, refused):
    """Everything that must not get through, and the way back."""
    take_away(t)
    assert asked(t, group) == (False, "trustpoint ME has no certificate: crypto pki import brings one")
    bring(t, "stranger")
    done, why = asked(t, group)
    assert not done and why.startswith(refused) or re.match(refused, why), why
    bring(t, "old")
    assert asked(t, group) == (False, "the certificate of trustpoint ME has expired: import another")
    bring(t, "device")
    assert asked(t, group)[0]


REFUSED = "it refuses this device's certificate: .*(unknown ca|bad certificate|certificate unknown)"


UNSAID = "the server closed the connection behind the handshake: does it want another certificate of this device?"  # it sends no alert


def test_radsec(terminal, certificates, tmp_path):
    """FreeRADIUS, which wants one unless told otherwise."""
    with radius.FreeRadius(tmp_path / "raddb", tls=(certificates, "good", "ca"), client_certificate=True) as server:
        entry = ["radius server AAA", "address ipv4 127.0.0.1", "timeout 2", f"tls port {server.secure}", "tls trustpoint server OFFICE"]
        bring(terminal, "device")
        configure(terminal, *entry)
        assert asked(terminal, "radius") == (False, UNSAID)
        assert laboratory.wait_for(lambda: "did not return a certificate" in server.log, 10)
        configure(terminal, "radius server AAA", "tls trustpoint client ME")
        assert asked(terminal, "radius")[0]
        assert "TLS-Client-Cert-Common-Name := \"device\"" in server.log, server.log[-3000:]
        shown = terminal.command("show aaa servers")
        assert "trustpoint OFFICE, client trustpoint ME" in shown
        assert "successfully" in bring(terminal, "second")
        assert asked(terminal, "radius")[0] and "TLS-Client-Cert-Common-Name := \"second\"" in server.log
        wrongs(terminal, certificates, "radius", UNSAID)
        logged = terminal.command("show logging | include RADIUS-4|PKI")
        assert re.search(r"RADIUS_DEAD: .* is not responding: trustpoint ME has no certificate", logged)
        assert "%PKI-6-PKCS12_IMPORT_SUCCESS" in logged
        configure(terminal, "no radius server AAA")


def test_tacacs(terminal, certificates):
    """Python's own TLS, which wants a certificate and says whose it was."""
    wants = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    wants.load_cert_chain(certificates / "good.pem", certificates / "good.key")
    wants.load_verify_locations(certificates / "ca.pem")
    wants.verify_mode, wants.minimum_version = ssl.CERT_REQUIRED, ssl.TLSVersion.TLSv1_3
    bring(terminal, "device")
    with tacacs.Server(tacacs.people(), tls=wants) as server:
        configure(
            terminal, "tacacs server ACS", "address ipv4 127.0.0.1", "timeout 2", f"tls port {server.port}",
            "tls trustpoint server OFFICE", "tls trustpoint client ME",
        )  # fmt: skip
        assert asked(terminal, "tacacs+")[0]
        assert "Client trustpoint: ME" in terminal.command("show tacacs")
        configure(terminal, "aaa accounting commands 15 default start-stop group tacacs+")
        bring(terminal, "device")
        configure(terminal, "no aaa accounting commands 15 default")

        def told():
            return [record[4]["cmd"] for record in server.records if "pkcs12" in record[4].get("cmd", "")]

        assert laboratory.wait_for(told, 10), server.records
        assert set(told()) == {"crypto pki import ME pkcs12 flash:device.p12 password ***** <cr>"}
        configure(terminal, "tacacs-server deadtime 10")
        wrongs(terminal, certificates, "tacacs+", REFUSED)
        configure(terminal, "no tacacs-server deadtime")
        configure(terminal, "tacacs server ACS", "no tls trustpoint client")
        assert "certificate required" in asked(terminal, "tacacs+")[1]
        configure(terminal, "no tacacs server ACS")


def test_syslog(terminal, certificates):
    """rsyslogd takes lines from r1.example alone; what was refused waits, and arrives with the right certificate."""
    server = Rsyslog(certificates, "x509/name", "good", authority="ca")
    bring(terminal, "stranger")
    configure(terminal, "no logging console", f"logging host 127.0.0.1 transport tls profile OFFICE port {server.port}")

    def link(words):
        return laboratory.wait_for(lambda: words in terminal.command("show logging"), 10) or terminal.command("show logging")

    assert link("it refuses this device's certificate: ") is True
    configure(terminal, "ip host waits 127.0.0.1")
    bring(terminal, "device")
    assert link("link up") is True
    assert server.wait("PKCS12_IMPORT_SUCCESS", seconds=15)
    assert [m for m in server.messages() if "STARTSTOP" in m["rawmsg"] and "CLI initiated" in m["rawmsg"]], "nothing was lost"
    take_away(terminal)
    assert link("trustpoint ME has no certificate: crypto pki import brings one") is True
    bring(terminal, "device")
    assert link("link up") is True
    configure(terminal, "no logging host 127.0.0.1")
    server.stop()


class Hesitant(Listener):
    """A collector of TLS 1.3 that looks at what it is shown a while after it came."""

    def __init__(self, tls):
        super().__init__()
        self.tls, self.refused = tls, False
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        with contextlib.suppress(OSError):
            connection = self.accept()
            heard, says = ssl.MemoryBIO(), ssl.MemoryBIO()
            end = self.tls.wrap_bio(heard, says, server_side=True)
            with contextlib.suppress(ssl.SSLWantReadError):
                heard.write(connection.recv(65536))
                end.do_handshake()
            connection.sendall(says.read())
            heard.write(connection.recv(65536))
            if select.select([connection], [], [], 0.4)[0]:
                heard.write(connection.recv(65536))
            try:
                end.do_handshake()
            except ssl.SSLError:
                self.refused = True
            connection.sendall(says.read())
            connection.close()


def test_refused_late(terminal, certificates):
    """What it would have taken meanwhile is not lost: it got nothing."""
    wants = context(certificates, "good", ssl.TLSVersion.TLSv1_3)
    wants.load_verify_locations(certificates / "ca.pem")
    wants.verify_mode = ssl.CERT_REQUIRED
    collector = Hesitant(wants)
    bring(terminal, "stranger")
    configure(terminal, "no logging console", f"logging host 127.0.0.1 transport tls profile OFFICE port {collector.port}")
    assert laboratory.wait_for(lambda: collector.refused, 10)
    refusal = "it refuses this device's certificate: "
    shown = laboratory.wait_for(lambda: next(iter(s for s in [terminal.command("show logging")] if refusal in s), ""), 10)
    assert re.search(rf"127.0.0.1 \(tls port {collector.port}.*\n.*refuses this device.*\n +0 message lines logged,\n +[1-9]", shown), shown
    configure(terminal, "no logging host 127.0.0.1")
    collector.close()


# --- files that are no identity ---


def files(base):
    """{name: what is said of it}"""
    whole = (base / "device.p12").read_bytes()
    (base / "cut.p12").write_bytes(whole[:-9])
    (base / "more.p12").write_bytes(whole + b"\0")
    (base / "large.p12").write_bytes(whole + bytes(50000))
    (base / "empty.p12").write_bytes(b"")
    (base / "changed.p12").write_bytes(whole[:-200] + bytes([whole[-200] ^ 1]) + whole[-199:])
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:1024", "-nodes", "-subj", "/CN=weak", "-keyout", base / "weak.key",
                    "-out", base / "weak.pem"], check=True, capture_output=True)  # fmt: skip
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp256k1", "-nodes", "-subj", "/CN=odd",
                    "-keyout", base / "odd.key", "-out", base / "odd.pem"], check=True, capture_output=True)  # fmt: skip
    pkcs12(base, "weak", None)
    pkcs12(base, "odd", None)
    pkcs12(base, "device", "ca", "-legacy", name="legacy")
    pkcs12(base, "device", "ca", "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", name="des")
    pkcs12(base, "device", "ca", "-keypbe", "des-ede3-cbc", "-certpbe", "AES-256-CBC", name="halfdes")
    pkcs12(base, "device", "ca", "-iter", "3000000", name="slow")
    pkcs12(base, "device", "ca", "-nomac", name="nomac")
    pkcs12(base, "device", "ca", "-nokeys", name="nokeys")
    return {
        "cut": "it is no PKCS#12 file, or not one alone and whole",
        "more": "it is no PKCS#12 file, or not one alone and whole",
        "large": "flash0:/large.p12 is larger than 49152 bytes",
        "empty": "%Error reading flash0:/empty.p12",
        "changed": "the password is another one, or the file is damaged|it is no PKCS#12|malformed",
        "weak": "its key is not taken: RSA of 2048",
        "odd": "its key is not taken: RSA of 2048",
        "legacy": "it is encrypted by pbeWithSHA1And40BitRC2-CBC, which is not taken: export it with AES",
        "des": "it is encrypted by pbeWithSHA1And3-KeyTripleDES-CBC, which is not taken",
        "halfdes": "it is encrypted by des-ede3-cbc, which is not taken",
        "slow": "it wants more than 1000000 rounds",
        "nomac": r"nothing in it tells whether it was changed \(no MAC\)",
        "nokeys": "there is no private key in it",
    }


def test_no_identity(device, terminal, certificates):
    assert "successfully" in bring(terminal, "device", "KEPT")
    before = terminal.command("show crypto pki certificates KEPT")
    for name, why in files(certificates).items():
        (device.folder / f"flash/{name}.p12").write_bytes((certificates / f"{name}.p12").read_bytes())
        assert re.search(why, bring(terminal, name, "KEPT")), name
        assert terminal.command("show crypto pki certificates KEPT") == before, name
    assert "the password is another one" in bring(terminal, "device", "KEPT", "wrong")
    assert "Error opening flash0:/none.p12" in bring(terminal, "none", "KEPT")
    logged = terminal.command("show logging | include PKI")
    assert "%PKI-3-PKCS12_IMPORT_FAILURE: PKCS #12 import failed for trustpoint: KEPT. Reason: the password is another one" in logged
    take_away(terminal, "KEPT")


# --- keys and ways to an authority ---

KINDS = {
    "rsa": ["rsa:2048"],
    "p256": ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
    "p384": ["ec", "-pkeyopt", "ec_paramgen_curve:secp384r1"],
    "ed25519": ["ed25519"],
}


def openssl(*argv):
    subprocess.run(["openssl", *map(str, argv)], check=True, capture_output=True)


@pytest.fixture(scope="module")
def chains(device, tmp_path_factory):
    """root vouches for middle, middle for one of each kind; files name the authorities in any order, and a stranger."""
    base = tmp_path_factory.mktemp("chains")
    (base / "middle.ext").write_text("basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n")
    (base / "leaf.ext").write_text("keyUsage=digitalSignature\nextendedKeyUsage=clientAuth\n")
    (base / "server.ext").write_text("extendedKeyUsage=serverAuth\n")
    new = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    for name in ("root", "foreign"):
        openssl(*new, "-x509", "-days", 2, "-subj", f"/CN={name}", "-keyout", base / f"{name}.key", "-out", base / f"{name}.pem")

    def sign(who, by, kind, extensions, days=2):
        openssl("req", "-newkey", *KINDS[kind], "-nodes", "-subj", f"/C=DE/O=Office/CN={who}", "-keyout", base / f"{who}.key", "-out", base / "csr")
        openssl("x509", "-req", "-in", base / "csr", "-CA", base / f"{by}.pem", "-CAkey", base / f"{by}.key", "-days", days,
                "-extfile", base / f"{extensions}.ext", "-out", base / f"{who}.pem")  # fmt: skip

    sign("middle", "root", "p256", "middle")
    above = b"".join((base / f"{name}.pem").read_bytes() for name in ("root", "foreign", "middle"))
    (base / "above.pem").write_bytes(above)
    for who, kind, extensions in (*((kind, kind, "leaf") for kind in KINDS), ("server", "p256", "server")):
        sign(who, "middle", kind, extensions)
        (device.folder / f"flash/{who}.p12").write_bytes(pkcs12(base, who, "above").read_bytes())
    return base


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_each_kind_of_key(terminal, certificates, chains, kind, version):
    """A server that knows the root alone gets the whole way there, in its order; nothing else of the file is shown."""
    assert "1 certificate of the file left out" in bring(terminal, kind)
    wants = context(certificates, "good", version, version)
    wants.load_verify_locations(chains / "root.pem")
    wants.verify_mode = ssl.CERT_REQUIRED
    server = Impostor(wants, bytes([2, 0, 0, 20]) + bytes(16))  # a reply to somebody else
    configure(
        terminal, "radius server AAA", "address ipv4 127.0.0.1", "timeout 2", f"tls port {server.port}",
        "tls trustpoint server OFFICE", "tls trustpoint client ME",
    )  # fmt: skip
    asked(terminal, "radius")
    configure(terminal, "no radius server AAA")
    server.close()
    assert server.told[:1] == b"\1" and b"alice" in server.told
    shown = terminal.command("show crypto pki certificates ME")
    names = re.findall(r"Subject:\n((?:    \S.*\n)+)", shown)
    assert [" ".join(name.split()) for name in names] == [f"cn={kind} o=Office c=DE", "cn=middle o=Office c=DE", "cn=root"]
    assert shown.count("CA Certificate\n") == 2 and "Certificate Usage: Signature" in shown


def test_not_for_clients(terminal, certificates, chains):
    assert "% Warning: the certificate is not for clients of TLS" in bring(terminal, "server")
    bring(terminal, "device")


def test_a_certificate_of_tomorrow(device, terminal, certificates):
    now = datetime.datetime.utcnow()
    authority(certificates, "ca2")("early", since=now + datetime.timedelta(hours=1))
    (device.folder / "flash/early.p12").write_bytes(pkcs12(certificates, "early", "ca2").read_bytes())
    assert "successfully" in bring(terminal, "early")
    configure(terminal, "tacacs server ACS", "address ipv4 127.0.0.1", "tls trustpoint server OFFICE", "tls trustpoint client ME")
    assert asked(terminal, "tacacs+") == (False, "the certificate of trustpoint ME is not valid yet: check the clock")
    configure(terminal, "no tacacs server ACS")
    assert "Status: Not yet valid" in terminal.command("show crypto pki certificates ME")
    bring(terminal, "old")
    assert "Status: Expired" in terminal.command("show crypto pki certificates ME")


def test_no_way_to_the_file(device, terminal):
    """It lies where no file system of the device reaches."""
    bring(terminal, "device")
    assert (device.folder / "keys/identity-ME").is_file()
    for line in ("dir /all flash:", "dir /all nvram:", "show running-config"):
        assert "identity-ME" not in terminal.command(line)
    for path in ("flash:../keys/identity-ME", "nvram:identity-ME", "nvram:../keys/identity-ME"):
        assert re.search("%Error opening|Invalid", terminal.command(f"more {path}")), path
    configure(terminal, "ip scp server enable")
    client = device.paramiko()
    files = client.open_sftp()
    for path in ("../keys/identity-ME", "/keys/identity-ME", "flash:/../keys/identity-ME", "nvram:/../../keys/identity-ME"):
        with pytest.raises(OSError):
            files.open(path).read()
    for folder in ("/", "flash:", "nvram:"):
        with contextlib.suppress(OSError):
            assert not [name for name in files.listdir(folder) if "identity" in name]
    client.close()
    configure(terminal, "no ip scp server enable")
