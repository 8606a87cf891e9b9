# SPDX-License-Identifier: Apache-2.0
"""What every configuration row sets comes back: a device is given each row's lines, shows them, saves them, boots from
what it saved and shows the same, byte for byte. The lines are those of the generated table test (row_cases.h), so a new
row is here by itself; round N takes each row's Nth line."""

import functools
import re

import pytest

import lab as laboratory

ROUNDS = 20
CASE = re.compile(r'\{ "([^"]+)", "([^"]+)", \{ (.*?) \}, ("(?:[^"\\]|\\.)*"), .*, \d+, (.*?) \},$')
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
# Who reads the console afterwards, whatever the rows say of users, lists and lines. He has a password, or a row whose line
# is refused would keep him out. The row this takes back is left to the table test.
CONSOLE = [
    "username reader privilege 15 password 0 reader", "aaa authentication login CON local-case", "no aaa authorization console",
    "line con 0", "login authentication CON", "privilege level 15", "exec-timeout 0 0",
]  # fmt: skip


# A name is that of one access list, of whatever kind.
NAMED = re.compile(r"^(ip access-list extended|ipv6 access-list) ")


def text(literal):
    return NAMED.sub(lambda m: f"{m[0]}{m[1].split()[0]}-", literal[1:-1].encode("latin-1").decode("unicode_escape"))


@functools.cache
def rows(build):
    """{(where, mode): (lines that lead there, the row's lines)} of what configures and is printed."""
    found = {}
    for line in (build / "tests/table/row_cases.h").read_text(encoding="latin-1").splitlines():
        case = CASE.match(line.strip())
        if not case or case[2] == "exec" or re.search("CASE_HANDLER|CASE_INPUT", case[5]):
            continue
        enter = [text(s).replace("line con 0", "line aux 0") for s in STRING.findall(case[3])]
        found.setdefault((case[1], case[2]), (enter, []))[1].append(text(case[4]))
    return found


def configuration(build, number):
    """The lines, and which row each line number belongs to."""
    lines, owner = [], {}
    for row, (enter, samples) in rows(build).items():
        lines += [*enter, samples[number % len(samples)]]
        owner[len(lines)] = row
    return [*lines, *CONSOLE, "end"], owner


def shown(device):
    console = device.console(size=(60, 500))
    console.send("\rreader\rreader\r")  # typed ahead: a row says what the prompts are
    console.settle(wait="#$")
    console.command("terminal length 0")
    out = console.command("show running-config", seconds=20)
    console.command("write memory", seconds=20)
    device.hang_up()
    return out[out.index("version ") : out.rindex("end")].split("\n", 1)[1]


def refused(device, owner):
    numbers = re.findall(r"CONFIG_LINE: startup-config line (\d+):", device.log())
    assert all(int(n) in owner for n in numbers), device.log()
    return {owner[int(n)] for n in numbers}


@pytest.mark.parametrize("number", range(ROUNDS))
def test_every_row_comes_back(lab, build, number):
    lines, owner = configuration(build, number)
    device = lab.device()
    device.init("\n".join(lines) + "\n")
    device.run()
    not_taken = refused(device, owner)
    first = shown(device)
    device.stop()
    saved = (device.folder / "nvram/startup-config").read_text()
    assert saved[saved.index("version ") : saved.rindex("end")].split("\n", 1)[1] == first
    device.run()
    assert not refused(device, owner)
    assert shown(device) == first
    # A line may be one that its row refuses (a hash that is none); none of a row's lines may.
    for row in not_taken:
        samples = rows(build)[row][1]
        assert len(samples) > 1, f"{row}: {samples} refused"


def test_rounds_reach_every_line(build):
    assert max(len(samples) for _, samples in rows(build).values()) <= ROUNDS
