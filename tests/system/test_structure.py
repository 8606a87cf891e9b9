# SPDX-License-Identifier: Apache-2.0
"""The parts depend on each other only as the design allows, in what they include, in what they call and in what they
are linked with; files and functions keep their size; nothing is left unfinished."""

import collections
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/mutants"))
import mutants  # noqa: E402

SRC = ROOT / "src"

# part: the parts whose headers it may include and whose functions it may call, beside its own.
ALLOWED = {
    "access": "",
    "asker": "sandbox tls aaa ipc base",
    "base": "",
    "vars": "files base",
    "ipc": "base",
    "files": "base",
    "aaa": "base",
    "model": "base",
    "ssh": "base",
    "term": "base",
    "tls": "base",
    "transfer": "base",
    "keys": "files base",
    "cmd": "model base",
    "courier": "sandbox tls ipc base",
    "lines": "model base",
    "sandbox": "base",
    "session": "sandbox ssh term transfer ipc base",
    "gate": "access session sandbox ssh term transfer ipc base",
    "core": "access cmd model aaa keys files lines ipc vars format base",
    "helpers": "sandbox aaa keys files check base",
    "init": "keys aaa files base",
    "format": "base",
    "check": "format base",
    "image": "asker core courier gate helpers init check format base",
    "rommon": "files vars base",
    "launcher": "rommon files base",
}
# Headers that are the contract between two parts and hold no code.
CONTRACTS = {
    "asker/asker.h", "courier/courier.h", "image/boot.h", "core/job.h", "helpers/pkcs12.h", "helpers/record.h", "helpers/remote.h", "ssh/rows.h", "ssh/trace.h", "tls/tls.h",
}  # fmt: skip
# A library of its own inside another part's folder: the walls of gate, session, asker, courier and helpers.
# ... what the launcher runs once to make a device, what an image looks like and whether it may be trusted, and the
# boot variables.
INNER = {
    "session/sandbox.h": "sandbox",
    "session/sandbox.c": "sandbox",
    "helpers/init.h": "init",
    "helpers/init.c": "init",
    "image/check.h": "check",
    "image/check.c": "check",
    "image/image.h": "format",
    "image/image.c": "format",
    "image/vars.h": "vars",
    "image/vars.c": "vars",
}
MAX_FUNCTION, MAX_FILE = 80, 1000
INCLUDE = re.compile(r'^#\s*include\s+"([^"]+)"', re.M)


def sources(*suffixes):
    return sorted(p for p in SRC.rglob("*") if p.suffix in suffixes)


def part(name):
    """The part a file below src/ belongs to."""
    return INNER.get(str(name), str(name).split("/")[0])


def allowed(one, other):
    return one == other or other in ALLOWED[one].split()


def test_every_part_is_in_the_table():
    assert {p.name for p in SRC.iterdir() if p.is_dir()} <= set(ALLOWED)


def test_includes():
    forbidden = []
    for path in sources(".c", ".h"):
        for header in INCLUDE.findall(path.read_text()):
            own, other = part(path.relative_to(SRC)), part(header)
            if header not in CONTRACTS and other in ALLOWED and not allowed(own, other):
                forbidden.append(f"{path.relative_to(ROOT)} includes {header}")
    assert not forbidden, "\n".join(forbidden)


def symbols(archive, *flags):
    out = subprocess.run(["nm", "-P", *flags, archive], capture_output=True, text=True, check=True).stdout
    return {line.split()[0] for line in out.splitlines() if len(line.split()) >= 2 and not line.endswith(":")}


def test_calls(build):
    """The same, from the symbols the compiled parts need and define: a declaration by hand does not get around it."""
    archives = {p.stem[3:]: p for p in build.glob("src/*/lib*.a")}
    assert {"base", "ssh", "session", "core"} <= set(archives) <= set(ALLOWED)
    owner = {s: name for name, path in archives.items() for s in symbols(path, "--defined-only", "--extern-only")}
    edges = collections.defaultdict(set)
    for name, path in archives.items():
        own = symbols(path, "--defined-only", "--extern-only")
        for symbol in symbols(path, "--undefined-only") - own:
            if symbol in owner:
                edges[(name, owner[symbol])].add(symbol)
    bad = [f"{a} calls {b}: {sorted(s)}" for (a, b), s in edges.items() if not allowed(a, b)]
    assert not bad, "\n".join(bad)


def needed(path):
    out = subprocess.run(["readelf", "-d", path], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"\(NEEDED\).*\[([^\]]+)\]", out))


def test_the_launcher_is_linked_with_libc_alone(build):
    assert needed(build / "src/launcher/ravelin") <= {"libc.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}


def test_the_image_is_linked_with_what_the_design_names(build):
    image = next(p for p in (build / "src/image").iterdir() if p.is_file() and p.read_bytes()[:4] == b"\x7fELF")
    names = {re.sub(r"(-[\d.]+)?\.so.*", "", n) for n in needed(image)}
    assert names <= {"libc", "libcrypto", "libyang", "libevent_core", "libseccomp", "ld-linux-x86-64", "ld-linux-aarch64", "libm"}


# The decoders of what the peer sends: nothing of it is secret.
MAY_DIVIDE = {"decode", "sntrup761_rq_decode", "sntrup761_rounded_decode"}


def test_nothing_secret_is_divided(build):
    """The time of a division depends on the numbers, and valgrind does not see that (tests/unit/ssh/pq_time.c)."""
    command = ["objdump", "-d", "--no-show-raw-insn", build / "src/ssh/libssh.a"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    seen, dividing, inside, name = set(), set(), False, None
    for line in text.splitlines():
        if "file format" in line:
            inside = re.search(r"(^|/)pq_", line)
        elif inside and (head := re.match(r"[0-9a-f]+ <([^.>]+).*>:$", line)):
            name = head.group(1)
            seen.add(name)
        elif inside and re.search(r"\t[us]?i?div[lqw]?\b", line):
            dividing.add(name)
    assert {"sntrup761_decap", "mlkem768_decap", "sntrup761_invert", "mlkem768_compress"} <= seen
    assert dividing and dividing <= MAY_DIVIDE


def functions(path):
    """(name, lines) of each function: from the line of its opening brace in column 0 to its closing one."""
    name, begun = None, None
    for number, line in enumerate(path.read_text().splitlines(), 1):
        head = re.match(r"^[A-Za-z_][\w \t*]*?\**\b(\w+)\(", line)
        if head and begun is None:
            name = head.group(1)
        if line == "{":
            begun = number
        elif line == "}" and begun is not None:
            yield name, number - begun - 1
            begun = None


def reason(path, name):
    """A function may be longer when a comment above it says why ("long because …")."""
    return re.search(rf"long because[^\n]*(?:\n[^\n]*){{1,4}}\b{name}\(", path.read_text())


def test_sizes():
    long_functions, long_files, lengths = [], [], []
    for path in sources(".c"):
        count = len(path.read_text().splitlines())
        if count > MAX_FILE:
            long_files.append(f"{path.relative_to(ROOT)}: {count} lines")
        for name, n in functions(path):
            lengths.append(n)
            if n > MAX_FUNCTION and not reason(path, name):
                long_functions.append(f"{path.relative_to(ROOT)}:{name}: {n} lines")
    lengths.sort()
    assert lengths, "no function found"
    print(f"{len(lengths)} functions: median {lengths[len(lengths) // 2]}, nine in ten {lengths[len(lengths) * 9 // 10]}")
    assert not long_functions + long_files, "\n".join(long_functions + long_files)
    assert lengths[len(lengths) * 9 // 10] <= 45


def test_every_file_has_its_head():
    bad = []
    for path in [*sources(".c", ".h"), *(ROOT / "tests").rglob("*.[ch]")]:
        text = path.read_text()
        head = re.match(r"/\* SPDX-License-Identifier: Apache-2\.0\n( \*.*\n){2,20}? \*/", text)
        if not head:
            bad.append(str(path.relative_to(ROOT)))
        elif path.suffix == ".h" and not re.search(r"^#ifndef \w+_H$", text, re.M):
            bad.append(f"{path.relative_to(ROOT)}: no include guard")
    assert not bad, "\n".join(bad)


UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|WIP|[Nn]ot (yet )?implemented|[Pp]laceholder|[Ff]or now)\b")
UNFINISHED_ALLOWED = {"HACKING.md", "tests/system/test_structure.py"}
BANNED = re.compile(r"\b(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|alloca|gets|system|popen)\(")


def tracked():
    out = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    return [ROOT / p for p in out.splitlines()]


def test_nothing_is_left_unfinished():
    if not shutil.which("git") or not tracked():
        pytest.fail("the tree is not a git checkout", pytrace=False)
    bad = []
    for path in tracked():
        name = str(path.relative_to(ROOT))
        if name in UNFINISHED_ALLOWED or path.suffix not in {".c", ".h", ".py", ".md", ".build", ".cmd", ".yang", ""}:
            continue
        if not path.is_file():
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if UNFINISHED.search(line) and "HACKING" not in line:
                bad.append(f"{name}:{number}: {line.strip()}")
    assert not bad, "\n".join(bad)


def test_banned_functions():
    """They do not compile (src/base/banned.h); this sees also what is compiled out."""
    bad = []
    for path in sources(".c"):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if BANNED.search(re.sub(r'"[^"]*"|/\*.*?\*/|//.*', "", line)):
                bad.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert not bad, "\n".join(bad)


def test_user_text_never_becomes_a_path():
    """libyang's path functions stand only where the model keeps them, with constant paths."""
    users = {part(p.relative_to(SRC)) for p in sources(".c") if re.search(r"\blyd_(new|find)_path\w*\(", p.read_text())}
    assert users <= {"model"}


def test_mutants_fit_the_tree():
    """Each still takes its defence out, and the tests that must fail then exist; `./dev mutants` sees them fail."""
    found = mutants.mutants()
    assert found
    wrong = [problem for mutant in found for problem in mutant.problems()]
    assert not wrong, "\n".join(wrong)
