# SPDX-License-Identifier: Apache-2.0
"""Every command of the documents, typed as they show it in the mode they show it in, does what they say.

The commands are the rows of tests/table/ios-commands.tsv. Its columns:

feature   the row's requirement
mode      where the example is typed: priv is Router#, exec is Router>
device    who answers: `ssh` and `console` have CONFIG below, `bare` has nothing and is used at its console; what stands
          after a colon tells apart devices that rows must not share; on `client1` somebody sits by SSH version 1
setup     lines typed before the example, from Router# (mode exec: from Router>); empty: the lines that lead to the mode
syntax    for the reader
example   what is typed; ` / ` stands between lines, ` ^Z` for Ctrl-Z at the end of a line, <FILE> for each line of
          tests/system/routers/FILE
expect    clauses with `; ` between, each of which must hold (CLAUSES); a text between slashes is a regular expression
later     clauses that will hold when this device has a client, and must not hold until then
proof     tests that show the behaviour no screen tells"""

import pathlib
import re
import shutil
import sys

import pytest

import lab as laboratory

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/interop"))
import wire1  # noqa: E402

TABLE = ROOT / "tests/table/ios-commands.tsv"
COLUMNS = ("feature", "mode", "device", "setup", "syntax", "example", "expect", "later", "proof")

CONFIG = """\
ip domain-name example.com
username admin privilege 15 password 0 admin
line vty 0 4
 login local
 transport input ssh
end
"""

# mode: the mode before it and the line that leads from there
WAYS = {
    "exec": None,
    "priv": None,
    "config": ("priv", "configure terminal"),
    "config-if": ("config", "interface Ethernet1/0"),
    "config-attr-list": ("config", "aaa attribute list per-group"),
    "config-line": ("config", "line vty 0 4"),
    "config-controller": ("config", "controller E1 2/0"),
    "config-map-list": ("config", "map-list atm"),
    "config-router": ("config", "router ospf 1"),
    "config-r": ("config", "redundancy"),
    "config-r-mc": ("config-r", "main-cpu"),
    "conf-ssh-pubkey": ("config", "ip ssh pubkey-chain"),
    "conf-ssh-pubkey-user": ("conf-ssh-pubkey", "username user1"),
    "conf-ssh-pubkey-data": ("conf-ssh-pubkey-user", "key-string"),
}
REFUSED = re.compile(
    r"^(% (Invalid input|Incomplete command|Ambiguous command|Unknown command|Unrecognized|At most|Cannot)"
    r"|Command (authorization failed|rejected))",
    re.M,
)
CLAUSE_END = re.compile(r"(?<!\\); ")


# --- the table ---


def read_table():
    head, *lines = TABLE.read_text().splitlines()
    assert tuple(head.split("\t")) == COLUMNS, "the table's columns"
    return [dict(zip(COLUMNS, line.split("\t"), strict=True)) for line in lines]


ROWS = read_table()
IDS = [f"{i:03}-{r['feature']}-{r['mode']}-{r['example'][:40]}" for i, r in enumerate(ROWS, 2)]


def clauses(text):
    return [tuple(re.match(r"([a-z]+)(?:: (.*))?$", c, re.S).groups()) for c in CLAUSE_END.split(text)] if text else []


def pattern(text):
    """A text of the table as a regular expression; between slashes it is one already."""
    return text[1:-1].replace("\\;", ";") if re.fullmatch(r"/.*/", text) else re.escape(text)


def parent_of(argument):
    return argument.rsplit(" under ", 1)[1].split(", ") if " under " in argument else []


def lines_of(cell):
    lines = []
    for line in cell.split(" / ") if cell else []:
        name = re.fullmatch(r"<([\w.-]+)>", line)
        lines += (ROOT / "tests/system/routers" / name.group(1)).read_text().splitlines() if name else [line]
    return lines


def ways(mode, parents):
    """The lines that lead from Router# to the mode, once for each parent the row names (else the usual one)."""
    if not WAYS[mode]:
        return [[]]
    before, entry = WAYS[mode]
    return [[*ways(before, [])[0], line] for line in parents or [entry]]


# --- what was seen ---


class Seen:
    """One walk of a row: its screen, and what the device says afterwards."""

    def __init__(self, terminal, parent):
        self.terminal, self.parent = terminal, parent
        self.first = len(terminal.screen.lines)
        self.screen, self.prompt = "", None  # when all was typed
        self.config = None

    @property
    def output(self):
        return "\n".join(self.terminal.screen.lines[self.first :])

    def run(self, line):
        return self.terminal.command(line, seconds=30)

    def running(self):
        """(indent, line) of the configuration."""
        if self.config is None:
            text = self.run("show running-config")
            self.config = [(len(s) - len(s.lstrip()), s.strip()) for s in text.splitlines() if s.strip()]
        return self.config

    def below(self, parent):
        """The lines of the configuration below the parent; all without indent for None."""
        lines = self.running()
        if parent is None:
            return [line for indent, line in lines if indent == 0]
        for at, (indent, line) in enumerate(lines):
            if line == parent:
                rest = lines[at + 1 :]
                end = next((i for i, (deep, _) in enumerate(rest) if deep <= indent), len(rest))
                return [line for _, line in rest[:end]]
        return []


def refusals(screen):
    """Each refused line with the answer to it."""
    lines = screen.splitlines()
    starts = [i for i, line in enumerate(lines) if REFUSED.match(line)]
    return [f"{lines[max(0, i - 2 if i > 1 and lines[i - 1].strip() == '^' else i - 1)]} {lines[i]}" for i in starts]


def accepted(seen, _):
    refused = refusals(seen.screen)
    if len(refused) > 1:
        raise AssertionError("\n  " + "\n  ".join(refused))
    return not refused


def error(seen, text):
    return text in seen.screen


def prompt(seen, text):
    return seen.prompt == text


def output(seen, text):
    return re.search(pattern(text), seen.screen, re.M)


def config(seen, argument):
    text = argument.rsplit(" under ", 1)[0] if " under " in argument else argument
    parents = parent_of(argument)
    # Walked once for each parent, the row is judged by that one; with a setup of its own it names where to look.
    places = [p for p in parents if p == seen.parent] or parents or [None]
    return all(any(re.fullmatch(pattern(text), line) for line in seen.below(p)) for p in places)


def absent(seen, text):
    return not any(line == text or line.startswith(text + " ") for _, line in seen.running())


def then(seen, argument):
    command, text = argument.split(" -> ", 1)
    return re.search(pattern(text), seen.run(command), re.M)


CLAUSES = {
    "accepted": accepted,  # no refusal on the screen
    "error": error,  # … this one
    "prompt": prompt,  # exactly, at the end
    "output": output,  # on the screen
    "config": config,  # a line of running-config, [under PARENT, …]: below each of these
    "absent": absent,  # no line of running-config begins so
    "then": then,  # COMMAND -> TEXT: what it prints
}


# --- the devices ---


class Place:
    """A device and the terminal that stands at its privileged prompt."""

    def __init__(self, device, kind):
        self.device, self.devices, self.kind, self.terminal = device, [device], kind, None

    def open(self):
        if self.kind == "ssh":
            t = self.device.terminal(size=(500, 200))
        else:
            t = self.device.console(size=(500, 200))
            t.until("Press RETURN to get started")
            t.send("\r")
            t.settle(wait="[>#]$")
        return t

    def ready(self, mode):
        """A terminal at Router#, or Router> for the mode exec."""
        if mode == "exec":
            self.leave()
            self.terminal = self.open()
            return self.terminal
        if not self.terminal:
            self.terminal = self.open()
            if self.terminal.screen.last.endswith(">"):
                self.terminal.command("enable")
            self.terminal.command("terminal length 0")
        return self.terminal

    def leave(self):
        if self.terminal:
            if self.kind != "ssh" and not self.terminal.closed:
                self.terminal.send("exit\r")
                self.terminal.settle(wait=".*")
            self.terminal.close()
        self.terminal = None


def sit_down(device):
    """Somebody on a line by SSH version 1."""
    client = wire1.Client(device.port).logged_in()
    client.send(wire1.EXEC_SHELL)
    assert client.answer() == wire1.STDOUT_DATA
    return client


class Places:
    """Makes the devices the table names, each when the first row asks for it."""

    def __init__(self):
        self.lab = laboratory.Lab()
        self.places, self.template = {}, None

    def make(self, kind):
        device = self.lab.device()
        if kind == "bare":
            device.init(None)
        elif self.template is None:
            device.init(CONFIG)
            self.template = self.lab.device()
            shutil.copytree(device.folder, self.template.folder)
        else:  # host keys are made once
            shutil.copytree(self.template.folder, device.folder)
        device.run()
        return device

    def get(self, name):
        if name not in self.places:
            kind = name.split(":")[0]
            self.places[name] = Place(self.make(kind), kind)
            if name.endswith(":client1"):
                self.places[name].client = sit_down(self.places[name].device)
        return self.places[name]


@pytest.fixture(scope="module")
def places(build):
    made = Places()
    yield made
    made.lab.release()


# --- the walk ---


def type_line(t, line):
    if line.endswith(" ^Z"):
        before = len(t.screen.lines)
        t.send(line[:-3] + "\x1a")
        t.until_new_line(before)
        t.settle()
    else:
        t.command(line, seconds=60)


def leave_configuration(t):
    for _ in range(3):
        if not t.screen.last.endswith(")#") and t.screen.last.endswith("#"):
            return
        before = len(t.screen.lines)
        t.send("\x1a")
        t.until_new_line(before)
        t.settle()


def judge(seen, text):
    """(clause, its words) of the clauses that do not hold."""
    failed = []
    for verb, argument in clauses(text):
        why = ""
        try:
            holds = CLAUSES[verb](seen, argument)
        except AssertionError as e:
            holds, why = False, str(e)
        if not holds:
            failed.append(f"{verb}: {argument} {why}" if argument else f"{verb} {why}")
    return failed


def wait_for_output(seen, text):
    """What is logged comes when it comes."""
    wanted = [pattern(a) for verb, a in clauses(text) if verb == "output"]
    laboratory.wait_for(
        lambda: all(re.search(p, seen.output, re.M) for p in wanted) or (seen.terminal.read(0.05) and False), 2
    )


def walk(place, row, way, parent):
    t = place.ready(row["mode"])
    before = len(t.screen.lines)
    for line in way:
        type_line(t, line)
    way_seen = "\n".join(t.screen.lines[before:])
    seen = Seen(t, parent)
    for line in lines_of(row["example"]):
        type_line(t, line)
    wait_for_output(seen, row["expect"])
    seen.screen, seen.prompt = seen.output, t.screen.last
    problems = []
    if REFUSED.search(way_seen):
        problems.append(f"the way there: {' / '.join(way)} was refused:\n{way_seen}")
    if row["mode"] != "exec":
        leave_configuration(t)
    problems += [f"expected {failed}" for failed in judge(seen, row["expect"])]
    if row["later"] and not judge(seen, row["later"]):
        problems.append(f"holds already, so it belongs into `expect`: {row['later']}")
    return problems, seen


def report(row, way, problems, seen):
    shown = "\n".join(f"  | {line}" for line in seen.screen.splitlines()[-30:])
    return (
        f"mode {row['mode']} of device {row['device']} ({row['feature']}: {row['syntax']})\n"
        f"after: {' / '.join(way)}\ntyped: {row['example']}\n"
        + "\n".join(problems)
        + f"\nseen:\n{shown}"
    )


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_row(row, places, request):
    place = places.get(row["device"])
    request.node.lab = place  # whose log is shown when it fails
    parents = [p for verb, a in clauses(row["expect"]) if verb == "config" for p in parent_of(a)]
    roads = [lines_of(row["setup"])] if row["setup"] else ways(row["mode"], list(dict.fromkeys(parents)))
    try:
        for way in roads:
            problems, seen = walk(place, row, way, way[-1] if way and not row["setup"] else None)
            if problems:
                pytest.fail(report(row, way, problems, seen), pytrace=False)
        if row["mode"] == "exec":
            place.leave()
    except BaseException:
        if place.terminal:
            place.terminal.close()
        place.terminal = None
        raise


# --- the table itself ---


def test_no_row_is_passed_over():
    """Each line of the file is walked, and walking it checks something."""
    lines = [line for line in TABLE.read_text().split("\n")[1:] if line]
    mark = next(m for m in test_row.pytestmark if m.name == "parametrize")
    assert len(mark.args[1]) == len(lines) > 150 and len(set(IDS)) == len(lines)
    for row in ROWS:
        assert row["mode"] in WAYS and row["device"].split(":")[0] in ("ssh", "console", "bare"), row
        assert row["example"] and clauses(row["expect"]), row
        assert all(verb in CLAUSES for verb, _ in clauses(row["expect"]) + clauses(row["later"])), row


def exists(proof):
    path, _, name = proof.partition("::")
    if not name:
        return (ROOT / f"{path}.in").is_file()
    defined = rf"^\s*def {name}\(" if path.endswith(".py") else rf"^static void {name}\("
    return (ROOT / path).is_file() and re.search(defined, (ROOT / path).read_text(), re.M)


def test_proofs_exist():
    """What a screen does not tell is shown by a test: `path::name`, or a golden session."""
    named = {p for row in ROWS for p in row["proof"].split(", ") if p}
    missing = sorted(p for p in named if not exists(p))
    assert named and not missing, "\n".join(missing)
