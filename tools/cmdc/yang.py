# SPDX-License-Identifier: Apache-2.0
"""Reads YANG (RFC 7950) as far as the command compiler needs it: statements, groupings, typedefs, the tree of data
nodes with their types, defaults and keys. libyang is the judge of what is valid; this only looks things up."""

import re

TOKEN = re.compile(r'\s+|//[^\n]*|/\*.*?\*/|("(?:[^"\\]|\\.)*")|(\'[^\']*\')|([{};])|((?:[^\s{};"\'/]|/(?![/*]))+)', re.S)
INTEGERS = {f'{u}int{bits}': (0, 2 ** bits - 1) if u else (-2 ** (bits - 1), 2 ** (bits - 1) - 1)
            for u in ('', 'u') for bits in (8, 16, 32, 64)}


class Statement:
    def __init__(self, word, arg):
        self.word, self.arg, self.subs = word, arg, []

    def all(self, word):
        return [s for s in self.subs if s.word == word]

    def get(self, word, otherwise=None):
        found = self.all(word)
        return found[0].arg if found else otherwise


def tokens(text):
    for m in TOKEN.finditer(text):
        double, single, mark, word = m.groups()
        if double:
            yield 'text', re.sub(r'\\(.)', lambda e: {'n': '\n', 't': '\t'}.get(e[1], e[1]), double[1:-1])
        elif single:
            yield 'text', single[1:-1]
        elif mark:
            yield 'mark', mark
        elif word:
            yield 'text', word


def parse(text):
    """The module's statement."""
    stack, words = [Statement('', None)], []
    for kind, value in tokens(text):
        if kind == 'text':
            words.append(value)
            continue
        if value == '}':
            stack.pop()
            continue
        arg = ''.join(w for w in words[1:] if w != '+') if len(words) > 1 else None
        made = Statement(words[0], arg)
        stack[-1].subs.append(made)
        if value == '{':
            stack.append(made)
        words = []
    return stack[0].subs[0]


def quoted(text):
    return '"' + text.replace('\\', '\\\\').replace('"', '\\"').replace('\n', '\\n') + '"'


def printed(stmt):
    """The statement without what only people read; it is kept in memory by libyang."""
    if stmt.word in ('description', 'reference', 'contact', 'organization', 'units'):
        return ''
    head = stmt.word + (' ' + quoted(stmt.arg) if stmt.arg is not None else '')
    body = ''.join(printed(s) for s in stmt.subs)
    return head + ('{' + body + '}' if body else ';')


class Node:
    """A data node. kind: container, list, leaf, leaf-list."""

    def __init__(self, stmt, module, parent):
        self.kind, self.name, self.module, self.parent, self.stmt = stmt.word, stmt.arg, module, parent, stmt
        self.children = {}
        self.keys = (stmt.get('key') or '').split()
        self.by_user = stmt.get('ordered-by') == 'user'
        self.default = stmt.get('default')
        self.enums, self.range, self.base, self.pattern = [], None, None, None

    @property
    def path(self):
        if not self.parent:
            return f'/{self.module}:{self.name}'
        return f'{self.parent.path}/{self.name}'

    @property
    def is_key(self):
        return self.parent is not None and self.name in self.parent.keys

    @property
    def is_leaf(self):
        return self.kind in ('leaf', 'leaf-list')

    def list_above(self):
        """The innermost list this node is in, or is."""
        node = self
        while node and node.kind != 'list':
            node = node.parent
        return node

    def walk(self):
        yield self
        for child in self.children.values():
            yield from child.walk()


class Schema:
    """All modules: .top[module][name], .prefixes[prefix] = module."""

    def __init__(self, texts):
        self.modules, self.top, self.prefixes = {}, {}, {}
        for text in texts:
            stmt = parse(text)
            self.modules[stmt.arg] = stmt
            self.prefixes[stmt.get('prefix')] = stmt.arg
        for name, stmt in self.modules.items():
            holder = Node(Statement('container', ''), name, None)
            self.fill(holder, stmt, name, top=True)
            self.top[name] = holder.children

    def fill(self, node, stmt, module, top=False):
        for sub in stmt.subs:
            if sub.word == 'uses':
                grouping = next(g for g in self.modules[module].all('grouping') if g.arg == sub.arg)
                self.fill(node, grouping, module, top)
            elif sub.word in ('container', 'list', 'leaf', 'leaf-list'):
                child = Node(sub, module, None if top else node)
                node.children[sub.arg] = child
                if child.is_leaf:
                    self.read_type(child, sub.all('type')[0], module)
                else:
                    self.fill(child, sub, module)

    def read_type(self, node, stmt, module):
        defined = next((t for t in self.modules[module].all('typedef') if t.arg == stmt.arg), None)
        if defined:
            self.read_type(node, defined.all('type')[0], module)
        else:
            node.base = stmt.arg
            node.range = INTEGERS.get(stmt.arg)
        if stmt.get('range'):
            ends = re.split(r'\.\.|\|', stmt.get('range'))  # of several parts, the least and the greatest
            node.range = (int(ends[0]), int(ends[-1]))
        node.pattern = stmt.get('pattern', node.pattern)
        node.enums += [s.arg for s in stmt.all('enum')]

    def leaves(self):
        for children in self.top.values():
            for top in children.values():
                yield from (n for n in top.walk() if n.is_leaf)

    def find(self, path, base=None):
        """An absolute path with a prefix or module name, or one below `base`. ".." is understood. KeyError if wrong."""
        node = base
        if path.startswith('/'):
            module, _, path = path[1:].partition(':')
            module = self.prefixes.get(module, module)
            name, _, path = path.partition('/')
            if not name:
                return ('top', module)
            node = self.top[module][name]
        for name in filter(None, path.split('/')):
            if isinstance(node, tuple):
                node = self.top[node[1]][name]
            else:
                node = node.parent if name == '..' else node.children[name]
        return node
