# SPDX-License-Identifier: Apache-2.0
"""People log in through a TACACS+ server (tests/peers, RFC 8907), with the clients they have: what the server asks is
what their client asks, what it grants is what they may, and what they did is written down there."""

import paramiko
import pytest

import keys
import lab as laboratory
import tacacs
from tacacs import LEVEL
from test_plink import plink

pytestmark = pytest.mark.usefixtures("vacant")


@pytest.fixture(scope="module")
def server():
    with tacacs.Server(tacacs.people()) as made:
        yield made


@pytest.fixture(scope="module")
def device(module_lab, server):
    return module_lab.booted(tacacs.config(server.port))


def answers(device, user, *typed):
    """Logs in by keyboard-interactive with these answers; the prompts with their echo flags, and the transport."""
    left, seen = list(typed), []

    def handler(title, instructions, prompts):
        seen.extend([(instructions, *p) for p in prompts])
        return [left.pop(0) for _ in prompts]

    transport = paramiko.Transport(("127.0.0.1", device.port))
    transport.start_client(timeout=10)
    try:
        transport.auth_interactive(user, handler)
        return seen, True
    except paramiko.AuthenticationException:
        return seen, False
    finally:
        transport.close()


METHODS = ("keyboard-interactive", "password")


@pytest.mark.parametrize("method", METHODS)
def test_openssh(device, server, method):
    options = ("-o", f"PreferredAuthentications={method}")
    assert device.ssh("show privilege", user="alice", password="wonder", options=options).stdout == LEVEL
    assert ("authen", "alice", "ssh", "127.0.0.1", "ascii", 1, 1) in server.log
    assert ("author", "alice", "ssh", "127.0.0.1", 6, ["service=shell", "cmd="]) in server.log
    for user, password in (("alice", "Wonder"), ("alice", ""), ("nobody", "wonder"), ("admin", "admin")):
        done = device.ssh("show privilege", user=user, password=password, options=options)
        assert (done.returncode, done.stdout) == (255, ""), user  # admin is local: a rejection is final


def test_plink(device):
    for session in ("AuthKI=1\n", "AuthKI=0\n"):
        done = plink(device, "-l", "alice", "-pw", "wonder", "show privilege", session=session)
        assert done.stdout.strip() == LEVEL.strip(), done.stderr
        done = plink(device, "-l", "alice", "-pw", "no", "show privilege", session=session)
        assert LEVEL.strip() not in done.stdout


def test_netmiko(device):
    import netmiko

    with netmiko.ConnectHandler(
        device_type="cisco_ios", host="127.0.0.1", port=device.port, username="bob", password="builder", secret="up"
    ) as connection:
        assert connection.send_command("show privilege") == "Current privilege level is 1"
        connection.enable()
        assert connection.send_command("show privilege") == LEVEL.strip()


def test_every_question_becomes_a_prompt(device, server):
    """Several rounds, each with its echo flag; text before the last line is the instruction."""
    seen, inside = answers(device, "token", "pin", "1234", "9")
    assert inside
    assert seen == [("", "Password: ", False), ("Welcome.", "Token: ", True), ("", "PUK: ", False)]
    assert answers(device, "token", "pin", "1235")[1] is False
    # the method password has one answer: what is asked beyond it is a refusal
    done = device.ssh("show privilege", user="token", password="pin", options=("-o", "PreferredAuthentications=password"))
    assert done.returncode == 255


def test_a_name_that_is_asked_for_is_that_of_the_connection(device, server):
    server.ask_user = True
    try:
        seen, inside = answers(device, "alice", "alice", "wonder")
        assert inside and seen[0] == ("", "Username: ", True)
        seen, inside = answers(device, "bob", "alice", "wonder")
        assert not inside and len(seen) == 1  # else bob would be alice to the server, and alice bob to the device
        options = ("-o", "PreferredAuthentications=password")
        assert device.ssh("show privilege", user="alice", password="wonder", options=options).stdout == LEVEL
    finally:
        server.ask_user = False


def test_what_is_granted(device):
    """priv-lvl, autocmd, nohangup; optional arguments that are not understood are passed over, mandatory ones not."""
    assert device.ssh("show privilege", user="odd", password="odd").stdout == LEVEL
    auto = device.terminal("auto", "auto", settle=False)
    assert auto.hangs_up() and LEVEL.strip() in auto.screen.text
    stays = device.terminal("stays", "stays")
    assert "Current privilege level is 1" in stays.screen.text and stays.screen.last == "R1>"
    for user in ("strict", "level", "none"):
        done = device.ssh("show privilege", user=user, password=user)
        assert done.returncode != 0 and "% Authorization failed." in done.stdout + done.stderr, user
    log = device.terminal("alice", "wonder").command("show logging | include EXEC_REFUSED")
    assert 'strict@127.0.0.1: cannot obey the server\'s "acl=7"' in log
    assert "none@127.0.0.1: no EXEC authorized" in log


def test_what_it_says_on_pass_is_shown(device):
    assert "Last login: never" in device.terminal("alice", "wonder").screen.text


def test_accounting(device, server):
    def told():  # sessions of other tests may still end, and each record comes on a connection of its own
        return sorted((r for r in server.records if r[1] == "bob"), key=lambda r: r[0])

    del server.records[:]
    t = device.terminal("bob", "builder")
    t.command("show clock")
    t.send("exit\r")
    assert t.hangs_up()
    assert laboratory.wait_for(lambda: len(told()) == 2), server.records
    (start, *who, first), (stop, *same, last) = told()
    assert (start, stop) == ("start", "stop") and who == same
    assert who[0] == "bob" and who[1].startswith("tty") and who[2] == "127.0.0.1"
    assert first["service"] == "shell" and first["task_id"] == last["task_id"]
    assert int(last["stop_time"]) - int(last["start_time"]) >= int(last["elapsed_time"]) - 1
    assert "stop_time" not in first


def test_enable(device, server):
    t = device.terminal("bob", "builder")
    assert "up" not in t.enable("up") and t.screen.last == "R1#"
    assert ("authen", "bob", t and server.log[-1][2], "127.0.0.1", "ascii", 15, 2) == server.log[-1]
    t.command("disable")
    assert "% Access denied" in t.enable("sesame", tries=3), "the local secret of a device whose server has said no"
    assert t.screen.last == "R1>"


def test_test_aaa_and_debug(device, server):
    t = device.terminal("alice", "wonder")
    t.command("terminal monitor")
    assert "TACACS access control debugging is on" in t.command("debug tacacs")
    assert "AAA Authentication debugging is on" in t.command("debug aaa authentication")
    said = t.command("test aaa group tacacs+ bob builder legacy")
    assert "User was successfully authenticated." in said
    assert server.log[-1][4] == "ascii"
    assert "User rejected" in t.command("test aaa group tacacs+ bob wrong-one new-code")
    assert "User successfully authenticated" in t.command("test aaa group tacacs+ bob builder new-code")
    assert server.log[-1][4] == "pap"
    assert "No server is in group others" in t.command("test aaa group others bob builder new-code")
    assert device.ssh("show privilege", user="bob", password="wrong-one").returncode == 255
    t.command("undebug all")
    shown = t.command("show logging") + t.screen.text
    for words in ("TPLUS: Using server 127.0.0.1", "response status GET_PASSWORD (5)", "response status FAIL",
                  "AAA/AUTHEN/LOGIN", "(group tacacs+, user bob)"):  # fmt: skip
        assert words in shown, words
    debugged = "\n".join(line for line in shown.splitlines() if "%" in line or "TPLUS" in line or "AAA/" in line)
    assert "wrong-one" not in debugged and "cisco" not in debugged
    counters = t.command("show tacacs")
    assert f"Server port: {server.port}" in counters and "Server state: up" in counters


def wake(console):
    """Somebody comes to the console, which asks him who he is."""
    console.settle(wait="^Press RETURN to get started.$|^$")
    console.send("\r")
    console.settle(wait="Username: $")


def test_console(device, server):
    """The console asks the servers where its list says so; without `aaa authorization console` it authorizes nobody."""
    t = device.terminal("alice", "wonder")
    for line in ("configure terminal", "line con 0", "login authentication con", "end"):
        t.command(line)
    console = device.console()
    wake(console)
    console.send("token\r")
    console.settle(wait="Password: $")
    console.send("pin\r")
    console.settle(wait="Token: $")
    assert "Welcome." in console.screen.text
    console.send("1234\r")
    console.settle(wait="PUK: $")
    console.command("9")
    assert console.screen.last == "R1>" and "1234" in console.screen.text
    console.send("exit\r")
    wake(console)
    console.send("alice\r")
    console.settle(wait="Password: $")
    console.send("no\r")
    console.settle(wait="Username: $")
    assert "% Authentication failed" in console.screen.text
    for line in ("configure terminal", "aaa authorization console", "end"):
        t.command(line)
    console.send("alice\r")
    console.settle(wait="Password: $")
    console.command("wonder")
    assert console.screen.last == "R1#", console.screen.text + t.screen.text
    console.send("exit\r")
    for line in ("configure terminal", "no aaa authorization console", "line con 0", "no login", "end"):
        t.command(line)


def test_a_key_asks_no_server_who_he_is_but_what_he_may(lab, server, keyed_device):
    key = keyed_device.keys["ed25519"]
    chain = keys.config("keyed", keys.public(key)).partition("ip ssh pubkey-chain")
    config = tacacs.config(server.port, more="username keyed privilege 1\n").replace("end\n", "".join(chain[1:]))
    device = lab.booted(config)
    del server.log[:]
    done = device.ssh("show privilege", user="keyed", options=("-i", key))
    assert done.stdout == LEVEL, done.stderr
    assert [entry[:2] for entry in server.log] == [("author", "keyed")]
