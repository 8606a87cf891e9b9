# SPDX-License-Identifier: Apache-2.0
"""Whatever instant the whole device is killed at while it writes, it boots with an old or a new whole configuration
and with every key pair whose making was confirmed."""

import random
import re
import time

import lab as laboratory

ROUNDS = 100
HOSTS = 8


def lines(generation):
    """A configuration of which a part is recognised as a part: each line carries the generation."""
    hosts = [f"ip host h{i} 10.{i}.{generation // 256}.{generation % 256}" for i in range(HOSTS)]
    return [f"hostname G{generation}", *hosts]


def generations(config):
    """The generations found in a configuration; one when it is whole."""
    found = {int(g) for g in re.findall(r"^hostname G(\d+)", config, re.M)}
    for i in range(HOSTS):
        hosts = re.findall(rf"^ip host h{i} 10\.{i}\.(\d+)\.(\d+)", config, re.M)
        found |= {int(a) * 256 + int(b) for a, b in hosts} or {None}
    return found


class Writer:
    """Types changes and saves them over one connection, without waiting, and notes what the device confirmed."""

    def __init__(self, device, confirmed):
        self.client = device.paramiko()
        self.shell = self.client.invoke_shell("vt100", width=500, height=1000)
        self.confirmed, self.attempted, self.seen, self.saved_at = confirmed, confirmed, "", None

    def start(self, generation):
        self.attempted = generation
        script = ["configure terminal", *lines(generation), "end", "write memory"]
        script += ["configure terminal", f"crypto key generate rsa label k{generation} modulus 768"]
        script += ["crypto key generate rsa label same modulus 768", "yes", "end"]
        self.shell.send("".join(line + "\r" for line in script))

    def listen(self, seconds):
        """Reads so long; True once everything typed was confirmed."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.shell.settimeout(left)
            try:
                data = self.shell.recv(65536)
            except OSError:
                break
            if not data:
                break
            self.seen += data.decode("latin-1")
            if self.saved_at is None and self.saved():
                self.saved_at = time.monotonic()
            if self.made() == 2 and re.search(r"\)#end\r\n[\s\S]*#$", self.seen[self.seen.rfind("[OK]") :]):
                return True
        return False

    def saved(self):
        return re.search(r"write memory\r\nBuilding configuration\.\.\.\s+\[OK\]", self.seen) is not None

    def made(self):
        """How many of the two key pairs are confirmed."""
        return len(re.findall(r"non-exportable\.\.\.[\s.]*\[OK\]", self.seen))


def state(device):
    shown = []
    for command in ("show startup-config", "show running-config", "show crypto key mypubkey rsa"):
        client = device.paramiko()  # a connection carries one command
        shown.append(client.exec_command(command)[1].read().decode().replace("\r", ""))
        client.close()
    return shown


def test_killed_at_any_instant(lab):
    rng = random.Random(20261120)
    device = lab.device()
    device.init(laboratory.CONFIG.replace("hostname R1", "\n".join(lines(0))))
    device.run()
    confirmed, keys, save, whole = 0, set(), None, None
    torn = []
    for n in range(1, ROUNDS + 1):
        writer = Writer(device, confirmed)
        pids = list(device.processes())
        begun = time.monotonic()
        writer.start(n)
        if save is None:
            assert writer.listen(20), f"not confirmed:\n{writer.seen}"
            save = writer.saved_at - begun
            whole = (time.monotonic() - begun) / save
        else:  # three of four around the save, one anywhere up to the last key pair
            writer.listen(rng.uniform(0, save * 0.7 if n % 4 else save * whole * 1.1))
        device.kill(pids)
        writer.listen(0.05)
        # the machine is not as fast at all times: a save takes as long as it took just now, or longer than was thought
        save = (save + writer.saved_at - begun) / 2 if writer.saved_at else save * 1.02
        confirmed = n if writer.saved() else confirmed
        keys |= set([f"k{n}", "same"][: writer.made()])
        writer.client.close()

        device.run()
        startup, running, shown = state(device)
        assert generations(startup) == generations(running), f"round {n}\n{startup}\n{running}"
        (found,) = generations(startup)
        assert confirmed <= found <= n, f"round {n}: generation {found}, confirmed {confirmed}"
        present = set(re.findall(r"^Key name: (k\d+|same)$", shown, re.M))
        assert keys <= present, f"round {n}: lost {keys - present}"
        torn.append(found != n)
        confirmed, keys = found, present
    # A test whose kills all come before or after the write proves nothing.
    assert 0.1 * ROUNDS < sum(torn) < 0.95 * ROUNDS, f"{sum(torn)} of {ROUNDS} kills came before the save"
    litter = [p for p in device.folder.rglob("*") if p.is_file() and re.search(r"\.(next|tmp|new)|^\.", p.name)]
    assert litter == []
