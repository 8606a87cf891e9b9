# SPDX-License-Identifier: Apache-2.0
"""A hundred logins through a server, sixteen at a time, while sixteen others wait for an answer of theirs that does not
come: nobody waits for them. The figures of a thousand are those of `./dev bench --aaa`."""

import subprocess
import threading

import pytest

import lab as laboratory
import radius
import radius_server
import tacacs
import tacacs_server

COUNT, AT_ONCE = 100, 16


def config(text):
    return text.replace("line vty 0 4", "line vty 0 79")


class Plus(tacacs_server.Server):
    """Answers `slow` when it is let go."""

    def __init__(self):
        self.go, self.held = threading.Event(), 0
        users = {name: tacacs_server.User(name, ["priv-lvl=15"]) for name in ("quick", "slow")}
        super().__init__(users, wrong=self._wait)
        self.config = tacacs.config(f"tacacs-server host 127.0.0.1 port {self.port} timeout 60 key cisco")

    @staticmethod
    def _wait(self, packet, raw):
        if self.sessions.get(packet.session) == "slow" and not self.go.is_set():
            self.held += 1
            self.go.wait()
        return raw

    def let_go(self):
        self.go.set()


class Radius(radius_server.Server):
    def __init__(self):
        super().__init__()
        self.waiting, self.lie = [], self._wait
        more = " timeout 60\n retransmit 0\n"
        self.config = radius.config(radius.server("R", self.port, self.port, more=more))

    @staticmethod
    def _answer(self, request):
        if request.code == radius_server.ACCOUNTING_REQUEST:
            return [radius_server.reply(request, radius_server.ACCOUNTING_RESPONSE, b"", self.key, sign=False)]
        return [self.accept(request)]

    @staticmethod
    def _wait(self, request):
        if request.code == radius_server.ACCESS_REQUEST and request.get(radius_server.USER_NAME) == b"slow":
            self.waiting.append((request, self.peer))
            return []
        return Radius._answer(self, request)

    @property
    def held(self):
        return len(self.waiting)

    def let_go(self):
        self.lie = self._answer
        for request, peer in self.waiting:
            self.socket.sendto(self.accept(request), peer)


def logins(device, user, count, source="127.0.0.1"):
    argv = [laboratory.build_folder() / "bench/load", "login", f"{source}:{device.port}", user, f"={user}",
            "chacha20-poly1305@openssh.com", count, AT_ONCE, "show privilege"]  # fmt: skip
    return subprocess.Popen(list(map(str, argv)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def count(child):
    out, err = child.communicate(timeout=60)
    assert child.returncode == 0, err
    return int(out.split()[1])


@pytest.mark.parametrize("kind", [Radius, Plus])
def test_nobody_waits_for_others(lab, kind):
    with kind() as server:
        device = lab.booted(config(server.config))
        slow = logins(device, "slow", AT_ONCE, "127.0.0.2")  # a source has 20 places
        assert laboratory.wait_for(lambda: server.held == AT_ONCE, 20), server.held
        assert count(logins(device, "quick", COUNT)) == COUNT
        assert slow.poll() is None and server.held == AT_ONCE
        server.let_go()
        assert count(slow) == AT_ONCE
