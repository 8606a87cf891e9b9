# SPDX-License-Identifier: Apache-2.0
"""A flood of the dearest key exchanges there are (DHEat, CVE-2002-20001: a random value costs the sender nothing and the
server two powers modulo 8192 bits) from one address: gate lets so many work at once, and a good client logs in all the
time."""

import os
import random
import threading
import time

import lab as laboratory
import wire

KEXES = "diffie-hellman-group18-sha512 diffie-hellman-group16-sha512 curve25519-sha256"
ATTACKER, ATTEMPTS, AT_ONCE = "127.0.0.2", 300, 30
PER_SOURCE = 10  # src/gate/admit.c
LEVEL = "Current privilege level is 15\n"


def attempt(port, wait):
    """Sends everything at once and leaves, or waits for the reply: True if it came."""
    kex, size = random.choice([("diffie-hellman-group18-sha512", 1023), ("diffie-hellman-group16-sha512", 511)])
    try:
        c = wire.Plain(port, source=ATTACKER, timeout=20)
    except OSError:
        return False
    try:
        c.send(wire.kexinit(kex))
        c.send(bytes([wire.ECDH_INIT]) + wire.mpint(int.from_bytes(os.urandom(size), "big") | 2))
        return wait and (c.packet() or b"?")[0] == wire.KEXINIT and (c.packet() or b"?")[0] == wire.ECDH_REPLY
    finally:
        c.close()


class Flood:
    def __init__(self, port):
        self.port, self.left, self.answered, self.lock = port, ATTEMPTS, 0, threading.Lock()
        self.threads = [threading.Thread(target=self.work) for _ in range(AT_ONCE)]

    def work(self):
        while True:
            with self.lock:
                self.left -= 1
                if self.left < 0:
                    return
                wait = self.left % 4 != 0
            answered = attempt(self.port, wait)
            with self.lock:
                self.answered += answered

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *_):
        for t in self.threads:
            t.join()


def at_once(device):
    """Some come for others that go, and who goes takes a moment: who is there twice was there between."""
    before = device.sessions()
    time.sleep(0.1)
    return len(before & device.sessions())


def test_a_good_client_logs_in_while_it_goes_on(lab):
    device = lab.booted(laboratory.CONFIG.replace("end\n", f"ip ssh server algorithm kex {KEXES}\nend\n"))
    most = logins = 0
    with Flood(device.port) as flood:
        while flood.left > 0 or not logins:
            done = device.ssh("show privilege")
            assert (done.stdout, done.returncode) == (LEVEL, 0), done.stderr
            logins += 1
            most = max(most, at_once(device))
    assert flood.answered, "the flood never reached a key exchange"
    # Some that gave way are not gone yet; without the limit AT_ONCE would be there.
    assert most < 2 * PER_SOURCE, "more of one address worked at once than gate is to let"
    assert device.ssh("show privilege").stdout == LEVEL
