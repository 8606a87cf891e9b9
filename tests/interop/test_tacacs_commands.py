# SPDX-License-Identifier: Apache-2.0
"""Each command is asked about at the server before it runs, in whole words and without its secrets, however it was
typed and from wherever it comes; what the server refuses does not run."""

import threading

import pytest

import lab as laboratory
import tacacs
import tacacs_server as wire
from moving import client
from tacacs import LEVEL

pytestmark = pytest.mark.usefixtures("vacant")

METHODS = tacacs.METHODS + """\
aaa authorization commands 1 default group tacacs+ none
aaa authorization commands 15 default group tacacs+ local
aaa authorization commands 15 strict group tacacs+
aaa authorization config-commands
ip scp server enable
alias exec shv show version
alias exec rv show running-config
"""
FAILED = "Command authorization failed."


def people():
    return {
        "alice": tacacs.User("alice", ["priv-lvl=15"]),
        "rita": tacacs.User("rita", ["priv-lvl=15"], denied=("show version", "show running-config", "hostname", "no hostname", "username", "scp -t", "sftp"), enable="up"),
        "auto": tacacs.User("auto", ["priv-lvl=15", "autocmd=show version"], denied=("show version",)),
    }


@pytest.fixture(scope="module")
def server():
    with tacacs.Server(people()) as made:
        yield made


@pytest.fixture(scope="module")
def device(module_lab, server):
    return module_lab.booted(tacacs.config(server.port, methods=METHODS, more="username rita privilege 15\n"))


@pytest.fixture
def rita(device, server):
    server.wrong = None
    t = device.terminal("rita", "rita")
    del server.commands[:]
    return t


def asked(server):
    return [entry[3] for entry in server.commands]


def test_refused_however_it_is_typed(rita, server, device):
    for line in ("show version", "sh ver", "shv", " show  version ", "rv", "show version | include a",
                 "show running-config | redirect flash:x"):  # fmt: skip
        said = rita.command(line)
        assert FAILED in said and "Ravelin" not in said and "hostname" not in said, (line, said)
    assert asked(server) == ["show version <cr>"] * 4 + ["show running-config <cr>", "show version <cr>", "show running-config | redirect flash:x <cr>"]
    assert server.commands[0][0] == "rita" and server.commands[0][1].startswith("tty")
    assert [entry[2] for entry in server.commands] == [1, 1, 1, 1, 15, 1, 15]
    assert "x" not in rita.command("dir flash:").split()
    assert LEVEL.strip() in rita.command("show privilege")
    log = rita.command("show logging | include COMMAND_REFUSED")
    assert "%AAA-4-COMMAND_REFUSED: rita@127.0.0.1: show version" in log


def test_in_configuration_mode(rita, server):
    for line in ("configure terminal", "host X", "do show version", "do sh run", "no host", "interface GigabitEthernet0/0",
                 "hostname Y", "ip host a 192.0.2.1", "username u password p", "enable secret sesame", "default ip host a"):  # fmt: skip
        said = rita.command(line)
        assert (FAILED in said) == (line not in ("configure terminal", "interface GigabitEthernet0/0", "ip host a 192.0.2.1", "enable secret sesame", "default ip host a")), (line, said)
    assert asked(server) == [
        "configure terminal <cr>", "hostname X <cr>", "show version <cr>", "show running-config <cr>", "no hostname <cr>",
        "interface GigabitEthernet0/0 <cr>", "hostname Y <cr>", "ip host a 192.0.2.1 <cr>", "username u password ***** <cr>",
        "enable secret ***** <cr>", "default ip host a <cr>",
    ]  # fmt: skip
    assert FAILED not in rita.command("end") and rita.screen.last == "R1#"  # of level 0, for which there is no list


def test_secrets_stay_here(rita, server):
    rita.command("test aaa group tacacs+ bob hidden-word legacy")
    rita.send("copy ftp://u:hidden-word@127.0.0.1:1/x null:\r")
    rita.settle()
    assert any("test aaa group tacacs+ bob ***** legacy <cr>" == c for c in asked(server)), asked(server)
    assert any("ftp://u:*****@127.0.0.1:1/x" in c for c in asked(server)), asked(server)
    assert not any("hidden-word" in c for c in asked(server))


def test_one_command_and_an_autocommand(device, server):
    del server.commands[:]
    done = device.ssh("show version", user="rita", password="rita")
    assert FAILED in done.stdout and "Ravelin" not in done.stdout and done.returncode == 1
    assert device.ssh("show privilege", user="rita", password="rita").stdout == LEVEL
    t = device.terminal("auto", "auto", settle=False)
    assert t.hangs_up() and FAILED in t.screen.text and "Ravelin" not in t.screen.text
    assert asked(server) == ["show version <cr>", "show privilege <cr>", "show version <cr>"]


def test_netmiko(device, server):
    import netmiko

    with netmiko.ConnectHandler(
        device_type="cisco_ios", host="127.0.0.1", port=device.port, username="rita", password="rita"
    ) as connection:
        assert FAILED in connection.send_command("show version")
        assert connection.send_command("show privilege") == LEVEL.strip()
        assert "R1" in connection.find_prompt()


def test_a_file_is_no_way_around(rita, device, server, tmp_path):
    """What is merged into running-config is asked about line by line; moving files is asked about like a command."""
    text = tmp_path / "text"
    text.write_text("ip host fromfile 192.0.2.9\nhostname OWNED\nend\n")
    for user, may in (("rita", False), ("alice", True)):
        done = client(device, "scp", "-O", text, "r:change", user=user)
        assert ((done.returncode == 0), FAILED in done.stderr + done.stdout) == (may, not may), done
    assert [c for c in asked(server) if "scp" in c] == ["scp -t change <cr>"] * 2
    del server.commands[:]
    rita.send("copy flash:change running-config\r")
    rita.settle(wait=r"\?.*$")
    said = rita.command("")
    assert "line 2: % Command authorization failed." in said, said
    assert asked(server)[0] == "copy flash:change running-config <cr>"
    assert asked(server)[1:3] == ["ip host fromfile 192.0.2.9 <cr>", "hostname OWNED <cr>"]
    assert rita.screen.last == "R1#"
    assert "fromfile" in rita.command("show hosts")
    said = rita.command("configure replace flash:change force")
    assert "refused" in said and rita.screen.last == "R1#", said


def test_pasted_lines_keep_their_order(rita, server):
    server.wrong = lambda s, p, raw: threading.Event().wait(0.05) or raw
    lines = [f"show clock | include {n}" if n % 2 else "show version" for n in range(6)]
    rita.send("".join(line + "\r" for line in lines) + "show privilege\r")
    assert laboratory.wait_for(lambda: rita.read(0.05) and "privilege level is 15\r" in rita.screen.text + "\r", 10) or True
    rita.settle()
    server.wrong = None
    assert asked(server) == ["show version <cr>", "show clock <cr>"] * 3 + ["show privilege <cr>"]
    assert rita.screen.text.count(FAILED) == 3


def test_the_wait_is_given_up(rita, server):
    server.hold.clear()
    rita.send("show privilege\r")
    assert laboratory.wait_for(lambda: asked(server) == ["show privilege <cr>"])
    rita.send("\x03")
    rita.settle()
    server.hold.set()
    assert LEVEL.strip() not in rita.screen.text and rita.screen.last == "R1#"
    assert LEVEL.strip() in rita.command("show privilege")


def test_the_next_method_only_when_nobody_can_say(device, server, rita):
    """A server that dies in the middle, is silent or errs cannot say: commands of level 15 are then local, of level 1
    anybody's; rita is a local user, alice is none."""
    alice = device.terminal("alice", "alice")

    def both(how):
        server.wrong = how
        try:
            return [FAILED in t.command(line) for t, line in
                    ((rita, "show version"), (rita, "show running-config"), (alice, "show version"), (alice, "show running-config | count x"))]  # fmt: skip
        finally:
            server.wrong = None

    cannot = [False, False, False, True]
    assert both(lambda s, p, raw: b"") == cannot
    assert both(lambda s, p, raw: tacacs_reply(s, p, wire.author_reply(wire.AUTHOR_ERROR))) == cannot
    assert both(lambda s, p, raw: raw[:-1]) == cannot
    assert both(None) == [True, True, False, False]


def tacacs_reply(server, packet, body):
    return wire.pack(packet.version, packet.kind, packet.seq, packet.flags, packet.session, body, server.key)


SENT = ["service=shell", "cmd=show", "cmd-arg=privilege", "cmd-arg=<cr>"]


@pytest.mark.parametrize("status, arguments, may", [
    (wire.PASS_ADD, [], True), (wire.PASS_ADD, ["priv-lvl*15"], True), (wire.PASS_REPL, SENT, True), (wire.PASS_ADD, SENT, True),
    (wire.PASS_REPL, ["service=shell", "cmd=show", "cmd-arg=version", "cmd-arg=<cr>"], False),
    (wire.PASS_REPL, SENT[:3], False), (wire.PASS_ADD, ["acl=7"], False), (wire.PASS_ADD, ["cmd-arg*more"], False),
    (wire.PASS_ADD, [""], False), (wire.PASS_ADD, [b"\xff"], False),
])  # fmt: skip
def test_what_a_server_adds_or_replaces(rita, server, status, arguments, may):
    """It is not obeyed: unless it may be passed over, or is the command itself, the command does not run."""
    server.wrong = lambda s, p, raw: tacacs_reply(s, p, wire.author_reply(status, arguments))
    said = rita.command("show privilege")
    server.wrong = None
    assert (LEVEL.strip() in said, FAILED in said) == (may, not may), said


def test_what_the_server_says_is_shown(rita, server):
    server.wrong = lambda s, p, raw: tacacs_reply(s, p, wire.author_reply(wire.AUTHOR_FAIL, [], b"ask \x1b[31mnoc"))
    said = rita.command("show privilege")
    server.wrong = None
    assert "ask ?[31mnoc" in said and FAILED in said


def test_the_console_is_exempt_unless_told(device, server):
    alice = device.terminal("alice", "alice")
    console = device.console()
    console.settle(wait="^Press RETURN to get started.$|^$|[>#]$")
    console.send("\r")
    console.settle(wait="Username: $")
    console.send("rita\r")
    console.settle(wait="Password: $")
    console.command("rita")
    console.send("enable\r")
    console.settle(wait="Password: $")
    del server.commands[:]
    console.command("up")
    assert console.screen.last == "R1#"
    assert FAILED not in console.command("show version | include x") and not asked(server)
    for line in ("configure terminal", "aaa authorization console", "end"):
        alice.command(line)
    try:
        del server.commands[:]
        assert FAILED in console.command("show running-config | include zz")
        assert server.commands[-1][1] == "tty0"
    finally:
        for line in ("configure terminal", "no aaa authorization console", "end"):
            alice.command(line)
    assert FAILED not in console.command("show running-config | include zz")
    console.send("exit\r")
    console.settle(wait="^Press RETURN to get started.$|^$")


def test_a_list_of_the_line(device, server):
    """A line's own list counts in place of the default one; one that nobody made denies."""
    alice = device.terminal("alice", "alice")
    rita = device.terminal("rita", "rita")
    for line in ("configure terminal", "line vty 0 4", "authorization commands 15 strict", "authorization commands 1 missing", "end"):
        alice.command(line)
    try:
        assert "authorization commands 15 strict" in alice.command("show running-config | section line vty")
        server.wrong = lambda s, p, raw: b""
        assert FAILED in rita.command("show running-config | count x")  # local is not in this list
        server.wrong = None
        assert FAILED in rita.command("show privilege")
    finally:
        server.wrong = None
        for line in ("configure terminal", "line vty 0 4", "no authorization commands 15", "no authorization commands 1", "end"):
            alice.command(line)
    assert FAILED not in rita.command("show privilege")
