# SPDX-License-Identifier: Apache-2.0
"""Key pairs of users, as the stock tools make them, and the configuration that lets them in."""

import subprocess

import lab as laboratory

KINDS = {"rsa": ["-t", "rsa", "-b", "2048"], "ed25519": ["-t", "ed25519"]}


def openssh_pair(folder):
    """{kind: private key file} in OpenSSH's own format; the public key lies beside it."""
    for kind, options in KINDS.items():
        argv = ["ssh-keygen", "-q", *options, "-N", "", "-C", f"{kind} key", "-f", folder / f"id_{kind}"]
        subprocess.run(argv, check=True)
    return {kind: folder / f"id_{kind}" for kind in KINDS}


def public(path):
    return path.with_name(path.name + ".pub").read_text().strip()


def config(user, *lines):
    """The laboratory's configuration and the public keys, each broken into lines as one would paste it."""
    chain = f"ip ssh pubkey-chain\n username {user}\n"
    for line in lines:
        pieces = "".join(f"   {line[i:i + 72]}\n" for i in range(0, len(line), 72))
        chain += f"  key-string\n{pieces}  exit\n"
    return laboratory.CONFIG.replace("end\n", chain + "end\n")
