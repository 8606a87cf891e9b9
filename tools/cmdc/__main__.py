# SPDX-License-Identifier: Apache-2.0
"""cmdc: compiles commands/*.cmd and yang/*.yang.

    cmdc --dialect ios [--table OUT.c] [--manual OUT.md] [--check-manual OLD.md] [--cases OUT.h] FILE…

FILEs are .cmd files, whose order is the order of running-config, and .yang files, in any order.
"""

import argparse
import io
import sys

import cases
import check
import emit
import manual
import rows
import syntax
import yang


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--dialect', required=True)
    parser.add_argument('--table')
    parser.add_argument('--manual')
    parser.add_argument('--check-manual')
    parser.add_argument('--cases')
    parser.add_argument('files', nargs='+')
    args = parser.parse_args()
    texts = []
    for name in args.files:
        if name.endswith('.yang'):
            with open(name, encoding='utf-8') as f:
                texts.append(f.read())
    try:
        schema = yang.Schema(texts)
        notation = rows.Notation(schema, [f for f in args.files if f.endswith('.cmd')])
        check.check(notation)
    except syntax.Bad as e:
        sys.exit(f'cmdc: {e}')
    if args.table:
        with open(args.table, 'w', encoding='latin-1') as f:
            emit.Emitter(notation, args.dialect).write(f)
    if args.manual:
        with open(args.manual, 'w', encoding='utf-8') as f:
            manual.write(notation, args.dialect, f)
    if args.check_manual:
        text = io.StringIO()
        manual.write(notation, args.dialect, text)
        with open(args.check_manual, encoding='utf-8') as f:
            if f.read() != text.getvalue():
                sys.exit(f'cmdc: {args.check_manual} is not what the rows say: ninja update-commands')
    if args.cases:
        with open(args.cases, 'w', encoding='utf-8') as f:
            cases.write(notation, f)


if __name__ == '__main__':
    main()
