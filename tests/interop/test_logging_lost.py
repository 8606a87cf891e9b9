# SPDX-License-Identifier: Apache-2.0
"""Collectors that go away, stall, talk or break off: what was logged meanwhile arrives once and in order by TCP and TLS,
what there was no room for is counted, and nobody but the log's courier notices."""

import contextlib
import itertools
import re
import socket
import struct
import time

import pytest

import lab as laboratory
from collectors import Listener, Rsyslog, authority
from test_logging import configure, device, terminal  # noqa: F401


MARKS = itertools.count()


def numbers(messages):
    """Every message of the device has the next number, where all are sent."""
    return [int(n) for m in messages for n in re.findall(r"^<\d+>(\d+): ", m["rawmsg"] if isinstance(m, dict) else m, re.M)]


def without_gap(found):
    return found == list(range(found[0], found[0] + len(found)))


def mark(terminal, times):
    """So many changes of the configuration, each with its message."""
    for _ in range(times):
        configure(terminal, f"ip host mark{next(MARKS)} 127.0.0.1")


@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_an_outage_loses_nothing(device, terminal, tmp_path, transport):
    authority(tmp_path, "ca")("good")
    (device.folder / "flash/lost-ca.pem").write_bytes((tmp_path / "ca.pem").read_bytes())
    server = Rsyslog(tmp_path, transport)
    tls = ["logging tls-profile LOST", "ca-file flash:lost-ca.pem", "exit"] if transport == "tls" else []
    how = f"{transport} profile LOST" if tls else transport
    configure(terminal, "logging trap debugging", *tls, f"logging host 127.0.0.1 transport {how} port {server.port}")
    server.wait("%SYS-5-CONFIG_I")
    for user in ("first", "second"):
        server.stop()
        mark(terminal, 10)
        device.ssh("show privilege", user=user, password="wrong")
        server.start()
        server.wait(user, seconds=45)
    found = numbers(server.messages())
    assert len(found) > 24 and without_gap(found), found
    server.wait("%SYS-3-LOGGINGHOST_FAIL: ")
    server.wait("started - reconnection")
    shown = terminal.command("show logging")
    assert " 0 message lines dropped" in shown and "link up" in shown
    server.stop()


def read_all(connection, *, until):
    got = b""
    while until not in got:
        piece = connection.recv(65536)
        assert piece, got
        got += piece
    return got.decode()


def read_some(connection, seconds=1.0):
    """What comes within this time, as text."""
    got, end = b"", time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        connection.settimeout(left)
        try:
            piece = connection.recv(65536)
        except TimeoutError:
            break
        if not piece:
            break
        got += piece
    return got.decode()


def test_hostile_collector(device, terminal):
    """Bytes, an end, a reset, too much talk: the next connection has every message that was not acknowledged."""
    server = Listener()
    configure(terminal, "logging trap debugging", f"logging host 127.0.0.1 transport tcp port {server.port}")
    first = server.accept()
    first.sendall(b"\x00\xff<0>1 - - - - - -\r\n" * 100)
    seen = read_all(first, until=b"started - CLI initiated\n")
    couriers = device.role("courier")
    assert len(couriers) == 1
    mark(terminal, 2)
    seen += read_some(first)
    first.close()  # an orderly end
    second = server.accept()
    mark(terminal, 1)
    seen += read_some(second)
    second.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    second.close()  # a reset
    third = server.accept()
    seen += read_some(third)
    third.sendall(b"x" * 200000)  # more than a collector may say
    fourth = server.accept()
    mark(terminal, 2)
    seen += read_some(fourth)
    found = numbers([seen])
    assert len(found) > 6 and without_gap(found), seen
    assert device.role("courier") == couriers
    assert device.ssh("show privilege").returncode == 0
    for connection in (third, fourth):
        connection.close()
    server.close()


def test_stalled_collector_blocks_nobody(device, terminal):
    """It accepts and reads nothing: what its window does not take waits, and everything else goes on."""
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    server.bind(("127.0.0.1", 0))
    server.listen()
    configure(terminal, "logging trap debugging", f"logging host 127.0.0.1 transport tcp port {server.getsockname()[1]}")
    connection, _ = server.accept()
    mark(terminal, 30)
    shown = terminal.command("show logging")
    assert int(re.search(r"(\d+) message lines waiting", shown).group(1)) > 0, shown
    assert "link up" in shown and " 0 message lines dropped" in shown
    assert device.ssh("show privilege").returncode == 0
    connection.close()
    server.close()


def test_tls_garbage(device, terminal, tmp_path):
    authority(tmp_path, "ca")("good")
    (device.folder / "flash/lost-ca.pem").write_bytes((tmp_path / "ca.pem").read_bytes())
    server = Listener()
    configure(
        terminal, "logging tls-profile LOST", "ca-file flash:lost-ca.pem", "exit",
        f"logging host 127.0.0.1 transport tls profile LOST port {server.port}",
    )  # fmt: skip
    for said in (b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x16\x03\x03\xff\xff" + bytes(70000), b"\x16\x03\x03\x00\x04\x02\x00\xff\xff", b"\x15\x03\x03\x00\x02\x02\x28"):
        connection = server.accept()
        assert connection.recv(1)[0] == 22  # a ClientHello, and no message in the clear
        connection.sendall(said)
        rest = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := connection.recv(65536):
                rest += piece
        assert b"LOGGINGHOST" not in rest
        connection.close()
    shown = terminal.command("show logging")
    assert "link down" in shown and re.search(r"TLS: ", shown), shown
    server.close()
