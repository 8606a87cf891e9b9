# SPDX-License-Identifier: Apache-2.0
"""The stock OpenSSH client logs in with every algorithm and method offered, runs commands, and is refused what it
should not have."""

import re
import socket
import subprocess

import pytest

import lab as laboratory
import wire

KEX = [
    "sntrup761x25519-sha512", "sntrup761x25519-sha512@openssh.com",
    "curve25519-sha256", "curve25519-sha256@libssh.org", "diffie-hellman-group16-sha512", "diffie-hellman-group14-sha256",
]  # fmt: skip
HOSTKEYS = ["ssh-ed25519", "rsa-sha2-512", "rsa-sha2-256"]
CIPHERS = [
    "chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes192-ctr",
    "aes256-ctr",
]  # fmt: skip
MACS = ["hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512"]
UNKNOWN_TO_IT = ["mlkem768x25519-sha256"]  # test_hybrid.py
LEVEL = "Current privilege level is 15\n"


def test_offer(shared_device):
    """Exactly these algorithms, and the markers of strict key exchange and extensions beside the key exchanges."""
    kex, hostkeys, *ciphers_macs, _, _ = wire.offered(shared_device.port)
    assert sorted(k for k in kex if "ext-info" not in k and "strict" not in k) == sorted(KEX + UNKNOWN_TO_IT)
    assert "kex-strict-s-v00@openssh.com" in kex
    assert sorted(hostkeys) == sorted(HOSTKEYS)
    for names, expected in zip(ciphers_macs, (CIPHERS, CIPHERS, MACS, MACS)):
        assert sorted(names) == sorted(expected)


def with_option(name, value):
    return ["-o", f"{name}={value}"]


CHOICES = (
    [("KexAlgorithms", k) for k in KEX]
    + [("HostKeyAlgorithms", k) for k in HOSTKEYS]
    + [("Ciphers", c) for c in CIPHERS]
)


@pytest.mark.parametrize("name,value", CHOICES, ids=[v for _, v in CHOICES])
def test_algorithm(shared_device, name, value):
    done = shared_device.ssh("show privilege", options=with_option(name, value))
    assert (done.stdout, done.returncode) == (LEVEL, 0), done.stderr


@pytest.mark.parametrize("mac", MACS)
@pytest.mark.parametrize("cipher", ["aes128-ctr", "aes192-ctr", "aes256-ctr"])
def test_mac(shared_device, cipher, mac):
    done = shared_device.ssh("show privilege", options=[*with_option("Ciphers", cipher), *with_option("MACs", mac)])
    assert (done.stdout, done.returncode) == (LEVEL, 0), done.stderr


@pytest.mark.parametrize("cipher", CIPHERS)
def test_rekey_while_a_command_writes(shared_device, cipher, tmp_path):
    """A client that exchanges keys every 16 KiB reads the same long output as one that does not."""
    options = ["-E", tmp_path / "log", *with_option("LogLevel", "DEBUG1"), *with_option("RekeyLimit", "16K")]
    t = shared_device.terminal(options=[*options, *with_option("Ciphers", cipher)], size=(512, 200))
    for _ in range(60):
        assert "hostname R1" in t.command("show running-config")
    assert (tmp_path / "log").read_text().count("SSH2_MSG_KEXINIT sent") > 1, "no keys were exchanged again"
    t.close()


@pytest.mark.parametrize("method", ["password", "keyboard-interactive"])
def test_password_methods(shared_device, method):
    options = with_option("PreferredAuthentications", method)
    done = shared_device.ssh("show privilege", options=options)
    assert (done.stdout, done.returncode) == (LEVEL, 0), done.stderr
    done = shared_device.ssh("show privilege", password="wrong", options=options)
    assert done.returncode == 255 and done.stdout == "" and "Permission denied" in done.stderr


def test_login_banner(lab):
    """`banner login` is shown before the password, and is not part of a command's output."""
    device = lab.booted(plus("banner login #Authorized use only#\n"))
    done = device.ssh("show privilege", options=with_option("LogLevel", "INFO"))
    assert (done.stdout, done.returncode) == (LEVEL, 0)
    assert "Authorized use only" in done.stderr


def test_login_banner_tokens(lab):
    """Its tokens are replaced, its UTF-8 is the client's to show, and the longest one arrives whole."""
    long = "\n".join("東" * 63 for _ in range(62))
    device = lab.booted(plus(f"banner login #$(hostname).$(domain) [$(line)] Вход – 東京\n{long}#\n"))
    done = device.ssh("show privilege", options=with_option("LogLevel", "INFO"))
    assert (done.stdout, done.returncode) == (LEVEL, 0)
    octal = re.compile(rb"\\([0-7]{3})")  # how the client shows bytes that its locale has no characters for
    shown = octal.sub(lambda m: bytes([int(m.group(1), 8)]), done.stderr.replace("\r", "").encode()).decode()
    assert f"R1.example.com [] Вход – 東京\n{long}\n" in shown


def test_unknown_user(shared_device):
    done = shared_device.ssh("show privilege", user="nobody", password="admin")
    assert done.returncode == 255 and "Permission denied" in done.stderr


def test_retries_end_the_connection(shared_device):
    """With three retries a client that guesses on is cut off after its fourth failure of one method."""
    argv = ["-o", "LogLevel=DEBUG2", "-o", "NumberOfPasswordPrompts=9", "-o", "PreferredAuthentications=password"]
    done = shared_device.ssh("show privilege", password="wrong", options=argv)
    assert done.returncode == 255
    assert done.stderr.count("we sent a password packet") == 4


def plus(text):
    return laboratory.CONFIG.replace("end\n", text + "end\n")


def rsa_key(folder):
    path = folder / "id_rsa"
    subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", path], check=True)
    return path, path.with_suffix(".pub").read_text().split()[1]


def key_config(user, data):
    lines = "\n".join(f"   {data[i:i + 72]}" for i in range(0, len(data), 72))
    return laboratory.CONFIG.replace(
        "line vty", f"ip ssh pubkey-chain\n username {user}\n  key-string\n{lines}\n  exit\n exit\nline vty"
    )


def test_publickey(lab, tmp_path):
    """An RSA key given by key-string logs its user in with either signature, nobody else, and no other key does."""
    path, data = rsa_key(tmp_path)
    device = lab.booted(key_config("admin", data))
    only = [*with_option("PreferredAuthentications", "publickey"), "-i", path]
    for algorithm in ("rsa-sha2-256", "rsa-sha2-512"):
        done = device.ssh("show privilege", options=[*only, *with_option("PubkeyAcceptedAlgorithms", algorithm)])
        assert (done.stdout, done.returncode) == (LEVEL, 0), done.stderr
    assert device.ssh("show privilege", user="guest", options=only).returncode == 255
    (tmp_path / "other").mkdir()
    other, _ = rsa_key(tmp_path / "other")
    assert device.ssh("show privilege", options=[*only[:-1], other]).returncode == 255
    assert "key-hash ssh-rsa" in device.ssh("show running-config").stdout


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_key_files(keyed_device, kind):
    """Both kinds as ssh-keygen writes them; a command, and a shell."""
    only = [*with_option("PreferredAuthentications", "publickey"), "-i", keyed_device.keys[kind]]
    assert keyed_device.ssh("show privilege", options=only).stdout == LEVEL
    t = keyed_device.terminal(options=only)
    assert "level is 15" in t.command("show privilege")
    t.close()


def test_a_removed_user_has_no_key(lab, tmp_path):
    """A key proves who somebody is; that he may come in is said by the user database."""
    path, data = rsa_key(tmp_path)
    device = lab.booted(key_config("guest", data))
    only = [*with_option("PreferredAuthentications", "publickey"), "-i", path]
    assert device.ssh("show privilege", user="guest", options=only).returncode == 0
    terminal = device.terminal()
    for line in ("configure terminal", "no username guest", "end"):
        terminal.command(line)
    assert device.ssh("show privilege", user="guest", options=only).returncode == 255


def test_a_long_filter_is_only_a_filter(shared_device):
    done = shared_device.ssh("show version | include " + "a" * 1100)
    assert done.returncode in (0, 1) and "closed" not in done.stderr, done.stderr


def test_exec_status(shared_device):
    assert shared_device.ssh("show privilege").returncode == 0
    done = shared_device.ssh("show nonsense")
    assert done.returncode == 1 and "% Invalid input" in done.stdout


def test_exec_reads_no_input_and_has_no_prompt(shared_device):
    done = shared_device.ssh("show running-config", timeout=10)
    assert done.stdout.rstrip().endswith("end") and "R1#" not in done.stdout


def test_exec_with_terminal(shared_device):
    """`ssh -t host command` has a terminal and still ends with the command."""
    done = shared_device.ssh("show privilege", options=["-tt"])
    assert done.returncode == 0 and "level is 15" in done.stdout


def test_two_commands_over_one_connection(shared_device, tmp_path):
    """A client that multiplexes opens a second session on the same connection, or is told that it may not."""
    master = ["-o", "ControlMaster=auto", "-o", f"ControlPath={tmp_path}/c", "-o", "ControlPersist=5"]
    for _ in range(2):
        assert shared_device.ssh("show privilege", options=master).stdout == LEVEL
    subprocess.run(["ssh", "-O", "exit", "-o", f"ControlPath={tmp_path}/c", "x"], capture_output=True, check=False)


def test_sixth_session_is_refused(lab):
    """Five vtys, five sessions; the sixth is told why and the five go on; a line given back is used again."""
    device = lab.booted()
    five = [device.terminal() for _ in range(5)]
    sixth = device.terminal(settle=False)
    assert "line" in sixth.until(r"\S.*\n?").lower()
    sixth.settle()
    assert sixth.closed and "#" not in sixth.screen.text
    assert "level is 15" in five[0].command("show privilege")
    five[4].command("exit")
    assert laboratory.wait_for(lambda: device.ssh("show privilege").returncode == 0)


def test_forwarding_is_refused_and_the_session_goes_on(shared_device):
    """ssh -L: the channel is refused as administratively prohibited, the shell beside it lives."""
    port = laboratory.free_port()
    t = shared_device.terminal(options=["-L", f"{port}:127.0.0.1:22"])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as s:
        assert s.recv(100) == b""
    assert "level is 15" in t.command("show privilege")
    t.close()


def test_remote_forwarding_agent_and_x11_are_refused(shared_device):
    options = ["-R", "0:127.0.0.1:9", "-A", "-X", "-o", "ForwardX11Trusted=no", "-o", "ExitOnForwardFailure=no"]
    done = shared_device.ssh("show privilege", options=options)
    assert done.returncode == 0 and done.stdout == LEVEL
    options = ["-R", "0:127.0.0.1:9", "-o", "ExitOnForwardFailure=yes"]
    assert shared_device.ssh("show privilege", options=options).returncode == 255


def test_window_change(shared_device):
    """A terminal that grows shows more lines before --More--."""
    t = shared_device.terminal(size=(6, 80))
    t.command("show running-config")
    short = t.screen.text.count("\n")
    assert "--More--" in t.screen.last
    t.send("q")
    t.settle()
    t.child.setwinsize(16, 80)
    t.read(0.3)
    before = t.screen.text.count("\n")
    t.command("show running-config")
    assert t.screen.text.count("\n") - before > short
    t.close()


def test_type_ahead(shared_device):
    """Everything typed at once is executed in order, echoed once, and nothing is lost."""
    t = shared_device.terminal()
    count = 40
    t.send("".join(f"show nonsense{i}\r" for i in range(count)) + "show privilege\r")
    t.until("level is 15")
    shown = t.screen.text
    assert [shown.count(f"show nonsense{i}\n") for i in range(count)] == [1] * count
    t.close()


def test_break_in_the_middle(lab):
    """A client that dies leaves no process and no line behind."""
    device = lab.booted()
    t = device.terminal()
    session = max(device.role("gate"))
    t.close()
    assert laboratory.wait_for(lambda: session not in device.processes())
    assert device.ssh("show users").stdout.count(" vty ") == 1, "the one who asks is the only one"


def test_login_time_out(lab):
    """A client that does not log in is cut off after `ip ssh time-out`; a session that did is not."""
    device = lab.booted(plus("ip ssh time-out 1\n"))
    t = device.terminal()
    with socket.create_connection(("127.0.0.1", device.port), timeout=6) as s:
        s.recv(100)
        while s.recv(4096):
            pass
    assert "level is 15" in t.command("show privilege")


def test_exec_time_out(lab):
    """A session idle for its line's exec-timeout is ended."""
    device = lab.booted(plus("line vty 0 4\n exec-timeout 0 2\n"))
    t = device.terminal()
    assert "level is 15" in t.command("show privilege")
    assert t.hangs_up(6)


def test_as_either_user(lab, uid):
    """The whole way in works for a device of root's and of an ordinary user's."""
    device = lab.booted(uid=uid)
    done = device.ssh("show privilege")
    assert (done.stdout, done.returncode) == (LEVEL, 0), done.stderr
