# SPDX-License-Identifier: Apache-2.0
"""The interop tests share wire.py, keys.py, and one device a file with a key of each kind and login by password."""

import pathlib
import sys

import pytest

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1] / "peers")]
import keys  # noqa: E402
import lab as laboratory  # noqa: E402


@pytest.fixture(scope="module")
def keyed_device(build, request, tmp_path_factory):
    """A device on which `admin` has an RSA and an Ed25519 key; their files are `device.keys["rsa"]`, `["ed25519"]`."""
    made = laboratory.Lab()
    request.node.lab = made
    files = keys.openssh_pair(tmp_path_factory.mktemp("keys"))
    device = made.booted(keys.config("admin", *(keys.public(path) for path in files.values())))
    device.keys = files
    yield device
    made.release()


@pytest.fixture
def vacant(request):
    """Each test of a file that uses it finds the lines of the file's device free."""
    yield
    if "device" in request.fixturenames:
        request.getfixturevalue("device").hang_up()
