# SPDX-License-Identifier: Apache-2.0
"""What must hold over all rows of a dialect."""

from syntax import Bad


def is_secret(node):
    """A text beside the type it is kept in: a password or a key."""
    return node is not None and node.name == 'value' and node.parent is not None and 'type' in node.parent.children


def check(notation):
    printed_by, listed = {}, set()
    for mode in notation.modes.values():
        if not mode.title:
            raise Bad(f'mode {mode.name} has no title')
        seen = {}
        for row in mode.rows:
            if row.text in seen:
                raise Bad(f'{row.where}: also declared at {seen[row.text]}')
            seen[row.text] = row.where
            if row.has('input') or not row.is_config:
                continue
            if row.list is not None:
                listed.add(row.list)
            if row.has('range') and not all(n.is_key or n.name == row.opt('range').split()[1] for n in row.leaves.values()):
                raise Bad(f'{row.where}: a row of ranges says which, and nothing else')
            if mode.entered_by and mode.entered_by.has('range') and row.has('enter'):
                raise Bad(f'{row.where}: a mode below a range')
            for tok in row.toks:
                if tok.kind in ('LINE', 'STRING') and is_secret(tok.node):
                    raise Bad(f'{row.where}: "{tok.node.path}" is a secret: <{tok.text} SECRET>')
            for path, node in row.leaves.items():
                if node.is_key:
                    continue
                if path in printed_by:
                    raise Bad(f'{row.where}: "{path}" is also printed by {printed_by[path]}')
                printed_by[path] = row.where
    for node in notation.schema.leaves():
        if not node.is_key and node.path not in printed_by:
            raise Bad(f'no row prints "{node.path}"')
        if node.is_key and node.parent not in listed:
            raise Bad(f'no row prints the entries of "{node.parent.path}"')
