#!/usr/bin/env python3
"""Seeds of fuzz_charset: a header that names a set, as a .po file's reads once its quotes are gone, and a text in that set.

usage: fuzz/make-charset-seeds.py [FOLDER]      (default fuzz/seeds/charset)
"""
import pathlib
import sys

TEXTS = {
    "ISO-8859-1": "Français, Ænglisch – naïve".replace("–", "-"), "ISO-8859-2": "Předchozí verze, źródło", "ISO-8859-5": "Предыдущая версия",
    "ISO-8859-7": "Προηγούμενη έκδοση", "ISO-8859-9": "Önceki sürüm: ığşİ", "ISO-8859-13": "Iepriekšējā versija, ąžuolas",
    "ISO-8859-15": "coût: 5 €, œuvre", "KOI8-R": "Предыдущая версия ─│┌", "KOI8-U": "Попередня версія ґєії",
    "EUC-JP": "以前のバージョン、plain、〒", "EUC-KR": "이전 버전 plain 漢字", "GB2312": "以前的版本，plain。",
}


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "seeds" / "charset")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in TEXTS.items():
        head = f"Content-Type: text/plain; charset={name}\n".encode()
        (folder / name.lower()).write_bytes(head + f"{text}\n".encode(name))
    jp = b"Content-Type: text/plain; charset=euc-jp\n"
    (folder / "half-kana").write_bytes(jp + b"\x8e\xb1\x8e\xb2 kana\n")  # JIS X 0201, of half a width
    (folder / "broken").write_bytes(jp + b"\xa4\xce\xa4")  # ends within a character
    (folder / "none-there").write_bytes(jp + b"\xa9\xa1\n")  # a row without characters
    (folder / "no-sign").write_bytes(b"Content-Type: text/plain; charset=ISO-8859-7\n\xff\n")
    (folder / "utf-8").write_bytes("Content-Type: text/plain; charset=UTF-8\nПредыдущая 以前\n".encode())


main()
