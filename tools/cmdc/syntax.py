# SPDX-License-Identifier: Apache-2.0
"""The syntax of a row: from its text to a tree, and from the tree to a position automaton."""

import re

SYNTAX = re.compile(r'\s*(<[^>]*>|\.\.\.|\[!|[\[\]{}|]|[^\s\[\]{}<>|.]+(?:\.(?!\.\.)[^\s\[\]{}<>|.]*)*)')


class Bad(Exception):
    pass


# --- the syntax of a row as a tree ---

class Tok:
    """A keyword or a value. path: the YANG node it is bound to; value: what a keyword sets it to."""

    def __init__(self, kind, text, node=None, value=None, low=0, high=0, alias='', default=None):
        self.kind, self.text, self.node, self.value = kind, text, node, value
        self.low, self.high, self.alias, self.default = low, high, alias, default
        self.help, self.index = None, None

    def toks(self):
        return [self]

    def shown(self):
        """As `?` and the manual show it."""
        if self.kind == 'RANGE':
            return f'<{self.low}-{self.high}>'
        if self.kind == 'SIGNED':
            return f'<{self.low} - {self.high}>'
        return {'STRING': 'WORD', 'LINE': 'LINE', 'IPV4': 'A.B.C.D', 'IPV6': 'X:X:X:X::X', 'PREFIX': 'X:X:X:X::X/<0-128>', 'MASK': 'A.B.C.D', 'INTERFACE': 'INTERFACE',
                'BANNER': 'LINE', 'COMMAND': 'LINE', 'METHOD': 'METHOD', 'SOURCE': 'WORD', 'TARGET': 'WORD', 'SECRET': 'LINE',
                'TIME': 'hh:mm:ss', 'MINUTES': 'hh:mm', 'SPAN': 'hhh:mm', 'MONTH': 'MONTH', 'WEEKDAY': 'DAY'}.get(self.kind, self.text)


class Group:
    """kind: seq, alt, opt, canon (optional to type, always printed), rep (one or more)."""

    def __init__(self, kind, items):
        self.kind, self.items = kind, items

    def toks(self):
        return [t for i in self.items for t in i.toks()]


class SyntaxReader:
    def __init__(self, text, bind):
        self.words, self.at, self.bind = SYNTAX.findall(text), 0, bind
        if ''.join(self.words) != re.sub(r'\s+(?![^<]*>)', '', text):
            raise Bad(f'cannot read "{text}"')

    def peek(self):
        return self.words[self.at] if self.at < len(self.words) else None

    def take(self):
        self.at += 1
        return self.words[self.at - 1]

    def alternatives(self, end):
        found = [self.sequence()]
        while self.peek() == '|':
            self.take()
            found.append(self.sequence())
        if self.peek() != end:
            raise Bad(f'"{end}" expected, not "{self.peek()}"')
        self.at += 1
        return found[0] if len(found) == 1 else Group('alt', found)

    def sequence(self):
        items = []
        while self.peek() not in (None, '|', ']', '}'):
            items.append(self.item())
            if self.peek() == '...':
                self.take()
                last = items[-1]
                items[-1] = Group(last.kind, [Group('rep', last.items)]) if isinstance(last, Group) and \
                    last.kind == 'opt' else Group('rep', [last])
        return Group('seq', items)

    def item(self):
        word = self.take()
        if word in ('[', '[!'):
            return Group('opt' if word == '[' else 'canon', [self.alternatives(']')])
        if word == '{':
            return self.alternatives('}')
        return self.bind(word)


def automaton(tree, toks):
    """Glushkov: (first, last, follow[]) as sets of token numbers."""
    follow = [set() for _ in toks]

    def visit(item):
        if isinstance(item, Tok):
            return {item.index}, {item.index}, False
        if item.kind == 'alt':
            parts = [visit(i) for i in item.items]
            return (set().union(*(p[0] for p in parts)), set().union(*(p[1] for p in parts)), any(p[2] for p in parts))
        first, last, empty = set(), set(), True
        for part in map(visit, item.items):
            for i in last:
                follow[i] |= part[0]
            first = first | part[0] if empty else first
            last = last | part[1] if part[2] else part[1]
            empty = empty and part[2]
        if item.kind == 'rep':
            for i in last:
                follow[i] |= first
        return first, last, empty or item.kind in ('opt', 'canon')

    first, last, _ = visit(tree)
    return first, last, follow
