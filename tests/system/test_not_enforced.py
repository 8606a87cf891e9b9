# SPDX-License-Identifier: Apache-2.0
"""Goal: a restriction that is kept and not enforced is in the log, whether a file brings it or a person, and once."""

import lab as laboratory

RESTRICTIONS = {
    "username guest access-class 10": ("", "access-class of a user"),
}


def warnings(terminal):
    return [line for line in terminal.command("show logging | include NOT_ENFORCED").splitlines() if "%SYS-4" in line]


def about(words):
    return f"%SYS-4-NOT_ENFORCED: {words} is kept only: "


def test_a_file_brings_them(lab):
    lines = "".join(f"{mode}\n{line}\nexit\n" if mode else f"{line}\n" for line, (mode, _) in RESTRICTIONS.items())
    device = lab.booted(laboratory.CONFIG.replace("end\n", lines + "end\n"))
    said = warnings(device.terminal())
    for _, words in RESTRICTIONS.values():
        assert sum(about(words) in line for line in said) == 1, said
    assert len(said) == len(RESTRICTIONS)


def test_a_person_brings_them(lab):
    """Each when it is typed, and not again; what takes one away, or names its neighbour, says nothing."""
    terminal = lab.booted().terminal()
    assert warnings(terminal) == []
    for line in ("configure terminal", "username other", "no aaa authorization config-commands", "line vty 0", "length 30"):
        terminal.command(line)
    terminal.command("end")
    assert warnings(terminal) == []
    for n, (line, (mode, words)) in enumerate(RESTRICTIONS.items(), 1):
        for typed in ("configure terminal", mode or "!", line, f"no {line}", line, "end"):
            terminal.command(typed)
        said = warnings(terminal)
        assert len(said) == n and about(words) in said[-1]
