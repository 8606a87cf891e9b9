# SPDX-License-Identifier: Apache-2.0
"""What a client may ask of its connection besides a shell or a command: refused, ignored or obeyed, and the session
goes on."""

import asyncio

import asyncssh
import paramiko
import pytest
from asyncssh.packet import Boolean, String, UInt32

import wire

LEVEL = b"Current privilege level is 15\n"
PROHIBITED = 1


@pytest.fixture
def transport(shared_device):
    t = wire.keyed(shared_device.port)
    t.auth_password("admin", "admin")
    yield t
    t.close()


def output(channel):
    channel.settimeout(15)
    out = b""
    while part := channel.recv(65536):
        out += part
    return out.replace(b"\r", b"")


def runs(channel):
    """The channel still runs a command, with its output alone and its status."""
    channel.exec_command("show privilege")
    return (output(channel), channel.recv_exit_status()) == (LEVEL, 0)


def refused(ask):
    with pytest.raises(paramiko.SSHException):
        ask()
    return True


def talk(device, conversation):
    """Runs conversation(connection) with asyncssh, which leaves a channel open when a request on it fails."""

    async def whole():
        async with asyncssh.connect(
            "127.0.0.1", device.port, username="admin", password="admin", known_hosts=None, config=None,
            agent_path=None, client_keys=None,
        ) as c:
            return await conversation(c)  # fmt: skip

    return asyncio.run(asyncio.wait_for(whole(), 40))


REQUESTS = {
    "x11-req": [Boolean(False), String("MIT-MAGIC-COOKIE-1"), String("00" * 16), UInt32(0)],
    "auth-agent-req@openssh.com": [],
    "env": [String("LD_PRELOAD"), String("/tmp/x.so")],
    "signal": [String("KILL")],
    "break": [UInt32(500)],
    "subsystem": [String("sftp")],
    "shell": [],
    "exec": [String("show version")],
    "pty-req": [String("vt100"), UInt32(80), UInt32(24), UInt32(0), UInt32(0), String(b"\0")],
    "nonsense@example.com": [String("x" * 1000)],
    "": [],
    "exit-status": [UInt32(0)],
}


@pytest.mark.parametrize("name", REQUESTS)
def test_request_on_a_running_shell(shared_device, name):
    """X11, agent, subsystems, variables, a second shell or command and what nobody knows: failure, and the shell goes
    on."""

    async def conversation(c):
        process = await c.create_process(term_type="vt100", term_size=(200, 0))
        await process.stdout.readuntil("R1#")
        answer = await process.channel._make_request(name.encode(), *REQUESTS[name])
        process.stdin.write("show privilege\rexit\r")
        return answer, await process.stdout.read()

    answer, shown = talk(shared_device, conversation)
    assert not answer and "level is 15" in shown and "Version" not in shown


def test_a_signal_interrupts_a_command(shared_device):
    """INT ends what waits; the command's status is a failure and nothing was done."""

    async def conversation(c):
        process = await c.create_process("reload")
        process.channel.send_signal("USR1")
        assert "reload" in await process.stdout.readuntil(r"\[confirm\]")
        process.channel.send_signal("INT")
        await process.wait()
        return process.exit_status

    assert talk(shared_device, conversation) == 1
    assert shared_device.ssh("show privilege").returncode == 0


def test_environment_without_a_question(transport):
    """As clients send it: many variables, no reply wanted; nothing changes."""
    channel = transport.open_session()
    for i in range(200):
        channel.set_environment_variable(f"LC_{i}", "x" * 500)
    assert runs(channel)


def test_forwarding(transport):
    """Both directions are refused as prohibited, beside a shell that goes on."""
    channel = transport.open_session()
    for kind, rest in {"direct-tcpip": ("127.0.0.1", 22), "forwarded-tcpip": ("127.0.0.1", 22)}.items():
        with pytest.raises(paramiko.ChannelException) as e:
            transport.open_channel(kind, rest, ("127.0.0.1", 1))
        assert e.value.code == PROHIBITED
    for kind in ("x11", "auth-agent@openssh.com", "direct-streamlocal@openssh.com", "tun@openssh.com", "y" * 5000):
        with pytest.raises(paramiko.ChannelException):
            transport.open_channel(kind, ("127.0.0.1", 1), ("127.0.0.1", 1))
    assert refused(lambda: transport.request_port_forward("", 0))
    assert refused(lambda: transport.request_port_forward("127.0.0.1", 22))
    assert transport.global_request("nonsense@example.com", wait=True) is None
    assert runs(channel)


def test_a_second_session_is_refused_and_the_first_goes_on(transport):
    first = transport.open_session()
    with pytest.raises(paramiko.ChannelException) as e:
        transport.open_session()
    assert e.value.code == PROHIBITED
    assert runs(first)


def test_window_change_and_odd_terminals(shared_device):
    """Sizes no screen has, modes that are none, a terminal type of any bytes: the shell lives."""
    for term, width, height in (("vt100", 0, 0), ("x" * 63, 1 << 31, 1 << 31), ("", 1, 1), ("\x1b[2J'\"", 80, 24)):
        t = wire.keyed(shared_device.port)
        t.auth_password("admin", "admin")
        channel = t.open_session()
        channel.get_pty(term, width=width, height=height)
        channel.invoke_shell()
        channel.resize_pty(width=0xFFFFFFFF, height=0xFFFFFFFF)
        channel.resize_pty(width=200, height=0)
        channel.send(b"terminal length 0\rshow privilege\rexit\r")
        assert b"level is 15" in output(channel)
        t.close()


def test_only_no_compression_is_offered(shared_device):
    assert wire.offered(shared_device.port)[6:] == [["none"], ["none"]]
    done = shared_device.ssh("show privilege", options=["-C"])
    assert (done.stdout.encode(), done.returncode) == (LEVEL, 0)


@pytest.mark.parametrize(
    "command,status,shown",
    [
        ("show privilege", 0, LEVEL),
        ("", 0, b""),
        ("   ", 0, b""),
        ("! a comment", 0, b""),
        ("show nonsense", 1, b"% Invalid input detected at '^' marker."),
        ("show", 1, b'% Type "show ?"'),
        ("write mem ory", 1, b"% Invalid input"),
        ("show privilege; show version", 1, b"% Invalid input"),
        ("show privilege\nshow version", 1, b"%"),
        ("show privilege\0", 1, b"%"),
        ("show privilege | include 15", 0, LEVEL),
        ("configure terminal", 0, b"Enter configuration commands"),
        ("exit", 0, b""),
        ("show privilege" + " " * 4082, 0, LEVEL),
    ],
    ids=lambda v: None if isinstance(v, bytes) else str(v)[:20],
)  # fmt: skip
def test_exec(transport, command, status, shown):
    channel = transport.open_session()
    channel.exec_command(command)
    out = output(channel)
    assert shown in out and b"R1#" not in out
    assert channel.recv_exit_status() == status


@pytest.mark.parametrize("length", [4097, 8192, 30000])
def test_a_command_longer_than_a_line_is_refused(transport, length):
    """As a request that failed, which the client says (paramiko then closes); the connection is not cut off."""
    with pytest.raises(paramiko.SSHException, match="Channel closed"):
        transport.open_session().exec_command("reload" + " " * (length - 6))
