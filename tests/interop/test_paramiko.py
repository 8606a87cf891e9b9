# SPDX-License-Identifier: Apache-2.0
"""paramiko, on which most automation in Python stands, logs in by each method and drives shell and exec."""

import io
import re

import paramiko
import pytest

import lab as laboratory


def output(channel_file):
    return channel_file.read().decode().replace("\r", "")


def test_exec_and_status(shared_device):
    client = shared_device.paramiko()
    _, out, err = client.exec_command("show privilege")
    assert output(out) == "Current privilege level is 15\n" and output(err) == ""
    assert out.channel.recv_exit_status() == 0
    client.close()
    client = shared_device.paramiko()
    _, out, _ = client.exec_command("show nonsense")
    assert "% Invalid input" in output(out) and out.channel.recv_exit_status() == 1
    client.close()


def test_shell(shared_device):
    """As automation does: a terminal of 511 × 1000, one Return before anything is read, then commands."""
    client = shared_device.paramiko()
    shell = client.invoke_shell("vt100", width=511, height=1000)
    shell.settimeout(5)
    shell.send("\n")
    seen = ""

    def until(pattern):
        nonlocal seen
        while not re.search(pattern, seen):
            seen += shell.recv(65536).decode()
        before, seen = seen, ""
        return before

    assert until(r"R1#[\s\S]*R1#$").endswith("R1#")
    shell.send("show running-config\n")
    shown = until(r"\nend\r\n[\s\S]*R1#$")
    assert shown.startswith("show running-config\r\n") and "--More--" not in shown
    shell.resize_pty(80, 24)
    shell.send("exit\n")
    while shell.recv(65536):
        pass
    client.close()


def test_rekey_on_demand(shared_device):
    client = shared_device.paramiko()
    shell = client.invoke_shell("vt100", width=200, height=1000)
    shell.settimeout(5)
    for _ in range(3):
        client.get_transport().renegotiate_keys()
        shell.send("show privilege\n")
        seen = ""
        while not seen.endswith("15\r\nR1#"):
            seen += shell.recv(65536).decode()
    client.close()


def test_keyboard_interactive(shared_device):
    transport = paramiko.Transport(("127.0.0.1", shared_device.port))
    transport.start_client(timeout=10)
    asked = []

    def answer(title, instructions, prompts):
        asked.extend(prompts)
        return ["admin"] * len(prompts)

    transport.auth_interactive("admin", answer)
    assert transport.is_authenticated() and [echo for _, echo in asked] == [False]
    transport.close()


def test_wrong_password(shared_device):
    with pytest.raises(paramiko.AuthenticationException):
        shared_device.paramiko(password="wrong")


def test_publickey(lab):
    """The key is typed at the terminal, as R1 shows it, and logs in at once."""
    key = paramiko.RSAKey.generate(2048)
    device = lab.booted()
    t = device.terminal()
    for line in ("configure terminal", "ip ssh pubkey-chain", "username admin"):
        t.command(line)
    data = key.get_base64()
    for i in range(0, len(data), 200):
        t.send(("key-string\r" if i == 0 else "") + data[i : i + 200] + "\r")
    t.command("exit")
    t.command("end")
    text = io.StringIO()
    key.write_private_key(text)
    client = device.paramiko(password=None, pkey=paramiko.RSAKey.from_private_key(io.StringIO(text.getvalue())))
    _, out, _ = client.exec_command("show privilege")
    assert "level is 15" in output(out)
    client.close()


@pytest.mark.parametrize("kind,load", [("rsa", paramiko.RSAKey), ("ed25519", paramiko.Ed25519Key)])
def test_key_files(keyed_device, kind, load):
    """Both kinds as ssh-keygen writes them; a command, and a shell."""
    key = load.from_private_key_file(str(keyed_device.keys[kind]))
    client = keyed_device.paramiko(password=None, pkey=key)
    _, out, _ = client.exec_command("show privilege")
    assert "level is 15" in output(out)
    client.close()
    client = keyed_device.paramiko(password=None, pkey=key)
    shell = client.invoke_shell()
    shell.settimeout(10)
    shell.send("show privilege\nexit\n")
    seen = b""
    while part := shell.recv(65536):
        seen += part
    assert b"level is 15" in seen
    client.close()


def test_many_clients_at_once(lab):
    """More clients than lines, all at once: five are served, the others are told so, and later all can come."""
    device = lab.booted()
    clients = [device.paramiko() for _ in range(5)]
    outs = [c.exec_command("show privilege")[1] for c in clients]
    assert all("level is 15" in output(o) for o in outs)
    for c in clients:
        c.close()
    assert laboratory.wait_for(lambda: device.ssh("show privilege").returncode == 0, 3)
