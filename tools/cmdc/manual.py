# SPDX-License-Identifier: Apache-2.0
"""Writes docs/commands.md from the rows."""

from syntax import Tok


def syntax(item, top=True):
    """A row as people read it."""
    if isinstance(item, Tok):
        return item.shown()
    inner = [syntax(i, False) for i in item.items]
    if item.kind == 'alt':
        return ' | '.join(i for i in inner) if not top else '{' + ' | '.join(inner) + '}'
    text = ' '.join(brace(i, t) for i, t in zip(item.items, inner) if t)
    if item.kind in ('opt', 'canon'):
        return '[' + syntax_inside(item) + ']'
    return text + ('...' if item.kind == 'rep' else '')


def brace(item, text):
    return '{' + text + '}' if not isinstance(item, Tok) and item.kind == 'alt' else text


def syntax_inside(item):
    return ' '.join(syntax(i, False) for i in item.items)


def facts(row):
    found = [f'Privilege {row.level}.']
    if row.has('always'):
        found.append('Always a line of running-config.')
    values = [f'{t.text} {t.node.default}' for t in row.toks if t.node is not None and t.kind != 'WORD'
              and t.node.default is not None]
    if values and row.is_config:
        found.append('Default: ' + ', '.join(dict.fromkeys(values)) + '.')
    if row.has('enter'):
        found.append(f'Enters `({row.opt("enter")})`.')
    if row.has('kept'):
        found.append('Kept for configuration only: it acts on nothing in this release.')
    if row.has('note'):
        found.append(row.opt('note').strip('"') + '.')
    if row.has('merge'):
        found.append('What is not given stays as it was.')
    if row.has('part'):
        found.append('A part of what its other rows say: `no` takes only this part away.')
    if row.has('removes'):
        found.append('Takes away what its other rows made.')
    if row.has('input') and not row.has('removes'):
        found.append('Not kept as typed: shown as the row that names what was made of it.')
    if row.has('text'):
        found.append('Text follows, until a line `' + row.opt('text').split()[0] + '`.')
    if row.has('everywhere'):
        found.append('Known in every configuration mode.')
    return ' '.join(found)


def words(row):
    """The words and values with their help, each once."""
    lines, seen = [], set()
    for tok in row.toks:
        line = f'| `{tok.shown()}` | {tok.help.rstrip(".")}{", also `" + tok.alias + "`" if tok.alias else ""} |'
        if line not in seen:
            lines.append(line)
        seen.add(line)
    return lines


def prompt(mode):
    return '`>` and `#`' if mode.name == 'exec' else f'`{mode.prompt}#`'


def contents(notation):
    lines = [f'| [{mode.name}](#{mode.name}) | {prompt(mode)} | {mode.title.rstrip(":")} |' for mode in notation.modes.values()]
    return '| mode | prompt | |\n|---|---|---|\n' + '\n'.join(lines) + '\n'


def kept(notation):
    """The list of what is accepted and acts on nothing."""
    lines = [f'- `{syntax(row.tree)}` in `{mode.prompt}#`' for mode in notation.modes.values() for row in mode.rows
             if row.has('kept')]
    return ('\n## Kept for configuration only\n\n'
            'Accepted, saved and shown, but acting on nothing in this release; who types one is told so once a session.\n\n'
            + '\n'.join(lines) + '\n')


def write(notation, dialect, out):
    out.write(f'# Commands of the {dialect} dialect\n\n'
              'Made from `commands/` by `tools/cmdc`; change it there, then `ninja -C build update-commands`. '
              'How a row is written: [commands-notation.md](commands-notation.md).\n\n'
              'Every configuration command also has `no` and `default`, which bring its default back.\n\n'
              + contents(notation) + kept(notation))
    for mode in notation.modes.values():
        out.write(f'\n## {mode.name}\n\nTyped at the prompt {prompt(mode)}.\n')
        aliases = {r.alias_of: r for r in mode.rows if r.alias_of}
        for row in mode.rows:
            if row.alias_of:
                continue
            also = f' Also typed `{syntax(aliases[row].tree)}`.' if row in aliases else ''
            out.write(f'\n### `{syntax(row.tree)}`\n\n{facts(row)}{also}\n\n| word | meaning |\n|---|---|\n'
                      + '\n'.join(words(row)) + '\n')
