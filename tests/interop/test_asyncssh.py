# SPDX-License-Identifier: Apache-2.0
"""asyncssh, the other SSH of Python's automation, logs in by each method and drives shell and exec."""

import asyncio

import asyncssh
import pytest

LEVEL = "Current privilege level is 15\n"


class Answers(asyncssh.SSHClient):
    """Answers every prompt with the password, and remembers what was asked."""

    def __init__(self, password, asked):
        self.password, self.asked = password, asked

    def kbdint_auth_requested(self):
        return ""

    def kbdint_challenge_received(self, name, instructions, lang, prompts):
        self.asked.extend(prompts)
        return [self.password] * len(prompts)

    def password_auth_requested(self):
        self.asked.append("password")
        return self.password if self.asked.count("password") == 1 else None


def how(device, method, password="admin", asked=None):
    """The options under which asyncssh has one method alone."""
    asked = [] if asked is None else asked
    options = {
        "host": "127.0.0.1", "port": device.port, "username": "admin", "known_hosts": None, "config": None,
        "agent_path": None, "client_keys": None, "preferred_auth": method, "login_timeout": 15,
    }  # fmt: skip
    if method == "publickey":
        return options
    return {**options, "client_factory": lambda: Answers(password, asked)}


async def command(options, line):
    async with asyncssh.connect(**options) as c:
        return await c.run(line)


def run(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, 30))


@pytest.mark.parametrize("method", ["password", "keyboard-interactive"])
def test_password_methods(keyed_device, method):
    asked = []
    done = run(command(how(keyed_device, method, asked=asked), "show privilege"))
    assert (done.stdout, done.exit_status) == (LEVEL, 0)
    assert asked == (["password"] if method == "password" else [("Password: ", False)])
    done = run(command(how(keyed_device, method), "show nonsense"))
    assert done.exit_status == 1 and "% Invalid input" in done.stdout


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_key(keyed_device, kind):
    options = {**how(keyed_device, "publickey"), "client_keys": [str(keyed_device.keys[kind])]}
    assert run(command(options, "show privilege")).stdout == LEVEL


@pytest.mark.parametrize("method", ["password", "keyboard-interactive"])
def test_wrong_password(keyed_device, method):
    with pytest.raises(asyncssh.PermissionDenied):
        run(command(how(keyed_device, method, password="wrong"), "show privilege"))


def test_key_of_a_stranger(keyed_device):
    options = {**how(keyed_device, "publickey"), "client_keys": [asyncssh.generate_private_key("ssh-ed25519")]}
    with pytest.raises(asyncssh.PermissionDenied):
        run(command(options, "show privilege"))


def test_shell(keyed_device):
    """A terminal, its size changed under way, and the end by `exit`."""

    async def talk():
        async with asyncssh.connect(**how(keyed_device, "password")) as c:
            process = await c.create_process(term_type="vt100", term_size=(200, 0))
            seen = await process.stdout.readuntil("R1#")
            process.stdin.write("show privilege\n")
            seen += await process.stdout.readuntil("15\r\nR1#")
            process.change_terminal_size(80, 24)
            process.stdin.write("exit\n")
            await process.wait()
            return seen, process.exit_status

    seen, status = run(talk())
    assert "show privilege\r\n" in seen and status == 0
