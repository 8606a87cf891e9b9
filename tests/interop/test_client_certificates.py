# SPDX-License-Identifier: Apache-2.0
"""The device proves who it is to servers that want a certificate: FreeRADIUS, a TACACS+ server of TLS 1.3, rsyslogd.
What cannot be shown is said, and nothing goes without. Files that hold no identity leave what was there."""

import datetime
import re
import ssl
import subprocess

import pytest

import lab as laboratory
import radius
import tacacs
from collectors import PASSWORD, Rsyslog, authority, pkcs12

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
    return "".join(t.command(line) for line in ("configure terminal", *lines, "end"))


def bring(t, who, name="ME", password=PASSWORD):
    """Imports it, in the place of another one."""
    t.command("configure terminal")
    t.send(f"crypto pki import {name} pkcs12 flash:{who}.p12 password {password}\r")
    t.settle(wait=r"(\[yes/no\]: |#)$")
    shown = t.command("yes") if t.screen.last.endswith("[yes/no]: ") else t.screen.text
    t.command("end")
    return shown


def take_away(t, name="ME"):
    t.command("configure terminal")
    t.send(f"no crypto pki trustpoint {name}\r")
    t.settle(wait=r"(\[yes/no\]: |#)$")
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
        wrongs(terminal, certificates, "tacacs+", REFUSED)
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
