# SPDX-License-Identifier: Apache-2.0
"""Messages of the log reach collectors: rsyslogd takes them apart as they were meant, by UDP, TCP and TLS, in each
layout, once and in order also when it was away; it is believed only with the right certificate."""

import datetime
import re

import pytest

import lab as laboratory
from collectors import Rsyslog


@pytest.fixture(scope="module")
def device(module_lab):
    return module_lab.booted()


@pytest.fixture
def terminal(device):
    """Of an administrator; what a test configured is gone behind it."""
    made = device.terminal()
    configure(made, "logging facility local7", "no logging console")
    yield made
    lines = [line for line in made.command("show running-config | include ^logging").splitlines() if line.startswith("logging")]
    configure(made, *(f"no {line.strip()}" for line in lines))
    device.hang_up()


def configure(terminal, *lines):
    for line in ("configure terminal", *lines, "end"):
        shown = terminal.command(line)
        assert "%" not in shown.replace("%SYS", ""), (line, shown)


def say(terminal, text):
    """Somebody leaves a mark in the log."""
    configure(terminal, f"banner motd #{text}#")


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
