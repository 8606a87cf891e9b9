# SPDX-License-Identifier: Apache-2.0
"""netmiko's cisco_ios driver, unmodified, doing what NAPALM does with a configuration: upload a candidate, show how it
differs, replace, roll back, commit with confirmation. And what must not come of it: half a configuration."""

import os
import re
import signal
import threading
import time

import netmiko
import pytest

CONFIG = """\
hostname R1
logging buffered
ip domain-name example.com
aaa new-model
aaa authentication login default local
aaa authorization exec default local
username admin privilege 15 password 0 admin
username other privilege 15 password 0 other
ip scp server enable
archive
 path flash:back
 maximum 5
line vty 0 15
 transport input ssh
end
"""
NONE = "%No Rollback Confirmed Change pending"


@pytest.fixture(scope="module")
def device(module_lab):
    return module_lab.booted(CONFIG)


def connect(device, user="admin"):
    return netmiko.ConnectHandler(
        device_type="cisco_ios", host="127.0.0.1", port=device.port, username=user, password=user, fast_cli=True
    )


def body(net):
    """running-config without comments and what is said before it."""
    config = net.send_command("show running-config")
    return [line for line in config.splitlines() if line.strip() and not line.startswith(("!", "Current", "Building"))]


def upload(net, folder, text, name="candidate_config.txt"):
    (folder / name).write_text(text)
    done = netmiko.file_transfer(
        net, source_file=str(folder / name), dest_file=name, file_system="flash:", overwrite_file=True
    )
    assert done["file_exists"] and done["file_verified"]


def test_replace_and_roll_back(device, tmp_path):
    net = connect(device)
    before = body(net)
    candidate = "\n".join(before).replace("hostname R1", "hostname CANDIDATE")
    candidate = candidate.replace("line vty 0 15", "interface Loopback1\n description new\n no ip address\nline vty 0 15")
    upload(net, tmp_path, candidate + "\n")
    assert "Rollback" not in net.send_command("archive config")
    newest = re.search(r"(\S+) <- Most Recent", net.send_command("show archive"))[1]

    shown = net.send_command("show archive config differences system:running-config flash:candidate_config.txt")
    assert shown.splitlines() == [
        "!Contextual Config Diffs:",
        "+hostname CANDIDATE",
        "+interface Loopback1",
        " +description new",
        " +no ip address",
        "-hostname R1",
    ]
    shown = net.send_command("show archive config incremental-diffs flash:candidate_config.txt ignorecase")
    added = ["hostname CANDIDATE", "interface Loopback1", " description new", " no ip address"]
    assert shown.splitlines()[1:] == [*added, "end"]

    output = net.send_command("configure replace flash:candidate_config.txt force", expect_string=r"[>#]\s*$")
    assert "Total number of passes: 1" in output and "Rollback Done" in output
    assert not re.search("error|failed|invalid|%", output.lower())
    net.set_base_prompt()
    changes = net.send_command("show archive config differences flash:candidate_config.txt")
    assert changes.splitlines() == ["!Contextual Config Diffs:", "!No changes were found"]
    assert " description new" in body(net) and "hostname CANDIDATE" in body(net)
    assert "[OK]" in net.save_config()

    output = net.send_command(f"configure replace {newest} force", expect_string=r"[>#]\s*$")
    assert "Rollback Done" in output
    net.set_base_prompt()
    assert body(net) == before
    net.save_config()
    net.disconnect()


def test_the_question(device, tmp_path):
    net = connect(device)
    before = body(net)
    upload(net, tmp_path, "\n".join(before).replace("hostname R1", "hostname ASKED"))
    question = net.send_command("configure replace flash:candidate_config.txt", expect_string=r"\[no\]:")
    assert "This will apply all necessary additions and deletions" in question
    net.send_command("no", expect_string="#")
    assert body(net) == before
    net.send_command("configure replace flash:candidate_config.txt list", expect_string=r"\[no\]:")
    output = net.send_command("y", expect_string="Rollback Done[^#]*#")
    assert "!List of Commands:\nno hostname R1\nhostname ASKED\nend\n" in output
    net.send_command("configure replace nvram:startup-config force", expect_string=r"R1#")
    net.set_base_prompt()
    assert body(net) == before
    net.disconnect()


def test_bad_lines_are_named_and_nothing_changes(device, tmp_path):
    net = connect(device)
    before = body(net)
    upload(net, tmp_path, "hostname BAD\nno such line\ninterface Loopback1\n ip address 1.2.3\ncrypto key zeroize rsa\n")
    output = net.send_command("configure replace flash:candidate_config.txt force revert trigger error")
    assert "flash0:/candidate_config.txt line 2: % Invalid input detected" in output
    assert "flash0:/candidate_config.txt line 4: " in output
    assert 'line 5: % Not a line of a configuration: "crypto ..."' in output
    assert "%Error: 3 lines of flash0:/candidate_config.txt refused" in output
    assert body(net) == before
    for number, odd in enumerate((b"\x00\xff" * 4000, b"hostname " + b"x" * 9000, b"banner motd #never ends\n" * 3)):
        (device.folder / "flash" / f"odd{number}").write_bytes(odd)
        output = net.send_command(f"configure replace flash:odd{number} force")
        assert "%Error: " in output and "refused. The running configuration is unchanged" in output
    assert body(net) == before
    net.disconnect()


def test_commit_with_confirmation(device):
    net = connect(device)
    before = body(net)
    assert net.send_command("show archive config rollback timer") == NONE
    typed = ["hostname TRIED", "interface Loopback7"]
    output = net.send_config_set(typed, config_mode_command="configure terminal revert timer 5")
    assert re.search(r"Rollback Confirmed Change: Backing up current running config to flash0:/back-\d+", output)
    net.set_base_prompt()
    shown = net.send_command("show archive config rollback timer")
    assert re.search(r"Timer type: absolute timer\nTimer value: 5 min\nUser: admin", shown)
    net.send_command("configure revert now", expect_string=r"Rollback Done[^#]*R1#")
    net.set_base_prompt()
    assert body(net) == before
    assert net.send_command("show archive config rollback timer") == NONE
    assert net.send_command("configure confirm") == NONE

    net.send_command("configure replace nvram:startup-config force time 2", expect_string="Rollback Done[^#]*#")
    assert net.send_command("configure confirm") == ""
    assert net.send_command("show archive config rollback timer") == NONE
    net.disconnect()


def test_two_replace_at_once(device, tmp_path):
    """Whoever comes second waits or is told; what is in force then is one of both configurations, never a mixture."""
    nets = {"admin": connect(device), "other": connect(device, "other")}
    before = body(nets["admin"])
    for user, net in nets.items():
        lines = "".join(f"ip host {user}{n} 192.0.2.1\n" for n in range(3000))
        upload(nets[user], tmp_path, "\n".join(before).replace("line vty", lines + "line vty", 1), f"{user}.cfg")
    told = []

    def replace(user):
        told.append(nets[user].send_command(f"configure replace flash:{user}.cfg force", expect_string=r"R1#\s*$"))

    for _ in range(5):
        told.clear()
        users = [threading.Thread(target=replace, args=(user,)) for user in nets]
        [t.start() for t in users]
        [t.join() for t in users]
        assert sum("Rollback Done" in t for t in told) >= 1, told
        assert all("Rollback Done" in t or "is being replaced by console by" in t for t in told), told
        hosts = [line.split()[2] for line in body(nets["admin"]) if line.startswith("ip host ")]
        assert len(hosts) == 3000 and len({re.sub(r"\d", "", h) for h in hosts}) == 1
    nets["admin"].send_command("configure replace nvram:startup-config force", expect_string=r"R1#\s*$")
    assert body(nets["admin"]) == before
    [net.disconnect() for net in nets.values()]


def test_killed_while_it_replaces_and_archives(device, lab):
    """Whatever instant the device is killed at: startup-config is one of both, whole, every copy is whole, none is
    forgotten. Meanwhile, on another device, who scheduled a rollback is gone, and somebody edits when it comes."""
    editor, others = connect(device, "other"), device.sessions()
    net = connect(device)
    (gone,) = device.sessions() - others
    before = body(net)
    editor.config_mode()
    typed = ["hostname LOST", "interface Loopback9"]
    net.send_config_set(typed, exit_config_mode=False, config_mode_command="configure terminal revert timer 1")
    os.kill(gone, signal.SIGKILL)
    editor.send_command("interface Loopback9", expect_string=r"config-if\)#")

    killed = lab.device(name="killed")
    killed.init(CONFIG)
    killed.run()
    span = kill_round(killed, 0, None)[1]
    early = [kill_round(killed, n, max(0.25, 4 * span) * (n % 10 / 10) ** 2)[0] for n in range(1, 31)]
    assert 0 < sum(early) < 30, f"{sum(early)} of 30 kills came before the save"

    wait_for_hostname_in(editor, "R1", 75)
    editor.send_command("description still here", expect_string=r"R1\(config-if\)#")  # the entry is made again
    editor.exit_config_mode()
    editor.set_base_prompt()
    editor.send_config_set(["no interface Loopback9"])
    assert body(editor) == before
    editor.disconnect()


def wait_for_hostname_in(net, name, seconds):
    end = time.monotonic() + seconds
    while not net.find_prompt().startswith(f"{name}("):
        assert time.monotonic() < end, net.find_prompt()
        time.sleep(0.5)


def whole(text):
    """The generation of a configuration whose every line has it; None if it is not whole."""
    found = set(re.findall(r"^hostname G(\d+)", text, re.M)) | set(re.findall(r"^ip host h\d+ 10\.0\.0\.(\d+)", text, re.M))
    return int(found.pop()) if len(found) == 1 and text.rstrip().endswith("end") else None


def answers(shell, words):
    """How long it takes until the shell has said so."""
    begun, seen = time.monotonic(), ""
    while words not in seen:
        seen += shell.recv(65536).decode()
    return time.monotonic() - begun


def kill_round(device, n, wait):
    """Whether the kill came before the new configuration was saved; and, without a time to wait, how long saving takes."""
    text = CONFIG.replace("hostname R1", f"hostname G{n}\n" + "".join(f"ip host h{i} 10.0.0.{n}\n" for i in range(50)))
    (device.folder / "flash/next.cfg").write_text(text)
    client = device.paramiko()
    shell = client.invoke_shell(width=500)
    pids, span = list(device.processes()), None  # known before, or on a busy host looking for them outlasts the save
    shell.send("configure replace flash:next.cfg force\rarchive config\rwrite memory\rarchive config\r")
    if wait is None:
        span = answers(shell, "[OK]")
    else:
        time.sleep(wait)
    device.kill(pids)
    client.close()
    device.run()
    startup = (device.folder / "nvram/startup-config").read_text()
    assert whole(startup) is not None or "hostname R1" in startup, startup
    files = {p.name for p in (device.folder / "flash").iterdir()}
    assert all(re.fullmatch(r"back-\d+|next\.cfg|ravelin-.*\.bin", f) for f in files), files
    for name in files:
        if name.startswith("back-"):
            copy = (device.folder / "flash" / name).read_text()
            assert whole(copy) is not None or "hostname R1" in copy, copy
    listed = set(re.findall(r"flash0:/(back-\d+)", device.ssh("show archive").stdout))
    assert listed == {f for f in files if f.startswith("back-")}
    return whole(startup) != n, span
