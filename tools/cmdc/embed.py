# SPDX-License-Identifier: Apache-2.0
"""embed.py OUT MODULE.yang…: the YANG modules as a C table, without the words only people read."""

import os
import sys

import yang


def c_string(text):
    out = ['']
    for word in text.replace('\\', '\\\\').replace('"', '\\"').split(' '):
        if len(out[-1]) + len(word) > 100:
            out.append('')
        out[-1] += word + ' '
    return '\n'.join(f'\t  "{line}"' for line in out)


def main(out, paths):
    rows = []
    for path in sorted(paths):
        with open(path, encoding='utf-8') as f:
            text = yang.printed(yang.parse(f.read()))
        rows.append(f'\t{{ "{os.path.basename(path)[:-5]}",\n{c_string(text)} }},\n')
    with open(out, 'w', encoding='utf-8') as f:
        f.write('/* Made by tools/cmdc/embed.py from yang/. */\n'
                'static const struct model_module yang_modules[] = {\n' + ''.join(rows) + '};\n')


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2:])
