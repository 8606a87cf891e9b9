# SPDX-License-Identifier: Apache-2.0
"""What a command of tests/table/ios-commands.tsv does beyond its own terminal: who can log in after it, who cannot."""

import base64
import hashlib
import subprocess

import lab as laboratory

KEYS_ONLY = ("-o", "PreferredAuthentications=publickey")


def booted(lab, *lines):
    return lab.booted(laboratory.CONFIG.replace("line vty", "\n".join(lines) + "\nline vty"))


def rsa_key(folder):
    """(its file, the text of its public key, the MD5 of it as `key-hash` has it)"""
    path = folder / "id_rsa"
    subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", path], check=True)
    text = path.with_suffix(".pub").read_text().split()[1]
    return path, text, hashlib.md5(base64.b64decode(text)).hexdigest().upper()


def by_key(device, path, user="admin"):
    return device.ssh("show privilege", user=user, options=[*KEYS_ONLY, "-i", path]).returncode == 0


def test_a_password_of_type_7_logs_in(lab):
    device = booted(lab, "username superuser privilege 2 password 7 094F471A1A0A")
    assert "level is 2" in device.ssh("show privilege", user="superuser", password="cisco").stdout
    assert device.ssh("show privilege", user="superuser", password="094F471A1A0A").returncode == 255


def test_a_key_is_known_by_its_hash(lab, tmp_path):
    path, _, digest = rsa_key(tmp_path)
    chain = "ip ssh pubkey-chain\n username admin\n  key-hash ssh-rsa {} admin@host\n exit\nexit"
    assert by_key(booted(lab, chain.format(digest)), path)
    assert not by_key(booted(lab, chain.format("0" * 32)), path)


def test_a_user_removed_from_the_chain_has_no_key(lab, tmp_path):
    path, _, digest = rsa_key(tmp_path)
    device = booted(lab, f"ip ssh pubkey-chain\n username admin\n  key-hash ssh-rsa {digest}\n exit\nexit")
    assert by_key(device, path)
    t = device.terminal()
    for line in ("configure terminal", "ip ssh pubkey-chain", "no username admin", "end"):
        t.command(line)
    assert not by_key(device, path)


def test_ssh_needs_no_transport_line(lab):
    device = lab.booted(laboratory.CONFIG.replace(" transport input ssh\n", ""))
    assert "transport" not in device.ssh("show running-config").stdout
    assert device.ssh("show privilege").returncode == 0


def test_transport_input_decides_who_comes_in(lab):
    device = lab.booted(laboratory.CONFIG.replace("transport input ssh", "transport input none"))
    done = device.ssh("show privilege")
    assert done.returncode == 255 and done.stdout == "" and "Connection refused" in done.stderr


def test_a_line_password_opens_nothing_over_ssh(lab):
    device = lab.booted(laboratory.CONFIG.replace(" login local\n", " login\n password linesecret\n"))
    for user in ("admin", "nobody", ""):
        assert device.ssh("show privilege", user=user, password="linesecret").returncode == 255
    assert device.ssh("show privilege", user="admin", password="sesame").returncode == 255  # nor the enable secret
    assert device.ssh("show privilege").returncode == 0


def test_a_line_uses_its_list(lab):
    device = booted(
        lab,
        "aaa new-model",
        "aaa authentication login default none",
        "aaa authentication login asks local",
        "line con 0\n login authentication asks",
    )
    t = device.console()
    t.until("Press RETURN to get started")
    t.send("\r")
    t.until("Username: ")
    t.command("admin")
    t.command("admin")
    assert t.screen.last == "R1#" or t.screen.last == "R1>"
