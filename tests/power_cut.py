# SPDX-License-Identifier: Apache-2.0
"""A power cut at any system call. strace records what the processes of a device do to its folder; `Disk` replays the
record and tells, after each call, what a disk may hold whose power fails there:

    strict   only what was synced: names since the last fsync of their folder, bytes since the last fsync of their file
    metadata all names, but of each file only the bytes that were synced (a new file is empty)
    all      everything, as after the death of the processes alone

A real file system gives a state between the first and the last.
"""

import os
import pathlib
import re
import subprocess

CALLS = (
    "openat,creat,write,pwrite64,writev,pwritev,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir,"
    "truncate,ftruncate,fallocate,fsync,fdatasync,copy_file_range,sendfile,symlinkat"
)
WHOLE = re.compile(r"^(\d+) +(\w+)\((.*)\) += (-?\d+|0x[0-9a-f]+)(?:<([^>]*)>)?.*$")
HALF = re.compile(r"^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$")
REST = re.compile(r"^(\d+) +<\.\.\. (\w+) resumed>(.*)$")
STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
DESCRIPTOR = re.compile(r"(?:AT_FDCWD|-?\d+)<((?:\\x[0-9a-f]{2}|[^<>])*)>")


class Recorder:
    """Writes the calls of these processes, and of what they start, into `output` until they end."""

    def __init__(self, pids, output):
        attach = [word for pid in pids for word in ("-p", str(pid))]
        self.strace = subprocess.Popen(
            ["strace", "-f", "-y", "-xx", "-s", "4000000", "-e", "signal=none", "-e", f"trace={CALLS}", "-o", output, *attach],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        waiting = {str(pid) for pid in pids}
        while waiting:
            line = self.strace.stderr.readline()
            assert line, "strace cannot attach to the processes of a device"
            waiting -= set(re.findall(r"Process (\d+) attached", line))

    def ended(self):
        self.strace.stderr.read()
        self.strace.wait(10)


def text(hexed):
    return bytes.fromhex(hexed.replace("\\x", ""))


def path_of(shown):
    return (text(shown) if shown.startswith("\\x") else shown.encode()).decode("latin-1")


def calls(lines):
    """(process, name, arguments, result, what the result is) of each call that succeeded, in the order of their ends."""
    begun = {}
    for line in lines:
        if half := HALF.match(line):
            begun[half[1], half[2]] = half[3]
            continue
        if rest := REST.match(line):
            line = f"{rest[1]} {rest[2]}({begun.pop((rest[1], rest[2]), '')}{rest[3]}"
        if (whole := WHOLE.match(line)) and not whole[4].startswith("-"):
            yield int(whole[1]), whole[2], whole[3], int(whole[4], 0), path_of(whole[5] or "")


IMAGE = b"an image: "  # and its name: what stands for a file that is too large to be followed


class File:
    """Bytes now, and those a disk surely has; the name it got last."""

    def __init__(self, data=b"", synced=None, name=None):
        self.data, self.synced, self.name = bytearray(data), synced, name

    def put(self, at, data):
        self.data.extend(bytes(max(0, at - len(self.data))))
        self.data[at : at + len(data)] = data


class Disk:
    """Names are paths below the device's folder. Unnamed files are known by the name strace has for them."""

    def __init__(self, folder):
        self.folder = str(folder)
        self.files, self.folders, self.unnamed, self.descriptors = {}, set(), {}, {}
        self.changed = False  # the last call did something to the folder
        self.touched = None  # ... to this file
        self.newest = {}  # folder: the file that got or lost a name there last
        for path in pathlib.Path(folder).rglob("*"):
            name = str(path.relative_to(folder))
            if path.is_dir():
                self.folders.add(name)
            elif path.is_file():  # images are not written here
                data = path.read_bytes() if path.stat().st_size < 1 << 20 else IMAGE + path.name.encode()
                self.files[name] = File(data, bytes(data), name)
        self.durable = dict(self.files)

    def inside(self, path):
        """The name below the folder, or None."""
        path = os.path.normpath(path)
        return path[len(self.folder) + 1 :] if path.startswith(self.folder + "/") else None

    def named(self, arguments):
        """The paths of a call that takes (folder descriptor, name) pairs, or plain names."""
        found, base = [], None
        for token in re.finditer(rf"{DESCRIPTOR.pattern}|{STRING.pattern}|AT_FDCWD", arguments):
            if token[1] is not None:
                base = path_of(token[1])
            elif token[2] is not None:
                found.append(os.path.join(base or "/", text(token[2]).decode("latin-1")))
                base = None
        return found

    def open_file(self, arguments):
        """The file behind the first descriptor of a call."""
        where = DESCRIPTOR.match(arguments)
        return self.behind(path_of(where[1]) if where else "")

    def behind(self, path):
        return self.unnamed.get(path) or self.files.get(self.inside(path) or "")

    def fsync(self, arguments):
        where = DESCRIPTOR.match(arguments)
        path = path_of(where[1]) if where else ""
        name = "" if path == self.folder else self.inside(path)
        if name == "" or name in self.folders:
            self.sync_folder(name)
            self.changed = True
        elif file := self.open_file(arguments):
            file.synced = bytes(file.data)
            self.touch(file)

    def touch(self, file):
        self.touched = file
        self.changed = True

    def named_now(self, name, file):
        """It has got this name, or lost it."""
        file.name = name
        self.newest[os.path.dirname(name)] = file
        self.touch(file)

    def sync_folder(self, folder):
        self.touched = self.newest.get(folder)

        def of_it(names):
            return {n: f for n, f in names.items() if os.path.dirname(n) == folder}

        for name in of_it(self.durable):
            del self.durable[name]
        self.durable.update(of_it(self.files))

    def openat(self, process, arguments, result, path):
        self.descriptors[process, result] = path
        if "O_TMPFILE" in arguments:
            if self.inside(path):
                self.unnamed[path] = File()
            return
        name = self.inside(path)
        if not name or name in self.folders or "O_DIRECTORY" in arguments:
            return
        if "O_CREAT" in arguments and name not in self.files:
            self.files[name] = File()
            self.named_now(name, self.files[name])
        if "O_TRUNC" in arguments and name in self.files:
            self.files[name].data = bytearray()
            self.touch(self.files[name])

    def write(self, call, arguments, done):
        file = self.open_file(arguments)
        if file is None:
            return
        data = b"".join(text(s) for s in STRING.findall(arguments))[:done]
        offset = re.search(r", (\d+)$", arguments) if call.startswith("pwrite") else None
        file.put(int(offset[1]) if offset else len(file.data), data)
        self.touch(file)

    def link(self, process, arguments):
        *source, to = self.named(arguments)
        if "AT_EMPTY_PATH" in arguments:
            file = self.open_file(arguments)
        elif source[0].startswith("/proc/self/fd/"):
            file = self.behind(self.descriptors.get((process, int(os.path.basename(source[0]))), ""))
        else:
            file = self.files.get(self.inside(source[0]) or "")
        if file is not None and self.inside(to):
            self.files[self.inside(to)] = file
            self.named_now(self.inside(to), file)

    def rename(self, arguments):
        old, new = (self.inside(p) for p in self.named(arguments))
        if old in self.files and new:
            self.files[new] = self.files.pop(old)
            self.named_now(new, self.files[new])
        elif old in self.folders and new:
            self.folders.discard(old)
            self.folders.add(new)
            for name in [n for n in self.files if n.startswith(old + "/")]:
                self.files[new + name[len(old) :]] = self.files.pop(name)

    def apply(self, process, call, arguments, result, shown):
        self.changed, self.touched = False, None
        if call == "openat":
            self.openat(process, arguments, result, shown)
        elif call in ("write", "pwrite64", "writev"):
            self.write(call, arguments, result)
        elif call in ("fsync", "fdatasync"):
            self.fsync(arguments)
        elif call.startswith("rename"):
            self.rename(arguments)
        elif call in ("link", "linkat"):
            self.link(process, arguments)
        elif call in ("unlink", "unlinkat"):
            name = self.inside(self.named(arguments)[0]) or ""
            if file := self.files.pop(name, None):
                self.named_now(name, file)
        elif call in ("mkdir", "mkdirat"):
            if name := self.inside(self.named(arguments)[0]):
                self.folders.add(name)
        elif call in ("rmdir", "symlinkat"):
            pass
        elif call == "ftruncate":
            if file := self.open_file(arguments):
                size = int(arguments.rpartition(", ")[2], 0)
                del file.data[size:]
                file.put(size, b"")
                self.touch(file)
        else:
            raise NotImplementedError(f"{call}({arguments[:200]})")

    def states(self):
        """{kind: {name: bytes}} of the disk if the power failed now."""
        return {
            "strict": {n: f.synced or b"" for n, f in self.durable.items()},
            "metadata": {n: f.synced or b"" for n, f in self.files.items()},
            "all": {n: bytes(f.data) for n, f in self.files.items()},
        }
