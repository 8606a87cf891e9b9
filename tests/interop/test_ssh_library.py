# SPDX-License-Identifier: Apache-2.0
"""The SSH library against OpenSSH, PuTTY, dropbear, paramiko and asyncssh, without a device around it: every algorithm,
every way to log in, data in bulk both ways, and re-exchanges begun by either side in the middle of it.
The server is sshloop.c; what it notes on standard error is part of what is checked."""

import asyncio
import hashlib
import itertools
import os
import pathlib
import re
import select
import socket
import subprocess
import sys
import tempfile
import time
import warnings

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import lab  # noqa: E402
import wire  # noqa: E402

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import asyncssh
    import paramiko

KEXES = [
    "curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521", "diffie-hellman-group14-sha256", "diffie-hellman-group16-sha512",
    "diffie-hellman-group-exchange-sha256",
]  # fmt: skip
SNTRUPS = ["sntrup761x25519-sha512", "sntrup761x25519-sha512@openssh.com"]  # paramiko, asyncssh and dropbear have none
ECDSAS = ["ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"]
HOSTKEYS = ["ssh-ed25519", *ECDSAS, "rsa-sha2-512", "rsa-sha2-256"]
EVERYTHING = ["--kex", ",".join([*KEXES, *wire.HYBRIDS]), "--hostkeys", ",".join(HOSTKEYS)]
AEADS = ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com"]
CTRS = ["aes128-ctr", "aes192-ctr", "aes256-ctr"]
MACS = ["hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512"]
PAIRS = [(c, MACS[2]) for c in AEADS] + list(itertools.product(CTRS, MACS))
USER_KEYS = {
    "ed25519": "ssh-ed25519", "ecdsa256": ECDSAS[0], "ecdsa384": ECDSAS[1], "ecdsa521": ECDSAS[2], "rsa": "rsa-sha2-512",
}  # fmt: skip
BULK = 16 * 1024 * 1024


class Loop:
    def __init__(self, program, folder, *options, log):
        self.folder = folder
        self.log = folder / log
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([program, *options], stdout=subprocess.PIPE, stderr=log, text=True)
        self.port = int(self.process.stdout.readline().split()[1])
        self.mark = 0

    def forget(self):
        """What was noted so far was another test's."""
        self.mark = self.log.stat().st_size

    def noted(self, pattern):
        with open(self.log, errors="replace") as log:
            log.seek(self.mark)
            return re.findall(pattern, log.read(), re.M)

    def wait_noted(self, pattern):
        return lab.wait_for(lambda: self.noted(pattern))

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture(scope="module")
def folder():
    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name)
        for kind in USER_KEYS:
            size = ["-b", kind[5:]] if kind.startswith("ecdsa") else []
            subprocess.run(["ssh-keygen", "-q", "-t", kind[:5] if size else kind, *size, "-N", "", "-f", path / kind], check=True)
        askpass = path / "askpass"
        askpass.write_text('#!/bin/sh\ncase "$1" in *Code*) echo 42;; *) echo p;; esac\n')
        askpass.chmod(0o700)
        yield path


def begin(folder, *options, log="log"):
    program = lab.build_folder() / "tests/interop/sshloop"
    if not program.is_file():
        pytest.fail(f"no {program}: run ./dev build or set RAVELIN_BUILD", pytrace=False)
    keys = itertools.chain.from_iterable(("--user-key", folder / f"{k}.pub") for k in USER_KEYS)
    return Loop(program, folder, *keys, *options, log=log)


@pytest.fixture
def start(folder):
    running = []

    def one(*options):
        running.append(begin(folder, *options))
        return running[-1]

    yield one
    for loop in running:
        loop.stop()


@pytest.fixture(scope="module")
def shared(folder):
    loops = {"every": begin(folder, *EVERYTHING, log="log-every"),
             "restless": begin(folder, *EVERYTHING, "--rekey-bytes", "100000", log="log-restless")}  # fmt: skip
    yield loops
    for loop in loops.values():
        loop.stop()


@pytest.fixture
def every(shared):
    """One server for many tests that only differ in what they propose: every algorithm there is."""
    shared["every"].forget()
    return shared["every"]


@pytest.fixture
def restless(shared):
    """The same, and it changes keys every 100,000 bytes."""
    shared["restless"].forget()
    return shared["restless"]


def ssh_command(loop, *options, key="ed25519", user="u", quick=True):
    how = ["-i", loop.folder / key] if key else ["-o", "PubkeyAuthentication=no"]
    return [
        "ssh", "-F", "none", "-p", str(loop.port), "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
        "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", *how, *options, "-o", "LogLevel=ERROR",
        *([lab.QUICK_KEX] if quick else []), f"{user}@127.0.0.1",
    ]  # fmt: skip


def ssh(loop, command, *options, key="ed25519", user="u", quick=True, **more):
    env = dict(os.environ, SSH_ASKPASS=str(loop.folder / "askpass"), SSH_ASKPASS_REQUIRE="force")
    return subprocess.run(
        [*ssh_command(loop, *options, key=key, user=user, quick=quick), command], capture_output=True, timeout=120,
        env=env, **more
    )  # fmt: skip


def echoed(done, command):
    return (done.returncode, done.stdout.decode()) == (7, command + "\n")


# OpenSSH


def kexed(kex, hostkey, cipher, mac):
    return f"{kex} {hostkey} {cipher} {'' if cipher in AEADS else mac} first=1 strict=1"


def one_by_one():
    """Every method with every host key, the ciphers taking turns; then every cipher with every MAC."""
    turns = itertools.cycle(PAIRS)
    yield from ((k, h, *next(turns)) for k in KEXES + SNTRUPS for h in HOSTKEYS)
    yield from ((KEXES[0], HOSTKEYS[0], *pair) for pair in PAIRS)


@pytest.mark.parametrize("kex,hostkey,cipher,mac", one_by_one())
def test_openssh_algorithms(every, kex, hostkey, cipher, mac):
    options = ["-c", cipher, "-m", mac, "-o", f"KexAlgorithms={kex}", "-o", f"HostKeyAlgorithms={hostkey}"]
    done = ssh(every, "some command", *options)
    assert echoed(done, "some command"), done.stderr
    assert every.noted("^kexed (.*)$") == [kexed(kex, hostkey, cipher, mac)]


def test_the_client_knows_no_more(every):
    """Of what OpenSSH's client knows and we have a row for, nothing is left out above."""
    ours = {"kex": KEXES + SNTRUPS, "key-sig": HOSTKEYS, "cipher": AEADS + CTRS, "mac": MACS}
    for query, names in ours.items():
        known = subprocess.run(["ssh", "-Q", query], capture_output=True, text=True, check=True).stdout.split()
        assert set(names) <= set(known)


@pytest.mark.parametrize("name,value", [("KexAlgorithms", k) for k in KEXES[2:5]] + [("HostKeyAlgorithms", h) for h in ECDSAS])
def test_what_is_off_is_not_spoken(start, name, value):
    """Rows that wait for a configuration are refused by a server that has none."""
    loop = start()
    assert ssh(loop, "x", "-o", f"{name}={value}").returncode == 255
    assert loop.wait_noted("^disconnect by_peer=0 reason=3 no common")


@pytest.mark.parametrize("key,name", USER_KEYS.items())
def test_openssh_publickey(every, key, name):
    done = ssh(every, "x", key=key)
    assert echoed(done, "x"), done.stderr
    assert every.noted("^auth 4 (.*)$") == [name, name]  # RSA's is known from server-sig-algs


def test_openssh_password(start):
    loop = start()
    done = ssh(loop, "x", "-o", "PreferredAuthentications=password", key=None)
    assert echoed(done, "x"), done.stderr


@pytest.mark.parametrize("rounds", ["no", "yes"])
def test_openssh_keyboard_interactive(start, rounds):
    """A password, perhaps a code, and a last round without a prompt."""
    loop = start("--second-round", rounds)
    done = ssh(loop, "x", "-o", "PreferredAuthentications=keyboard-interactive", key=None)
    assert echoed(done, "x"), done.stderr
    assert len(loop.noted("^auth 3")) == (3 if rounds == "yes" else 2)


def test_openssh_is_refused(start):
    loop = start()
    done = ssh(loop, "x", "-o", "NumberOfPasswordPrompts=2", key=None, user="nobody")
    assert done.returncode == 255 and b"Permission denied" in done.stderr
    assert loop.noted("^request") == []


def test_openssh_banner(start):
    loop = start("--banner", "Authorized access only")
    done = ssh(loop, "x", "-o", "LogLevel=INFO")
    assert b"Authorized access only" in done.stderr and done.stdout == b"x\n"


def read_until(stream, text):
    seen = b""
    while text not in seen:
        part = os.read(stream.fileno(), 4096)
        assert part, seen
        seen += part
    return seen


def test_openssh_shell(start):
    """Type-ahead, a terminal, a break, and the end by ^D."""
    loop = start()
    shell = subprocess.Popen(ssh_command(loop, "-tt", "-e", "~"), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    shell.stdin.write(b"one\rtwo\r")
    shell.stdin.flush()
    assert read_until(shell.stdout, b"two\r\n> ") == b"> one\r\n> two\r\n> "
    shell.stdin.write(b"~B")
    shell.stdin.flush()
    read_until(shell.stdout, b"break\r\n")
    shell.communicate(b"\x04", timeout=10)
    assert shell.returncode == 0
    assert [r for r in loop.noted("^request (.*)$") if r != "env"] == ["pty-req", "shell", "break"]


@pytest.fixture(scope="module")
def bulk(folder):
    path = folder / "bulk"
    path.write_bytes(os.urandom(BULK))
    return path, hashlib.sha256(path.read_bytes()).hexdigest()


def carry(loop, bulk, *options):
    """The whole file there, and there and back at once."""
    path, digest = bulk
    with open(path, "rb") as f:
        done = ssh(loop, "sink", *options, stdin=f)
    assert done.stdout.decode() == f"{BULK} {digest}\n", done.stderr
    with open(path, "rb") as f:
        done = ssh(loop, "cat", *options, stdin=f)
    assert hashlib.sha256(done.stdout).hexdigest() == digest, done.stderr


@pytest.mark.parametrize("cipher,mac", PAIRS)
def test_openssh_bulk(every, bulk, cipher, mac):
    carry(every, bulk, "-c", cipher, "-m", mac)


@pytest.mark.parametrize("cipher,mac", [PAIRS[0], PAIRS[2], PAIRS[-1]])
@pytest.mark.parametrize("by", ["client", "server", "both"])
def test_openssh_rekey_in_bulk(start, bulk, cipher, mac, by):
    loop = start(*(["--rekey-bytes", "1000000"] if by != "client" else []))
    carry(loop, bulk, "-c", cipher, "-m", mac, *(["-o", "RekeyLimit=1M"] if by != "server" else []))
    assert len(loop.noted("^kexed")) > 2 * BULK / 1048576 * 0.7
    assert loop.noted("^disconnect by_peer=0") == []


@pytest.mark.parametrize("kex", KEXES[2:] + SNTRUPS[:1])
def test_openssh_rekey_with_every_method(start, bulk, kex):
    """Both sides begin exchanges, in bulk, with the methods that take longer than the first."""
    loop = start(*EVERYTHING, "--rekey-bytes", "3000000")
    carry(loop, bulk, "-o", "RekeyLimit=3M", "-o", f"KexAlgorithms={kex}")
    assert {k.split()[0] for k in loop.noted("^kexed (.*)$")} == {kex}
    assert len(loop.noted("^kexed")) > 2 * BULK / 3145728 * 0.7
    assert loop.noted("^disconnect by_peer=0") == []


def test_openssh_rekey_by_time(start):
    """An idle session changes its keys and is none the worse for it."""
    loop = start("--rekey-ms", "300")
    shell = subprocess.Popen(ssh_command(loop, "-T"), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert lab.wait_for(lambda: len(loop.noted("^kexed")) > 3)
    out, _ = shell.communicate(b"still here\n", timeout=10)
    assert b"still here" in out


def test_openssh_small_window(start, bulk):
    carry(start("--window", "20000"), bulk)


def test_openssh_many_channels(start):
    """One connection, more sessions than it may have at once; forwarding is refused and harms nothing."""
    loop = start()
    path = loop.folder / "control"
    free = lab.free_port()
    master = subprocess.Popen(
        ssh_command(loop, "-M", "-S", path, "-N", "-L", f"{free}:127.0.0.1:1"), stderr=subprocess.DEVNULL
    )
    assert lab.wait_for(path.exists)
    many = [subprocess.Popen(ssh_command(loop, "-S", path) + ["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL) for _ in range(12)]  # fmt: skip
    out = [m.communicate(b"text %d" % i, timeout=20)[0] for i, m in enumerate(many)]
    assert all(o in (b"text %d" % i, b"") for i, o in enumerate(out)) and sum(o != b"" for o in out) >= 10
    with socket.create_connection(("127.0.0.1", free)) as s:
        assert s.recv(1) == b""
    assert echoed(ssh(loop, "later", "-S", path), "later")
    master.terminate()
    master.wait()


def test_openssh_keepalive(start):
    """Global requests that want an answer get one: else the client gives up after two."""
    loop = start()
    shell = subprocess.Popen(
        ssh_command(loop, "-T", "-o", "ServerAliveInterval=1", "-o", "ServerAliveCountMax=1"), stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    time.sleep(3.2)
    assert shell.poll() is None
    out, _ = shell.communicate(b"alive\n", timeout=10)
    assert b"alive" in out


def test_openssh_gone_in_mid_transfer(start):
    """A client that dies leaves a server process that ends."""
    loop = start()
    client = subprocess.Popen([*ssh_command(loop), "source 10000000000"], stdout=subprocess.PIPE)
    assert client.stdout.read(1000000)
    client.kill()
    client.wait()
    assert loop.wait_noted("^end")


# The others


def host_key_print(loop, kind):
    scan = subprocess.run(["ssh-keyscan", "-p", str(loop.port), "-t", kind, "127.0.0.1"], capture_output=True)
    shown = subprocess.run(["ssh-keygen", "-lf", "-"], input=scan.stdout, capture_output=True)
    return shown.stdout.decode().split()[1]


def plink(loop, command, *, kind="ed25519", **more):
    base = ["plink", "-ssh", "-P", str(loop.port), "-l", "u", "-pw", "p", "-batch", "-hostkey", host_key_print(loop, kind)]
    env = {"HOME": str(loop.folder), "PATH": os.environ["PATH"]}
    return subprocess.run([*base, "127.0.0.1", command], capture_output=True, timeout=60, env=env, **more)


def dbclient(loop, command, *options, **more):
    base = ["dbclient", "-y", "-y", *options, "-p", str(loop.port), "u@127.0.0.1", command]
    env = {"HOME": str(loop.folder), "PATH": os.environ["PATH"], "DROPBEAR_PASSWORD": "p"}
    return subprocess.run(base, capture_output=True, timeout=120, env=env, **more)


def test_plink(start):
    done = plink(start(), "sink", input=b"x" * 5000000)
    assert done.stdout.split()[0] == b"5000000", done.stderr


@pytest.mark.parametrize("kex", KEXES)
def test_plink_and_dbclient_kex(start, kex):
    """They take what the server alone has; dropbear as Debian builds it has no group 16 and no group exchange."""
    loop = start("--kex", kex)
    done = plink(loop, "some command")
    assert echoed(done, "some command"), done.stderr
    if kex not in ("diffie-hellman-group16-sha512", "diffie-hellman-group-exchange-sha256"):
        done = dbclient(loop, "some command")
        assert echoed(done, "some command"), done.stderr


@pytest.mark.parametrize("hostkey", HOSTKEYS)
def test_plink_and_dbclient_hostkey(start, hostkey):
    loop = start("--hostkeys", hostkey)
    kind = {"ssh": "ed25519", "ecdsa": "ecdsa", "rsa": "rsa"}[hostkey.split("-")[0]]
    done = plink(loop, "some command", kind=kind)
    assert echoed(done, "some command"), done.stderr
    if hostkey != "rsa-sha2-512":  # dropbear has the other of the two
        done = dbclient(loop, "some command")
        assert echoed(done, "some command"), done.stderr


@pytest.mark.parametrize("cipher", ["chacha20-poly1305@openssh.com", "aes128-ctr", "aes256-ctr"])
def test_dbclient(every, bulk, cipher):
    with open(bulk[0], "rb") as f:
        done = dbclient(every, "cat", "-c", cipher, stdin=f)
    assert hashlib.sha256(done.stdout).hexdigest() == bulk[1], done.stderr


def paramiko_transport(loop, **prefer):
    transport = paramiko.Transport(socket.create_connection(("127.0.0.1", loop.port)))
    options = transport.get_security_options()
    for name, value in prefer.items():
        setattr(options, name, [value])
    transport.start_client(timeout=10)
    return transport


def paramiko_run(transport, command):
    channel = transport.open_session()
    channel.exec_command(command)
    out = channel.makefile("rb").read()
    return channel.recv_exit_status(), out


PARAMIKO = (  # it does not know the one name of curve25519
    [("kex", k) for k in KEXES[1:]] + [("key_types", h) for h in HOSTKEYS]
    + [("ciphers", c) for c in CTRS] + [("digests", m) for m in MACS]
)  # fmt: skip


@pytest.mark.parametrize("what,name", PARAMIKO)
def test_paramiko(every, what, name):
    transport = paramiko_transport(every, **{what: name})
    transport.auth_password("u", "p")
    transport.renegotiate_keys()  # not while a channel is being closed: it would wait for itself
    assert paramiko_run(transport, "some command") == (7, b"some command\n")
    assert paramiko_run(transport, "again") == (7, b"again\n")
    transport.close()
    lines = every.noted("^kexed (.*)$")
    assert len(lines) == 2 and all(name in line.split() for line in lines)


@pytest.mark.parametrize("size", [256, 384, 521])
def test_paramiko_ecdsa_key(every, size):
    transport = paramiko_transport(every)
    transport.auth_publickey("u", paramiko.ECDSAKey.from_private_key_file(str(every.folder / f"ecdsa{size}")))
    assert paramiko_run(transport, "x") == (7, b"x\n")
    transport.close()


def test_paramiko_tries_everything(start):
    """It asks for the service before each attempt; each is a fresh one."""
    loop = start()
    transport = paramiko_transport(loop)
    with pytest.raises(paramiko.BadAuthenticationType):
        transport.auth_none("u")
    with pytest.raises(paramiko.AuthenticationException):
        transport.auth_password("u", "wrong", fallback=False)
    with pytest.raises(paramiko.AuthenticationException):
        transport.auth_publickey("u", paramiko.RSAKey.generate(1024))
    transport.auth_interactive("u", lambda title, text, prompts: ["p" for _ in prompts])
    assert paramiko_run(transport, "x") == (7, b"x\n")
    transport.close()


def test_paramiko_rekey_in_bulk(start):
    loop = start("--rekey-bytes", "300000")
    transport = paramiko_transport(loop)
    transport.auth_publickey("u", paramiko.RSAKey.from_private_key_file(str(loop.folder / "rsa")))
    status, out = paramiko_run(transport, "source 5000000")
    assert (status, len(out)) == (0, 5000000)
    transport.close()
    assert len(loop.noted("^kexed")) > 5


@pytest.mark.parametrize(
    "kex,hostkey,key,cipher,mac",
    [(k, HOSTKEYS[0], "ed25519", *PAIRS[0]) for k in KEXES] + [(KEXES[0], h, "rsa", *PAIRS[1]) for h in HOSTKEYS]
    + [(KEXES[0], HOSTKEYS[0], k, *PAIRS[2]) for k in USER_KEYS] + [(KEXES[0], HOSTKEYS[0], "rsa", *p) for p in PAIRS],
)  # fmt: skip
def test_asyncssh(restless, kex, hostkey, key, cipher, mac):
    payload = os.urandom(1000000)

    async def talk():
        async with asyncssh.connect(
            "127.0.0.1", restless.port, username="u", client_keys=[str(restless.folder / key)], known_hosts=None,
            kex_algs=[kex], server_host_key_algs=[hostkey], encryption_algs=[cipher], mac_algs=[mac], config=None,
        ) as connection:  # fmt: skip
            echo = await connection.run("some command")
            back = await connection.run("cat", input=payload, encoding=None)
            return echo.exit_status, echo.stdout, back.stdout

    assert asyncio.run(talk()) == (7, "some command\n", payload)
    assert len(restless.noted(f"^kexed {kex} {hostkey} {cipher} ")) > 3
    assert restless.noted(r"^auth 4 (\S+)$")[-1] == USER_KEYS[key].replace("512", "256")  # its own preference for RSA


@pytest.mark.parametrize("kex", wire.HYBRIDS)
def test_hybrid_witness(every, kex):
    """A client that shares no code with anybody: a login under the keys of one exchange, commands under another's."""
    transport = wire.HybridTransport(every.port, kex)
    transport.start_client(timeout=20)
    transport.auth_password("u", "p")
    transport.renegotiate_keys()  # as above, not while a channel is being closed
    assert paramiko_run(transport, "some command") == (7, b"some command\n")
    assert paramiko_run(transport, "again") == (7, b"again\n")
    transport.close()
    assert [line.split()[0] for line in every.noted("^kexed (.*)$")] == [kex, kex]


def hybrid_values(kex):
    """What a client may not say: (name, value)."""
    public = wire.HYBRIDS[kex](None).keygen()[0]
    x25519 = bytes([9]) + bytes(31)
    yield "short", public + x25519[:-1]
    yield "long", public + x25519 + b"\0"
    yield "without x25519", public
    yield "x25519 alone", x25519
    yield "empty", b""
    yield "of small order", public + bytes(32)
    yield "in the other order", (x25519 + public)[:-1]
    if kex.startswith("mlkem"):
        yield "not reduced", b"\xff\xff\xff" + public[3:] + x25519


@pytest.mark.parametrize("kex", ["sntrup761x25519-sha512", "mlkem768x25519-sha256"])
def test_hybrid_bad_values(every, kex):
    for name, value in hybrid_values(kex):
        client = wire.Plain(every.port)
        every.forget()
        client.send(wire.kexinit(kex))
        client.send(bytes([wire.ECDH_INIT]) + wire.string(value))
        assert client.ends(), name
        client.close()
        assert every.wait_noted("^disconnect by_peer=0 reason=3 bad public value"), name


def test_the_strongest_is_taken_first(start):
    """Without a configuration here or there, OpenSSH and PuTTY come to a hybrid."""
    loop = start()
    assert echoed(ssh(loop, "x", quick=False), "x")
    assert echoed(plink(loop, "x"), "x")
    assert {line.split()[0] for line in loop.noted("^kexed (.*)$")} <= set(SNTRUPS)
    assert wire.offered(loop.port)[0][:3] == list(wire.HYBRIDS)


def test_plink_sntrup761(start):
    """PuTTY 0.78 knows the name with a domain; nothing else is offered it here."""
    loop = start("--kex", SNTRUPS[1])
    assert echoed(plink(loop, "some command"), "some command")


def test_asyncssh_password(start):
    loop = start()

    async def talk():
        async with asyncssh.connect(
            "127.0.0.1", loop.port, username="u", password="p", client_keys=None, known_hosts=None, config=None
        ) as connection:
            return (await connection.run("x")).stdout

    assert asyncio.run(talk()) == "x\n"


def test_keyscan(start):
    """Each host key is offered under its own algorithm; that of the first curve in our order is shown."""
    for options, names in (([], {b"ssh-ed25519", b"ssh-rsa"}),
                           (EVERYTHING, {b"ssh-ed25519", b"ssh-rsa", b"ecdsa-sha2-nistp256"})):  # fmt: skip
        loop = start(*options)
        scan = subprocess.run(["ssh-keyscan", "-p", str(loop.port), "127.0.0.1"], capture_output=True, timeout=30)
        assert {line.split()[1] for line in scan.stdout.splitlines()} == names


def read_all(s, seconds=5):
    out = b""
    while select.select([s], [], [], seconds)[0]:
        part = s.recv(65536)
        if not part:
            break
        out += part
    return out


@pytest.mark.parametrize(
    "first,answer",
    [
        (b"SSH-1.5-old\r\n", b"Protocol major versions differ.\r\n"),
        (b"GET / HTTP/1.0\r\n\r\n", b"Invalid SSH identification string.\r\n"),
    ],
)
def test_who_does_not_speak_ssh_is_told(start, first, answer):
    loop = start()
    with socket.create_connection(("127.0.0.1", loop.port)) as s:
        s.sendall(first)
        got = read_all(s)
    assert got.startswith(b"SSH-2.0-Ravelin") and got.endswith(answer)
    assert loop.wait_noted("^disconnect by_peer=0 reason=8")
