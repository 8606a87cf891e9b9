# SPDX-License-Identifier: Apache-2.0
"""Where messages for collectors leave: in the VRF of the collector and nowhere else, from the source interface's
address and no other."""

import os
import pathlib
import socket
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "interop"))
import lab as laboratory  # noqa: E402
from collectors import Listener, Rsyslog  # noqa: E402
from test_vrf import booted, spaces  # noqa: E402, F401

root = pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")


@root
def test_vrf(lab, spaces, tmp_path):  # noqa: F811
    red = spaces("red")
    device = booted(lab, RED=red.name)
    terminal = device.terminal(size=(200, 200))
    for transport in ("udp", "tcp"):
        inside = Rsyslog(tmp_path, transport, enter=red.argv())
        with socket.socket(type=socket.SOCK_DGRAM) as outside, Listener(inside.port).socket as other:
            outside.bind(("127.0.0.1", inside.port))
            host = f"logging host 127.0.0.1 vrf RED transport {transport} port {inside.port}"
            terminal.configure("vrf definition RED", "exit", host)
            inside.wait("%SYS-5-CONFIG_I")
            for quiet in (outside, other):
                quiet.setblocking(False)
            with pytest.raises(BlockingIOError):
                outside.recv(1)
            with pytest.raises(BlockingIOError):
                other.accept()
        assert f"Logging to 127.0.0.1 vrf RED ({transport} port {inside.port}" in terminal.command("show logging")
        terminal.configure("no logging host 127.0.0.1 vrf RED")
        inside.stop()
    terminal.configure("logging host 127.0.0.1 vrf BLUE")
    assert "no network namespace was lent for vrf BLUE" in terminal.command("show logging")


def test_source_interface(lab):
    device = lab.booted()
    terminal = device.terminal(size=(200, 200))
    server = Listener()
    host = f"logging host 127.0.0.1 transport tcp port {server.port}"
    terminal.configure("logging source-interface Loopback0", host)

    def says(text):
        assert laboratory.wait_for(lambda: text in terminal.command("show logging"), 10), terminal.command("show logging")

    says("Loopback0 has no address")
    terminal.configure("interface Loopback0", "ip address 192.0.2.1 255.255.255.255")
    says("from 192.0.2.1 of Loopback0: Cannot assign requested address")
    terminal.configure("interface Loopback0", "ip address 127.0.0.5 255.255.255.255", "exit", "logging origin-id ip")
    connection, (address, _) = server.socket.accept()
    assert address == "127.0.0.5"
    got = b""
    while b": 127.0.0.5: " not in got:
        got += connection.recv(65536)
    connection.close()
    server.close()
