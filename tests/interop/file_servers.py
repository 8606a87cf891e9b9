# SPDX-License-Identifier: Apache-2.0
"""Servers of files on loopback, each on a port of its own: tftpd-hpa, proftpd, nginx, and two that behave badly."""

import atexit
import contextlib
import os
import pathlib
import pwd
import socket
import subprocess
import threading

import lab as laboratory

ME = pwd.getpwuid(os.geteuid()).pw_name


def answers(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


class Server:
    """A program that serves until stop()."""

    def __init__(self, *argv):
        self.child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        atexit.register(self.stop)  # when not even a fixture came to its end

    def stop(self):
        self.child.terminate()
        self.child.wait()


def tftp(folder):
    """tftpd-hpa; files may be made. It wants to change its root: an ordinary user has it in a namespace of his own."""
    port = laboratory.free_port()
    argv = ["/usr/sbin/in.tftpd", "-L", "--secure", "-c", "-p", "-u", "root", "-a", f"127.0.0.1:{port}", str(folder)]
    server = Server(*([] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user"]), *argv)
    server.port = port
    assert laboratory.wait_for(lambda: f":{port:04X} " in pathlib.Path("/proc/net/udp").read_text())
    return server


def ftp(folder, base):
    """proftpd with one user, `me`, whose password is `pass`, and nobody anonymous."""
    port = laboratory.free_port()
    hashed = subprocess.run(["openssl", "passwd", "-6", "pass"], capture_output=True, text=True, check=True).stdout.strip()
    users = base / "ftp-users"
    users.write_text(f"me:{hashed}:{os.geteuid()}:{os.getegid()}::{folder}:/bin/sh\n")
    users.chmod(0o600)
    (base / "proftpd.conf").write_text(f"""\
ServerType standalone
DefaultAddress 127.0.0.1
Port {port}
User {ME}
Group {subprocess.run(["id", "-gn"], capture_output=True, text=True, check=True).stdout.strip()}
UseIPv6 off
RequireValidShell off
RootLogin on
AuthOrder mod_auth_file.c
AuthUserFile {users}
UseReverseDNS off
WtmpLog off
AllowOverwrite on
ScoreboardFile {base}/ftp-scoreboard
PidFile {base}/ftp-pid
SystemLog {base}/ftp-log
TransferLog {base}/ftp-transfers
DelayEngine off
""")
    server = Server("/usr/sbin/proftpd", "-n", "-c", str(base / "proftpd.conf"))
    server.port = port
    assert laboratory.wait_for(lambda: answers(port)), (base / "ftp-log").read_text()
    return server


def certificate(base, name):
    """A key and a certificate that nobody vouches for."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-addext",
         f"subjectAltName=DNS:{name},IP:127.0.0.1", "-keyout", base / "key.pem", "-out", base / "cert.pem"],
        capture_output=True, check=True,
    )  # fmt: skip


def http(folder, base):
    """nginx: files below /, with a password below /auth/, slowly below /slow/, PUT below /put/, and redirections."""
    port, tls = laboratory.free_port(), laboratory.free_port()
    certificate(base, "localhost")
    hashed = subprocess.run(["openssl", "passwd", "-apr1", "pass"], capture_output=True, text=True, check=True).stdout.strip()
    (base / "http-users").write_text(f"me:{hashed}\n")
    (base / "put").mkdir()
    (base / "nginx.conf").write_text(f"""\
daemon off; pid {base}/nginx.pid; error_log {base}/nginx.log; worker_processes 1;
{"user root;" if os.geteuid() == 0 else ""}
events {{}}
http {{
  access_log {base}/nginx.access;
  client_body_temp_path {base}/t1; proxy_temp_path {base}/t2; fastcgi_temp_path {base}/t3; uwsgi_temp_path {base}/t4;
  scgi_temp_path {base}/t5; client_max_body_size 8m;
  server {{
    listen 127.0.0.1:{port};
    listen [::1]:{port};
    listen 127.0.0.1:{tls} ssl;
    ssl_certificate {base}/cert.pem; ssl_certificate_key {base}/key.pem;
    root {folder};
    location /auth/ {{ alias {folder}/; auth_basic "x"; auth_basic_user_file {base}/http-users; }}
    location /slow/ {{ alias {folder}/; limit_rate 20k; }}
    location /put/ {{ root {base}; dav_methods PUT; }}
    location /forbidden {{ return 403; }}
    location /to-file {{ return 302 /small; }}
    location /to-relative {{ add_header Location small always; return 303; }}
    location /to-tls {{ return 302 https://localhost:{tls}/small; }}
    location /to-plain {{ return 302 http://127.0.0.1:{port}/small; }}
    location /to-ftp {{ return 302 ftp://127.0.0.1/small; }}
    location /to-local {{ return 302 file:///etc/passwd; }}
    location /to-itself {{ return 302 /to-itself; }}
  }}
}}
""")
    server = Server("/usr/sbin/nginx", "-c", str(base / "nginx.conf"), "-p", str(base), "-e", str(base / "nginx.log"))
    server.port, server.tls = port, tls
    assert laboratory.wait_for(lambda: answers(port)), (base / "nginx.log").read_text()
    return server


class Three:
    """All of them, with one folder of files."""

    def __init__(self, base):
        self.base, self.shared = base, base / "shared"
        self.shared.mkdir()
        self.tftp, self.ftp, self.http = tftp(self.shared), ftp(self.shared, base), http(self.shared, base)

    def stop(self):
        for server in (self.tftp, self.ftp, self.http):
            server.stop()


class Odd:
    """Answers each connection, one after another, by the next of these functions of a socket; then by the last."""

    def __init__(self, *answers):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port, self.answers, self.requests, self.kept = self.socket.getsockname()[1], list(answers), [], []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self.socket.accept()
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                with contextlib.suppress(OSError):
                    peer.settimeout(1)
                    with contextlib.suppress(TimeoutError):  # of ftp it is the server that speaks first
                        self.requests.append(peer.recv(65536).decode("latin-1"))
                    if answer(peer):
                        self.kept.append(peer)
                        continue
                peer.close()

    def stop(self):
        self.socket.close()
        for peer in self.kept:
            peer.close()


def sends(head, body, keep=False):
    """An answer of http; then the connection is closed, or kept without a word."""
    text = ("HTTP/1.1 " + head.replace("\n", "\r\n") + "\r\n\r\n").encode()

    def answer(peer):
        peer.sendall(text + body)
        return keep

    return answer
