# SPDX-License-Identifier: Apache-2.0
"""Adds up what the stages of `./dev test` left in build/results and meson's logs and ends with the one line
"N passed, N failed, N skipped". Skipped tests are listed with their reasons; in CI (CI=true) a skip fails the run."""

import json
import os
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

MESON_LOGS = {"unit": "build", "sanitizers": "build-asan"}
STAGES = ("build", "unit", "sanitizers", "device")


def meson_results(stage, folder):
    """(test name, outcome, reason) for each line of meson's log; nothing where meson never got as far as a log."""
    log = pathlib.Path(folder, "meson-logs", "testlog.json")
    if not log.is_file():
        return
    for line in log.read_text().splitlines():
        test = json.loads(line)
        outcome = {"OK": "passed", "SKIP": "skipped"}.get(test["result"], "failed")
        yield f"{stage}: {test['name']}", outcome, test["result"]


def pytest_results(path):
    if not path.is_file():
        return
    for case in ElementTree.parse(path).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        bad = case.find("failure") if case.find("failure") is not None else case.find("error")
        skip = case.find("skipped")
        if bad is not None:
            yield name, "failed", bad.get("message", "").splitlines()[0] if bad.get("message") else ""
        elif skip is not None:
            yield name, "skipped", skip.get("message", "")
        else:
            yield name, "passed", ""


def stage_failures(results, counted):
    """A stage that failed without naming one failed test (it did not compile, was killed) counts as one."""
    for stage in STAGES:
        rc = results / f"{stage}.rc"
        if not rc.is_file():
            yield f"stage {stage}", "failed", "did not run"
        elif rc.read_text().strip() != "0" and not counted[stage]:
            yield f"stage {stage}", "failed", f"exit status {rc.read_text().strip()}"


def longest_step(results):
    """Core's longest turn of all devices, net of the tests that say they hold a huge configuration."""
    path = results / "longest-steps"
    steps = [line.split(" ", 1) for line in path.read_text().splitlines()] if path.is_file() else []
    for huge in (False, True):
        chosen = [(float(ms), test) for ms, test in steps if ("hundred_thousand" in test) == huge]
        if chosen:
            ms, test = max(chosen)
            what = "with a hundred thousand lines" if huge else f"of {len(chosen)} devices"
            print(f"core's longest step {what}: {ms} ms of processor time ({test})")


def main():
    results = pathlib.Path("build/results")
    rows, failed_in = [], dict.fromkeys(STAGES, False)
    for stage in STAGES:
        found = list(meson_results(stage, MESON_LOGS[stage])) if stage in MESON_LOGS else []
        if stage == "device":
            found = list(pytest_results(results / "pytest.xml"))
        failed_in[stage] = any(outcome == "failed" for _, outcome, _ in found)
        rows += found
    rows += stage_failures(results, failed_in)
    count = {"passed": 0, "failed": 0, "skipped": 0}
    for name, outcome, reason in rows:
        count[outcome] += 1
        if outcome != "passed":
            print(f"{outcome}: {name}: {reason}")
    longest_step(results)
    print(f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
    in_ci = os.environ.get("CI") == "true"
    return 1 if count["failed"] or not count["passed"] or (in_ci and count["skipped"]) else 0


sys.exit(main())
