# SPDX-License-Identifier: Apache-2.0
"""SSH version 1 to real clients, PuTTY's plink and OpenSSH's last ssh1: a login by password or RSA key gets a command with
its exit status, a shell from a pipe, a shell with a terminal; what is wrong gets nothing. Each cipher is used from
within the walls. Scanners see which versions there are."""

import base64
import hashlib
import re
import struct
import subprocess

import lab
import pytest
import wire1

LEVEL = "Current privilege level is 15"
LEGACY = """\
openssl_conf = o
[o]
providers = p
[p]
default = on
legacy = on
[on]
activate = 1
"""


@pytest.fixture(scope="module")
def users(tmp_path_factory):
    """{name of the maker: file} of RSA keys in the form of version 1."""
    folder = tmp_path_factory.mktemp("keys")
    made = {"puttygen": folder / "putty", "ssh-keygen1": folder / "openssh"}
    (folder / "empty").write_text("")
    subprocess.run(
        ["puttygen", "-t", "rsa1", "-b", "1024", "-o", made["puttygen"], "--new-passphrase", folder / "empty", "-q"],
        check=True, timeout=60,
    )  # fmt: skip
    subprocess.run(
        ["ssh-keygen1", "-q", "-t", "rsa1", "-b", "1024", "-N", "", "-f", made["ssh-keygen1"]], check=True, timeout=60
    )
    return made


def public(path):
    """The blob of a key in version 2's form: what the device's configuration keeps the digest of."""
    shown = subprocess.run(["puttygen", path, "-L"], check=True, capture_output=True, text=True, timeout=30).stdout
    bits, e, n = map(int, shown.split()[:3])
    assert n.bit_length() == bits
    parts = [b"ssh-rsa"] + [x.to_bytes(x.bit_length() // 8 + 1, "big") for x in (e, n)]
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


@pytest.fixture(scope="module")
def device(build, request, users):
    """`admin` has one key as text, the other as a digest."""
    made = request.node.lab = lab.Lab()
    text, digest = public(users["puttygen"]), public(users["ssh-keygen1"])
    made_device = made.booted(
        lab.CONFIG.replace(
            "line vty",
            "ip ssh v1 cipher 3des des\nip ssh logging events\nip ssh pubkey-chain\n username admin\n  key-string\n"
            f"   {base64.b64encode(text).decode()}\n  exit\n"
            f"  key-hash ssh-rsa {hashlib.md5(digest).hexdigest().upper()} old\nline vty",
        )
    )
    yield made_device
    made.release()


def plink(device, *arguments, stdin="", password="admin", known=None, session="", load="device"):
    folder = device.parent / ".putty/sessions"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / load).write_text(f"Protocol=ssh\nHostName=127.0.0.1\n{session}")
    return subprocess.run(
        ["plink", "-load", load, "-1", "-P", str(device.port), "-l", "admin", "-batch", "-v", "-no-antispoof",
         *(["-hostkey", known] if known else []), *(["-pw", password] if password else []), *map(str, arguments)],
        input=stdin, capture_output=True, text=True, timeout=30, env={"HOME": str(device.parent), "PATH": "/usr/bin"},
    )  # fmt: skip


def ssh1(device, *command, cipher="3des", password="admin", options=()):
    settings = device.parent / "openssl.cnf"
    settings.write_text(LEGACY)
    env = device.ssh_env(password) | {"OPENSSL_CONF": str(settings), "DISPLAY": ":0"}
    return subprocess.run(
        ["setsid", "-w", "ssh1", "-F", "/dev/null", "-1", "-v", "-c", cipher, "-p", str(device.port),
         "-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={device.parent}/known1",
         "-o", "GlobalKnownHostsFile=/dev/null", "-o", "IdentitiesOnly=yes", "-o", "NumberOfPasswordPrompts=1",
         *map(str, options), "admin@127.0.0.1", *command],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, env=env,
    )  # fmt: skip


@pytest.fixture(scope="module")
def known(device):
    """The host key of version 1, as the client shows it to who has not seen it before."""
    return re.search(r"fingerprint is:\s+1536 ([0-9a-f:]{47})", plink(device).stderr).group(1)


# A saved session allows what plink asks about otherwise.
DES = {"session": "Cipher=des,3des,blowfish,aes,chacha20,aesgcm,arcfour,WARN\n", "load": "des"}
CIPHERS = {"3des": ({}, "triple-DES inner-CBC"), "des": (DES, "single-DES CBC")}


@pytest.mark.parametrize("cipher", CIPHERS)
def test_plink(device, known, cipher):
    how, said = CIPHERS[cipher]
    done = plink(device, "show privilege", known=known, **how)
    assert (done.returncode, done.stdout.strip()) == (0, LEVEL), done.stderr
    assert "Using SSH protocol version 1" in done.stderr and said in done.stderr
    done = plink(device, "show nonsense", known=known, **how)
    assert done.returncode == 1 and "% Invalid input" in done.stdout


@pytest.mark.parametrize("cipher", CIPHERS)
def test_ssh1(device, cipher):
    done = ssh1(device, "show privilege", cipher=cipher)
    assert (done.returncode, done.stdout.strip()) == (0, LEVEL), done.stderr
    assert f"Encryption type: {cipher}" in done.stderr and "Doing password authentication" in done.stderr
    done = ssh1(device, "show nonsense", cipher=cipher)
    assert done.returncode == 1 and "% Invalid input" in done.stdout


def test_wrong_password(device, known):
    for done in (
        plink(device, "show privilege", known=known, password="wrong"),
        ssh1(device, "show privilege", password="wrong"),
    ):
        assert done.returncode not in (0, 1) or done.stdout == ""
        assert LEVEL not in done.stdout and re.search("Sent password|Doing password", done.stderr)


def test_plink_key(device, known, users):
    done = plink(device, "-i", users["puttygen"], "show privilege", known=known, password=None)
    assert (done.returncode, done.stdout.strip()) == (0, LEVEL), done.stderr
    assert "Sent password" not in done.stderr and "Trying public key" in done.stderr, done.stderr


def test_ssh1_key(device, users):
    identity = ("-o", f"IdentityFile={users['ssh-keygen1']}", "-o", "PasswordAuthentication=no")
    done = ssh1(device, "show privilege", options=identity)
    assert (done.returncode, done.stdout.strip()) == (0, LEVEL), done.stderr
    assert "RSA authentication accepted by server" in done.stderr


def test_a_key_that_is_not_listed(device, known, tmp_path):
    subprocess.run(
        ["ssh-keygen1", "-q", "-t", "rsa1", "-b", "1024", "-N", "", "-f", tmp_path / "other"], check=True, timeout=60
    )
    done = plink(device, "-i", tmp_path / "other", "show privilege", known=known, password=None)
    assert LEVEL not in done.stdout and done.returncode != 0
    identity = ("-o", f"IdentityFile={tmp_path}/other", "-o", "PasswordAuthentication=no")
    done = ssh1(device, "show privilege", options=identity)
    assert "Server refused our key" in done.stderr and done.returncode == 255


def test_shells(device, known):
    done = plink(device, known=known, stdin="show privilege\nexit\n")
    assert LEVEL in done.stdout, done.stderr
    done = plink(device, "-t", known=known, stdin="show privilege\rexit\r")
    assert LEVEL in done.stdout and "R1#" in done.stdout, done.stderr


def test_terminal(device):
    """A person at ssh1: the client's window is the device's, lines are edited, output is paged, `exit` ends it."""
    settings = device.parent / "openssl.cnf"
    settings.write_text(LEGACY)
    env = device.ssh_env("admin") | {"OPENSSL_CONF": str(settings)}
    t = lab.Terminal(
        ["ssh1", "-F", "/dev/null", "-1", "-c", "3des", "-p", str(device.port), "-o", "StrictHostKeyChecking=no",
         "-o", f"UserKnownHostsFile={device.parent}/known1", "-o", "RSAAuthentication=no", "admin@127.0.0.1"],
        env=env, size=(10, 100),
    )  # fmt: skip
    device.terminals.append(t)
    t.until("password:")
    t.send("admin\r")
    t.settle(wait="#$")
    assert "Length: 10 lines, Width: 100 columns" in t.command("show terminal | include Length")
    assert LEVEL in t.command("shoo\bw privi\t")
    t.send("show running-config\r")
    t.until("--More--")
    t.send("q")
    t.settle(wait="#$")
    t.child.setwinsize(40, 120)
    new = "Length: 40 lines, Width: 120 columns"
    assert lab.wait_for(lambda: new in t.command("show terminal | include Length"), 5)  # a signal tells the client
    t.send("exit\r")
    assert t.hangs_up()


def test_log(device, known):
    plink(device, "show privilege", known=known)
    log = device.ssh("show logging").stdout
    for line in (
        r"%SSH-5-SSH_SESSION: SSH Session request from 127.0.0.1 \(tty = \d\) using crypto cipher '3DES' Succeeded",
        r"%SSH-5-SSH_USERAUTH: User 'admin' authentication for SSH Session from 127.0.0.1 \(tty = \d\) using crypto "
        r"cipher '3DES' Succeeded",
        r"%SSH-5-SSH_CLOSE: SSH Session from 127.0.0.1 \(tty = \d\) for user 'admin' using crypto cipher '3DES' closed",
        r"%SSH-4-VERSION1: SSH version 1 is served",
    ):
        assert re.search(line, log), log


def test_show_ssh(device, known):
    wanted = [
        "Connection Version Encryption State Username",
        "0 1.5 3DES Session started admin",
        "%No SSHv2 server connections running.",
    ]

    def shown():
        done = plink(device, "show ssh", known=known)
        return [" ".join(line.split()) for line in done.stdout.strip().splitlines()]

    # The connection of the test before may still be on its way out.
    assert lab.wait_for(lambda: shown() == wanted), shown()


def test_scanners(device):
    scan = subprocess.run(
        ["nmap", "-Pn", "-p", str(device.port), "--script", "+sshv1,+ssh-hostkey", "127.0.0.1"],
        capture_output=True, text=True, timeout=60,
    ).stdout  # fmt: skip
    assert "Server supports SSHv1" in scan and re.search(r"1536 [0-9a-f]{32} \(RSA1\)", scan), scan


def reconfigure(terminal, *lines):
    for line in ("configure terminal", *lines, "end"):
        terminal.command(line, seconds=60)


def versions(device):
    """The identification string, and whether a client of version 1 is served."""
    client = wire1.Client(device.port)
    try:
        served = client.receive()[0] == wire1.PUBLIC_KEY
    except (wire1.Gone, AssertionError):
        served = False
    client.close()
    return client.banner.rstrip().decode().rsplit("-", 1)[0], client.banner[-2:] == b"\r\n", served


def test_versions_change_live(lab):
    """`ip ssh version` says at once what the next client gets; whoever is on a line stays. The key of version 1 comes and
    goes with the RSA pair."""
    device = lab.booted()
    admin = device.terminal()
    assert versions(device) == ("SSH-1.99", False, True)
    sitting = wire1.Client(device.port).logged_in()
    sitting.send(wire1.EXEC_SHELL)
    reconfigure(admin, "ip ssh version 2")
    assert versions(device) == ("SSH-2.0", True, False)
    reconfigure(admin, "ip ssh version 1")
    assert versions(device) == ("SSH-1.5", False, True)
    assert device.ssh("show privilege").returncode == 255
    before = wire1.Client(device.port).hello().host
    assert wire1.Client(device.port).hello().host == before  # also for the next client
    reconfigure(admin, "crypto key generate rsa general-keys modulus 1024", "yes")
    assert wire1.Client(device.port).hello().host != before
    reconfigure(admin, "crypto key zeroize rsa", "yes")
    assert not [name for name in (device.folder / "keys").iterdir() if "rsa" in name.name]
    with pytest.raises(OSError):
        wire1.Client(device.port)
    sitting.send(wire1.STDIN_DATA, wire1.string("show ip ssh\nexit\n"))
    out, status = sitting.collect()
    assert b"%SSH has not been enabled" in out and status == 0
