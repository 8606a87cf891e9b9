# SPDX-License-Identifier: Apache-2.0
"""rommon's prompt as people know it: every command, the register's dialogue, the variables, and a break from the very
first second. What is typed may be anything."""

import random

import pexpect
import pytest
from fake_device import IMAGE, console, core_of, foreground, installed, make, up  # noqa: F401 (fixtures)


def variables(device):
    return (device.folder / "nvram/boot-vars").read_text()


@pytest.fixture
def prompt(make):
    """A device of an ordinary user, whose console is at the prompt."""
    device = make(65534)
    up(device)
    c = console(device, "-b")
    c.expect_exact("rommon 1 > ")
    c.device = device
    yield c
    device.stop()


def say(c, line, *words):
    """Types a line, sees `words` in their order, and the next prompt. Returns what was printed."""
    c.send(line + "\r")
    c.expect_exact(line + "\r\n")
    printed = ""
    for word in words:
        c.expect_exact(word)
        printed += (c.before + c.after).decode()
    c.expect(r"rommon \d+ > ")
    return printed + c.before.decode()


def test_help_names_every_command(prompt):
    names = [line.split()[0] for line in say(prompt, "help").splitlines() if line.strip()]
    assert names[:-1] == sorted(names[:-1]) and names[-1] == "NAME=VALUE"
    assert say(prompt, "?") == say(prompt, "HELP")
    for name in set(names[:-1]) - {"boot", "i", "reset", "confreg"}:
        assert "not found" not in say(prompt, name), name


def test_what_it_tells_of_the_machine(prompt):
    say(prompt, "showmon", "System Bootstrap, Version", "boot interface 1")
    printed = say(prompt, "meminfo", "Main memory size: ")
    total = next(line for line in open("/proc/meminfo") if line.startswith("MemTotal")).split()[1]
    assert f"Main memory size: {int(total) >> 10} MB" in printed
    say(prompt, "dev", "flash0:")
    (prompt.device.folder / "flash/odd\x1bname").touch()
    say(prompt, "dir flash0:", "odd?name", IMAGE)
    say(prompt, "dir nvram:", "only flash0: can be listed")


def test_register_is_changed_by_its_value(prompt):
    say(prompt, "confreg 0x2142", "You must reset or power cycle")
    assert "CONFREG=0x2142\n" in variables(prompt.device)
    for wrong in ("0x", "0x12345", "2102x", "-1", "0xg", "zero"):
        say(prompt, f"confreg {wrong}", "is no register value")
    assert "CONFREG=0x2142\n" in variables(prompt.device)
    say(prompt, "confreg 2102", "You must reset or power cycle")
    assert "CONFREG=0x2102\n" in variables(prompt.device)


def test_register_is_changed_by_its_dialogue(prompt):
    def answers(*lines):
        prompt.send("confreg\r")
        for question, line in lines:
            prompt.expect_exact(question)
            prompt.send(line + "\r")
        prompt.expect(r"rommon \d+ > ")
        return prompt.before.decode()

    change = "do you wish to change the configuration? y/n  [n]:"
    kept = answers((change, ""))
    assert "You must reset" not in kept and not (prompt.device.folder / "nvram/boot-vars").exists()
    told = answers(
        (change, "perhaps"),
        (change, "y"),
        ('enable  "break/abort has effect"?', ""),
        ('enable  "ignore system config info"?', "y"),
        ("change the boot characteristics?", "y"),
        ("2-15 = boot system", "16"),
        ("[2]:", "1"),
        (change, ""),
    )
    assert "You must reset" in told
    assert variables(prompt.device) == "CONFREG=0x2141\n"
    prompt.send("confreg\r")
    for words in ("0x2141", "ignore system config info", "boot: the first image in flash0:", change):
        prompt.expect_exact(words)
    prompt.send("\x03")
    prompt.expect(r"rommon \d+ > ")
    answers((change, "y"), ("break/abort", "y"), ("disable", "y"), ("characteristics", "n"), (change, "n"))
    assert variables(prompt.device) == "CONFREG=0x2001\n"


def test_variables_are_written_by_sync_alone(prompt):
    (prompt.device.folder / "nvram/boot-vars").write_text("OTHER=kept as it is\n")
    say(prompt, "BOOT=flash0:none.bin;flash0:" + IMAGE)
    say(prompt, "set SPEED=9600 baud")
    assert "SPEED=9600 baud\r\n" in say(prompt, "set")
    assert variables(prompt.device) == "OTHER=kept as it is\n"
    say(prompt, "sync")
    assert "SPEED=9600 baud\n" in variables(prompt.device) and f"BOOT=flash0:none.bin;flash0:{IMAGE}\n" in variables(prompt.device)
    say(prompt, "unset SPEED")
    say(prompt, "unset SPEED", 'there is no variable "SPEED"')
    say(prompt, "unset CONFREG", "no variable")
    say(prompt, "unset", "which variable")
    say(prompt, "CONFREG=nonsense", "not a variable")
    say(prompt, "=x", "not a variable")
    say(prompt, "sync")
    assert "SPEED" not in variables(prompt.device)
    prompt.send("boot\r")
    prompt.expect_exact("flash0:none.bin refused: no such file")
    prompt.expect_exact(f"Loading flash0:{IMAGE}")
    prompt.expect("fake>")


def test_history_and_the_keys_of_the_line(prompt):
    say(prompt, "dev", "flash0:")
    say(prompt, "showmon", "System Bootstrap")
    say(prompt, "history", "1   dev", "2   showmon", "3   history")
    say(prompt, "repeat 1", "dev\r\n", "Devices in device table")
    say(prompt, "repeat", "dev\r\n", "Devices in device table")
    say(prompt, "repeat 99", "there is no such line")
    say(prompt, "repeat -1", "there is no such line")
    prompt.send("\x1b[A\x1b[A\x1b[A\x1b[B\x1b[B\x1b[A\x1b[A\x10\x10\x0e\r")  # 5, 4, 3, 4, 5, 4, 3, 2, 1, 2
    prompt.expect_exact("System Bootstrap")
    prompt.expect(r"rommon 7 > ")
    prompt.send("nonsense\x15de\x08\x7fdevx\x7f\x1b[3~\x1b[D\r")
    prompt.expect_exact("Devices in device table")
    prompt.expect(r"rommon 8 > ")
    for _ in range(20):
        say(prompt, "x", "not found")
    assert say(prompt, "history").splitlines()[0].startswith("13  ")


def test_nothing_typed_harms_it(prompt):
    rng = random.Random(7)
    words = [b"boot", b"confreg ", b"repeat ", b"set ", b"A=", b"\x1b[", b"\x1b", b"\r", b"\r", b"y\r", b"\x03", b"\x00", b"\xff", b"9" * 300]
    for _ in range(40):
        typed = b"".join(rng.choice([rng.choice(words), rng.randbytes(5)]) for _ in range(20))
        prompt.send(typed.replace(b"\x1d", b"").replace(b"boot", b"boat"))
    prompt.send("\x1b\x1b\x03\r")
    say(prompt, "BOOT=" + "x" * 240)
    prompt.send("\x03\r")
    say(prompt, "showmon", "System Bootstrap")
    assert "at its rommon prompt" in prompt.device.status().stdout


def test_ctrl_c_at_once_is_a_break(make):
    device = make(65534)
    c = foreground(device)
    c.expect_exact("Loading flash0:")
    c.send("\x03")
    c.expect_exact("rommon 1 > ")
    c.send("boot\r")
    c.expect("fake>")
    c.send("x\r\x03\rself\r")
    c.expect_exact("environment empty")
    assert core_of(device)
    device.stop()
    c.expect(pexpect.EOF)
