# SPDX-License-Identifier: Apache-2.0
"""Writes the cases of the generated table test (tests/table/test_rows.c): for each row, lines that use every word and
both ends of every range."""

import re

from syntax import Bad, Tok
from emit import c_string

SAMPLES = {'STRING': ['word1', 'Word-2', '2/0', '0.0.0.0', '1-5,7', '65000:1', '18446744073709551615', 'SHA256:' + 43 * 'A'],
           'LINE': ['some words here', 'x'], 'IPV4': ['192.0.2.1', '198.51.100.7'],
           'IPV6': ['2001:db8::1', '::'], 'PREFIX': ['2001:DB8:1::/48', '::/0'],
           'MASK': ['255.255.255.0', '255.255.255.255'], 'INTERFACE': ['Ethernet1/0', 'Loopback 0', 'Gi0/1'],
           'BANNER': ['#one line#', '^Ctwo ^ words^C'], 'METHOD': ['group radius', 'tacacs+'],
           'SECRET': ['some words here', 'x'], 'TIME': ['7:05:09', '23:59:59'], 'MINUTES': ['2:00', '23:59'],
           'SPAN': ['90', '1:30'], 'MONTH': ['January', 'Dec'], 'WEEKDAY': ['Sun', 'saturday'],
           'SOURCE': ['flash0:/a', 'run'], 'TARGET': ['tftp://192.0.2.1/a', 'startup-config']}


def of_tok(tok):
    if tok.kind == 'WORD':
        return [[(tok, tok.text)]]
    if tok.kind in ('RANGE', 'SIGNED'):
        return [[(tok, str(n))] for n in dict.fromkeys((tok.low, tok.high))]
    texts = SAMPLES.get(tok.kind, [''])
    if tok.kind == 'STRING':
        texts = [t for t in texts if tok.node is None or not tok.node.pattern or re.fullmatch(tok.node.pattern, t)][:2]
    if not texts:
        raise Bad(f'no sample fits the pattern of "{tok.node.path}"')
    return [[(tok, text)] for text in texts]


def samples(item):
    """Lines, each a list of (token, text). Every alternative is in one of them; not every combination."""
    if isinstance(item, Tok):
        return of_tok(item)
    if item.kind == 'alt':
        return [s for i in item.items for s in samples(i)]
    parts = [samples(i) for i in item.items]
    n = max([len(p) for p in parts] + [1])
    found = [sum((p[i % len(p)] for p in parts), []) for i in range(n)]
    if item.kind == 'rep' and len(found) > 1:
        found.append(found[0] + found[1])
    if item.kind in ('opt', 'canon'):
        found.append([])
    return found


def text_of(sample):
    return ' '.join(text for _, text in sample)


def called(mode):
    """As place.c:mode_called."""
    return {'config': 'configure', 'config-if': 'interface'}.get(mode.name, mode.name.removeprefix('config-'))


def with_commands(notation, sample):
    """A COMMAND is one of the mode named before it."""
    commands = {called(m): ' '.join(t.text for t in m.rows[-1].words) for m in notation.modes.values()}
    named = [commands[tok.value] for tok, _ in sample if tok.kind == 'WORD' and tok.value in commands]
    return [(tok, named[0] if tok.kind == 'COMMAND' else text) for tok, text in sample]


def no_form(row, sample):
    """The shortest `no` that names the same thing."""
    keys = [n for n, (tok, _) in enumerate(sample, 1) if tok.node is not None and tok.node.parent is row.list]
    for n, (tok, _) in enumerate(sample, 1):
        if tok.index in row.no_last and n >= max(keys, default=0):
            return text_of(sample[:n])
    return text_of(sample)


def entering(mode):
    """The lines that lead into a mode from global configuration."""
    if mode.name in ('exec', 'config'):
        return []
    return entering(mode.entered_by.mode) + [text_of(samples(mode.entered_by.tree)[0])]


def entry_first(row, sample):
    """Before a row that is part of an entry: the line that makes the entry."""
    last = max((n for n, (tok, _) in enumerate(sample) if tok.node is not None and tok.node.is_key), default=-1)
    return [text_of(sample[:last + 1])] if row.has('part') else []


def only_defaults(row):
    """A line that says nothing but defaults, or None."""
    nodes = [t.node for t in row.toks if t.node is not None]
    if row.list is not None or not nodes or any(n.default is None for n in nodes) or not row.is_config:
        return None
    if any(t.node is None and t.kind != 'WORD' for t in row.toks):
        return None
    text, said = [], set()
    for tok in row.toks:
        if tok.node is not None and tok.node in said:  # the same leaf in another alternative
            continue
        said.add(tok.node)
        if tok.kind == 'WORD' and tok.node is not None and tok.value != tok.node.default:
            return 'no ' + ' '.join(t.text for t in row.words) if tok.node.base == 'boolean' else None
        text.append(tok.text if tok.kind == 'WORD' else tok.node.default)
    return ' '.join(text)


def flags(row):
    found = [name for name, on in (
        ('CASE_HANDLER', row.handler), ('CASE_INPUT', row.has('input')), ('CASE_ALWAYS', row.has('always')),
        ('CASE_NO_DIFFERS', bool(row.no_binds) or any(n.base == 'boolean' and n.default == 'true'
                                                      for n in row.leaves.values())),
        ('CASE_HIDDEN', row.hidden), ('CASE_ENTRY', row.list is not None)) if on]
    return ' | '.join(found) or '0'


def write(notation, out):
    out.write('/* Made by tools/cmdc from commands/. */\nstatic const struct row_case row_cases[] = {\n')
    for mode in notation.modes.values():
        for row in mode.rows:
            default = only_defaults(row)
            for sample in (with_commands(notation, s) for s in samples(row.tree)):
                enter = ', '.join(c_string(line) for line in entering(mode) + entry_first(row, sample))
                out.write(f'\t{{ {c_string(row.where)}, {c_string(mode.name)}, {{ {enter or "NULL"} }}, '
                          f'{c_string(text_of(sample))}, {c_string(no_form(row, sample))}, '
                          f'{c_string(default) if default else "NULL"}, {row.level}, {flags(row)} }},\n')
    out.write('};\n')
