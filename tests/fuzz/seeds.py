#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Chooses the committed corpus of a fuzz target: of everything `./dev fuzz` has grown in build-fuzz/corpus/TARGET, and
of the seeds there are, as few and as small inputs as reach most of the code, a few KiB in all.

    tests/fuzz/seeds.py TARGET...
"""

import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES, BYTES = 64, 8192


def reached(target, folders):
    """{file: what it reaches}, as the fuzzer itself writes it down when it merges folders."""
    with tempfile.TemporaryDirectory() as empty:
        notes = pathlib.Path(empty) / "notes"
        (pathlib.Path(empty) / "out").mkdir()
        program = ROOT / f"build-fuzz/tests/fuzz/fuzz_{target}"
        command = [program, "-merge=1", f"-merge_control_file={notes}"]
        subprocess.run([*command, f"{empty}/out", *folders], stderr=subprocess.DEVNULL, check=True)
        lines = notes.read_text().splitlines()
    files = lines[2 : 2 + int(lines[0])]
    found = {file: set() for file in files}
    for kind, number, *points in (line.split() for line in lines[2 + len(files) :]):
        if re.fullmatch("FT|COV", kind):
            found[files[int(number)]].update((kind, p) for p in points)
    return found


def choose(found):
    chosen, covered, size = [], set(), 0
    files = {file: pathlib.Path(file).stat().st_size for file in found}
    while len(chosen) < FILES:
        fits = [f for f in files if size + files[f] <= BYTES]
        best = max(fits, key=lambda f: (len(found[f] - covered) / (256 + files[f]), f), default=None)
        if best is None or not found[best] - covered:
            break
        chosen.append(best)
        covered |= found[best]
        size += files.pop(best)
    return chosen, covered


def main():
    for target in sys.argv[1:]:
        seeds = ROOT / "tests/fuzz/corpus" / target
        seeds.mkdir(parents=True, exist_ok=True)
        found = reached(target, [ROOT / "build-fuzz/corpus" / target, seeds])
        chosen, covered = choose(found)
        inputs = [pathlib.Path(file).read_bytes() for file in chosen]
        for old in seeds.iterdir():
            old.unlink()
        for number, data in enumerate(inputs):
            (seeds / f"{number:02}").write_bytes(data)
        whole = set().union(*found.values())
        print(f"{target}: {len(inputs)} inputs, {sum(map(len, inputs))} bytes, {len(covered)} of {len(whole)} features")


if __name__ == "__main__":
    main()
