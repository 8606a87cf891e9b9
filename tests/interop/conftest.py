# SPDX-License-Identifier: Apache-2.0
"""The interop tests share wire.py, and one device with a key of each kind and login by password."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
