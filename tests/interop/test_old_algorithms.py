# SPDX-License-Identifier: Apache-2.0
"""What is off by default and configured is reached by the clients that know it, each by its own means; and signatures
of users' keys are taken as `ip ssh server algorithm publickey` says."""

import re
import subprocess

import asyncssh
import paramiko
import pytest

import keys
import lab as laboratory
import rows
import test_asyncssh as asyncssh_peer
import test_dropbear as dropbear_peer
import test_libssh2 as libssh2_peer
import test_plink as plink_peer
import wire

LEVEL = "Current privilege level is 15\n"
ONLY_KEY = ["-o", "PreferredAuthentications=publickey"]
CBC = ["aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc"]
OLD_MACS = ["hmac-sha1", "hmac-sha1-96", "hmac-md5", "hmac-md5-96"]


def settled(made, tmp, extra):
    """A device with a user's RSA and Ed25519 key and what `extra` says."""
    files = keys.openssh_pair(tmp)
    device = made.booted(keys.config("admin", *(keys.public(f) for f in files.values())).replace("end\n", extra + "end\n"))
    device.keys = files
    return device


@pytest.fixture(scope="module")
def old(build, request, tmp_path_factory):
    """It offers everything."""
    made = laboratory.Lab()
    request.node.lab = made
    yield settled(made, tmp_path_factory.mktemp("keys"), rows.everything())
    made.release()


@pytest.fixture(scope="module")
def sha1(build, request, tmp_path_factory):
    """Users' RSA keys may sign with SHA-1 too; the rest is as always."""
    made = laboratory.Lab()
    request.node.lab = made
    line = "ip ssh server algorithm publickey ssh-ed25519 rsa-sha2-512 ssh-rsa\n"
    yield settled(made, tmp_path_factory.mktemp("keys"), line)
    made.release()


# --- signatures of users' keys ---


def signing(algorithm):
    return [*ONLY_KEY, "-o", f"PubkeyAcceptedAlgorithms={algorithm}"]


def test_signatures_as_configured(sha1, tmp_path):
    """Named ones are taken, others not though the key is the user's; the client is told which."""
    for algorithm, status in (("ssh-rsa", 0), ("rsa-sha2-512", 0), ("rsa-sha2-256", 255)):
        options = [*signing(algorithm), "-i", sha1.keys["rsa"], "-E", tmp_path / "log", "-o", "LogLevel=DEBUG1"]
        assert sha1.ssh("show privilege", options=options).returncode == status, algorithm
        assert "server-sig-algs=<ssh-ed25519,rsa-sha2-512,ssh-rsa>" in (tmp_path / "log").read_text()


def test_no_signature_with_sha1_by_default(keyed_device):
    """Neither asked for nor accepted from who does not ask."""
    options = [*signing("ssh-rsa"), "-i", keyed_device.keys["rsa"]]
    assert keyed_device.ssh("show privilege", options=options).returncode == 255
    transport = wire.keyed(keyed_device.port)
    key = paramiko.RSAKey.from_private_key_file(str(keyed_device.keys["rsa"]))
    wire.push(transport, wire.message(wire.SERVICE_REQUEST, b"ssh-userauth"))
    blob = wire.string(transport.session_id) + wire.message(
        wire.USERAUTH_REQUEST, b"admin", b"ssh-connection", b"publickey", True, b"ssh-rsa", key.asbytes()
    ).asbytes()  # fmt: skip
    signature = key.sign_ssh_data(blob, "ssh-rsa").asbytes()
    wire.push(transport, wire.message(wire.USERAUTH_REQUEST, b"admin", b"ssh-connection", b"publickey", True,
                                      b"ssh-rsa", key.asbytes(), signature))  # fmt: skip
    wire.push(transport, wire.message(wire.CHANNEL_OPEN, b"session", 0, 100000, 30000))
    assert wire.ended(transport), "not logged in"


def test_libssh2_logs_in_with_an_rsa_key(sha1):
    """Before 1.11 it knows no other signature than SHA-1's."""
    done = libssh2_peer.client(sha1, "publickey", sha1.keys["rsa"], "exec", "show privilege")
    assert (done.returncode, done.stdout) == (0, LEVEL), done.stderr


# --- other clients ---


@pytest.mark.parametrize("cipher,mac", list(zip(CBC, OLD_MACS)) + [("aes256-ctr", "hmac-sha1")])
def test_paramiko(old, cipher, mac):
    transport = paramiko.Transport(("127.0.0.1", old.port))
    options = transport.get_security_options()
    options.ciphers, options.digests, options.key_types = [cipher], [mac], ["ssh-rsa"]
    options.kex = ["diffie-hellman-group14-sha1", "diffie-hellman-group1-sha1"]
    transport.connect(username="admin", password="admin")
    channel = transport.open_session()
    channel.exec_command("show privilege")
    assert channel.makefile().read().decode().replace("\r", "") == LEVEL
    used = (transport.local_cipher, transport.remote_cipher, transport.local_mac, transport.host_key_type)
    assert used == (cipher, cipher, mac, "ssh-rsa")
    transport.close()


@pytest.mark.parametrize("cipher,mac", [*zip(CBC, ["hmac-md5-96", "hmac-md5", "hmac-sha1-96", "hmac-sha1"]),
                                        ("3des-cbc", "hmac-md5-96-etm@openssh.com"),
                                        ("aes128-cbc", "hmac-sha1-etm@openssh.com")])  # fmt: skip
def test_asyncssh(old, cipher, mac):
    options = asyncssh_peer.how(old, "password")
    options |= {"encryption_algs": [cipher], "mac_algs": [mac], "server_host_key_algs": ["ssh-rsa"],
                "kex_algs": ["diffie-hellman-group1-sha1"]}  # fmt: skip

    async def talk():
        async with asyncssh.connect(**options) as c:
            used = [c.get_extra_info(f"{way}_{what}") for way in ("send", "recv") for what in ("cipher", "mac")]
            return used, (await c.run("show privilege")).stdout

    assert asyncssh_peer.run(talk()) == ([cipher, mac] * 2, LEVEL)


@pytest.mark.parametrize("mac", ["hmac-sha1", "hmac-sha2-256"])
def test_dropbear(old, mac):
    """Its one old row."""
    done = dropbear_peer.dbclient(old, "-m", mac, "-c", "aes128-ctr", "127.0.0.1", "show privilege", password="admin")
    assert (done.returncode, done.stdout) == (0, LEVEL), done.stderr


@pytest.mark.parametrize("kex", ["dh-group14-sha1", "dh-group1-sha1"])
def test_plink(old, kex):
    """In batch PuTTY takes nothing that its saved session puts below the warning line."""
    done = plink_peer.plink(old, "-pw", "admin", "show privilege", session=f"Cipher=3des,WARN\nKEX={kex},WARN\n")
    assert (done.returncode, done.stdout) == (0, LEVEL), done.stderr
    assert re.search(r"Initialised (triple-DES|3DES)", done.stderr, re.I), done.stderr


@pytest.mark.parametrize("cipher,mac", list(zip(CBC, OLD_MACS)))
def test_libssh2(old, cipher, mac):
    program = laboratory.build_folder() / "tests/interop/libssh2_client"
    argv = [program, str(old.port), "admin", "password", "admin", "exec", "show privilege",
            "diffie-hellman-group14-sha1", "ssh-rsa", cipher, mac]  # fmt: skip
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout) == (0, LEVEL), done.stderr
    assert f"using: {cipher} {mac}" in done.stderr


# --- DSA ---


def configure(device, *lines):
    terminal = device.terminal()
    terminal.configure(*lines)
    terminal.close()


def test_dsa_pairs(old, tmp_path):
    """A host key made by a command, a user's made by ssh-keygen; gone with `crypto key zeroize dsa`."""
    subprocess.run(["ssh-keygen", "-q", "-t", "dsa", "-N", "", "-f", tmp_path / "id"], check=True)
    public = keys.public(tmp_path / "id")
    pieces = [public[i : i + 72] for i in range(0, len(public), 72)]
    assert "ssh-dss" not in wire.offered(old.port)[1]
    configure(old, "crypto key generate dsa label old", "ip ssh pubkey-chain", "username guest", "key-string", *pieces, "exit")
    assert "ssh-dss" in wire.offered(old.port)[1]
    options = [*signing("ssh-dss"), "-i", tmp_path / "id", "-o", "HostKeyAlgorithms=ssh-dss"]
    done = old.ssh("show privilege", user="guest", options=options)
    assert (done.returncode, done.stdout) == (0, "Current privilege level is 1\n"), done.stderr
    assert old.ssh("show privilege", user="admin", options=options).returncode == 255, "another user's key"
    assert "key-hash ssh-dss " in old.ssh("show running-config").stdout
    terminal = old.terminal()
    terminal.command("configure terminal")
    terminal.command("crypto key zeroize dsa")
    terminal.command("yes")
    terminal.close()
    assert "ssh-dss" not in wire.offered(old.port)[1]
