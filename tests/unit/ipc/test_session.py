# SPDX-License-Identifier: Apache-2.0
"""Goal: gate and session alone, with a core that is only a script (fake_core.c), serve a real client whole: commands,
questions, long output, pages, interruption, key re-exchange, deadlines, and nothing but their own descriptors."""

import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
import paramiko  # noqa: E402
import pexpect  # noqa: E402

FAKE_CORE = sys.argv.pop(1)
SSH = [
    "ssh", "-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
    "-o", "LogLevel=ERROR", "-o", "IdentityFile=none", "-o", "IdentityAgent=none", "-o", "NumberOfPasswordPrompts=1",
]  # fmt: skip
LONG = "".join(f"line {i} of a long output\n" for i in range(20000)) + "after it\n"


def status(pid):
    return dict(re.findall(r"(\w+):[ \t]*(.*)", pathlib.Path(f"/proc/{pid}/status").read_text()))


def descriptors(pid):
    return sorted(int(e) for e in os.listdir(f"/proc/{pid}/fd"))


def children(pid):
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == pid and fields[0] != "Z":
                found.append(int(entry.name))
    return found


class Session(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        askpass = pathlib.Path(self.folder.name, "askpass")
        askpass.write_text('#!/bin/sh\necho "${LAB_PASSWORD:-admin}"\n')
        askpass.chmod(0o755)
        self.env = {"PATH": os.environ["PATH"], "SSH_ASKPASS": str(askpass), "SSH_ASKPASS_REQUIRE": "force", "TERM": "vt100"}
        self.core = subprocess.Popen([FAKE_CORE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        found = re.match(r"port (\d+) pid (\d+)", self.core.stdout.readline())
        self.port, self.gate = int(found[1]), int(found[2])
        self.assertEqual(self.core.stdout.readline(), "ready\n")

    def tearDown(self):
        self.core.stdin.close()
        self.rest = self.core.stdout.read()
        self.assertEqual(self.core.wait(10), 0)
        self.core.stdout.close()
        self.folder.cleanup()
        for wait_status in re.findall(r"gone (\d+)", self.rest):
            self.assertIn(int(wait_status), self.may_end, self.rest)
        if not self.watched: # no test makes a session tell anything that nobody asked for
            self.assertNotIn("TRACE", self.rest)

    may_end = (0,)
    watched = False

    def argv(self, *options):
        return [*SSH, "-p", str(self.port), *options, "admin@127.0.0.1"]

    def ssh(self, *command, options=(), stdin=None, **env):
        done = subprocess.run(
            [*self.argv(*options), *command], env={**self.env, **env}, input=stdin, text=True, capture_output=True, timeout=20,
            **({} if stdin is not None else {"stdin": subprocess.DEVNULL}),
        )  # fmt: skip
        return done

    def shell(self, *options):
        t = pexpect.spawn(self.argv("-tt", "-e", "none", *options)[0], self.argv("-tt", "-e", "none", *options)[1:],
                          env=self.env, timeout=10, dimensions=(24, 80))  # fmt: skip
        t.expect_exact("welcome")
        t.expect_exact("fake#")
        return t

    def raw(self):
        s = socket.create_connection(("127.0.0.1", self.port))
        s.settimeout(10)
        return s

    # --- remote commands ---
    def test_command(self):
        done = self.ssh("hello")
        self.assertEqual((done.stdout, done.stderr, done.returncode), ("you said hello\n", "", 0))

    def test_exit_status(self):
        self.assertEqual(self.ssh("fail").returncode, 1)

    def test_wrong_password(self):
        self.assertEqual(self.ssh("hello", LAB_PASSWORD="guess").returncode, 255)

    def test_long_output_in_order(self):
        self.assertEqual(self.ssh("long").stdout, LONG)

    def test_filter(self):
        self.assertEqual(len(self.ssh("filter").stdout.splitlines()), 10)

    def test_question_answered_by_input(self):
        self.assertEqual(self.ssh("ask", stdin="\n").stdout, "Sure? [confirm]answer: return\n")
        self.assertEqual(self.ssh("ask", stdin="no").stdout, "Sure? [confirm]answer: n\n")
        self.assertEqual(self.ssh("ask").stdout, "Sure? [confirm]answer: cancelled\n")
        self.assertEqual(self.ssh("text", stdin="one\ntwo\nquit\n").stdout, "text: one\ntwo\n\n")

    def test_command_with_pty(self):
        done = self.ssh("hello", options=["-tt"])
        self.assertEqual((done.stdout, done.returncode), ("you said hello\r\n" if "\r" in done.stdout else "you said hello\n", 0))

    def test_close_by_core(self):
        done = self.ssh("exit")
        self.assertEqual((done.stdout, done.returncode), ("bye\n", 0))

    def test_rekey(self):
        done = self.ssh("long", options=["-o", "RekeyLimit=100K"])
        self.assertEqual(done.stdout, LONG)

    def test_rekey_faster_than_core_signs(self):
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        client.connect("127.0.0.1", self.port, "admin", "admin", look_for_keys=False, allow_agent=False)
        channel = client.invoke_shell()
        channel.settimeout(10)
        started = time.monotonic()

        def rekey():
            for _ in range(9):
                client.get_transport().renegotiate_keys()

        worker = threading.Thread(target=rekey, daemon=True)
        worker.start()
        worker.join(30)
        if worker.is_alive():
            client.close()
            self.fail("a key exchange was never answered")
        self.assertGreater(time.monotonic() - started, 1)
        channel.send("hello\r")
        seen = b""
        while b"you said hello" not in seen:
            more = channel.recv(1000)
            self.assertTrue(more, "the connection ended")
            seen += more
        client.close()

    def test_answer_after_the_end(self):
        with self.raw() as s:
            transport = paramiko.Transport(s)
            transport.local_version = "SSH-2.0-refused"
            self.assertRaises(paramiko.SSHException, transport.start_client, timeout=10)
            self.assertEqual(self.core.stdout.readline(), "bye host key did not sign\n")
            transport.close()

    # --- shells ---
    def test_shell_without_pty(self):
        done = self.ssh(stdin="hello\nask\ny\nlast", options=["-T"])
        self.assertEqual(done.stdout, "welcome\nfake#you said hello\nfake#Sure? [confirm]answer: y\nfake#you said last\nfake#")
        self.assertEqual(done.returncode, 0)

    def test_shell(self):
        t = self.shell()
        t.send("hello\r")
        t.expect_exact("hello\r\nyou said hello\r\nfake#")
        t.send("com\t")
        t.expect_exact("fake#completed ")
        t.send("?")
        t.expect_exact("no help here\r\nfake#completed ")
        t.send("\r")
        t.expect_exact("you said completed")
        t.expect_exact("fake#")
        t.send("exit\r")
        t.expect_exact("bye")
        t.expect(pexpect.EOF)
        t.close()
        self.assertEqual(t.exitstatus, 0)

    def test_type_ahead(self):
        t = self.shell()
        t.send("one\rtwo\rthree\r")
        t.expect_exact("you said one\r\nfake#two\r\nyou said two\r\nfake#three\r\nyou said three\r\nfake#")
        t.close()

    def test_pages(self):
        t = self.shell()
        t.send("page\r")
        t.expect_exact("fake#")
        t.send("long\r")
        t.expect_exact("line 0 of")
        t.expect_exact("--More--")
        t.send(" ")
        t.expect_exact("line 23 of")
        t.expect_exact("--More--")
        t.send("q")
        t.expect_exact("fake#")
        t.send("hello\r")
        t.expect_exact("you said hello")
        t.close()

    def test_interrupt(self):
        t = self.shell()
        t.send("hang\r")
        time.sleep(0.1)
        t.send("\x03")
        t.expect_exact("fake#")
        self.assertNotIn(b"never seen", t.before)
        t.send("hello\r")
        t.expect_exact("you said hello")
        t.close()

    def test_key_exchange_behind_a_page(self):
        t = self.shell("-o", "RekeyLimit=16K")
        t.send("page\rlong\r")
        t.expect_exact("--More--")
        for _ in range(40):
            t.send(" ")
            t.expect_exact("--More--")
        t.send("q")
        t.expect_exact("fake#")
        t.close()

    def test_refused_channels(self):
        done = self.ssh(options=["-s"], *["netconf"])
        self.assertNotEqual(done.returncode, 0)
        done = self.ssh(options=["-W", "127.0.0.1:1"])
        self.assertIn("stdio forwarding failed", done.stderr)
        t = self.shell("-A", "-X")
        t.send("hello\r")
        t.expect_exact("you said hello")
        t.close()

    # --- facts for debug ---
    def test_facts_while_they_are_wanted(self):
        self.watched = True
        t = self.shell()
        t.send("hello\r")
        t.expect_exact("you said hello\r\nfake#")
        t.send("watch\r")
        t.expect_exact("watch\r\nfake#")
        t.send("hello\r")
        t.expect_exact("you said hello\r\nfake#")
        self.assertRegex(self.core.stdout.readline(), r"TRACE \d+") # the first line since the start: there was none before
        t.send("unwatch\r")
        t.expect_exact("unwatch\r\nfake#")
        t.send("exit\r")
        t.expect(pexpect.EOF)
        t.close()
        self.assertEqual(t.exitstatus, 0)

    # --- walls and limits ---
    def test_walls(self):
        t = self.shell()
        (session,) = children(self.gate)
        for pid in (self.gate, session):
            s = status(pid)
            self.assertEqual((s["Seccomp"], s["NoNewPrivs"], s["Threads"]), ("2", "1", "1"))
            for capabilities in ("CapEff", "CapPrm", "CapInh", "CapAmb"):
                self.assertEqual(int(s[capabilities], 16), 0)
            if os.geteuid() == 0:
                self.assertEqual(s["Uid"].split(), ["65534"] * 4)
                self.assertEqual(s["Groups"].strip(), "")
        if os.geteuid() == 0:
            self.assertEqual(descriptors(session), [3, 4])
            self.assertEqual(descriptors(self.gate), [0, 1, 2, 3, 4])
        else: # not dumpable: not even who runs it may look
            for pid in (self.gate, session):
                self.assertRaises(PermissionError, descriptors, pid)
        t.close()

    def test_deadline(self):
        with self.raw() as s:
            s.recv(100)
            started = time.monotonic()
            while s.recv(1000):
                pass
            self.assertGreater(time.monotonic() - started, 3.5)  # 5 s after the connection, which is older than `started`

    def test_per_source(self):
        held = [self.raw() for _ in range(20)]
        for s in held:
            self.assertTrue(s.recv(10).startswith(b"SSH-2.0"))
        with self.raw() as s:
            self.assertIn(s.recv(10), (b"",))
        for s in held:
            s.close()
        end = time.monotonic() + 10
        while self.ssh("hello").returncode != 0:
            self.assertLess(time.monotonic(), end)

    def test_session_outlives_gate(self):
        self.may_end = (0, 9)
        t = self.shell()
        os.kill(self.gate, 9)
        time.sleep(0.1)
        t.send("hello\r")
        t.expect_exact("you said hello")
        t.close()


if __name__ == "__main__":
    unittest.main()
