# SPDX-License-Identifier: Apache-2.0
"""netmiko's cisco_ios driver, unmodified: connect, find the prompt, read, enable, configure, save, reload, and the
same configuration again."""

import os
import time

import netmiko
import pytest

import lab as laboratory

LINES = ["hostname R2", "ip host server1 192.0.2.10", "line vty 0 4", "exec-timeout 15 0", "ip ssh time-out 90"]


def connect(device, user="admin", password="admin", **how):
    return netmiko.ConnectHandler(
        device_type="cisco_ios", host="127.0.0.1", port=device.port, username=user, password=password, **how
    )


def body(config):
    """running-config without the lines that say when and how long."""
    kept = [line for line in config.splitlines() if not line.startswith(("Current configuration", "! Last", "Building"))]
    return [line.rstrip() for line in kept if line.strip()]


@pytest.mark.parametrize("fast", [False, True], ids=["", "fast-cli"])
def test_read(shared_device, fast):
    net = connect(shared_device, global_delay_factor=1, fast_cli=fast)
    assert net.find_prompt() == "R1#"
    assert net.send_command("show privilege") == "Current privilege level is 15"
    assert "hostname R1" in net.send_command("show running-config")
    assert "% Invalid input detected at '^' marker." in net.send_command("show environment")
    net.disconnect()


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_key(keyed_device, kind):
    """With a key and a password that is wrong: the key let him in."""
    net = connect(keyed_device, password="wrong", use_keys=True, key_file=str(keyed_device.keys[kind]), fast_cli=True)
    assert net.send_command("show privilege") == "Current privilege level is 15"
    net.disconnect()


def test_wrong_password(shared_device):
    with pytest.raises(netmiko.NetMikoAuthenticationException):
        connect(shared_device, password="wrong")


def test_enable(shared_device):
    net = connect(shared_device, "guest", "guest", secret="sesame", fast_cli=True)
    assert net.find_prompt() == "R1>"
    net.enable()
    assert net.find_prompt() == "R1#" and net.check_enable_mode()
    net.exit_enable_mode()
    assert net.find_prompt() == "R1>"
    net.disconnect()


def test_configure_save_reload_and_again(lab):
    device = lab.booted()
    net = connect(device)
    shown = net.send_config_set(LINES)
    assert "%" not in shown.replace("%SYS-5-CONFIG_I", "")
    net.set_base_prompt()
    assert net.find_prompt() == "R2#"
    assert "[OK]" in net.save_config()
    before = body(net.send_command("show running-config"))
    reload(device, net)

    net = connect(device)
    assert net.find_prompt() == "R2#"
    assert body(net.send_command("show running-config")) == before
    net.send_config_set(LINES)
    assert body(net.send_command("show running-config")) == before
    net.disconnect()


def reload(device, net):
    """As a script does it: the command, the confirmation, then patience."""
    core = device.role("core")
    shown = net.send_command_timing("reload")
    assert "[confirm]" in shown
    net.remote_conn.sendall("\n")
    assert laboratory.wait_for(lambda: device.role("core") not in ([], core), 10)
    net.remote_conn.close()
    time.sleep(0.2)
    assert laboratory.wait_for(lambda: device.ssh("show privilege").returncode == 0, 10)


FILES = """\
hostname R1
ip domain-name example.com
aaa new-model
aaa authentication login default local
aaa authorization exec default local
username admin privilege 15 password 0 admin
ip scp server enable
line vty 0 15
 transport input ssh
end
"""


def test_file_transfer(lab, tmp_path):
    """file_transfer and FileTransfer as scripts use them: space, presence and MD5 are asked for, bytes go by scp."""
    device = lab.booted(FILES)
    net = connect(device, fast_cli=True)
    source = tmp_path / "image.bin"
    source.write_bytes(os.urandom(300000))
    done = netmiko.file_transfer(net, str(source), "image.bin", file_system="flash:", direction="put")
    assert done == {"file_exists": True, "file_transferred": True, "file_verified": True}
    assert (device.folder / "flash/image.bin").read_bytes() == source.read_bytes()
    done = netmiko.file_transfer(net, str(source), "image.bin", file_system="flash:", direction="put")
    assert done == {"file_exists": True, "file_transferred": False, "file_verified": True}
    source.write_bytes(os.urandom(300001))
    with pytest.raises(Exception, match="overwrite"):
        netmiko.file_transfer(net, str(source), "image.bin", file_system="flash:", direction="put")
    done = netmiko.file_transfer(net, str(source), "image.bin", file_system="flash:", direction="put", overwrite_file=True)
    assert done["file_transferred"] and done["file_verified"]
    with netmiko.FileTransfer(net, "image.bin", str(tmp_path / "back"), direction="get", file_system="flash:") as moving:
        assert moving.check_file_exists() is False and moving.verify_space_available()
        moving.get_file()
        assert moving.verify_file()
    assert (tmp_path / "back").read_bytes() == source.read_bytes()
    with netmiko.FileTransfer(net, str(source), "none.bin", file_system="flash:") as moving:
        assert not moving.check_file_exists() and moving.remote_space_available() > 0
    scp = netmiko.SCPConn(net)
    scp.scp_put_file(str(source), "flash:direct.bin")
    scp.close()
    assert (device.folder / "flash/direct.bin").read_bytes() == source.read_bytes()
    assert "image.bin" in net.send_command("dir flash:") and "flash:" in net.send_command("show file systems")
    net.disconnect()
