# SPDX-License-Identifier: Apache-2.0
"""Goal: RANCID, which keeps operators' configurations in a repository, collects a device unmodified: its clogin logs in,
becomes privileged and types; its collector asks its fifty commands, most of which a device may lack, and has it all."""

import os
import subprocess

import pytest

import lab as laboratory


@pytest.fixture(scope="module")
def device(module_lab):
    return module_lab.booted(laboratory.CONFIG)


@pytest.fixture
def rancid(device, tmp_path):
    """Runs one of its programs for guest, who has to become privileged."""
    (tmp_path / ".ssh").mkdir(mode=0o700)
    (tmp_path / ".ssh/config").write_text(f"Host *\n StrictHostKeyChecking no\n {laboratory.QUICK_KEX[2:].replace('=', ' ')}\n")
    (tmp_path / ".cloginrc").write_text(f"add user * guest\nadd password * guest sesame\nadd method * {{ssh:{device.port}}}\n")
    (tmp_path / ".cloginrc").chmod(0o600)
    env = dict(os.environ, HOME=str(tmp_path), TERM="vt100", NOPIPE="YES", PATH=f"{os.environ['PATH']}:/usr/lib/rancid/bin")

    def run(*argv):
        return subprocess.run([*argv, "127.0.0.1"], cwd=tmp_path, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)

    return run


def test_clogin(rancid):
    done = rancid("clogin", "-c", "show privilege; show clock")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "R1#show privilege\nCurrent privilege level is 15\n" in done.stdout.replace("\r", "")


def test_collects(rancid, tmp_path):
    done = rancid("rancid", "-t", "cisco")
    assert done.returncode == 0 and "missed cmd" not in done.stderr, done.stdout + done.stderr
    kept = (tmp_path / "127.0.0.1.new").read_text()
    assert kept.startswith("!RANCID-CONTENT-TYPE: cisco\n") and kept.endswith("\nend\n"), kept
    for line in ("!Image: flash0:ravelin-universalk9.", "config-register 0x2102", "hostname R1", "!username guest password <removed>", "line vty 0 4"):
        assert f"\n{line}" in kept, (line, kept)
    assert "sesame" not in kept and "% Invalid" not in kept
