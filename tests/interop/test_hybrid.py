# SPDX-License-Identifier: Apache-2.0
"""The hybrid key exchanges with a whole device: gate has used them, a session computes, core checks the transcript and
signs. OpenSSH comes to one by itself; a client of our own does each of them."""

import re
import subprocess

import pytest

import lab
import wire


def test_openssh_comes_to_a_hybrid(shared_device):
    argv = [a for a in shared_device.ssh_argv("admin", "show privilege", options=["-v"]) if a != lab.QUICK_KEX]
    done = subprocess.run(
        argv, env=shared_device.ssh_env("admin"), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20
    )
    assert "level is 15" in done.stdout, done.stderr
    assert re.search(r"kex: algorithm: sntrup761x25519-sha512", done.stderr)


@pytest.mark.parametrize("kex", wire.HYBRIDS)
def test_witness(shared_device, kex):
    t = wire.HybridTransport(shared_device.port, kex)
    t.start_client(timeout=20)
    t.auth_password("guest", "guest")
    t.renegotiate_keys()
    channel = t.open_session()
    channel.exec_command("show privilege")
    assert b"level is 1\n" in channel.makefile("rb").read().replace(b"\r", b"")
    t.close()


@pytest.mark.parametrize("kex", ["sntrup761x25519-sha512", "mlkem768x25519-sha256"])
def test_bad_value_costs_the_connection_and_no_more(shared_device, kex):
    for value in (b"", b"\xff" * 1216, b"\xff" * 1190 + bytes(32), b"\xff" * 1158 + bytes(32)):
        client = wire.Plain(shared_device.port)
        client.send(wire.kexinit(kex))
        client.send(bytes([wire.ECDH_INIT]) + wire.string(value))
        assert client.ends()
        client.close()
    test_witness(shared_device, kex)
