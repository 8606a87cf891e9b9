# SPDX-License-Identifier: Apache-2.0
"""Reads commands/*.cmd (docs/commands-notation.md) into modes and rows, and binds them to the YANG schema."""

import re

from syntax import Bad, Group, SyntaxReader, Tok, automaton

VALUE_KINDS = {'WORD': 'STRING', 'LINE': 'LINE', 'A.B.C.D': 'IPV4', 'X:X::X': 'IPV6', 'X:X::X/L': 'PREFIX', 'MASK': 'MASK', 'IFNAME': 'INTERFACE',
               'BANNER': 'BANNER', 'COMMAND': 'COMMAND', 'METHOD': 'METHOD', 'SOURCE': 'SOURCE', 'TARGET': 'TARGET', 'SECRET': 'SECRET',
               'HH:MM:SS': 'TIME', 'HH:MM': 'MINUTES', 'HHH:MM': 'SPAN', 'MONTH': 'MONTH', 'DAY': 'WEEKDAY'}
OPTIONS = {'level', 'always', 'kept', 'note', 'merge', 'input', 'hook', 'handler', 'enter', 'range', 'entries', 'else', 'no', 'no-also',
           'unless', 'text', 'sets', 'alias', 'everywhere', 'part', 'removes', 'hook-no', 'handles-no', 'hidden'}


# --- rows and modes ---

class Mode:
    def __init__(self, name):
        self.name, self.parent, self.prompt, self.title, self.base = name, None, f'({name})', None, None
        self.rows, self.helps, self.entered_by = [], {}, None

    @property
    def list(self):
        return self.base if self.base is not None and not isinstance(self.base, tuple) and self.base.kind == 'list' else None


class Row:
    def __init__(self, mode, where, text, base, options, helps, group):
        self.mode, self.where, self.text, self.base_text, self.options = mode, where, text, base, options
        self.help_texts, self.group, self.hidden = helps, group, 'hidden' in options
        self.alias_of = None

    def has(self, option):
        return option in self.options

    def opt(self, option, otherwise=None):
        return self.options.get(option, otherwise)


def words_of(text):
    return re.findall(r'"([^"]*)"|(\S+)', text)


def read_options(text, where):
    options = {}
    for part in re.findall(r'(?:"[^"]*"|[^,"])+', text):
        name, _, arg = part.strip().partition(' ')
        if name not in OPTIONS:
            raise Bad(f'{where}: unknown option "{name}"')
        options[name] = arg.strip()
    return options


class Notation:
    """All files of one dialect. .modes in order; .schema."""

    def __init__(self, schema, files):
        self.schema, self.modes, self.words = schema, {}, {}
        for name in files:
            with open(name, encoding='utf-8') as f:
                self.read(name, f.read())
        self.link()

    def read(self, name, text):
        modes, row, group = [], None, True
        for number, line in enumerate(text.split('\n') + ['!'], 1):
            where, stripped = f'{name.split("commands/")[-1]}:{number}', line.strip()
            if not stripped or stripped.startswith('#'):
                continue
            indent = len(line) - len(line.lstrip())
            if indent >= 4 and row is not None:
                row[1].append(stripped)
                continue
            if row is not None:
                if row[1][0].startswith('words '):
                    self.add_words(*row)
                else:
                    self.add_row(modes, row[0], row[1], group)
                    group = False
                row = None
            if stripped == '!':
                group = True
            elif stripped.startswith('mode '):
                modes = self.open_modes(stripped[5:], where)
            elif stripped.startswith('help ') and stripped.endswith('"'):  # else it is the command `help`
                *path, text_ = [q or w for q, w in words_of(stripped[5:])]
                for mode in modes:
                    mode.helps[tuple(path)] = text_
            else:
                row = (where, [stripped])

    def open_modes(self, text, where):
        m = re.fullmatch(r'([\w-]+(?:,\s*[\w-]+)*)(?:\s+parent\s+([\w-]+))?(?:\s+prompt\s+"([^"]*)")?(?:\s+title\s+"([^"]*)")?', text)
        if not m:
            raise Bad(f'{where}: cannot read the mode')
        modes = []
        for name in re.split(r',\s*', m[1]):
            mode = self.modes.setdefault(name, Mode(name))
            mode.parent = self.modes[m[2]] if m[2] else mode.parent
            mode.prompt = m[3] or mode.prompt
            mode.title = m[4] or mode.title
            modes.append(mode)
        return modes

    def add_words(self, where, lines):
        """`words NAME LOW-HIGH "HELP"`, then `WORD=VALUE "HELP"` lines: a kind of value with names for its numbers."""
        head = re.fullmatch(r'words (\S+) (\d+)-(\d+) "([^"]*)"', lines[0])
        names = [re.fullmatch(r'(\S+)=(\d+) "([^"]*)"', line) for line in lines[1:]]
        if not head or not names or not all(names):
            raise Bad(f'{where}: cannot read the words')
        self.words[head[1]] = (int(head[2]), int(head[3]), head[4], [(n[1], n[2], n[3]) for n in names])

    def add_row(self, modes, where, lines, group):
        helps = [q for line in lines if line.startswith('"') for q, _ in words_of(line)]
        text = ' '.join(line for line in lines if not line.startswith('"'))
        text, _, options = text.partition(' ; ')
        syntax, _, base = text.partition(' = ')
        options = read_options(options, where)
        for mode in modes:
            mode.rows.append(Row(mode, where, syntax.strip(), base.strip(), options, list(helps), group))
            if 'alias' in options:
                alias = Row(mode, where, options['alias'], base.strip(), dict(options, input=''), [], False)
                alias.hidden, alias.alias_of = True, mode.rows[-1]
                mode.rows.append(alias)

    # --- binding to the schema ---

    def link(self):
        done = set()
        todo = list(self.modes.values())
        while todo:  # a mode can be linked when the row that enters it has been
            ready = [m for m in todo if m.name in ('exec', 'config') or m.entered_by]
            if not ready:
                raise Bad(f'mode "{todo[0].name}" is entered by no row')
            for mode in ready:
                for row in mode.rows:
                    try:
                        self.link_row(row)
                    except (Bad, KeyError) as e:
                        raise Bad(f'{row.where}: {e}') from e
                done.add(mode.name)
            todo = [m for m in todo if m.name not in done]
        for mode in self.modes.values():
            for row in mode.rows:
                try:
                    self.finish_row(row)
                except (Bad, KeyError) as e:
                    raise Bad(f'{row.where}: {e}') from e

    def link_row(self, row):
        mode = row.mode
        row.base = self.schema.find(row.base_text, mode.base) if row.base_text else mode.base
        row.list = None
        if row.base_text and not isinstance(row.base, tuple) and row.base.kind == 'list':
            row.list = row.base
        row.tree = self.read_syntax(row)
        row.toks = row.tree.toks()
        row.outer = self.outer_list(row)
        if len(row.toks) > 64:
            raise Bad('more than 64 words and values in one row')
        for i, tok in enumerate(row.toks):
            tok.index = i
        row.words = []
        for item in row.tree.items:
            if not isinstance(item, Tok) or item.kind != 'WORD':
                break
            row.words.append(item)
        if not row.words and (mode.list is None or row.list is None):
            raise Bad('a row begins with a keyword')
        if row.has('enter'):
            entered = self.modes.get(row.opt('enter'))
            if entered is None:
                raise Bad(f'no mode "{row.opt("enter")}"')
            if entered.entered_by and entered.entered_by.base is not row.base:
                raise Bad(f'mode "{entered.name}" is entered at two places of the model')
            entered.entered_by, entered.base = row, row.base

    def outer_list(self, row):
        """The list around that of the row, where the row names the entries of both."""
        above = row.list.parent.list_above() if row.list is not None and row.list.parent is not None else None
        return None if above is row.mode.list else above

    def read_syntax(self, row):
        tree = SyntaxReader(row.text, lambda word: self.bind_token(row, word))
        found = tree.sequence()
        if tree.peek() is not None:
            raise Bad(f'unexpected "{tree.peek()}"')
        return found

    def node(self, row, path):
        found = self.schema.find(path, row.base)
        if isinstance(found, tuple) or not found.is_leaf:
            raise Bad(f'"{path}" is no leaf')
        return found

    def bind_token(self, row, word):
        if word.startswith('<'):
            return self.bind_value(row, word[1:-1])
        m = re.fullmatch(r'([^()~]+)(?:~([^()]+))?(?:\(([^=()]+)(?:=([^()]*))?\))?', word)
        if not m:
            raise Bad(f'cannot read "{word}"')
        node = self.node(row, m[3]) if m[3] else None
        if node and m[4] is None and node.base != 'boolean':
            raise Bad(f'"{m[3]}" is no boolean')
        return Tok('WORD', m[1], node, (m[4] or 'true') if node else None, alias=m[2] or '')

    def bind_value(self, row, text):
        m = re.fullmatch(r'(\.(?!\.))?(\S+)(?:\s+([^\s(]+))?(?:\s+\((\S+)\))?', text)
        if not m:
            raise Bad(f'cannot read "<{text}>"')
        node = None if m[1] else self.node(row, m[2])
        name, kind, default = m[2].split('/')[-1], m[3], m[4]
        if kind is None:
            if node.range:
                kind = f'{node.range[0]}-{node.range[1]}'
            elif node.enums:
                kind = '|'.join(node.enums)
            else:
                kind = 'WORD'
        if kind in self.words:
            return self.named_value(name, node, kind, default)
        signed = re.fullmatch(r'(-\d+)-(\d+)', kind)
        if signed:
            return Tok('SIGNED', name, node, low=int(signed[1]), high=int(signed[2]), default=default)
        number = re.fullmatch(r'(\d+)-(\d+)', kind)
        if number:
            return Tok('RANGE', name, node, low=int(number[1]), high=int(number[2]), default=default)
        if kind in VALUE_KINDS:
            return Tok(VALUE_KINDS[kind], name, node, default=default)
        words = [Tok('WORD', w, node, w, default=default) for w in kind.split('|')]
        return words[0] if len(words) == 1 else Group('alt', words)

    def named_value(self, name, node, kind, default):
        """One of the words, or its number; printed is the word."""
        low, high, text, names = self.words[kind]
        if node is None:
            raise Bad(f'"{kind}" is for leaves')
        toks = [Tok('WORD', word, node, value, default=default) for word, value, _ in names]
        toks.append(Tok('RANGE', name, node, low=low, high=high, default=default))
        for tok, given in zip(toks, [h for _, _, h in names] + [text]):
            tok.help = given
        return Group('alt', toks)

    # --- what follows from the syntax ---

    def finish_row(self, row):
        self.give_help(row)
        row.first, row.last, row.follow = automaton(row.tree, row.toks)
        row.defaults = self.defaults(row)
        row.no_binds = self.constants(row, 'no')
        row.set_nodes = [self.node(row, p) for p in row.opt('sets', '').split()]
        row.leaves = {}
        for tok in row.toks:
            if tok.node is not None:
                row.leaves[tok.node.path] = tok.node
        row.is_config = bool(row.leaves or row.defaults or row.has('enter')) and not row.has('handler')
        self.name_row(row)
        row.no_last = no_last(row) if row.is_config else set()
        if row.list is not None and not row.alias_of:
            bound = {t.node for t in row.toks if t.node} | set(row.set_nodes)
            for node in row.outer, row.list:
                for key in node.keys if node else ():
                    if node.children[key] not in bound:
                        raise Bad(f'key "{key}" is not bound')

    def name_row(self, row):
        row.name = '-'.join(t.text for t in row.words)
        row.handler = None
        if row.mode.name == 'exec' or row.has('handler'):
            row.handler = row.opt('handler') or row.name
        row.hook = row.opt('hook')
        row.level = int(row.opt('level', 15))

    def give_help(self, row):
        if row.alias_of:
            for tok in row.toks:
                tok.help = ''
            return
        texts = list(row.help_texts)
        wanted = []
        for i, tok in enumerate(row.toks):
            path = tuple(t.text for t in row.toks[:i + 1])
            if tok.help is not None:
                continue
            if i < len(row.words) and path in row.mode.helps:
                tok.help = row.mode.helps[path]
            else:
                wanted.append(tok)
        if len(wanted) != len(texts):
            raise Bad(f'{len(wanted)} help texts are needed, {len(texts)} given; for: '
                      + ', '.join(t.shown() for t in wanted))
        for tok, text in zip(wanted, texts):
            tok.help = text

    def constants(self, row, option):
        found = []
        for part in row.opt(option, '').split():
            path, _, value = part.partition('=')
            found.append((self.node(row, path), value, None))
        return found

    def defaults(self, row):
        """(node, value, trigger): the value of what is left out, if the trigger token was given."""
        found = self.constants(row, 'else')

        def visit(group, trigger):
            for item in group.items:
                if isinstance(item, Tok):
                    if item.default is not None and (item.node, item.default, trigger) not in found:
                        found.append((item.node, item.default, trigger))
                elif item.kind == 'seq':
                    needed = [i for i in item.items if isinstance(i, Tok)]
                    inner = needed[0] if group.kind == 'alt' and needed else trigger
                    visit(item, inner)
                else:
                    visit(item, trigger)
        visit(row.tree, None)
        return found


def may_end(row):
    """The tokens from which the line can go on to its end without another key."""
    ends = set(row.last)
    keys = {t.index for t in row.toks if t.node is not None and t.node.parent is (row.outer or row.list) and t.node.is_key}
    while more := {i for i, after in enumerate(row.follow) if i not in ends and (after & ends) - keys}:
        ends |= more
    return ends


def no_last(row):
    """Where `no …` may end: after the leading keywords and every key that has no default, on whatever way there, and
    where no key has to follow. A row that is part of an entry needs more than the entry's keys: it takes only itself
    away."""
    keys, of = set(), row.outer or row.list
    if of is not None:
        defaults = {node.name for node, _, _ in row.defaults}
        keys = {k for k in of.keys if k not in defaults}
    start = max((t.index for t in row.toks if row.has('part') and t.node is not None and t.node.is_key),
                default=len(row.words) - 2) + 1
    have = {i: None for i in range(len(row.toks))}

    def given(tok):
        return {tok.node.name} if tok.node is not None and tok.node.parent is of else set()

    work = [(i, given(row.toks[i])) for i in row.first]
    while work:
        i, got = work.pop()
        merged = got if have[i] is None else have[i] & got
        if merged == have[i]:
            continue
        have[i] = merged
        work += [(j, merged | given(row.toks[j])) for j in row.follow[i]]
    ends = may_end(row)
    return {i for i, got in have.items() if i >= start and got is not None and keys <= got and i in ends}
