# SPDX-License-Identifier: Apache-2.0
"""Devices whose image is nothing but the boot contract (tests/unit/boot/fake_core.c), in an installation of its own, and
what the tests of launcher and rommon do with them."""

import pathlib
import shutil

import pexpect
import pytest

import lab as laboratory

IMAGE = "ravelin-universalk9.0.1.0.bin"


@pytest.fixture(scope="module")
def installed(build, tmp_path_factory):
    """A relocatable installation whose image is the fake one."""
    fake = build / "tests/unit/boot/fake.img"
    if not fake.is_file():
        pytest.fail(f"no {fake}: build everything first", pytrace=False)
    root = pathlib.Path(laboratory.tempfile.mkdtemp(prefix="ravelin-installed-"))
    (root / "bin").mkdir()
    (root / "libexec/ravelin").mkdir(parents=True)
    shutil.copy(build / "src/launcher/ravelin", root / "bin/ravelin")
    shutil.copy(build / "src/image/ravelin-verify", root / "libexec/ravelin/ravelin-verify")
    shutil.copy(fake, root / "libexec/ravelin/ravelin.img")
    for path in [root, *root.rglob("*")]:
        path.chmod(0o755)
    yield root
    shutil.rmtree(root)


@pytest.fixture
def make(lab, installed):
    """make(uid, …) → a device of the fake image, without configuration unless options say otherwise."""

    def make_device(uid, *options, mode=None, name="r1", init=True):
        device = lab.device(uid, name)
        device.launcher = installed / "bin/ravelin"
        if init:
            done = device.call("init", *(options or ["--bare"]))
            assert done.returncode == 0, done.stderr
        if mode:
            (device.folder / "flash/fake").write_text(mode)
        return device

    return make_device


def up(device, *options):
    done = device.call("run", "-d", *options)
    assert done.returncode == 0, done.stderr


def console(device, *options):
    child = pexpect.spawn(*split(device.argv("console", *options)), timeout=10, dimensions=(30, 100))
    child.delaybeforesend = None
    return child


def foreground(device, *options):
    child = pexpect.spawn(*split(device.argv("run", *options)), timeout=10, dimensions=(31, 101))
    child.delaybeforesend = None
    return child


def split(argv):
    return argv[0], argv[1:]


def core_of(device):
    pids = device.role("core")
    return pids[-1] if pids else None


def alive(pid):
    """Not gone, and not only a zombie."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def new_core(device, old, seconds=5.0):
    return laboratory.wait_for(lambda: core_of(device) not in (None, old) and core_of(device), seconds)


def notes(device):
    return sorted((device.folder / "crashinfo").iterdir())
