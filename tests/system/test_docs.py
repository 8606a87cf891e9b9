# SPDX-License-Identifier: Apache-2.0
"""What the documents name exists: every `file:function`, every path, every verb of ./dev and of the launcher."""

import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TRACKED = subprocess.run(
    ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
).stdout.splitlines() or [str(p.relative_to(ROOT)) for p in ROOT.rglob("*") if p.is_file()]
DOCUMENTS = [p for p in TRACKED if p.endswith(".md")]

STOP = re.compile(r"`([\w./-]+\.(?:c|h|py)):(\w+)`")
PATH = re.compile(r"`((?:src|tests|docs|commands|yang|tools|bench)/[\w./-]*\w/?)`")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
VERB = re.compile(r"`(?:\./)?dev ([a-z]+)")


def read(path):
    return (ROOT / path).read_text()


def defines(path, name):
    """Is a function of this name defined (not only called) in the file?"""
    text = read(path)
    if path.endswith(".py"):
        return re.search(rf"^\s*def {name}\(", text, re.M)
    return re.search(rf"^[\w*][\w *]*\b{name}\([^;]*?\)\s*\n\{{", text, re.M | re.S)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_names_exist(document, build):
    text, wrong = read(document), []
    for path, name in STOP.findall(text):
        if not (ROOT / path).is_file() or not defines(path, name):
            wrong.append(f"{path}:{name}")
    for path in PATH.findall(text):
        if not (ROOT / path).exists() and not (build / path).exists():
            wrong.append(path)
    for link in LINK.findall(text):
        if not (ROOT / document).parent.joinpath(link).exists():
            wrong.append(link)
    verbs = re.findall(r"^([a-z |]+)\)", read("dev"), re.M)
    known = {v.strip() for group in verbs for v in group.split("|")}
    wrong += [f"./dev {v}" for v in VERB.findall(text) if v not in known]
    assert not wrong, f"{document} names what is not there: {wrong}"


def test_the_main_path_has_stops():
    assert len(STOP.findall(read("HACKING.md"))) >= 10


def test_usage_names_every_verb():
    usage = subprocess.run([ROOT / "dev", "--help"], capture_output=True, text=True, check=True).stdout
    for verb in ("run", "test", "build", "golden", "lint", "fuzz", "mutants", "bench", "clean"):
        assert re.search(rf"^  {verb}\b", usage, re.M), verb
