# SPDX-License-Identifier: Apache-2.0
"""Every method in every list: the next one is asked when one cannot say, and never after a no. The user `both` has one
password on the servers and another on the device, so that whoever let him in is known by the one he typed."""

import itertools
import re

import pytest

import lab as laboratory
import radius
import radius_server
import tacacs
import tacacs_server

PLUS = ("group tacacs+", "tacacs+", "group TG")
RADIUS = ("group radius", "radius", "group RG")
SERVERS = PLUS + RADIUS


class Radius(radius_server.Server):
    """Lets in by the password of the server, grants privilege 15."""

    PASSWORDS = {b"both": b"server", b"$enab15$": b"up"}

    def __init__(self):
        super().__init__()
        self.lie = self._honest

    @staticmethod
    def _honest(self, request):
        if request.code == radius_server.ACCOUNTING_REQUEST:
            return []
        wanted = self.PASSWORDS.get(request.get(radius_server.USER_NAME))
        if wanted is not None and request.password(self.key) == wanted:
            return [self.accept(request)]
        return [self.accept(request, code=radius_server.ACCESS_REJECT, attributes=b"")]


class Bed:
    """A device, its servers, and a console on which nobody is asked for anything, to configure it by."""

    def __init__(self, lab, plus, radius_peer):
        with radius.Hole() as hole:
            self.nobody = hole.port
        self.plus, self.radius = plus, radius_peer
        more = (f"tacacs server T\n address ipv4 127.0.0.1\n port {plus.port}\n key cisco\n timeout 5\nexit\n"
                "aaa group server tacacs+ TG\n server name T\nexit\naaa group server radius RG\n server name R\nexit\n"
                "username both privilege 7 password 0 local\nusername other privilege 15 password 0 local\n"
                "privilege exec level 7 verify\n")  # fmt: skip
        methods = "aaa new-model\naaa authentication login default local\naaa authentication login con none\n"
        server = radius.server("R", radius_peer.port, radius_peer.port, more=" timeout 5\n retransmit 0\n")
        text = radius.config(server, methods=methods, more=more)
        text = text.replace("line vty 0 4", "line con 0\n login authentication con\nline vty 0 4\n password 0 wire")
        self.device = lab.booted(text)
        self.console = self.device.console()
        self.console.settle(wait="^Press RETURN to get started.$|^$")
        self.console.send("\r")
        self.console.settle()
        for line in ("enable", "sesame", "terminal length 0"):
            self.console.command(line)

    def configure(self, *lines):
        for shown in self.console.configure(*lines):
            assert "% " not in shown, shown

    def there(self, alive):
        port = self.radius.port if alive else self.nobody
        self.configure("radius server R", f"address ipv4 127.0.0.1 auth-port {port} acct-port {port}")
        self.plus.wrong = None if alive else lambda *_: b""

    def level(self, user, password):
        """Of an EXEC; None: he has none."""
        options = ("-o", "PreferredAuthentications=keyboard-interactive")  # one try is enough
        done = self.device.ssh("show privilege", user=user, password=password, options=options)
        found = re.search(r"level is (\d+)", done.stdout)
        return int(found[1]) if found else None


@pytest.fixture(scope="module")
def bed(module_lab):
    users = {
        "both": tacacs_server.User("server", ["priv-lvl=15"], enable="up", denied=("show running-config", "ip host", "verify"))
    }
    with tacacs.Server(users) as plus, Radius() as peer:
        yield Bed(module_lab, plus, peer)


@pytest.fixture
def device(bed):
    """What each test finds."""
    bed.there(True)
    yield bed.device
    for t in bed.device.terminals:
        if t is not bed.console:
            t.close()
    bed.device.terminals = [bed.console]
    bed.configure(
        "aaa authentication login default local", "no aaa authentication enable default", "no aaa authorization exec default",
        "no aaa authorization commands 15 default", "no aaa authorization commands 7 default", "no aaa authorization config-commands",
    )  # fmt: skip


# --- login by SSH ---


@pytest.mark.parametrize("servers", SERVERS)
def test_login(bed, device, servers):
    bed.configure(f"aaa authentication login default {servers} local")
    assert bed.level("both", "server") == 1 and bed.level("both", "local") is None
    assert bed.level("other", "local") is None, "a no is final"
    bed.there(False)
    assert bed.level("both", "server") is None and bed.level("both", "local") == 1


BEHIND = {"": None, "local": ("both", "BOTH"), "local-case": ("both", ), "none": None, "enable": None, "line": None}


@pytest.mark.parametrize("method", BEHIND)
def test_login_behind_dead_servers(bed, device, method):
    """line, enable and none are not enough for SSH, whatever password is typed."""
    bed.configure(f"aaa authentication login default group tacacs+ group radius {method}")
    assert bed.level("both", "server") == 1
    bed.there(False)
    for user, password in itertools.product(("both", "BOTH"), ("local", "server", "sesame", "wire")):
        if user == "BOTH" and password != "local":
            continue
        wanted = 1 if BEHIND[method] and user in BEHIND[method] and password == "local" else None
        assert bed.level(user, password) == wanted, (user, password)


# --- login on the console ---


def rest(t):
    """Until it waits: for RETURN, or with a prompt."""
    while not re.search(r"^Press RETURN to get started\.\s*\Z|^(Username: |Password: |R1>)\Z", t.screen.text, re.M):
        assert t.read(10), t.screen.text


def on_console(t, user, password):
    """Answers what it asks; whether there is an EXEC, which ends at once."""
    failed, inside = t.screen.text.count("% Authentication failed"), False
    while True:
        rest(t)
        if inside or t.screen.text.count("% Authentication failed") > failed:
            return inside
        inside = t.screen.last == "R1>"
        typed = {"R1>": "exit", "Username: ": user, "Password: ": password}.get(t.screen.last)
        n = len(t.screen.lines)
        t.send((typed or "") + "\r")
        if typed is None:  # it stands there until there is a prompt
            t.settle(wait="^Username: $|^Password: $|^R1>$")
        t.until_new_line(n)


@pytest.mark.parametrize("servers", ["group tacacs+", "radius"])
def test_console(lab, bed, servers):
    """All methods are good there; by each the one password that is its own."""
    own = {"local": "local", "local-case": "local", "enable": "sesame", "line": "line", "none": None, "": ()}
    alive = (f"tacacs server T\n address ipv4 127.0.0.1\n port {bed.plus.port}\n key cisco\nexit\n" +
             radius.server("R", bed.radius.port, bed.radius.port))  # fmt: skip
    device = lab.booted(laboratory.CONFIG.replace("line vty", f"""\
aaa new-model
aaa authentication login default local
aaa authentication login con {servers} local
{alive}
username both password 0 local
line con 0
 login authentication con
 password 0 line
line vty"""))
    bed.there(True)
    console, t = device.console(), device.terminal()
    assert [on_console(console, "both", password) for password in ("server", "local")] == [True, False]
    t.send("enable\r")
    t.settle(wait="Password: $")
    for line in ("sesame", "configure terminal", "no tacacs server T", "no radius server R", f"tacacs-server host 127.0.0.1 port {bed.nobody} key x",
                 f"radius-server host 127.0.0.1 auth-port {bed.nobody} acct-port {bed.nobody} key x"):  # fmt: skip
        assert "% " not in t.command(line)
    for method, right in own.items():
        t.command(f"aaa authentication login con {servers} {method}")
        for password in ("server", "local", "sesame", "line"):
            wanted = right is None or password == right
            assert on_console(console, "both", password) == wanted, (method, password, console.screen.text)


# --- enable ---


@pytest.mark.parametrize("servers", SERVERS)
def test_enable(bed, device, servers):
    bed.configure(f"aaa authentication enable default {servers} enable")
    assert raised(bed, "up") and not raised(bed, "sesame")
    bed.there(False)
    assert raised(bed, "sesame") and not raised(bed, "up")


@pytest.mark.parametrize("method", ["", "enable", "line", "none"])
def test_enable_behind_dead_servers(bed, device, method):
    bed.configure(f"aaa authentication enable default group radius group tacacs+ {method}")
    bed.there(False)
    right = {"": (), "enable": ("sesame", ), "line": ("wire", ), "none": ("sesame", "wire", "up")}[method]
    for password in ("sesame", "wire", "up"):
        assert raised(bed, password) == (password in right), password


def raised(bed, password):
    """Whether `enable` takes it, of one who is in as both; what is asked is answered with it."""
    t = bed.device.terminal("both", "local")
    assert t.screen.last == "R1>"
    t.send("enable\r")
    while True:
        t.until_new_line(len(t.screen.lines))
        t.settle(wait="Password: $|[>#]$")
        if t.screen.last != "Password: ":
            break
        t.send(password + "\r")
    t.close()
    return t.screen.last == "R1#"


# --- authorization ---


@pytest.mark.parametrize("servers", SERVERS)
def test_exec(bed, device, servers):
    """A server of TACACS+ says 15, or no to whom it does not know. One of RADIUS is asked about nobody who is in by a
    password of the device; with its own login it grants."""
    bed.configure(f"aaa authorization exec default {servers} local")
    asked = servers in PLUS
    assert bed.level("both", "local") == (15 if asked else 7)
    assert bed.level("other", "local") == (None if asked else 15)
    bed.configure(f"aaa authentication login default {servers} local")
    assert bed.level("both", "server") == 15
    bed.there(False)
    assert bed.level("both", "local") == 7 and bed.level("other", "local") == 15


@pytest.mark.parametrize("method, level", [("", None), ("local", 7), ("none", 1), ("if-authenticated", 1)])
def test_exec_behind_dead_servers(bed, device, method, level):
    bed.configure(f"aaa authorization exec default group radius tacacs+ {method}")
    bed.there(False)
    assert bed.level("both", "local") == level


ALLOWED = ["", "local", "none", "if-authenticated"]


def refusals(bed, *lines):
    t = bed.device.terminal("both", "local")
    if t.screen.last == "R1>":
        for line in ("enable", "sesame"):
            t.command(line)
    shown = ["Command authorization failed" in t.command(line) for line in lines]
    t.close()
    return shown


@pytest.mark.parametrize("servers", SERVERS)
def test_commands(bed, device, servers):
    """Of both levels; RADIUS never says, and the next method does."""
    bed.configure(*(f"aaa authorization commands {n} default {servers} none" for n in (7, 15)))
    lines = ("show running-config | include hostname", "verify flash:none", "show clock", "write memory")
    assert refusals(bed, *lines) == ([True, True, False, False] if servers in PLUS else [False] * 4)
    bed.there(False)
    assert refusals(bed, *lines) == [False] * 4


@pytest.mark.parametrize("method", ALLOWED)
def test_commands_behind_dead_servers(bed, device, method):
    bed.configure(f"aaa authorization commands 15 default group tacacs+ radius {method}")
    bed.there(False)
    assert refusals(bed, "show running-config | include hostname", "show clock") == [not method, False]


@pytest.mark.parametrize("servers", ["group tacacs+", "tacacs+", "radius"])
def test_config_commands(bed, device, servers):
    """Nobody is asked about them unless that is configured."""
    lines = ("configure terminal", "ip host x 192.0.2.1", "ip domain-name example.net", "end")
    bed.configure(f"aaa authorization commands 15 default {servers} none")
    assert refusals(bed, *lines) == [False] * 4
    bed.configure("aaa authorization config-commands")
    assert refusals(bed, *lines) == [False, servers in PLUS, False, False]
    bed.there(False)
    assert refusals(bed, *lines) == [False] * 4
    bed.configure(f"aaa authorization commands 15 default {servers}")
    assert refusals(bed, "configure terminal") == [True]
