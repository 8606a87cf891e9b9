# SPDX-License-Identifier: Apache-2.0
"""Goal: the SFTP server does for unmodified clients what they ask for: files and folders both ways, resumed, appended,
cut, renamed; a mounted file system that a real workload runs on; and it tells who may not, why."""

import asyncio
import contextlib
import os
import pathlib
import re
import subprocess

import pytest
from moving import CONFIG, client, digest, files, flash, make_tree, same

from lab import ROOT, wait_for


@pytest.fixture(scope="module")
def device(module_lab):
    return module_lab.booted(CONFIG)


@pytest.fixture
def tree(tmp_path):
    return make_tree(tmp_path / "tree", (0, 1, 32767, 32768, 32769, 261120, 261121, (3 << 20) + 7))


def batch(device, *lines, options=()):
    return client(device, "sftp", "-oBatchMode=no", *options, "-b", "-", "r:", text="\n".join(map(str, lines)) + "\n")


# --- OpenSSH ---


def test_openssh_there_and_back(device, tree, tmp_path):
    os.utime(tree / "a/f2", (1000000000, 1000000000))
    (tree / "a/f2").chmod(0o4755)
    done = batch(device, f"put -rp {tree}", f"get -rp tree {tmp_path}/back", "ls -l tree/a", "chmod 4755 tree/a/f1", "ls -l tree/a/f1")
    assert done.returncode == 0, done.stderr
    same(tree, flash(device, "tree"))
    same(tree, tmp_path / "back")
    for file in (flash(device, "tree/a/f2"), tmp_path / "back/a/f2"):
        assert file.stat().st_mtime == 1000000000
    assert flash(device, "tree/a/f2").stat().st_mode & 0o7777 == 0o600
    assert re.search(r"^-rw-------    1 root     root        32767 Sep  9  2001 \S*f2$", done.stdout, re.M), done.stdout
    assert re.search(r"^drwx------    1 root     root            0 .* \S*b$", done.stdout, re.M)
    assert re.search(r"^-rw------- .* tree/a/f1$", done.stdout, re.M)


def test_openssh_resumes(device, tree, tmp_path):
    whole = (tree / "a/f7").read_bytes()
    flash(device, "half").write_bytes(whole[:1000000])
    (tmp_path / "half").write_bytes(whole[:77])
    done = batch(device, f"reput {tree}/a/f7 half", f"reget half {tmp_path}/half", "cp half twice")
    assert done.returncode == 0, done.stderr
    assert flash(device, "half").read_bytes() == whole
    assert (tmp_path / "half").read_bytes() == whole
    assert flash(device, "twice").read_bytes() == whole
    assert batch(device, "put -f /etc/passwd synced").returncode == 0
    assert digest(flash(device, "synced")) == digest("/etc/passwd")


def test_openssh_names(device, tmp_path):
    (tmp_path / "one").write_text("one\n")
    done = batch(
        device, "mkdir d", f"put {tmp_path}/one d/one", "cd d", "pwd", "rename one two", "mkdir e", "ls -la", "df -h", "cd ..",
        "-rmdir d", "-rename d e/f/g", "rm d/two", "rmdir d/e", "rmdir d", "-ls d", "-get none", "cd nvram:", "pwd", "ls",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Remote working directory: /d\n" in done.stdout and re.search(r"^-rw.* two$", done.stdout, re.M)
    assert re.search(r"^ *256MB .*%$", done.stdout, re.M)
    assert "remote rmdir" in done.stderr and re.search('"/?none" not found', done.stderr), done.stderr
    assert "Remote working directory: /nvram:\n" in done.stdout and "startup-config" in done.stdout
    assert "boot-vars" not in done.stdout and "d" not in files(device)


def test_openssh_is_refused_links(device, tmp_path):
    flash(device, "target").write_text("x")
    done = batch(device, "-ln target hard", "-ln -s target soft", "-ls hard", "-ls soft")
    assert "hardlink" in done.stderr and "Operation unsupported" in done.stderr, done.stderr
    assert not {"hard", "soft"} & set(files(device))
    # One that lies there all the same is not followed.
    os.symlink("/etc", flash(device, "out"))
    done = batch(device, "-ls out", "-get out/passwd", f"-put {tmp_path} out/x", "ls")
    assert "passwd" not in done.stdout.split("out/x")[1] and not (tmp_path / "passwd").exists()
    flash(device, "out").unlink()


def test_scp_as_it_is_now(device, tree, tmp_path):
    done = client(device, "scp", "-rp", tree, "r:flash0:/scp-tree")
    assert done.returncode == 0, done.stderr
    same(tree, flash(device, "scp-tree"))
    done = client(device, "scp", "-rp", "r:flash0:scp-tree", tmp_path / "back")
    assert done.returncode == 0, done.stderr
    same(tree, tmp_path / "back")
    done = client(device, "scp", "r:none", tmp_path / "x")
    assert done.returncode == 1 and "No such file" in done.stderr


def test_configurations(device, tmp_path):
    assert batch(device, f"get running-config {tmp_path}/running").returncode == 0
    text = (tmp_path / "running").read_text()
    assert "\nhostname R1\n" in text and text.endswith("end\n")
    (tmp_path / "more").write_text("ip host sftp-was-here 192.0.2.1\nno such line\n")
    done = batch(device, f"put {tmp_path}/more running-config")
    assert done.returncode == 1
    assert "sftp-was-here" in device.ssh("show", "running-config").stdout
    assert re.search("%SYS-3-CONFIG_LINE: running-config line 2: .*Invalid input", device.ssh("show", "logging").stdout)
    (tmp_path / "more").write_text("no ip host sftp-was-here 192.0.2.1\n")
    assert batch(device, f"put {tmp_path}/more system:/running-config").returncode == 0
    assert "sftp-was-here" not in device.ssh("show", "running-config").stdout
    assert batch(device, f"put {tmp_path}/running startup-config").returncode == 0
    assert device.ssh("more", "nvram:startup-config").stdout == text
    hidden = ("nvram:boot-vars", "/nvram:/clock-offset", "../run/boot.log", "flash0:../../run/boot.log")
    done = batch(device, *(f"-get {name} {tmp_path}/y" for name in hidden), *(f"-put {tmp_path}/more {name}" for name in hidden))
    assert done.stderr.count(" not found") == 4 and done.stderr.count("dest open ") == 4, done.stderr


def test_views(device, tmp_path):
    """What is made when it is read is listed and comes whole, and nobody changes it."""
    done = batch(device, "ls system:", "ls system:memory", f"get -r system:memory {tmp_path}/all")
    assert done.returncode == 0 and re.search(r"memory\s+(system:/)?running-config", done.stdout), done.stdout
    assert "main" in done.stdout and "processes" in done.stdout
    assert "Processor " in (tmp_path / "all/main").read_text() and " core\n" in (tmp_path / "all/processes").read_text()
    for change in (f"put {tmp_path}/all/main system:memory/main", f"put {tmp_path}/all/main system:new", "rm system:memory/main",
                   "rename system:memory/main system:memory/x", "mkdir system:memory/x", "rmdir system:memory"):  # fmt: skip
        done = batch(device, change)
        assert done.returncode == 1 and "Permission denied" in done.stderr, (change, done.stderr)


@pytest.mark.parametrize("old", [[], ["-O"]], ids=["sftp", "scp"])
def test_new_keys_in_the_middle(device, tmp_path, old):
    """The client wants new keys while a file moves."""
    (tmp_path / "file").write_bytes(os.urandom(3 << 20))
    for way in ((tmp_path / "file", "r:rekeyed"), ("r:rekeyed", tmp_path / "back")):
        done = client(device, "scp", *old, "-oRekeyLimit=1M", *way)
        assert done.returncode == 0, done.stderr
    assert digest(tmp_path / "back") == digest(tmp_path / "file")


# --- other clients ---


@contextlib.contextmanager
def mounted(device, place, *options):
    place.mkdir()
    done = subprocess.run(
        ["sshfs", "-p", str(device.port), "-o", "StrictHostKeyChecking=no,UserKnownHostsFile=/dev/null", *options,
         "admin@127.0.0.1:/", str(place)],
        env=device.ssh_env("admin"), capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    try:
        yield place
    finally:
        subprocess.run(["fusermount3", "-u", "-z", str(place)], check=True)


def run(command, **how):
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=120, **how)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def test_sshfs(device, tmp_path):
    """A source tree goes in by tar and is worked on; what the device then has is what the client sees."""
    with mounted(device, tmp_path / "mnt") as mnt:
        run(f"tar -C {ROOT}/src -cf - ssh | (mkdir -p {mnt}/work/docs && tar -C {mnt}/work -xpf -)")
        run(f"diff -r {ROOT}/src/ssh {mnt}/work/ssh")
        run(f"tar -C {mnt}/work -cf {tmp_path}/out.tar . && tar -tf {tmp_path}/out.tar | grep -q ssh/v2/conn.h")
        work = mnt / "work"
        run("echo one > a; echo two >> a; cp a b; mv a c; sed -i s/two/three/ c; truncate -s 5 b; touch d; mv d docs/", cwd=work)
        run("printf XY | dd of=c bs=1 seek=1 conv=notrunc status=none; echo >> c; mkdir e; mv c e; rm b; cp -r ssh/v1 v1; rm -r v1", cwd=work)
        run("python3 -c \"f=open('w','w+b'); f.write(b'1234567890'); f.flush(); f.seek(3); assert f.read(2)==b'45'; f.truncate(4)\"", cwd=work)
        run("python3 -c \"import os; f=open('x','w'); f.write('kept'); f.flush(); os.rename('x','y'); f.write(' on'); f.close()\"", cwd=work)
        run("python3 -c \"import os; f=open('z','w'); f.write('gone'); f.flush(); os.unlink('z'); f.close()\"", cwd=work)
        assert (work / "y").read_text() == "kept on" and not (work / "z").exists()
        run(f"df {mnt} | grep -q %")
        with pytest.raises(OSError):
            os.symlink("a", work / "link")
        with pytest.raises(OSError):
            os.link(work / "w", work / "link")
    assert wait_for(lambda: device.ssh("show", "users").stdout.count(" vty ") == 1)
    same(ROOT / "src/ssh", flash(device, "work/ssh"))
    assert flash(device, "work/e/c").read_text() == "oXY\nthree\n\n"
    assert flash(device, "work/w").read_bytes() == b"1234"
    assert sorted(os.listdir(flash(device, "work"))) == ["docs", "e", "ssh", "w", "y"]
    assert flash(device, "work/docs/d").stat().st_size == 0


def test_lftp(device, tree, tmp_path):
    whole = (tree / "a/f7").read_bytes()
    flash(device, "cut").write_bytes(whole[:65536])
    script = f"""
set sftp:auto-confirm yes
set sftp:connect-program "ssh -a -x -oUserKnownHostsFile=/dev/null -oStrictHostKeyChecking=no"
open -u admin,admin sftp://127.0.0.1:{device.port}
mirror -R {tree} by-lftp
mirror by-lftp {tmp_path}/back
put -c {tree}/a/f7 -o cut
mv by-lftp moved
ls moved
"""
    done = subprocess.run(["lftp", "-c", script], env=device.ssh_env("admin"), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    same(tree, flash(device, "moved"))
    same(tree, tmp_path / "back")
    assert flash(device, "cut").read_bytes() == whole


def test_curl(device, tree, tmp_path):
    url = f"sftp://127.0.0.1:{device.port}/by-curl"
    curl = ["curl", "-sS", "-k", "-u", "admin:admin"]
    whole = (tree / "a/f7").read_bytes()
    (tmp_path / "half").write_bytes(whole[:1000001])
    for command in (
        ["-T", tmp_path / "half", url],
        ["-C", "1000001", "-T", tree / "a/f7", url],
        ["-o", tmp_path / "back", url],
        ["-C", "-", "-o", tmp_path / "half", url],
        ["-Q", "rename /by-curl /renamed", "-l", url[: -len("by-curl")]],
    ):
        done = subprocess.run([*curl, *map(str, command)], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
    assert "renamed" in done.stdout.split()
    assert flash(device, "renamed").read_bytes() == whole
    assert (tmp_path / "back").read_bytes() == whole and (tmp_path / "half").read_bytes() == whole


def test_psftp(device, tree, tmp_path):
    scan = subprocess.run(["ssh-keyscan", "-p", str(device.port), "-t", "ed25519", "127.0.0.1"], capture_output=True, text=True)
    shown = subprocess.run(["ssh-keygen", "-lf", "-"], input=scan.stdout, capture_output=True, text=True, check=True)
    flash(device, "ps-cut").write_bytes((tree / "a/f7").read_bytes()[:99999])
    script = tmp_path / "script"
    script.write_text(
        f"lcd {tmp_path}\nput -r tree by-psftp\nreput tree/a/f7 ps-cut\nget -r by-psftp back\nmv by-psftp ps-moved\nls ps-moved\n"
        "chmod 600 ps-cut\nmkdir ps-dir\nrmdir ps-dir\ndel ps-moved/a/f1\nquit\n"
    )
    done = subprocess.run(
        ["psftp", "-batch", "-P", str(device.port), "-pw", "admin", "-hostkey", shown.stdout.split()[1], "-b", str(script), "admin@127.0.0.1"],
        capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, env={"HOME": str(tmp_path), "PATH": "/usr/bin"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    same(tree, tmp_path / "back")
    assert digest(flash(device, "ps-cut")) == digest(tree / "a/f7")
    assert not flash(device, "ps-moved/a/f1").exists()


def test_paramiko(device, tree, tmp_path):
    connection = device.paramiko()
    sftp = connection.open_sftp()
    sftp.put(str(tree / "a/f7"), "p", confirm=True)
    sftp.get("p", str(tmp_path / "p"))
    assert digest(tmp_path / "p") == digest(tree / "a/f7")
    with sftp.open("p", "a") as file:
        file.write(b"tail")
    with sftp.open("p", "r+") as file:
        file.write(b"head")
        file.seek(10)
        file.truncate(len((tree / "a/f7").read_bytes()) + 2)
        assert file.stat().st_size == len((tree / "a/f7").read_bytes()) + 2
    expected = b"head" + (tree / "a/f7").read_bytes()[4:] + b"ta"
    assert flash(device, "p").read_bytes() == expected
    sftp.truncate("p", 10)
    assert flash(device, "p").read_bytes() == expected[:10]
    sftp.truncate("p", 20)
    assert flash(device, "p").read_bytes() == expected[:10] + bytes(10)
    sftp.utime("p", (1, 1000000000))
    assert sftp.stat("p").st_mtime == 1000000000
    flash(device, "q").write_text("old")
    with pytest.raises(OSError):
        sftp.rename("p", "q")
    sftp.posix_rename("p", "q")
    assert flash(device, "q").read_bytes() == expected[:10] + bytes(10)
    with pytest.raises(OSError):
        sftp.open("q", "wx")
    with sftp.open("fresh", "wx") as file:
        file.write("new")
    assert {"q", "fresh"} <= {entry.filename for entry in sftp.listdir_iter("/")}
    assert sftp.normalize("a/../b/./c//") == "/b/c"
    with pytest.raises(OSError):
        sftp.symlink("q", "link")
    with pytest.raises(FileNotFoundError):
        sftp.stat("none")
    # What is open and not changed stays what it is, its time, too.
    flash(device, "still").write_text("still")
    os.utime(flash(device, "still"), (1000000000, 1000000000))
    sftp.open("still", "r+").close()
    assert flash(device, "still").stat().st_mtime == 1000000000
    connection.close()


def test_asyncssh(device, tmp_path):
    import asyncssh

    async def main():
        async with (
            asyncssh.connect("127.0.0.1", device.port, username="admin", password="admin", known_hosts=None, client_keys=None) as connection,
            connection.start_sftp_client() as sftp,
        ):
            names = [f"{tmp_path}/n{i}" for i in range(40)]
            for i, name in enumerate(names):
                pathlib.Path(name).write_bytes(os.urandom(50000 + i))
            await sftp.mkdir("many")
            await asyncio.gather(*(sftp.put(name, "many") for name in names[:20]))
            await sftp.put(names[20:], "many")
            await asyncio.gather(*(sftp.get(f"many/n{i}", f"{tmp_path}/back{i}") for i in range(20)))
            await sftp.get([f"many/n{i}" for i in range(20, 40)], tmp_path)
            return [digest(name) for name in names], len(await sftp.listdir("many")), (await sftp.statvfs("/")).bsize

    digests, count, block = asyncio.run(main())
    assert [digest(flash(device, f"many/n{i}")) for i in range(40)] == digests
    assert [digest(tmp_path / f"back{i}") for i in range(20)] == digests[:20]
    assert count in (40, 42) and block == 4096


def test_large_folder(device, tmp_path):
    folder = flash(device, "large")
    folder.mkdir()
    for i in range(5000):
        (folder / f"entry-{i:05}").touch()
    done = batch(device, "ls -1 large")
    assert done.returncode == 0 and done.stdout.count("entry-") == 5000
    connection = device.paramiko()
    assert len(connection.open_sftp().listdir("large")) == 5000
    connection.close()


# --- who may not ---


@pytest.mark.parametrize(
    ("change", "said", "why"),
    [
        ("no ip scp server enable", "Administratively disabled.", "it is not enabled"),
        ("no aaa authorization exec default", "Administratively disabled.", "no list authorizes an EXEC"),
        ("username admin privilege 14", "Privilege denied.", "privilege is below 15"),
    ],
)
def test_who_may_not(lab, change, said, why):
    device = lab.device()
    device.init(CONFIG.replace("end\n", f"{change}\nend\n"))
    device.run()
    done = batch(device, "ls")
    assert done.returncode != 0 and said in done.stderr, done.stderr
    assert re.search(rf"%SSH-4-SFTP_REFUSED: admin@127.0.0.1: .*{why}", device.ssh("show", "logging").stdout)


def test_what_runs_instead(lab):
    """An autocommand lets its user do one thing only."""
    device = lab.device()
    device.init(CONFIG.replace("end\n", "username admin autocommand show clock\nend\n"))
    device.run()
    connection = device.paramiko()
    channel = connection.get_transport().open_session()
    channel.settimeout(10)
    channel.invoke_subsystem("sftp")
    with contextlib.suppress(OSError):  # it may be over already
        channel.sendall(b"\0\0\0\5\1\0\0\0\3")
    said = b""
    while part := channel.recv(1000):
        said += part
    assert re.search(rb"\d\d:\d\d:\d\d", said) and b"posix-rename" not in said
    connection.close()


def test_no_other_subsystem(device):
    import paramiko

    connection = device.paramiko()
    channel = connection.get_transport().open_session()
    with pytest.raises(paramiko.SSHException):
        channel.invoke_subsystem("netconf")
    connection.close()


def test_debug_says_what_moves(device, tmp_path):
    device.ssh("debug", "ip", "scp")
    (tmp_path / "d").write_text("x")
    batch(device, f"put {tmp_path}/d debugged", "rm debugged")
    log = device.ssh("show", "logging").stdout
    device.ssh("undebug", "all")
    for line in ("sftp: begins", "debugged: written", "debugged: removed"):
        assert f"SFTP: [127.0.0.1 -> admin] {line}" in log
