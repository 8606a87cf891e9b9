# SPDX-License-Identifier: Apache-2.0
"""A new image arrives by OpenSSH's scp, is verified, named by `boot system` and booted by `reload`; the old one is the way
back. One that is not whole and signed is told by `verify` and `show software authenticity`, and is not run."""

import pathlib
import shutil
import tempfile

import pytest
from damaged_images import TAMPERED, resigned
from moving import CONFIG, client, flash

import lab as laboratory

IMAGE = "ravelin-universalk9.0.1.0.bin"


@pytest.fixture(scope="module")
def device(build):
    lab = laboratory.Lab()
    yield lab.booted(CONFIG)
    lab.release()


def shown(device, command):
    done = device.ssh(command)
    assert done.returncode == 0, done.stderr
    return done.stdout.replace("\r", "")


def typed(device, *lines):
    t = device.terminal()
    printed = [t.command(line) for line in lines]
    t.close()
    return "\n".join(printed)


def configured(device, *lines):
    return typed(device, "configure terminal", *lines, "end")


def reload(device):
    old = device.role("core")
    device.terminal().reload()
    assert laboratory.wait_for(lambda: device.role("core") not in ([], old), 10)
    assert laboratory.wait_for(lambda: device.ssh("show clock").returncode == 0, 10)


def running(device):
    return next(line for line in shown(device, "show version").splitlines() if line.startswith("System image file"))


def test_upgrade_and_the_way_back(device, tmp_path):
    (tmp_path / "new.bin").write_bytes(flash(device, IMAGE).read_bytes())
    done = client(device, "scp", "-O", tmp_path / "new.bin", "r:flash0:new.bin")
    assert done.returncode == 0, done.stderr
    assert "Digital signature successfully verified in file flash0:/new.bin" in shown(device, "verify flash0:new.bin")
    configured(device, "boot system flash0:/new.bin", "boot system flash none.bin", "boot system first.bin")
    config = shown(device, "show running-config")
    assert "\nboot system flash0:new.bin\nboot system flash0:none.bin\nboot system flash0:first.bin\n" in config
    configured(device, "no boot system flash first.bin", "no boot system flash:none.bin", "do write memory")
    assert "BOOT variable = flash0:new.bin\n" in shown(device, "show boot") == shown(device, "show bootvar")
    reload(device)
    assert running(device) == 'System image file is "flash0:new.bin"'
    flash(device, "new.bin").unlink()
    (flash(device, "new.bin")).write_bytes((tmp_path / "new.bin").read_bytes()[:-1])
    reload(device)
    assert running(device) == f'System image file is "flash0:{IMAGE}"'
    configured(device, "no boot system flash0:new.bin", "do write memory")
    assert "BOOT variable does not exist\n" in shown(device, "show bootvar")


def test_configuration_that_was_copied_in_names_the_image(device, tmp_path):
    flash(device, "other.bin").write_bytes(flash(device, IMAGE).read_bytes())
    (tmp_path / "config").write_text(CONFIG.replace("end\n", "boot system flash0:other.bin\nend\n"))
    assert client(device, "scp", "-O", tmp_path / "config", "r:startup-config").returncode == 0
    reload(device)
    assert running(device) == 'System image file is "flash0:other.bin"'
    assert "\nboot system flash0:other.bin\n" in shown(device, "show running-config")
    flash(device, "other.bin").unlink()
    configured(device, "no boot system flash0:other.bin", "do write memory")


def test_only_flash_can_be_booted(device):
    for file in ("tftp://192.0.2.1/x", "nvram:x", "flash0:", "flash0:a;flash0:b", "a,b"):
        assert "%" in configured(device, f"boot system {file}"), file
    assert "boot system" not in shown(device, "show running-config")


def test_no_more_images_than_the_variable_holds(device):
    names = [f"flash0:{'x' * 90}{i:02}" for i in range(12)]
    refused = configured(device, *(f"boot system {name}" for name in names), "do write memory")
    assert refused.count("% The BOOT variable has no room for another image") == 2
    assert f"BOOT variable = {';'.join(names[:10])}\n" in shown(device, "show bootvar")
    configured(device, "no boot system", "do write memory")
    assert "BOOT variable does not exist\n" in shown(device, "show bootvar")


def test_who_signed_what_runs(device):
    told = shown(device, "show software authenticity running")
    for words in ("Development", "Key Name              : development-", "SHA512", "Ed25519", "0.1.0", "ROMMON"):
        assert words in told
    assert "Key Identifier" in shown(device, f"show software authenticity file flash0:{IMAGE}")


@pytest.fixture
def next_release(build):
    """Its launcher, beside this release's image."""
    root = pathlib.Path(tempfile.mkdtemp(prefix="ravelin-next-"))
    for name, source in {
        "bin/ravelin": "tests/unit/boot/ravelin-next", "libexec/ravelin/ravelin-verify": "src/image/ravelin-verify",
        "libexec/ravelin/ravelin.img": "src/image/ravelin.img",
    }.items():  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(build / source, root / name)
    yield root / "bin/ravelin"
    shutil.rmtree(root)


def test_rommon_of_the_next_release_boots_images_of_both(lab, build, next_release, tmp_path):
    device = lab.device()
    device.launcher = next_release
    device.init(CONFIG)
    device.run()
    console = device.console()
    assert "boot interface 2" in console.until("Press RETURN")
    assert "System Bootstrap, interface 2\n" in shown(device, "show version")
    data = flash(device, IMAGE).read_bytes()
    flash(device, "new.bin").write_bytes(resigned(build, tmp_path, data, interface=["2"]))
    assert "successfully verified" in shown(device, "verify flash0:new.bin")
    configured(device, "boot system flash0:new.bin", "do write memory")
    reload(device)
    assert running(device) == 'System image file is "flash0:new.bin"'
    # Back to the release before: its rommon says why not, and boots what it can.
    console.close()
    device.stop()
    device.launcher = build / "src/launcher/ravelin"
    device.run()
    assert "flash0:new.bin refused: needs boot interface 2, this rommon has 1" in device.console().until("Press RETURN")
    assert running(device) == f'System image file is "flash0:{IMAGE}"'
    assert "needs boot interface 2, this rommon has 1" in device.ssh("verify flash0:new.bin").stdout


@pytest.mark.parametrize("how", TAMPERED)
def test_image_that_is_not_whole_and_signed_is_told(device, build, tmp_path, how):
    change, reason = TAMPERED[how]
    path = flash(device, "odd.bin")
    path.write_bytes(change(flash(device, IMAGE).read_bytes(), build, tmp_path))
    for command in ("verify flash0:odd.bin", "show software authenticity file odd.bin"):
        told = device.ssh(command).stdout
        assert reason in told and "Error" in told and "uccessfully" not in told
    path.unlink()


def test_what_is_no_image_is_told(device):
    assert "not an image" in device.ssh("verify nvram:startup-config").stdout
    assert "No such file" in device.ssh("verify flash0:nothing.bin").stdout
    assert "needs its algorithm" in device.ssh(f"verify flash0:{IMAGE} 1234").stdout
    assert "%" in device.ssh("verify system:running-config").stdout
