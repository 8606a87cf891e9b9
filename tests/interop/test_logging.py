# SPDX-License-Identifier: Apache-2.0
"""Messages of the log reach collectors: rsyslogd takes them apart as they were meant, by UDP, TCP and TLS, in each
layout, once and in order also when it was away; it is believed only with the right certificate."""

import datetime
import re

import paramiko
import pytest

import lab as laboratory
from collectors import Rsyslog, authority


@pytest.fixture(scope="module")
def device(module_lab):
    return module_lab.booted()


@pytest.fixture
def terminal(device):
    """Of an administrator; what a test configured is gone behind it."""
    made = device.terminal()
    made.command("terminal length 0")
    configure(made, "logging facility local7", "no logging console")
    yield made
    lines = [line for line in made.command("show running-config | include ^logging").splitlines() if line.startswith("logging")]
    configure(made, *(f"no {line.strip()}" for line in lines))
    device.hang_up()


def configure(terminal, *lines):
    for shown in terminal.configure(*lines):
        assert "%" not in shown.replace("%SYS", ""), shown


def check_ios(message):
    assert re.fullmatch(
        r"<189>\d+: \*?\w{3} [ \d]\d [\d:]{8}\.\d{3}: %SYS-5-CONFIG_I: Configured from console by admin.*", message["rawmsg"]
    ), message["rawmsg"]
    assert (message["syslogfacility-text"], message["syslogseverity"]) == ("local7", "5")


def check_rfc3164(message):
    stamp = re.match(r"<189>(\w{3} [ \d]\d [\d:]{8}) R1 %SYS-5-CONFIG_I: Configured", message["rawmsg"])
    assert stamp and message["timereported"] == stamp.group(1), message
    assert (message["hostname"], message["syslogtag"]) == ("R1", "%SYS-5-CONFIG_I:")
    assert message["msg"].startswith(" Configured from console by admin on vty")
    assert (message["syslogfacility-text"], message["syslogseverity"]) == ("local7", "5")


def check_rfc5424(message):
    assert message["rawmsg"].startswith("<189>1 "), message["rawmsg"]
    assert (message["protocol-version"], message["hostname"], message["app-name"]) == ("1", "R1", "SYS")
    assert (message["procid"], message["msgid"]) == ("-", "CONFIG_I")
    assert re.fullmatch(
        r'\[meta sequenceId="\d+"\]\[timeQuality tzKnown="1" isSynced="[01]"\]', message["structured-data"]
    ), message["structured-data"]
    assert message["msg"].startswith("%SYS-5-CONFIG_I: Configured from console by admin on vty")
    sent = datetime.datetime.fromisoformat(message["rawmsg"].split(" ")[1].replace("Z", "+00:00"))
    assert abs((datetime.datetime.now(datetime.timezone.utc) - sent).total_seconds()) < 60


LAYOUTS = {"": check_ios, "rfc3164": check_rfc3164, "rfc5424": check_rfc5424}


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_each_layout_is_understood(terminal, tmp_path, transport):
    server = Rsyslog(tmp_path, transport)
    for layout, check in LAYOUTS.items():
        lines = [f"logging trap syslog-format {layout}"] if layout else []
        configure(terminal, *lines, f"logging host 127.0.0.1 transport {transport} port {server.port}")
        started = server.wait(f"%SYS-6-LOGGINGHOST_STARTSTOP: Logging to host 127.0.0.1 port {server.port} started - CLI initiated")
        assert started["syslogseverity"] == "6"
        check(server.wait("%SYS-5-CONFIG_I: "))
        configure(terminal, "no logging host 127.0.0.1")
        server.output.unlink()
        server.stop()
        server.start()
    server.stop()


# --- who a collector is ---


@pytest.fixture(scope="module")
def certificates(device, tmp_path_factory):
    base = tmp_path_factory.mktemp("certificates")
    issue = authority(base, "ca")
    issue("good")
    issue("named", names=("other.example",), addresses=())
    issue("expired", until=datetime.timedelta(days=-1))
    authority(base, "wrong-ca")("wrong")
    for name in ("ca", "wrong-ca"):
        (device.folder / f"flash/{name}.pem").write_bytes((base / f"{name}.pem").read_bytes())
    return base


PROFILE = ["logging tls-profile OFFICE", "ca-file flash:ca.pem", "exit"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_tls(terminal, certificates, layout):
    server = Rsyslog(certificates, "tls", "good")
    lines = [f"logging trap syslog-format {layout}"] if layout else []
    configure(terminal, *PROFILE, *lines, f"logging host 127.0.0.1 transport tls profile OFFICE port {server.port}")
    LAYOUTS[layout](server.wait("%SYS-5-CONFIG_I: "))
    assert f"(tls port {server.port}, audit disabled, link up)" in terminal.command("show logging")
    server.stop()


@pytest.mark.parametrize(
    ("certificate", "host", "reason"),
    [
        ("wrong", "127.0.0.1", "unable to get local issuer certificate|self.signed"),
        ("expired", "127.0.0.1", "certificate has expired"),
        ("named", "127.0.0.1", "IP address mismatch"),
        ("named", "log.example", "hostname mismatch"),
    ],
)
def test_wrong_certificate(terminal, certificates, certificate, host, reason):
    server = Rsyslog(certificates, "tls", certificate)
    configure(
        terminal, "ip host log.example 127.0.0.1", *PROFILE,
        f"logging host {host} transport tls profile OFFICE port {server.port}",
    )  # fmt: skip
    assert laboratory.wait_for(
        lambda: re.search(f"its certificate is refused: .*({reason})", terminal.command("show logging")), 10
    ), terminal.command("show logging")
    assert re.search(r"%SYS-3-LOGGINGHOST_FAIL: Logging to host \S+ port \d+ failed: its certificate", terminal.command("show logging"))
    server.stop()
    assert server.messages() == []


def test_right_name(terminal, certificates):
    server = Rsyslog(certificates, "tls", "good")
    configure(
        terminal, "ip host log.example 127.0.0.1", *PROFILE,
        f"logging host log.example transport tls profile OFFICE port {server.port}",
    )  # fmt: skip
    server.wait("Logging to host log.example port")
    server.stop()


def test_nobody_is_trusted_without_authorities(terminal, certificates):
    """No profile: the host's store, which does not know ours; a profile that is missing or whose file is: nobody."""
    server = Rsyslog(certificates, "tls", "good")
    for lines, words, reason in (
        ([], "", "its certificate is refused: unable to get local issuer certificate"),
        ([], "profile NONE", "tls-profile NONE is not there or has no ca-file"),
        (["logging tls-profile GONE", "ca-file flash:gone.pem", "exit"], "profile GONE", "flash:gone.pem cannot be read"),
        (["logging tls-profile TEXT", "ca-file nvram:startup-config", "exit"], "profile TEXT", "no certificate in the file"),
    ):
        configure(terminal, *lines, f"logging host 127.0.0.1 transport tls {words} port {server.port}")
        assert laboratory.wait_for(lambda: reason in terminal.command("show logging"), 10), (reason, terminal.command("show logging"))
    server.stop()
    assert server.messages() == []


# --- what stands in messages ---


def test_numbers_and_origin(terminal, tmp_path):
    server = Rsyslog(tmp_path, "udp")
    host = f"logging host 127.0.0.1 transport udp port {server.port}"
    configure(terminal, "service sequence-numbers", "logging facility auth", "logging origin-id string R-7", host)
    assert re.match(r"<37>(\d+): R-7: 0*\1: \*?\w{3} ", server.wait("CONFIG_I")["rawmsg"])
    for kind, name in (("ip", "127.0.0.1"), ("hostname", "R1")):
        configure(terminal, f"logging origin-id {kind}")
        server.wait(f": {name}: ", "CONFIG_I")
    configure(terminal, "no service sequence-numbers")
    server.stop()


def test_strangers_forge_nothing(device, terminal, tmp_path):
    """A user's name stays in its message."""
    configure(terminal, "login on-failure log", "logging trap syslog-format rfc5424")
    server = Rsyslog(tmp_path, "tcp")
    configure(terminal, f"logging host 127.0.0.1 transport tcp port {server.port}")
    with pytest.raises(paramiko.AuthenticationException):
        device.paramiko(user='x\n<0>1 - evil - - - [a b="c"] x', password="wrong")
    message = server.wait("LOGIN_FAILED", "evil")
    assert (message["app-name"], message["hostname"]) == ("SEC_LOGIN", "R1")
    assert "127.0.0.1" in message["msg"] and "\n" not in message["rawmsg"]
    assert not [m for m in server.messages() if m["syslogseverity"] == "0" or "evil" in m["hostname"]]
    configure(terminal, "no login on-failure log")
    server.stop()


def test_rate_limit(terminal, tmp_path):
    server = Rsyslog(tmp_path, "udp")
    configure(terminal, f"logging host 127.0.0.1 transport udp port {server.port}", "logging rate-limit 1 except errors")
    terminal.send("".join(f"configure terminal\rip host rate{n} 127.0.0.1\rend\r" for n in range(20)))
    terminal.settle()
    shown = terminal.command("show logging | include rate-limited")
    assert int(re.search(r"(\d+) messages rate-limited", shown).group(1)) > 5, shown
    server.stop()


def test_old_form_and_trap(terminal):
    configure(terminal, "logging 127.0.0.9", "logging trap errors")
    assert "Logging to 127.0.0.9 (udp port 514, audit disabled, link" in terminal.command("show logging")
    assert "logging host 127.0.0.9" in terminal.command("show running-config | include ^logging")
    configure(terminal, "no logging on")
    assert "Trap logging: disabled" in terminal.command("show logging")
    configure(terminal, "logging on", "default logging trap")
