# SPDX-License-Identifier: Apache-2.0
"""On a terminal of any kind and size a person sees what he typed and gets what he sees: lines of any language, cursors
moved over them, windows resized in the middle, pages of five short rows, and bytes no keyboard makes."""

import math
import re

import pytest

import lab as laboratory

HOSTS = "".join(f"ip host h{i:02} 192.0.2.{i}\n" for i in range(1, 41))
WIDE = "東京大阪" * 9  # 72 columns
CONFIG = laboratory.CONFIG.replace("line vty", f"{HOSTS}interface Ethernet1/0\n description {WIDE}\nline vty")
MORE = " --More-- "
UNMORE = "\b" * 9 + " " * 8 + "\b" * 9
SIZES = {"20x5": (5, 20), "512x512": (512, 512), "0x0": (0, 0)}  # columns × rows


@pytest.fixture(scope="module")
def place(build, request):
    made = laboratory.Lab()
    request.node.lab = made
    yield made.booted(CONFIG)
    made.release()


class Raw(laboratory.Terminal):
    """Keeps what arrived, too."""

    def __init__(self, *how, **more):
        self.bytes = b""
        super().__init__(*how, **more)
        feed = self.screen.feed

        def keep(data):
            self.bytes += data
            feed(data)

        self.screen.feed = keep

    def text(self):
        data, self.bytes = self.bytes.decode(), b""
        return data


@pytest.fixture
def open_terminal(place):
    def make(size=(24, 200), term="vt100", config=False):
        env = {**place.ssh_env("admin"), "TERM": term}
        t = Raw(place.ssh_argv("admin", tty=True), env=env, size=size)
        place.terminals.append(t)
        t.settle()
        if config:
            t.command("configure terminal")
            t.command("interface Ethernet1/1")
        return t

    yield make
    place.hang_up()


def description(place):
    shown = place.ssh("show running-config").stdout
    found = re.search(r"interface Ethernet1/1\n description (.*)", shown)
    return found and found.group(1)


# --- kinds and sizes ---


def pages_of(text):
    return text.replace("\r", "").split(MORE)


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
@pytest.mark.parametrize("term", ["vt100", "xterm", "dumb"])
def test_every_line_at_every_size(place, open_terminal, term, size):
    """However the pages are cut, together they are the whole output, no page is larger than the screen, and nothing is
    sent that a dumb terminal does not know."""
    t = open_terminal(size=size, term=term)
    t.text()
    t.send("show running-config\r")
    t.settle(wait=f"({MORE}|R1#)$")
    shown = t.text()
    while t.screen.last.endswith(MORE):
        t.send(" ")
        t.settle(wait=f"({MORE}|R1#)$")
        shown += t.text()
    assert not re.search(r"[\x00-\x07\x0b-\x0c\x0e-\x1f\x7f-\x9f]", shown)
    whole = shown.replace(UNMORE, "")
    rows, columns = size
    pages = pages_of(whole[whole.index("Building") :])
    if rows > 1:
        for page in pages[:-1]:
            taken = [math.ceil(sum(map(laboratory.columns, line)) / columns) or 1 for line in page.split("\n")[:-1]]
            assert sum(taken) <= rows - 1, page
    if rows == 512:
        assert len(pages) == 1
    # A page that ends within a line breaks it: compared is what is left without ends of lines.
    assert re.sub(r"\s|R1#$", "", "".join(pages)) == re.sub(r"\s", "", place.ssh("show running-config").stdout)


def test_a_long_line_in_a_small_window(place, open_terminal):
    """Typed, gone back in, changed at both ends: shown in part, taken whole."""
    t = open_terminal(size=(5, 20))
    t.send("configure terminal\rinterface Ethernet1/1\r")
    t.until(r"\(config-if\)#\n$")
    text = "a line that is much longer than twenty columns, " * 4 + "end"
    t.send("description " + text)
    t.send("\x01" + "\x06" * 12 + "It is " + "\x05" + "ing")
    t.send("\r")
    t.until(r"ing\n(.*\n)*.*\)#\n$")  # so long a prompt has a row of its own
    assert description(place) == f"It is {text}ing"
    t.send(f"description {WIDE}x\x02\x02\x02\x08!\x05y\r")
    t.until(r"xy\n(.*\n)*.*\)#\n$")
    assert description(place) == f"{WIDE[:-3]}!{WIDE[-2:]}xy"


def test_a_window_of_one_column(place, open_terminal):
    """A page for each character; nothing is lost, and it ends."""
    t = open_terminal(size=(24, 80))
    t.child.setwinsize(1, 1)
    t.settle(wait="^$")
    t.text()
    t.send("show privilege\r")
    shown = ""
    while not re.search("5[^0-9]*R1#", shown):
        t.settle(wait=f"({MORE}|^)$")
        shown += t.text()
        t.send(" ")
    assert "Currentprivilegelevelis15" in re.sub(r"\s|--More--|\x08", "", shown)


def test_resize_in_the_middle_of_a_line(place, open_terminal):
    t = open_terminal(size=(24, 100), config=True)
    text = "".join(f"{word} " for word in ("one", "zwei", "trois", "четыре", "五", "여섯")) * 4
    t.send("description " + text)
    t.settle(wait="여섯 ?$")
    for rows, columns in ((5, 20), (24, 132), (1, 1), (512, 512), (24, 40)):
        t.child.setwinsize(rows, columns)
        t.send(f"{columns} ")
        t.settle(wait=rf"{columns} ?$")
        assert columns > 20 or len(t.screen.last) < 40
    t.send("end\r")
    t.settle(wait=r"\)#$")
    assert description(place) == text + "20 132 1 512 40 end"


# --- languages ---

EDITS = [
    # typed, what the row shows behind the prompt, what is kept
    ("café", "café"),
    ("cafe\u0301s\x02\x02\x08k", "cake\u0301s"),  # over the mark with its letter, then the f
    ("東京\x02\x08x", "x京"),
    ("東京\x02\x02\x04x\x05y", "x京y"),
    ("a東b\x02\x02\x1bfz", "a東bz"),
    ("한국어\x17\x19\x19", "한국어한국어"),
    ("😀😀\x02\x7f", "😀"),
    ("e\u0301\u0302\u0323\x7fe", "e"),
    ("Größe Ж\x1bb\x1bb\x1bl", "größe Ж"),
    ("x東\x14y", "東xy"),
]


@pytest.mark.parametrize("typed,kept", EDITS, ids=[kept for _, kept in EDITS])
@pytest.mark.parametrize("at_once", [True, False], ids=["whole", "bytes"])
def test_editing(place, open_terminal, typed, kept, at_once):
    t = open_terminal(config=True)
    data = ("description " + typed).encode()
    for part in [data] if at_once else [data[i : i + 1] for i in range(len(data))]:
        t.child.send(part)
    t.settle(wait=r"description .")
    t.until(re.escape("#description " + kept))
    assert t.screen.last.rstrip() == "R1(config-if)#description " + kept
    t.send("\r")
    t.settle(wait=r"\)#$")
    assert description(place) == kept


def test_the_console_too(place):
    t = place.console()
    t.until("Press RETURN to get started")
    t.send("\r")
    t.settle(wait="[>#]$")
    for line in ("enable", "sesame", "configure terminal", "interface Ethernet1/1", "description über e\u0301 東\x7f京"):
        t.command(line)
    assert description(place) == "über e\u0301 京"
    t.command("end")
    t.send("exit\r")
    t.settle(wait=".*")


NO_TEXT = [b"caf\xe9", b"\xe9t\xe9", b"a\xff\xfeb", b"\xc2\x9b2J", b"\xe0\x82\x9b2J", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"]


@pytest.mark.parametrize("data", NO_TEXT, ids=repr)
def test_what_is_no_text_is_refused(place, open_terminal, data):
    t = open_terminal(config=True)
    t.command("description as before")
    for line in (b"description " + data, b"banner motd #" + data + b"#", b"username " + data + b" password 0 x"):
        before = len(t.screen.lines)
        t.child.send(line + b"\r")
        t.until_new_line(before + 2)
        t.settle(wait=r"\)#$")
        assert "% Invalid input detected at '^' marker." in t.screen.lines[before:]
    t.text()
    t.child.send(b"banner motd #\r" + data + b"\r#\r")
    t.until(r'% "motd" refused: no UTF-8 text')
    t.settle()
    sent = t.text()
    assert "\x9b" not in sent and "\x1b" not in sent
    shown = place.ssh("show running-config").stdout
    assert "banner motd" not in shown and description(place) == "as before"


# --- keys nobody has, and those typed too early ---

# Those that end a line, leave configuration mode or wait for another key.
SPECIAL = b"\x03\x0a\x0d\x16\x1a\x1b"


def test_every_control_key(place, open_terminal):
    t = open_terminal(config=True)
    for byte in range(32):
        if byte not in SPECIAL:
            t.child.send(b"description x" + bytes([byte]) + b"\x15\x0b")
            t.send(f"description after {byte}\r")
            t.until(rf"#description after {byte}$")
            t.settle(wait=r"\)#$")
            assert description(place) == f"after {byte}"
    t.child.send(b"description \x00\x00nul\x00s\x00\r\x00\n\x00\n")
    t.settle(wait=r"\)#$")
    t.command("description more")
    assert "nuls" in t.screen.text and description(place) == "more"


SEQUENCES = [
    b"\x1b[200~", b"\x1b[201~", b"\x1b[?1;2c", b"\x1b[24;80R", b"\x1b[1;2P", b"\x1bOP", b"\x1b[15~", b"\x1b[<0;10;10M",
    b"\x1b]11;rgb:0000/0000/0000\x07", b"\x1b]2;title\x1b\\", b"\x1bP>|term(1)\x1b\\", b"\x1b[I", b"\x1b[O",
]  # fmt: skip


def test_sequences_are_swallowed(place, open_terminal):
    t = open_terminal(config=True)
    for i, sequence in enumerate(SEQUENCES):
        for byte in b"description it is" + sequence + f" {i}".encode():
            t.child.send(bytes([byte]))
        t.send("\r")
        t.until(rf"#description it is {i}$")
        t.settle(wait=r"\)#$")
        assert description(place) == f"it is {i}", sequence


def test_a_paste_in_brackets(place, open_terminal):
    t = open_terminal(config=True)
    t.send("\x1b[200~description pasted\rexit\rip host pasted 192.0.2.99\rend\r\x1b[201~show privilege\r")
    t.until(r"level is 15\nR1#$")
    assert description(place) == "pasted"
    assert "ip host pasted 192.0.2.99\n" in place.ssh("show running-config").stdout


def test_type_ahead_while_a_command_runs(place, open_terminal):
    """Making a key takes a while; what is typed meanwhile waits, in order, and is echoed once, at its prompt."""
    t = open_terminal(config=True)
    lines = [f"description line {i}" for i in range(20)] + ["end", "show privilege"]
    t.text()
    t.send("crypto key generate rsa label early modulus 2048\r" + "".join(line + "\r" for line in lines))
    t.until(r"level is 15\nR1#$", seconds=60)
    shown = t.text()
    places = [shown.index(f"#{line}\r\n") for line in lines]
    assert places == sorted(places) and shown.index("[OK]") < places[0]
    assert all(shown.count(line + "\r\n") == 1 for line in lines)
    assert description(place) == "line 19"
