# SPDX-License-Identifier: Apache-2.0
"""Goal: Ansible's modules for IOS, unmodified and told of nothing, work a device: they read it, change it, find that
nothing is left to change, save it, put files on it, become privileged, and report what the device refuses."""

import json
import os
import subprocess

import pytest
from moving import CONFIG, flash

WAY = """\
[all]
r1 ansible_host=127.0.0.1
[all:vars]
ansible_connection=ansible.netcommon.network_cli
ansible_network_os=cisco.ios.ios
ansible_network_cli_ssh_type=paramiko
"""

CHANGES = """\
- hosts: all
  gather_facts: false
  tasks:
    - {name: facts, cisco.ios.ios_facts: {gather_subset: [default, hardware, config]}}
    - {name: command, cisco.ios.ios_command: {commands: [show privilege, show ip ssh], wait_for: "result[1] contains Enabled"}}
    - {name: lines, cisco.ios.ios_config: {lines: [ip domain-name example.org, ip ssh time-out 90], save_when: modified}}
    - {name: lines again, cisco.ios.ios_config: {lines: [ip domain-name example.org, ip ssh time-out 90]}}
    - {name: parent, cisco.ios.ios_config: {parents: line vty 0 15, lines: [exec-timeout 30 0], backup: true}}
    - {name: banner, cisco.ios.ios_banner: {banner: login, text: "Only for those\\nwho may"}}
    - {name: banner again, cisco.ios.ios_banner: {banner: login, text: "Only for those\\nwho may"}}
    - {name: user, cisco.ios.ios_user: {name: robot, privilege: 15, configured_password: secret1, update_password: on_create}}
    - {name: hostname, cisco.ios.ios_hostname: {config: {hostname: R9}}}
    - {name: acl, cisco.ios.ios_acls: &acl {config: [{afi: ipv4, acls: [{name: MGMT, acl_type: standard, aces: [
        {sequence: 10, grant: permit, source: {address: 10.0.0.0, wildcard_bits: 0.255.255.255}}]}]}]}}
    - {name: acl again, cisco.ios.ios_acls: *acl}
    - {name: put, ansible.netcommon.net_put: {src: SOURCE, dest: "flash0:/by-ansible"}}
    - {name: refused, cisco.ios.ios_command: {commands: [show nothing]}, ignore_errors: true}
"""

PRIVILEGED = """\
- hosts: all
  gather_facts: false
  tasks:
    - {name: show, cisco.ios.ios_command: {commands: [show running-config]}}
"""


def play(device, folder, text, *variables):
    """{name of a task: its result}"""
    (folder / "hosts").write_text(WAY + "".join(f"{v}\n" for v in (f"ansible_port={device.port}", *variables)))
    (folder / "play.yml").write_text(text)
    env = dict(os.environ, HOME=str(folder), ANSIBLE_HOST_KEY_CHECKING="False", ANSIBLE_STDOUT_CALLBACK="json",
               ANSIBLE_PERSISTENT_COMMAND_TIMEOUT="300", ANSIBLE_PERSISTENT_CONNECT_TIMEOUT="300", LC_ALL="C.UTF-8")  # fmt: skip
    done = subprocess.run(["ansible-playbook", "-i", "hosts", "play.yml"], cwd=folder, env=env, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=900)  # fmt: skip
    assert done.stdout.startswith("{"), done.stdout + done.stderr
    (played,) = json.loads(done.stdout)["plays"]
    return {task["task"]["name"]: task["hosts"]["r1"] for task in played["tasks"]}


@pytest.fixture(scope="module")
def device(module_lab):
    return module_lab.booted(CONFIG.replace("end\n", "enable secret 0 sesame\nend\n"))


def test_reads_and_changes(device, tmp_path):
    (tmp_path / "source").write_bytes(os.urandom(100_000))
    told = CHANGES.replace("SOURCE", str(tmp_path / "source"))
    results = play(device, tmp_path, told, "ansible_user=admin", "ansible_password=admin")
    changed = [name for name, result in results.items() if result["changed"]]
    failed = [name for name, result in results.items() if result.get("failed")]
    assert failed == ["refused"], results
    assert changed == ["lines", "parent", "banner", "user", "hostname", "acl", "put"]
    assert "% Invalid input detected at '^' marker." in results["refused"]["msg"]
    assert results["command"]["stdout"][0] == "Current privilege level is 15"
    facts = results["facts"]["ansible_facts"]
    assert (facts["ansible_net_hostname"], facts["ansible_net_system"], facts["ansible_net_iostype"]) == ("R1", "ios", "IOS")
    assert facts["ansible_net_filesystems_info"]["flash0:"]["spacetotal_kb"] == 262144
    assert facts["ansible_net_image"].startswith("flash0:")
    assert "ip ssh time-out 90" in (device.folder / "nvram/startup-config").read_text()  # save_when
    assert "ip domain-name example.org" in open(results["parent"]["backup_path"]).read()
    shown = device.ssh("show", "running-config").stdout
    for line in ("hostname R9", "banner login ^C\nOnly for those\nwho may\n^C", " exec-timeout 30 0", "username robot privilege 15 secret 9",
                 "ip access-list standard MGMT\n 10 permit 10.0.0.0 0.255.255.255"):  # fmt: skip
        assert line in shown, (line, shown)
    assert flash(device, "by-ansible").read_bytes() == (tmp_path / "source").read_bytes()


def test_becomes_privileged(device, tmp_path):
    who = ("ansible_user=guest", "ansible_password=guest")
    assert play(device, tmp_path, PRIVILEGED, *who)["show"]["failed"]
    how = ("ansible_become=yes", "ansible_become_method=enable", "ansible_become_password=sesame")
    assert "hostname" in play(device, tmp_path, PRIVILEGED, *who, *how)["show"]["stdout"][0]
