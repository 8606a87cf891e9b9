# SPDX-License-Identifier: Apache-2.0
"""Does a test fail when the defence it stands for is taken out? Each patch beside this file takes one out, in a copy of
the tree; the tests that its head names must then fail, and must not fail without it. `./dev mutants [NAME…]` runs them;
tests/system/test_structure.py sees to it that each still applies and names tests that exist.

A patch is found by its text and not by line numbers: what it takes away, with the lines around it, stands once in its
file. Its head has a line `Class:`, a line `Out:` and lines `Fails:`, one a test: FILE::FUNCTION, of the unit tests too."""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
COPY = ROOT / "build-mutants"
LEFT_ALONE = re.compile(r"build|\.git$|__pycache__$|\.pytest_cache$")
LIMIT = 600  # seconds for the tests of one mutant: who hangs has failed


class Mutant:
    def __init__(self, path):
        head, _, patch = path.read_text().partition("--- a/")
        self.name = path.stem
        self.head = re.findall(r"^(\w+): (.*)$", head, re.M)
        self.tests = [value for key, value in self.head if key == "Fails"]
        self.edits = list(edits(f"--- a/{patch}"))

    def problems(self):
        """What is wrong with it in the tree as it is now."""
        keys = [key for key, _ in self.head]
        for key in ("Class", "Out", "Fails"):
            if key not in keys:
                yield f"{self.name}: no line {key}:"
        for test in self.tests:
            if not place(test):
                yield f"{self.name}: there is no test {test}"
        if not self.edits:
            yield f"{self.name}: it changes nothing"
        for file, old, new in self.edits:
            path = ROOT / file
            n = path.read_text().count(old) if path.is_file() else 0
            if n != 1 or old == new:
                yield f"{self.name}: what it changes in {file} stands there {n} times"

    def apply(self, root):
        for file, old, new in self.edits:
            text = (root / file).read_text()
            (root / file).write_text(text.replace(old, new, 1))


def edits(patch):
    """(file, text, text in its place) of each hunk."""
    for part in re.split(r"^--- a/", patch, flags=re.M)[1:]:
        file = part.split("\n", 1)[0].strip()
        for hunk in re.split(r"^@@.*\n", part, flags=re.M)[1:]:
            lines = [line if line[:1] in ("+", "-", " ") else f" {line}" for line in hunk.splitlines()]
            yield file, *("".join(f"{line[1:]}\n" for line in lines if line[0] in kind) for kind in (" -", " +"))


def mutants():
    return [Mutant(path) for path in sorted(FOLDER.glob("*.patch"))]


def place(test):
    """(file, where it is defined in it), or None."""
    file, _, name = test.partition("::")
    path, name = ROOT / file, re.escape(name.split("[")[0])
    head = rf"^static void {name}\(void \*\*" if file.endswith(".c") else rf"^\s*def {name}\("
    found = re.search(head, path.read_text(), re.M) if path.is_file() else None
    return (file, found.start()) if found else None


# --- a copy of the tree, and its build folder ---


def files(root):
    for path, folders, names in os.walk(root):
        folders[:] = [f for f in folders if not LEFT_ALONE.match(f)]
        for name in names:
            if not LEFT_ALONE.match(name):
                yield (pathlib.Path(path) / name).relative_to(root)


def refresh():
    """What differs is written, and nothing else: then what is compiled again is what changed."""
    wanted = set(files(ROOT))
    for file in wanted:
        source, copy = ROOT / file, COPY / file
        if not copy.is_file() or copy.read_bytes() != source.read_bytes():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)
            copy.chmod(source.stat().st_mode)
    for file in set(files(COPY)) - wanted if COPY.is_dir() else ():
        (COPY / file).unlink()


def compiled(targets=()):
    """Whether it was; what the compiler said is printed where not."""
    done = subprocess.run(["ninja", "-C", COPY / "build", *targets], capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout[-4000:])
    return done.returncode == 0


def unit_tests():
    """{file of a unit test: its command}"""
    shown = subprocess.run(["meson", "introspect", "--tests", COPY / "build"], capture_output=True, text=True, check=True)
    found = {}
    for test in json.loads(shown.stdout):
        part, _, name = test["name"].partition("/")
        for suffix in (".c", ".py"):
            found[f"tests/unit/{part}/test_{name}{suffix}"] = test["cmd"]
    return found


# --- which of the tests that are named failed ---


def run(command, limit, cwd=COPY):
    try:
        done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=limit, check=False, env=dict(os.environ, RAVELIN_BUILD=str(COPY / "build"), COLUMNS="400"))
        return done.stdout.decode(errors="replace")
    except subprocess.TimeoutExpired as e:
        return (e.stdout or b"").decode(errors="replace")


def failed_unit(file, command, limit):
    """A test that ends the program it is in, or hangs, is one that began and did not end."""
    shown = run(command, limit, COPY / "build")  # what is named in it is found from there
    if file.endswith(".py"):
        return {f"{file}::{name}" for name in re.findall(r"^(?:FAIL|ERROR): (\w+) ", shown, re.M)}
    begun, good = (re.findall(rf"^\[ *{word} *\] (\w+)", shown, re.M) for word in ("RUN", "OK"))
    return {f"{file}::{name}" for name in set(begun) - set(good)}


def failed_device(tests, limit):
    """In the order of their file: a device that several share is then as they expect it."""
    shown = run([sys.executable, "-m", "pytest", "-q", "-rfE", "-p", "no:cacheprovider", *sorted(tests, key=place)], limit)
    bad = set(re.findall(r"^(?:FAILED|ERROR) (tests/.*?)(?: - .*)?$", shown, re.M))
    if re.search(r"^(ERROR: |no tests ran)", shown, re.M):
        print(shown[-2000:])
    if not re.search(r"^(\d+ passed|\d+ failed|.*\bin \d)", shown, re.M):  # it hung: nothing was summed up
        return tests
    return {test for test in tests if any(name == test or name.startswith(f"{test}[") for name in bad)}


def failed(tests, commands, limit=LIMIT):
    """Those that failed."""
    tests, bad = set(tests), set()
    units = {test.partition("::")[0] for test in tests if test.startswith("tests/unit/")}
    for file in units:
        bad |= failed_unit(file, commands[file], limit)
    device = {test for test in tests if not test.startswith("tests/unit/")}
    return (bad & tests) | (failed_device(device, limit) if device else set())


def targets(tests, commands):
    """What has to be compiled for these: for a test in Python the device, and the programs in the test's folder."""
    shown = subprocess.run(["ninja", "-C", COPY / "build", "-t", "targets", "all"], capture_output=True, text=True, check=True)
    programs = re.findall(r"^([^.:]+): \w+_LINKER$", shown.stdout, re.M)
    found = set()
    for file in {test.partition("::")[0] for test in tests}:
        if file.endswith(".c"):
            found.add(str(pathlib.Path(commands[file][0]).relative_to(COPY / "build")))
        else:
            found |= {"src/image/ravelin.img", "src/launcher/ravelin"}
            found |= {program for program in programs if program.startswith(f"{pathlib.Path(file).parent}/")}
    return sorted(found)


def survives(mutant, commands):
    """Why, or nothing."""
    mutant.apply(COPY)
    if not compiled(targets(mutant.tests, commands)):
        return "does not compile"
    missed = set(mutant.tests) - failed(mutant.tests, commands)
    return f"NOT SEEN by {', '.join(sorted(missed))}" if missed else ""


def main():
    parser = argparse.ArgumentParser(prog="./dev mutants", description=__doc__.split("\n\n")[0])
    parser.add_argument("name", nargs="*", help="part of a patch's name; without one, all")
    parser.add_argument("--no-control", action="store_true", help="do not run the tests without a mutant first")
    options = parser.parse_args()
    chosen = [m for m in mutants() if not options.name or any(name in m.name for name in options.name)]
    wrong = [problem for m in chosen for problem in m.problems()]
    if wrong or not chosen:
        sys.exit("\n".join(wrong) or "no mutant of that name")
    refresh()
    if not (COPY / "build/build.ninja").is_file():
        subprocess.run(["meson", "setup", "build"], cwd=COPY, stdout=subprocess.DEVNULL, check=True)
    if not compiled():
        sys.exit("the tree does not compile")
    commands = unit_tests()
    if not options.no_control:
        bad = failed({test for m in chosen for test in m.tests}, commands, 3600)
        if bad:
            sys.exit("fail without a mutant: " + " ".join(sorted(bad)))
    survivors = []
    for m in chosen:
        begun = time.monotonic()
        why = survives(m, commands)
        refresh()
        survivors += [m.name] if why else []
        print(f"{m.name:36} {why or 'seen by ' + str(len(m.tests))} ({time.monotonic() - begun:.0f} s)", flush=True)
    print(f"{len(chosen)} defences taken out one at a time: {len(survivors)} not seen by the tests named")
    sys.exit(bool(survivors))


if __name__ == "__main__":
    main()
