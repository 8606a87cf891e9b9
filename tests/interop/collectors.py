# SPDX-License-Identifier: Apache-2.0
"""Collectors of log messages on loopback: rsyslogd, which tells what it made of each message, and certificates for it."""

import atexit
import contextlib
import datetime
import ipaddress
import json
import signal
import socket
import subprocess

import lab as laboratory

TLS = """\
global(defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="{base}/{authority}.pem"
  defaultNetstreamDriverCertFile="{base}/{certificate}.pem" defaultNetstreamDriverKeyFile="{base}/{certificate}.key")
"""
INPUT = {
    "udp": 'module(load="imudp")\ninput(type="imudp" address="127.0.0.1" port="{port}")\n',
    "tcp": 'module(load="imtcp")\ninput(type="imtcp" address="127.0.0.1" port="{port}")\n',
    "tls": 'module(load="imtcp" streamdriver.name="ossl" streamdriver.mode="1" streamdriver.authmode="anon")\n'
    'input(type="imtcp" address="127.0.0.1" port="{port}")\n',
    "x509/name": 'module(load="imtcp" streamdriver.name="ossl" streamdriver.mode="1" streamdriver.authmode="x509/name"'
    ' permittedpeer=["r1.example"])\ninput(type="imtcp" address="127.0.0.1" port="{port}")\n',
}


PROPERTIES = ("rawmsg", "msg", "hostname", "programname", "app-name", "procid", "msgid", "timereported",
              "structured-data", "syslogtag", "syslogfacility-text", "syslogseverity", "protocol-version")  # fmt: skip


class Rsyslog:
    """rsyslogd that listens by one transport; what it took apart is in messages(). By "x509/name" it speaks TLS with who
    shows a certificate of `authority` for r1.example."""

    def __init__(self, base, transport, certificate="good", enter=(), authority=None):
        self.transport, self.enter, self.port = transport, list(enter), laboratory.free_port()
        name = transport.replace("/", "-")
        self.output = base / f"{name}-{self.port}.json"
        self.conf = base / f"{name}-{self.port}.conf"
        self.pid = base / f"{name}-{self.port}.pid"
        properties = "".join(f' property(outname="{name}" name="{name}" format="jsonf")\n' for name in PROPERTIES)
        secure = transport in ("tls", "x509/name")
        tls = TLS.format(base=base, certificate=certificate, authority=authority or certificate) if secure else ""
        self.conf.write_text(
            f'global(workDirectory="{base}" maxMessageSize="8k")\n{tls}{INPUT[transport].format(port=self.port)}'
            f'template(name="all" type="list" option.jsonf="on") {{\n{properties} }}\n'
            f'action(type="omfile" file="{self.output}" template="all")\n'
        )
        self.child = None
        self.start()
        atexit.register(self.stop)

    def start(self):
        argv = ["/usr/sbin/rsyslogd", "-n", "-f", str(self.conf), "-i", str(self.pid)]
        self.child = subprocess.Popen(
            [*self.enter, *argv], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        assert laboratory.wait_for(self.listens, 10)

    def listens(self):
        kind = "-lun" if self.transport == "udp" else "-ltn"
        shown = subprocess.run([*self.enter, "ss", "-H", kind], capture_output=True, text=True, check=True).stdout
        return f"127.0.0.1:{self.port} " in shown

    def stop(self):
        """As an administrator does: what it has read is written."""
        if self.child:
            self.child.send_signal(signal.SIGTERM)
            self.child.wait()
        self.child = None

    def messages(self):
        with contextlib.suppress(FileNotFoundError):
            return [json.loads(line) for line in self.output.read_text().splitlines(True) if line.endswith("\n")]
        return []

    def wait(self, *texts, seconds=10):
        """The last message that holds all these texts."""

        def found():
            return [m for m in self.messages() if all(t in m["rawmsg"] for t in texts)]

        assert laboratory.wait_for(found, seconds), (texts, [m["rawmsg"] for m in self.messages()])
        return found()[-1]


def authority(base, name):
    """A certification authority: base/NAME.pem, and a function that issues base/WHO.pem and .key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    now = datetime.datetime.utcnow()
    day = datetime.timedelta(days=1)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    key = ec.generate_private_key(ec.SECP256R1())

    def sign(who, public, extension, until, since=now - 3 * day):
        builder = (
            x509.CertificateBuilder().subject_name(who).issuer_name(subject).public_key(public)
            .serial_number(x509.random_serial_number()).not_valid_before(since).not_valid_after(until)
            .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        )  # fmt: skip
        return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def issue(who, until=day, names=("log.example",), addresses=("127.0.0.1",), since=now - 3 * day):
        own = ec.generate_private_key(ec.SECP256R1())
        alternatives = [x509.DNSName(n) for n in names] + [x509.IPAddress(ipaddress.ip_address(a)) for a in addresses]
        called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, who)])
        cert = sign(called, own.public_key(), x509.SubjectAlternativeName(alternatives), now + until, since)
        (base / f"{who}.pem").write_bytes(cert)
        (base / f"{who}.key").write_bytes(
            own.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )

    (base / f"{name}.pem").write_bytes(sign(subject, key.public_key(), x509.BasicConstraints(True, None), now + day))
    return issue


PASSWORD = "p12-Vd7kQ2xT9"


def pkcs12(base, who, authority="ca", *options, key=None, password=PASSWORD, name=None):
    """base/NAME.p12, as people make it: the certificate of `who`, its key or another one, and its authority."""
    path = base / f"{name or who}.p12"
    above = ["-certfile", base / f"{authority}.pem"] if authority else []
    subprocess.run(
        ["openssl", "pkcs12", "-export", "-in", base / f"{who}.pem", "-inkey", base / f"{key or who}.key", *above,
         "-out", path, "-passout", f"pass:{password}", *options],
        check=True, capture_output=True,
    )  # fmt: skip
    return path


class Listener:
    """A collector that is none: a socket that accepts, and the test does with it what it wants."""

    def __init__(self, port=0, backlog=8):
        self.socket = socket.create_server(("127.0.0.1", port), backlog=backlog)
        self.socket.settimeout(15)
        self.port = self.socket.getsockname()[1]

    def accept(self):
        connection, _ = self.socket.accept()
        connection.settimeout(15)
        return connection

    def close(self):
        self.socket.close()
