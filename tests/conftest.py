# SPDX-License-Identifier: Apache-2.0
"""Fixtures for the tests that need a device. `lab` makes devices and ends them; `device` is a booted one with the
laboratory's configuration; a test that takes `uid` runs as root and as an ordinary user (only the latter when the
tests themselves run as one). When a test fails, the boot logs of its devices are part of the report."""

import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import lab as laboratory  # noqa: E402

IDENTITIES = {"root": None, "ordinary": laboratory.NOBODY} if os.geteuid() == 0 else {"ordinary": None}


def pytest_addoption(parser):
    parser.addoption("--accept", action="store_true", help="rewrite the .ok files of the golden sessions")


def pytest_generate_tests(metafunc):
    if "uid" in metafunc.fixturenames:
        metafunc.parametrize("uid", IDENTITIES.values(), ids=IDENTITIES.keys())


@pytest.fixture(scope="session")
def build():
    folder = laboratory.build_folder()
    if not (folder / "src/launcher/ravelin").is_file():
        pytest.fail(f"no launcher below {folder}: run ./dev build or set RAVELIN_BUILD", pytrace=False)
    return folder


@pytest.fixture
def lab(build, request):
    made = laboratory.Lab()
    request.node.lab = made
    yield made
    made.release()


@pytest.fixture
def device(lab):
    return lab.booted()


@pytest.fixture(scope="module")
def module_lab(build, request):
    made = laboratory.Lab()
    request.node.lab = made
    yield made
    made.release()


@pytest.fixture(scope="module")
def module_device(module_lab):
    return module_lab.booted()


@pytest.fixture
def shared_device(module_device):
    """One device for all tests of a file that only read it; no test leaves a terminal on it for the next."""
    yield module_device
    module_device.hang_up()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.failed:
        for node in item.listchain():
            for device in getattr(getattr(node, "lab", None), "devices", ()):
                report.sections.append((f"{device.folder}/run/boot.log", device.log()[-8000:]))
