# SPDX-License-Identifier: Apache-2.0
"""People log in through FreeRADIUS, with the clients they have: what the server asks is what their client asks, what its
attributes grant is what they may, and what they did is in its accounting."""

import pytest

import radius
from radius import LEVEL
from test_plink import plink
from test_tacacs import answers


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with radius.FreeRadius(tmp_path_factory.mktemp("radius") / "d") as made:
        yield made


@pytest.fixture(scope="module")
def device(module_lab, server):
    return module_lab.booted(radius.config(radius.server("R", server.auth, server.acct)))


@pytest.fixture(autouse=True)
def vacant(device):
    """Each test finds its lines free."""
    yield
    device.hang_up()


METHODS = ("keyboard-interactive", "password")


@pytest.mark.parametrize("method", METHODS)
def test_openssh(device, method):
    options = ("-o", f"PreferredAuthentications={method}")
    assert device.ssh("show privilege", user="alice", password="wonder", options=options).stdout == LEVEL
    for user, password in (("alice", "Wonder"), ("alice", ""), ("nobody", "wonder"), ("admin", "admin")):
        done = device.ssh("show privilege", user=user, password=password, options=options)
        assert (done.returncode, done.stdout) == (255, ""), user  # admin is local: a rejection is final
