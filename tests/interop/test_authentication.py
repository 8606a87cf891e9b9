# SPDX-License-Identifier: Apache-2.0
"""Who gets in and how often somebody may try: the methods of SSH against the methods of the device, retries, the
time-out, and users that change while clients are on their way."""

import re
import socket
import time

import paramiko
import pytest

import lab as laboratory
import wire

LEVEL = "Current privilege level is 15\n"
HEAD = "hostname R1\nip domain-name example.com\nusername admin privilege 15 password 0 admin\n"
OPEN_CONSOLE = "aaa authentication login console none\nline con 0\n login authentication console\n"
TOO_MANY = ":14: Too many authentication failures"  # as the client shows the reason and its number


def vty(*lines):
    return "line vty 0 4\n" + "".join(f" {line}\n" for line in lines) + "end\n"


def person_on_the_console(device):
    t = device.console()
    t.until("Press RETURN")
    t.send("\r")
    t.settle()
    t.command("terminal length 0")
    return t


def log(device, words, enough=lambda shown: True):
    """The lines of the device's log that hold the words, read on its console, which asks nobody who he is."""
    t, shown = person_on_the_console(device), ""

    def look():
        nonlocal shown
        shown = t.command(f"show logging | include {words}")
        return enough(shown)

    assert laboratory.wait_for(look, 10, 0.1), shown
    t.close()
    return shown


# Without AAA: whatever login and password of the vty say, the local users count and nobody else.
@pytest.mark.parametrize("lines", [["login local"], ["password line"], ["login", "password line"], ["no login"]])
def test_without_aaa_the_users_count(lab, lines):
    device = lab.booted(HEAD + "enable password sesame\n" + vty(*lines))
    assert device.ssh("show privilege").stdout == LEVEL
    for user, password in (("admin", "line"), ("line", "line"), ("admin", "sesame"), ("enable", "sesame")):
        assert device.ssh("show privilege", user=user, password=password).returncode == 255


@pytest.mark.parametrize("methods", ["line", "enable", "none", "line enable none", "enable line"])
def test_methods_that_are_not_enough(lab, methods):
    """A list of nothing but line, enable and none lets nobody in by SSH, and the log says why."""
    lines = f"aaa new-model\naaa authentication login default {methods}\nenable password sesame\n"
    device = lab.booted(HEAD + lines + OPEN_CONSOLE + vty("password line"))
    for password in ("admin", "line", "sesame", ""):
        assert device.ssh("show privilege", password=password).returncode == 255
    assert "no method of the authentication list" in log(device, "NO_METHOD")


def test_such_methods_are_skipped(lab):
    """line, enable and none are passed over; local behind them counts."""
    lines = "aaa new-model\naaa authentication login default none line local\n"
    device = lab.booted(HEAD + lines + vty("password line"))
    assert device.ssh("show version").returncode == 0
    assert device.ssh("show version", password="line").returncode == 255
    assert device.ssh("show version", user="nobody", password="").returncode == 255


def test_aaa_without_a_list_is_local(lab):
    device = lab.booted(HEAD + "aaa new-model\n" + vty("password line"))
    assert device.ssh("show version").returncode == 0
    assert device.ssh("show version", password="line").returncode == 255


def test_a_list_that_does_not_exist(lab):
    """It is no open door and locks nobody out: the local users are asked, as on the console."""
    device = lab.booted(HEAD + "aaa new-model\n" + vty("login authentication nowhere", "password line"))
    assert device.ssh("show version").returncode == 0
    assert device.ssh("show version", password="line").returncode == 255


def test_upper_and_lower_case(lab):
    """`local` takes a name in any case and he is who he is in the configuration; `local-case` takes it as written."""
    device = lab.booted(HEAD + vty("login local"))
    done = device.ssh("show users", user="ADMIN")
    assert done.returncode == 0 and " admin " in done.stdout and "ADMIN" not in done.stdout
    lines = "aaa new-model\naaa authentication login default local-case\naaa authorization exec default local\n"
    device = lab.booted(HEAD + lines + vty("login local"))
    assert device.ssh("show version", user="ADMIN").returncode == 255
    assert device.ssh("show privilege").stdout == LEVEL


def guesses(device, prompts=3):
    """What a client asks and hears, guessing wrong every time; 3 is OpenSSH's own number."""
    options = ["-o", f"NumberOfPasswordPrompts={prompts}", "-o", "LogLevel=DEBUG2"]
    return device.ssh("show privilege", password="wrong", options=options).stderr


def test_six_prompts_for_a_default_client(shared_device):
    """Three of keyboard-interactive and three of password: the client's own number is the lower one."""
    heard = guesses(shared_device)
    assert heard.count("input_userauth_info_req: num_prompts 1") == 3
    assert heard.count("we sent a password packet") == 3
    assert "Permission denied" in heard and TOO_MANY not in heard


@pytest.mark.parametrize("retries", [0, 1, 5])
def test_retries_and_one(lab, retries):
    """Each method gets retries + 1 prompts from a client that would go on; then the device ends the connection."""
    device = lab.booted(laboratory.CONFIG.replace("end\n", f"ip ssh authentication-retries {retries}\nend\n"))
    heard = guesses(device, prompts=9)
    assert heard.count("input_userauth_info_req: num_prompts 1") == retries + 1
    assert heard.count("we sent a password packet") == retries + 1
    assert TOO_MANY in heard


def test_who_insists_is_cut_off(shared_device):
    """A method that is used up is not offered any more; who tries it again is told and ended."""
    t = wire.keyed(shared_device.port)
    for i in range(4):
        with pytest.raises(paramiko.AuthenticationException) as e:
            t.auth_password("admin", "wrong", fallback=False)
        assert t.is_active(), i
    with pytest.raises((paramiko.SSHException, EOFError)):
        t.auth_password("admin", "admin", fallback=False)
    assert laboratory.wait_for(lambda: not t.is_active())
    t.close()


def test_a_good_password_after_bad_ones(shared_device):
    t = wire.keyed(shared_device.port)
    for _ in range(3):
        with pytest.raises(paramiko.AuthenticationException):
            t.auth_password("admin", "wrong", fallback=False)
    t.auth_password("admin", "admin", fallback=False)
    assert t.is_authenticated()
    t.close()


def test_many_keys_leave_the_passwords(shared_device):
    """An agent full of keys that are not listed uses up publickey alone."""
    t = wire.keyed(shared_device.port)
    key = paramiko.RSAKey.generate(1024)
    for offered in range(1, 30):
        with pytest.raises(paramiko.AuthenticationException) as e:
            t.auth_publickey("admin", key)
        if isinstance(e.value, paramiko.BadAuthenticationType) and "publickey" not in e.value.allowed_types:
            break
    assert offered == 20
    t.auth_password("admin", "admin")
    assert t.is_authenticated()
    t.close()


def test_time_out_until_the_shell(lab):
    """The time-out runs on after the login until a shell is asked for, and not one second into it."""
    device = lab.booted(laboratory.CONFIG.replace("end\n", "ip ssh time-out 3\nend\n"))
    with_shell = device.terminal()
    begun = time.monotonic()
    t = wire.keyed(device.port)
    t.auth_password("admin", "admin")
    assert laboratory.wait_for(lambda: not t.is_active(), 30), "logged in, no shell, and nobody minds"
    assert time.monotonic() - begun > 2, "cut off before its time"
    assert "level is 15" in with_shell.command("show privilege")
    t.close()


def test_a_removed_user_is_refused_at_once(lab):
    """`no username` and a changed password count for the next attempt, also on a connection that stands."""
    device = lab.booted()
    t = wire.keyed(device.port)
    with pytest.raises(paramiko.AuthenticationException):
        t.auth_password("guest", "wrong", fallback=False)
    person = device.terminal()
    for line in ("configure terminal", "no username guest", "username admin privilege 15 password 0 other", "end"):
        person.command(line)
    with pytest.raises(paramiko.AuthenticationException):
        t.auth_password("guest", "guest", fallback=False)
    t.close()
    assert device.ssh("show privilege").returncode == 255
    assert device.ssh("show privilege", password="other").stdout == LEVEL
    assert "level is 15" in person.command("show privilege"), "who is in stays in"


@pytest.mark.parametrize("aaa", [False, True])
def test_removed_or_lowered_between_login_and_shell(lab, aaa):
    """Who is logged in and asks for a shell only later gets what the configuration says by then."""
    config = laboratory.CONFIG + "username chief privilege 15 password 0 chief\n"
    if aaa:
        config += "aaa new-model\naaa authorization exec default local\n"
    device = lab.booted(config.replace("end\n", "", 1) + "end\n")
    person, on_the_way = device.terminal(), {}
    for user in ("guest", "chief"):
        on_the_way[user] = wire.keyed(device.port)
        on_the_way[user].auth_password(user, user)
    for line in ("configure terminal", "no username guest", "username chief privilege 1", "end"):
        person.command(line)
    shown = {}
    for user, transport in on_the_way.items():
        channel = transport.open_session()
        channel.exec_command("show privilege")
        shown[user] = channel.makefile("rb").read().decode().replace("\r", "")
        transport.close()
    assert shown == {"guest": "% Authorization failed.\n", "chief": "Current privilege level is 1\n"}


def heard(transport):
    """Every payload of the server from now on, but for the first, which somebody waits for already."""
    said, read = [], transport.packetizer.read_message

    def listen():
        kind, rest = read()
        if kind != wire.SERVICE_ACCEPT:
            said.append(bytes([kind]) + rest.asbytes())
        return kind, rest

    transport.packetizer.read_message = listen
    return said


def every_attempt(user):
    """By every method, well-formed or not; nobody has listed the keys."""
    blob = paramiko.RSAKey.generate(1024).asbytes()
    signature = wire.string("rsa-sha2-256") + wire.string(b"x" * 128)

    def attempt(method, *fields):
        return wire.message(wire.USERAUTH_REQUEST, user, "ssh-connection", method, *fields)

    yield attempt("none")
    yield attempt("password", False, "wrong")
    yield attempt("password", False, "")
    yield attempt("password", True, "wrong", "new")
    for answers in ((1, "wrong"), (0,), (2, "a", "b")):
        yield attempt("keyboard-interactive", "", "")
        yield wire.message(wire.INFO_RESPONSE, *answers)
    for offered in (blob, b"", b"nonsense"):
        yield attempt("publickey", False, "rsa-sha2-256", offered)
        yield attempt("publickey", True, "rsa-sha2-256", offered, signature)
    yield attempt("hostbased", "ssh-rsa", blob, "host", "user", signature)
    yield attempt("gssapi-with-mic")


def test_unknown_and_known_get_the_same_answers(keyed_device):
    """Byte for byte, whoever is asked for: one with keys, one without, and two that are nobody."""

    def answers(user):
        t = wire.keyed(keyed_device.port)
        said = heard(t)
        wire.push(t, wire.message(wire.SERVICE_REQUEST, "ssh-userauth"))
        for number, message in enumerate(every_attempt(user)):
            wire.push(t, message)
            assert laboratory.wait_for(lambda: len(said) > number), (user, number)
        t.close()
        return said

    expected = answers("nobody")
    assert {payload[0] for payload in expected} == {wire.USERAUTH_FAILURE, wire.INFO_REQUEST}
    for user in ("admin", "guest", "x" * 200):
        assert answers(user) == expected, user


def test_a_refusal_comes_at_a_whole_tenth(lab):
    """The work done for a wrong password depends on how the user's own is stored, and on whether there is a user. The
    answer waits for the next tenth of a second, which no hash fills."""
    stored = {
        "five": "algorithm-type md5 secret x",
        "eight": "algorithm-type sha256 secret x",
        "nine": "secret x",
        "clear": "password x",
        "without": "nopassword",
    }
    device = lab.booted(HEAD + "".join(f"username {name} {how}\n" for name, how in stored.items()) + vty())
    for name in (*stored, "nobody"):
        t = wire.keyed(device.port)
        for attempt in (
            lambda: t.auth_password(name, "wrong", fallback=False),
            lambda: t.auth_interactive(name, lambda *a: ["wrong"]),
        ):
            begun = time.monotonic()
            with pytest.raises(paramiko.AuthenticationException):
                attempt()
            assert time.monotonic() - begun > 0.09, name
        t.close()


def test_events_in_the_log(lab):
    """`ip ssh logging events`: session, login and close of who gets in and who does not; a scanner is a failed one."""
    device = lab.booted(laboratory.CONFIG.replace("end\n", "ip ssh logging events\nend\n"))
    assert device.ssh("show privilege").returncode == 0
    assert device.ssh("show privilege", user="nobody").returncode == 255
    with socket.create_connection(("127.0.0.1", device.port), timeout=5) as s:
        s.recv(100)
    shown = log(device, "SSH-5-SSH2_", lambda s: s.count("SSH2_CLOSE") == 2 and "hmac '' Failed" in s)
    crypto = r"using crypto cipher 'chacha20-poly1305@openssh.com', hmac 'implicit'"
    address = r"127\.0\.0\.1 \(tty = \d\)"
    for expected in (
        rf"SSH2_SESSION: SSH2 Session request from {address} {crypto} Succeeded",
        rf"SSH2_USERAUTH: User 'admin' authentication for SSH2 Session from {address} {crypto} Succeeded",
        rf"SSH2_CLOSE: SSH2 Session from {address} for user 'admin' {crypto} closed",
        rf"SSH2_USERAUTH: User 'nobody' authentication for SSH2 Session from {address} {crypto} Failed",
        rf"SSH2_CLOSE: SSH2 Session from {address} for user '' {crypto} closed",
        rf"SSH2_SESSION: SSH2 Session request from {address} using crypto cipher '', hmac '' Failed",
    ):
        assert re.search(expected, shown), f"{expected}\n{shown}"


def test_show_ssh_names_the_state(lab):
    """A connection on its way is listed with how far it is, and with no name before it has proven one."""
    device = lab.booted()
    t = person_on_the_console(device)

    def shown(state):
        return laboratory.wait_for(lambda: state in t.command("show ssh"))

    with socket.create_connection(("127.0.0.1", device.port), timeout=5):
        assert shown("Key exchange"), t.screen.text
    keyed = wire.keyed(device.port)
    assert shown("Authentication"), t.screen.text
    assert "admin" not in t.screen.text
    keyed.auth_password("admin", "admin")
    assert shown("Authenticated        admin"), t.screen.text
    keyed.close()
    t.close()


def test_a_configured_prompt(lab):
    """`aaa authentication password-prompt` is what keyboard-interactive asks."""
    aaa = "aaa new-model\naaa authentication login default local\naaa authentication password-prompt \"Secret, please: \"\nline vty"
    device = lab.booted(laboratory.CONFIG.replace("line vty", aaa).replace(" login local\n", ""))
    seen = []
    transport = paramiko.Transport(("127.0.0.1", device.port))
    transport.start_client(timeout=10)
    transport.auth_interactive("admin", lambda title, words, prompts: seen.extend(prompts) or ["admin"] * len(prompts))
    transport.close()
    assert seen == [("Secret, please: ", False)]
