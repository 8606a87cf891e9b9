# SPDX-License-Identifier: Apache-2.0
"""Ten thousand lines pasted into a session all arrive, in order, and are echoed right, whoever reads how slowly; they
cost what ten times a thousand lines cost, and a client that goes away in the middle leaves a device that serves on."""

import re
import socket
import threading

import pytest

import lab as laboratory

MANY, FEW = 10_000, 1_000
KEY = """\
AAAAB3NzaC1yc2EAAAADAQABAAABAQCqVvA+1eBvr/X59Rlk0DRQc9WOGTiqavT2PWn6xWDTsqk/avwUr5OOsDgi/cnV6TU9
b0mycmSK1oPqS9qlcfAkKquOjQPOhonTpgLZ36CzRuFhrkb1bE/LuAv7z1rTRby9P8cJq9JyX9QQn49td20Kzp5UBeYKxgiu
zJVE69zgurSuapCUdeH8X8VuwHdw3lauOzqtj21n+GS3ORZMs8/aTio53c6W0q/umI3u8Nv/oN9bj/vg7ReLNhN4P8Cc2nIu
p1ypTzZsucVlIsovIN3OHVTnndPPa6mclfegzV+tOAinBx86bJyBuhoDScmxAYKr4OoLRaggWQRVibojpGwH"""
TEXTS = ["banner motd #", "ip host in-a-banner 192.0.2.1", "Größe 東京", "#", "ip ssh pubkey-chain", "username admin",
         "key-string", *KEY.split("\n"), "exit", "exit", "exit"]  # fmt: skip


def hosts(prefix, count):
    return [f"ip host {prefix}{i:05} 10.{i >> 8 & 255}.{i & 255}.1" for i in range(count)]


class Shell:
    """A client's channel; a thread of its own writes, so that neither side waits for the other."""

    def __init__(self, device, window=1 << 21, width=200):
        self.client = device.paramiko()
        self.channel = self.client.get_transport().open_session(window_size=window)
        self.channel.get_pty("xterm", width, 0)
        self.channel.invoke_shell()
        self.channel.settimeout(60)
        self.seen = b""
        self.writer = None

    def send(self, text):
        self.writer = threading.Thread(target=self._send, args=(text.encode(),), daemon=True)
        self.writer.start()

    def _send(self, data):
        try:
            self.channel.sendall(data)
        except OSError:  # the tests of a client that goes away
            pass

    def until(self, text):
        """Reads to this text."""
        while text.encode() not in self.seen[-len(text) - 65536 :]:
            more = self.channel.recv(65536)
            assert more, f"closed; the last it said: {self.seen[-500:]!r}"
            self.seen += more
        data, self.seen = self.seen.decode().replace("\r\n", "\n"), b""
        return data

    def close(self):
        self.client.close()


def core_cpu(device):
    """Nanoseconds core has run."""
    (pid,) = device.role("core")
    with open(f"/proc/{pid}/schedstat") as f:
        return int(f.read().split()[0])


def configured(device, prefix):
    text = device.ssh("show running-config", timeout=60).stdout
    return re.findall(rf"^(ip host {prefix}\S+ \S+)$", text, re.M), text


def echoed(shown, prefix):
    return re.findall(rf"^R1\(config\)#(ip host {prefix}\S+ \S+)$", shown, re.M)


def paste(shell, lines, end):
    """Types the lines and a last command; what was shown until its answer."""
    shell.send("configure terminal\r" + "".join(line + "\r" for line in lines) + f"end\rshow privilege | include {end}|15\r")
    return shell.until("level is 15\r\nR1#")


def test_all_arrive_in_order_and_in_proportion(lab):
    device = lab.booted()
    shell = Shell(device)
    warm = hosts("w", 100)
    paste(shell, warm, "warm")
    cpu = [core_cpu(device)]
    few = hosts("f", FEW)
    paste(shell, few, "few")
    cpu.append(core_cpu(device))
    many = hosts("m", MANY)
    lines = many[: MANY // 2] + TEXTS + many[MANY // 2 :]
    shown = paste(shell, lines, "many")
    cpu.append(core_cpu(device))
    shell.close()

    assert echoed(shown, "m") == many
    assert not re.search(r"^%", shown, re.M)
    found, text = configured(device, "m")
    assert sorted(found) == many
    assert "banner motd ^C\nip host in-a-banner 192.0.2.1\nGröße 東京\n^C\n" in text and "ip host in-a-banner" not in found
    assert re.search(r"username admin\n  key-hash ssh-rsa A1E42EE9FDADF0EAA70B5A7449A13A63$", text, re.M)
    ratio = (cpu[2] - cpu[1]) / (cpu[1] - cpu[0])
    print(f"core: {(cpu[1] - cpu[0]) / FEW / 1000:.0f} µs a line, then {(cpu[2] - cpu[1]) / MANY / 1000:.0f}; ratio {ratio:.1f}")
    assert ratio < 3 * MANY / FEW


def test_a_client_that_does_not_read(lab):
    """Its window is full, then the device's: the device stops reading, and goes on where it stopped."""
    device = lab.booted()
    shell = Shell(device, window=32768)
    lines = hosts("s", MANY)
    shell.until("R1#")
    shell.send("configure terminal\r" + "".join(line + "\r" for line in lines) + "end\rshow privilege\r")

    def stands_still():
        before = core_cpu(device)
        shell.writer.join(0.5)
        return core_cpu(device) - before < 5_000_000 and shell.channel.recv_ready()

    assert laboratory.wait_for(stands_still, 30) and shell.writer.is_alive()
    assert device.ssh("show privilege").returncode == 0  # others are served meanwhile
    assert 0 < len(configured(device, "s")[0]) < MANY
    shown = shell.until("level is 15\r\nR1#")
    shell.close()
    assert echoed(shown, "s") == lines
    assert sorted(configured(device, "s")[0]) == lines


@pytest.mark.parametrize("how", ["closed", "reset"])
def test_a_client_that_goes_away(lab, how):
    """What it typed before is done, in order; its line is free at once, and nothing is left of it."""
    device = lab.booted()
    shell = Shell(device, window=65536)
    shell.until("R1#")
    lines = hosts("g", MANY)
    shell.send("configure terminal\r" + "".join(line + "\r" for line in lines))
    while len(shell.seen) < 40000:
        shell.seen += shell.channel.recv(4096)
    sock = shell.client.get_transport().sock
    if how == "reset":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        sock.close()
    else:
        sock.shutdown(socket.SHUT_RDWR)
    shell.close()
    assert laboratory.wait_for(lambda: device.ssh("show users").stdout.count("vty") == 1, 20)
    found, _ = configured(device, "g")
    assert 100 < len(found) < MANY and sorted(found) == lines[: len(found)]
    shell = Shell(device)
    assert echoed(paste(shell, lines[:10], "again"), "g") == lines[:10]
    shell.close()
