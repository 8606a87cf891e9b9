# SPDX-License-Identifier: Apache-2.0
"""A device with a hundred thousand lines of configuration boots, shows and saves them whole, and takes new ones. How long
that takes is measured by `./dev bench`, not here."""

import re

import lab as laboratory

HOSTS = 100_000


def host_lines(hosts):
    return [f"ip host h{i} 10.{i >> 16}.{i >> 8 & 255}.{i & 255}" for i in hosts]


def configuration(hosts):
    return laboratory.CONFIG.replace("line vty", "\n".join([*host_lines(hosts), "line vty"]))


def shown(device, command="show running-config"):
    done = device.ssh(command, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.replace("\r", "")


def body(text):
    return text[text.index("hostname ") :].rstrip("\n")


def test_a_hundred_thousand_lines(lab):
    device = lab.device()
    device.init(configuration(reversed(range(HOSTS))))  # entered in no useful order
    device.run(timeout=60)
    text = shown(device)
    assert [line for line in text.splitlines() if line.startswith("ip host ")] == host_lines(range(HOSTS))
    t = device.terminal()
    t.command("configure terminal")
    t.command("no ip host h77777")
    t.command("ip host zz 192.0.2.1")
    t.command("end")
    assert "[OK]" in t.command("write memory", seconds=30)
    device.hang_up()
    changed = shown(device)
    assert "ip host zz 192.0.2.1\n" in changed and "ip host h77777 " not in changed
    assert changed.count("\nip host ") == HOSTS
    device.stop()
    device.run(timeout=60)
    assert body(shown(device)) == body(changed)
    assert body(shown(device, "show startup-config")) == body(changed)


def test_lines_that_cost_much_leave_the_loop_its_turns(lab):
    """After each `privilege` every command's level is found anew: many such lines are not loaded in one step. What is
    compared is processor time; a hundred of them at once took twice as much and more."""
    lines = [f"privilege exec level 5 terminal length {n}" for n in range(1, 501)]
    device = lab.booted(laboratory.CONFIG.replace("end\n", "\n".join([*lines, "end\n"])))
    assert shown(device).count("\nprivilege exec ") == len(lines)
    longest = re.search(r"core: longest step ([\d.]+) ms", device.status().stdout)
    assert float(longest[1]) < 100
