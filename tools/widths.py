# SPDX-License-Identifier: Apache-2.0
"""The ranges of code points that do not take one column of a terminal, from Python's copy of the Unicode Character
Database: none for marks and format characters, two for wide ones (UAX #11). Prints rows of src/base/utf8.c's table."""

import unicodedata


def width(code):
    char = chr(code)
    kind = unicodedata.category(char)
    if kind == "Cn":
        return None  # nobody types it: joins its neighbours into one range
    if kind in ("Mn", "Me", "Cf") or 0x1160 <= code <= 0x11FF:  # … and the vowels and finals of Hangul
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def main():
    rows = []  # [first, last, width]
    for code in range(0x300, 0x110000):
        now = width(code)
        if now is None:
            continue
        if rows and rows[-1][2] == now:
            rows[-1][1] = code
        else:
            rows.append([code, code, now])
    for first, last, wide in rows:
        if wide != 1:
            print(f"{{ 0x{first:x}, 0x{last:x}, {wide} }},")


main()
