# SPDX-License-Identifier: Apache-2.0
"""Where questions by TLS leave: in the VRF of the group and nowhere else, from its source interface's address, by IPv4 and
by IPv6; TACACS+ and RADIUS alike."""

import os
import ssl
import sys

import pytest

import lab as laboratory

sys.path[:0] = [str(laboratory.ROOT / "tests/peers"), str(laboratory.ROOT / "tests/interop")]
import radius  # noqa: E402
import tacacs_server  # noqa: E402
from collectors import Listener, authority  # noqa: E402
from test_vrf import lend, server_inside, spaces  # noqa: E402, F401

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")

CONFIG = """\
aaa new-model
aaa authentication login default local
aaa authorization exec default local
logging tls-profile OFFICE
 ca-file flash:ca.pem
exit
vrf definition RED
 address-family ipv4
 exit-address-family
 address-family ipv6
exit
interface Loopback0
 ip address 192.0.2.77 255.255.255.255
exit
"""
PEOPLE = {"alice": tacacs_server.User("wonder", ["priv-lvl=15"])}


def group(protocol, name, port, address, source=""):
    """A server by TLS in a group of its own."""
    short = "tacacs" if protocol == "tacacs+" else protocol
    return f"""\
{short} server {name}
 address {"ipv6" if ":" in address else "ipv4"} {address}
 timeout 4
 tls port {port}
 tls trustpoint server OFFICE
exit
aaa group server {protocol} {name}
 server name {name}
 ip vrf forwarding RED
{f" ip {short} source-interface {source}" if source else ""}
exit
"""


@pytest.fixture
def certificates(tmp_path):
    authority(tmp_path, "ca")("good", addresses=["127.0.0.1", "::1"])
    return tmp_path


def test_by_tls(lab, spaces, certificates, tmp_path):  # noqa: F811
    red = spaces("tls")
    red.enter("ip", "address", "add", "192.0.2.77/32", "dev", "lo")
    by_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    by_tls.load_cert_chain(certificates / "good.pem", certificates / "good.key")
    of_radius = {"tls": (certificates, "good", "ca"), "prefix": red.argv()}
    with (
        server_inside(red, PEOPLE, tls=by_tls) as t4,
        server_inside(red, PEOPLE, tls=by_tls, address="::1") as t6,
        radius.FreeRadius(tmp_path / "r4", **of_radius) as r4,
        radius.FreeRadius(tmp_path / "r6", address="::1", **of_radius) as r6,
    ):
        outside = [Listener(port) for port in (t4.port, r4.secure)]
        config = CONFIG + "".join([
            group("tacacs+", "T4", t4.port, "127.0.0.1", "Loopback0"), group("tacacs+", "T6", t6.port, "::1"),
            group("radius", "R4", r4.secure, "127.0.0.1", "Loopback0"), group("radius", "R6", r6.secure, "::1"),
        ])  # fmt: skip
        device = lab.device()
        device.init(laboratory.CONFIG.replace("line vty", config + "line vty"))
        (device.folder / "flash/ca.pem").write_bytes((certificates / "ca.pem").read_bytes())
        lend(device, RED=red.name)
        device.run()
        terminal = device.terminal(size=(100, 200))
        for name in ("T4", "T6", "R4", "R6"):
            said = terminal.command(f"test aaa group {name} alice wonder new-code")
            assert "successfully" in said, (name, said, terminal.command("show logging"))
        assert (set(t4.peers), set(t6.peers)) == ({"192.0.2.77"}, {"::1"})
        assert laboratory.wait_for(lambda: "NAS-IP-Address = 192.0.2.77" in r4.log), r4.log[-3000:]
        assert laboratory.wait_for(lambda: "NAS-IPv6-Address = ::1" in r6.log), r6.log[-3000:]
        for other in outside:
            other.socket.setblocking(False)
            with pytest.raises(BlockingIOError):
                other.socket.accept()
            other.close()
