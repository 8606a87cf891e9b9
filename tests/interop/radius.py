# SPDX-License-Identifier: Apache-2.0
"""What the tests of RADIUS share: FreeRADIUS in a folder of its own on ports of its own, the configuration of a device
that asks it, and its people."""

import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import threading

import lab as laboratory

SECRET = "testing123"
LEVEL = "Current privilege level is 15\n"
METHODS = """\
aaa new-model
aaa authentication login default group radius local
aaa authentication login con group radius local
aaa authentication enable default group radius enable
aaa authorization exec default group radius local
aaa accounting exec default start-stop group radius
"""

USERS = r"""
alice Cleartext-Password := "wonder"
	Cisco-AVPair = "shell:priv-lvl=15",
	Reply-Message = "Last login: never",
	Class = 0x00ff2a,
	Class += 0x62
bob Cleartext-Password := "builder"
	Service-Type = NAS-Prompt-User
admin15 Cleartext-Password := "six"
	Service-Type = Administrative-User
lower Cleartext-Password := "lower"
	Service-Type = Administrative-User,
	Cisco-AVPair = "shell:priv-lvl=7"
auto Cleartext-Password := "auto"
	Cisco-AVPair = "shell:priv-lvl=15",
	Cisco-AVPair += "shell:autocmd=show privilege",
	Cisco-AVPair += "shell:idletime*5"
odd Cleartext-Password := "odd"
	Cisco-AVPair = "shell:priv-lvl=15",
	Cisco-AVPair += "shell:color*blue",
	Cisco-AVPair += "ip:addr-pool=mine"
strict Cleartext-Password := "strict"
	Cisco-AVPair = "shell:priv-lvl=15",
	Cisco-AVPair += "shell:roles=network-admin"
level Cleartext-Password := "level"
	Cisco-AVPair = "shell:priv-lvl=16"
framed Cleartext-Password := "framed"
	Service-Type = Framed-User
plain Cleartext-Password := "plain"
short Cleartext-Password := "short"
	Cisco-AVPair = "shell:priv-lvl=15",
	Session-Timeout = 2
idle Cleartext-Password := "idle"
	Cisco-AVPair = "shell:priv-lvl=15",
	Idle-Timeout = 2
times Cleartext-Password := "times"
	Cisco-AVPair = "shell:priv-lvl=15",
	Cisco-AVPair += "shell:idletime=7",
	Cisco-AVPair += "shell:timeout=90"
stays Cleartext-Password := "stays"
	Cisco-AVPair = "shell:autocmd=show privilege",
	Cisco-AVPair += "shell:nohangup=true"
slow Cleartext-Password := "slow"
	Cisco-AVPair = "shell:priv-lvl=15"
twice Cleartext-Password := "twice"
mfa TOTP-Secret := "{totp}"
	Cisco-AVPair = "shell:priv-lvl=15"
long Cleartext-Password := "{long}"
	Cisco-AVPair = "shell:priv-lvl=15"
$enab15$ Cleartext-Password := "up"
"""
LONG = "p" * 126 + "q"
TOTP = "JBSWY3DPEHPK3PXP"

# `slow` is answered late; `mfa` types a code behind his password; two rounds come behind the password of `token`, and
# State carries where he is.
CHALLENGE = """
	if (&User-Name == "slow") {
		sleep
	}
	if (&User-Name == "mfa") {
		if (!&State) {
			if (&User-Password != "pin") {
				reject
			}
			update control {
				&Auth-Type := Code
			}
		}
		else {
			update request {
				&TOTP-Password := "%{User-Password}"
			}
			update control {
				&Auth-Type := TOTP
			}
		}
	}
	if (&User-Name == "token") {
		if (!&State) {
			if (&User-Password != "pin") {
				reject
			}
			update control {
				&Auth-Type := First
			}
		}
		elsif (&State == 0x6f6e65) {
			if (&User-Password != "1234") {
				reject
			}
			update control {
				&Auth-Type := Second
			}
		}
		else {
			if (&User-Password != "9") {
				reject
			}
			update control {
				&Auth-Type := Accept
			}
			update reply {
				&Cisco-AVPair := "shell:priv-lvl=15"
			}
		}
	}
"""


def _round(name, message, state, prompt):
    return f"""
	Auth-Type {name} {{
		update reply {{
			&Reply-Message := "{message}"
			&State := {state}
			&Prompt := {prompt}
		}}
		update control {{
			&Response-Packet-Type := Access-Challenge
		}}
		handled
	}}
"""


SIGN = "update reply {\n&Message-Authenticator := 0x00\n}\n"
SITE = """
server default {{
{secure}
listen {{
	type = auth
	ipaddr = {address}
	port = {auth}
}}
listen {{
	type = acct
	ipaddr = {address}
	port = {acct}
}}
authorize {{
	files
	{challenge}
	pap
}}
authenticate {{
	Auth-Type PAP {{
		pap
	}}
	Auth-Type TOTP {{
		totp
	}}
	{rounds}
}}
post-auth {{
	{sign}
	Post-Auth-Type REJECT {{
		{sign}
		ok
	}}
	Post-Auth-Type Challenge {{
		{sign}
		ok
	}}
}}
accounting {{
	detail
	if (&User-Name == "twice" && &Acct-Delay-Time == 0) {{
		update control {{
			&Response-Packet-Type := Do-Not-Respond
		}}
		handled
	}}
	ok
}}
}}
"""
SECURE = """
listen {{
	type = auth+acct
	proto = tcp
	ipaddr = {address}
	port = {port}
	clients = radsec
	limit {{
		max_connections = 64
	}}
	tls {{
		private_key_file = {base}/{certificate}.key
		certificate_file = {base}/{certificate}.pem
		ca_file = {base}/{authority}.pem
		tls_min_version = "1.2"
		tls_max_version = "1.3"
		require_client_cert = {strict}
	}}
}}
"""
CLIENTS = """
clients radsec {
	client tls {
		ipaddr = ANYBODY
		proto = tls
		secret = radsec
	}
}
"""
RADIUSD = """
prefix = /usr
libdir = /usr/lib/freeradius
confdir = {folder}
run_dir = {folder}
logdir = {folder}
name = freeradius
max_requests = 4096
security {{
	reject_delay = 0
	status_server = no
	allow_vulnerable_openssl = yes
}}
client device {{
	ipaddr = {client}
	secret = {secret}
	require_message_authenticator = yes
}}
thread pool {{
	start_servers = {threads}
	max_servers = {threads}
}}
modules {{
	pap {{
	}}
	files {{
		usersfile = {folder}/users
	}}
	detail {{
		filename = {folder}/detail
	}}
	totp {{
	}}
	exec sleep {{
		wait = yes
		program = "/bin/sleep {delay}"
		timeout = 10
	}}
	always ok {{
		rcode = ok
	}}
	always reject {{
		rcode = reject
	}}
	always handled {{
		rcode = handled
	}}
}}
{site}
"""


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class FreeRadius:
    """`prefix`: what it is run by (ip netns exec …); `sign`: it signs replies; `delay`: seconds that `slow` waits;
    `quiet`: its log is no test's business; `tls`: it speaks RadSec at `secure`, too: the folder of certificates, its
    own one and its authority; `client_certificate`: it wants one there."""

    def __init__(self, folder, secret=SECRET, sign=True, address="127.0.0.1", delay=2, prefix=(), threads=4, quiet=False,
                 tls=None, client_certificate=False):  # fmt: skip
        self.folder, self.prefix, self.quiet = pathlib.Path(folder), prefix, quiet
        self.folder.mkdir(parents=True)
        self.auth, self.acct, self.secure = free_port(), free_port(), laboratory.free_port()
        rounds = "".join([
            _round("First", "Welcome.\\nToken: ", "0x6f6e65", "Echo"),
            _round("Second", "PUK: ", "0x74776f", "No-Echo"),
            _round("Code", "Enter one-time code: ", "0x636f6465", "No-Echo"),
        ])  # fmt: skip
        client = address if ":" in address else "0.0.0.0/0"
        secure = ""
        if tls:
            base, certificate, authority = tls
            secure = SECURE.format(address=address, port=self.secure, base=base, certificate=certificate, authority=authority,
                                   strict="yes" if client_certificate else "no")  # fmt: skip
        site = SITE.format(
            secure=secure,
            auth=self.auth, acct=self.acct, address=address, challenge=CHALLENGE, rounds=rounds, sign=SIGN if sign else ""
        )
        (self.folder / "dictionary").write_text("$INCLUDE /usr/share/freeradius/dictionary\n")
        (self.folder / "users").write_text(USERS.replace("{long}", LONG).replace("{totp}", TOTP))
        site += CLIENTS.replace("ANYBODY", client) if tls else ""
        (self.folder / "radiusd.conf").write_text(RADIUSD.format(
            folder=self.folder, secret=secret, site=site, client=client,
            delay=delay, threads=threads,
        ))  # fmt: skip
        self.log = ""
        self.start()

    def start(self):
        program = shutil.which("freeradius", path="/usr/sbin:/usr/bin")
        command = [*self.prefix, program, "-f", *([] if self.quiet else ["-xx"]), "-l", "stdout", "-d", str(self.folder)]  # -X would have no threads
        env = {**os.environ, "TZ": "UTC"}
        self.process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        ready = threading.Event()

        def read():
            for line in self.process.stdout:
                self.log += line
                if "Ready to process requests" in line:
                    ready.set()
            ready.set()

        self.reader = threading.Thread(target=read, daemon=True)
        self.reader.start()
        assert ready.wait(30) and self.process.poll() is None, self.log[-2000:]

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.reader.join()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def records(self):
        """Those of the accounting detail file, each a list of (name, value)."""
        path = self.folder / "detail"
        out = []
        for block in (path.read_text() if path.exists() else "").split("\n\n"):
            pairs = [line.strip().split(" = ", 1) for line in block.splitlines() if " = " in line]
            if pairs:
                out.append([(name, value.strip('"')) for name, value in pairs])
        return out


class Hole:
    """A host that takes datagrams and says nothing: how many came."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.port, self.taken = self.socket.getsockname()[1], []

    def count(self):
        with contextlib.suppress(BlockingIOError):
            while True:
                self.taken.append(self.socket.recv(4096))
        return len(self.taken)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def server(name, auth, acct, key=SECRET, address="127.0.0.1", more=" timeout 1\n retransmit 1\n"):
    """A `radius server` of a configuration."""
    return f"radius server {name}\n address {'ipv6' if ':' in address else 'ipv4'} {address} auth-port {auth} acct-port {acct}\n key {key}\n{more}exit"


def config(*servers, methods=METHODS, more=""):
    return laboratory.CONFIG.replace("line vty", "\n".join([methods + more, *servers]) + "\nline vty")
