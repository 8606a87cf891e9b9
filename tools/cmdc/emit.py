# SPDX-License-Identifier: Apache-2.0
"""Writes the C tables of src/cmd/table.h."""

from syntax import Group, Tok

NONE = 0xffff
KEPT = 'Kept for configuration only: acts on nothing in this release'
FLAGS = {'always': 2, 'merge': 4, 'input': 8, 'everywhere': 128, 'part': 512,
         'removes': 1024, 'hook-no': 2048, 'handles-no': 1, 'hidden': 8192}


def c_string(text):
    return '"' + ''.join({'"': '\\"', '\\': '\\\\', '\n': '\\n'}.get(c) or (c if ' ' <= c <= '~' else f'\\{ord(c):03o}')
                         for c in text) + '"'


def letter(text):
    return ord(text[0].lower()) if text else 0


def bits(indices):
    return f'0x{sum(1 << i for i in indices):x}'


def shape(item):
    if isinstance(item, Tok):
        return chr(0x80 + item.index)
    inner = [shape(i) for i in item.items]
    if item.kind == 'alt':
        return '{' + '|'.join(inner) + '}'
    if item.kind == 'opt':
        return '[' + ''.join(inner) + ']'
    if item.kind == 'canon':
        return '(' + ''.join(inner) + ')'
    return ''.join(inner) + ('*' if item.kind == 'rep' else '')


def range_of(row):
    """Of a row whose entries are ranges: which key of its list counts, and the leaf that ends it."""
    if row is None or not row.has('range'):
        return NONE, None
    key, last = row.opt('range').split(' ')
    return row.list.keys.index(key), row.list.children[last]


class Emitter:
    def __init__(self, notation, dialect):
        self.notation, self.dialect = notation, dialect
        self.pool, self.offsets, self.size = [''], {'': 0}, 1
        self.toks, self.binds, self.paths, self.names, self.rows, self.modes = [], [], [], [], [], []
        self.mode_index = {name: i for i, name in enumerate(notation.modes)}

    def text(self, text):
        if text not in self.offsets:
            self.offsets[text] = self.size
            self.pool.append(text)
            self.size += len(text.encode('latin-1')) + 1
        return self.offsets[text]

    def path(self, node):
        if node is None:
            return NONE
        if node.path not in self.paths:
            self.paths.append(node.path)
        return self.paths.index(node.path)

    def name(self, name):
        if not name:
            return NONE
        if name not in self.names:
            self.names.append(name)
        return self.names.index(name)

    def bind(self, found):
        start = len(self.binds)
        for node, value, trigger in found:
            tok = 0xff if trigger is None else trigger.index
            self.binds.append(f'{{ {self.text(value)}, {self.path(node)}, {tok} }}')
        return start, len(found)

    def flags(self, row):
        n = sum(bit for option, bit in FLAGS.items() if row.has(option))
        n |= 1 if row.is_config and not row.has('removes') else 0
        n |= 16 if row.hidden else 0
        n |= 4096 if row.outer is not None else 0
        n |= 32 if row.mode.name == 'exec' and row.words[0].text in ('show', 'more', 'dir') else 0
        n |= 64 if row.group else 0
        return n

    def row(self, row, levels):
        start = len(self.toks)
        for tok in row.toks:
            self.toks.append(
                f'{{ {bits(row.follow[tok.index])}, {tok.low & 0xffffffff}u, {tok.high}, {self.text(tok.text)}, {self.text(tok.alias)}, '
                f'{self.text(tok.help)}, {self.text(tok.value or "")}, {self.path(tok.node)}, KIND_{tok.kind}, {letter(tok.text)}, {letter(tok.alias)} }}')
        dflt, dflt_n = self.bind(row.defaults)
        no, no_n = self.bind(row.no_binds)
        sets, sets_n = self.bind([(node, '', None) for node in row.set_nodes])
        key, last = range_of(row)
        until, prompt = '', ''
        if row.has('text'):
            until, prompt = row.opt('text').split(' ', 1)
        entries = ''.join(e + '\n' for e in row.opt('entries', '').strip('"').split('" "') if e)
        scope = row.mode.base
        fields = dict(
            first=bits(row.first), last=bits(row.last), no_last=bits(row.no_last), shape=self.text(shape(row.tree)),
            levels=self.text(levels), until=self.text(until), prompt=self.text(prompt.strip('"')),
            note=self.text(KEPT if row.has('kept') else row.opt('note', '').strip('"')), entries=self.text(entries), tok=start, tok_n=len(row.toks), words=len(row.words),
            mode=self.mode_index[row.mode.name], flags=self.flags(row), handler=self.name(row.handler),
            hook=self.name(row.hook), list=self.path(row.list),
            clear=self.path(row.base if row.has('enter') and row.list is None else None),
            enter=self.mode_index[row.opt('enter')] if row.has('enter') else NONE, dflt=dflt, dflt_n=dflt_n, no=no,
            no_n=no_n, sets=sets, sets_n=sets_n,
            also=self.path(self.notation.schema.find(row.opt('no-also'), scope) if row.has('no-also') else None),
            unless=self.path(self.notation.schema.find(row.opt('unless'), scope) if row.has('unless') else None),
            range_key=key, range_last=self.path(last))
        self.rows.append('{ ' + ', '.join(f'.{k} = {v}' for k, v in fields.items() if v not in (0, '0x0')) + ' }')

    def mode(self, mode):
        start = len(self.rows)
        levels = own_levels(mode.rows)
        for row in mode.rows:
            self.row(row, levels[row])
        entered = mode.entered_by
        key, last = range_of(entered)
        self.modes.append(
            f'{{ {c_string(mode.name)}, {c_string(mode.prompt)}, {c_string(mode.title)}, '
            f'{self.mode_index[mode.parent.name] if mode.parent else NONE}, {self.path(mode.list)}, '
            f'{key}, {self.path(last)}, {start}, {len(mode.rows)} }}')

    def write(self, out):
        for mode in self.notation.modes.values():
            self.mode(mode)
        paths, names = [self.text(p) for p in self.paths], [self.text(n) for n in self.names]

        def array(kind, name, items):
            out.write(f'static const {kind} {name}[] = {{\n' + ''.join(f'\t{i},\n' for i in items or ['{ 0 }']) + '};\n')

        out.write(f'/* Made by tools/cmdc from commands/. */\n#include "cmd/table.h"\n\n#include <stddef.h>\n\n')
        out.write('static const char pool[] =\n' + ''.join(f'\t{c_string(t)} "\\0"\n' for t in self.pool) + ';\n')
        array('struct cmd_tok', 'toks', self.toks)
        array('struct cmd_row', 'rows', self.rows)
        array('struct cmd_mode', 'modes', self.modes)
        array('struct cmd_bind', 'binds', self.binds)
        array('uint32_t', 'paths', paths)
        array('uint32_t', 'names', names)
        out.write(f'const struct cmd_table cmd_table_{self.dialect} = {{ {c_string(self.dialect)}, pool, toks, rows, modes,'
                  f' binds, paths, names, {len(self.rows)}, {len(self.modes)}, {len(paths)}, {len(names)} }};\n')


def own_levels(rows):
    """Per row and leading keyword: the level that stands at this keyword itself. A keyword shared by rows of several
    levels has the lowest; a keyword has no level of its own where the one before it says the same."""
    lowest = {}
    for row in rows:
        for n in range(1, len(row.words) + 1):
            path = tuple(t.text for t in row.words[:n])
            lowest[path] = min(row.level, lowest.get(path, 15))
    found = {}
    for row in rows:
        text, before = '', 0
        for n in range(1, len(row.words) + 1):
            level = lowest[tuple(t.text for t in row.words[:n])]
            if n == len(row.words):
                level = row.level
            text += chr(ord('a') + level) if level > before else '.'
            before = max(before, level)
        found[row] = text or chr(ord('a') + row.level)
    return found
