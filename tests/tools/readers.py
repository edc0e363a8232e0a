#!/usr/bin/env python3
"""Every reader of foreign bytes has a fuzz target: told from the sources, so that one without cannot be forgotten.

usage: readers.py [SOURCE-FOLDER]     Prints TAP.

A reader is a function that a header of FOLDERS declares, whose name has one of VERBS in it and that takes bytes. It has a target when it can be come to
from one by names alone: each top-level definition leads to those whose names stand in it. fuzz_check, which goes through everything, does not count. The
same holds for whoever listens to a process: pl_ask() and pl_child_receive() must be come to from fuzz_answers.
"""
import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent.parent)
FOLDERS = ("format/archive", "format/binary", "format/text", "feature", "corpus", "match", "chain", "supply", "attest", "judge", "report", "pipeline", "base")
VERBS = re.compile(r"_(read|parse|take|unpack|scan|open|load|decode|lex|next|identify|verify|gather|view)(_|$)")
BYTES = re.compile(r"\bpl_bytes\b|struct pl_(cursor|wire_in|elf|pe|macho|reader|json_doc) \*|\bjson_t \*")
NAME = re.compile(r"\b[a-zA-Z_][a-zA-Z0-9_]*\b")
DECLARED = re.compile(r"^(?:PL_API |PL_MUST_USE |static inline |const |struct |enum |unsigned |bool |void |[a-z_0-9]+ |\*)+\**(pl_[a-z0-9_]+)\(([^;{]*)\)", re.M)

# What is not come to by name, and why that is well.
EXCUSED = {
    "pl_import_is_open": "looks a name up; fuzz_data asks it",
}
# Listeners that fuzz_answers does not have, and who tries what they do with an answer.
LISTENERS_EXCUSED = {
    "reader.c:read_apart": "hands all on to pl_chain_draft_take(): fuzz_wire",
    "acquire_npm.c:look_into_subject": "names to look up in a lock file, and numbers below a limit, by wire.h alone",
    "headers.c:pack_apart": "hands all on to a buffer of bounded size, whose text fuzz_header reads",
    "confined.c:pl_sandbox_try": "its process reads nothing foreign: it says whether it could be confined",
    "git_fetch.c:has_ref": "whether one byte came",
    "git_fetch.c:converse": "a number of bytes, or a status and two texts; of its own, libgit2 reads the network there",
}


def table_name(text):
    """What stands for a file of rows where it is included."""
    return "rows_of_" + re.sub(r"\W", "_", text.rsplit("/", 1)[-1])


def bare(text):
    """Without comments, and with nothing in strings."""
    def one(m):
        word = m.group(0)
        if word.startswith("#"):
            return f'\n{table_name(m.group(1))}\n' if m.group(1).endswith(".def") else ""
        return " " if word.startswith("/") else '""' if word.startswith('"') else "0"
    return re.sub(r'#\s*include\s*[<"]([^">]*)[">]|/\*.*?\*/|//[^\n]*|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)+\'', one, text, flags=re.S)


def chunks_of(path):
    """[(name, text)] of the top-level definitions of a C file: each ends with a line that begins with } or that ends a statement at depth 0."""
    text = bare(path.read_text(encoding="utf-8", errors="replace"))
    depth = 0
    held = []
    for line in text.splitlines():
        if line.startswith("#") and depth == 0 and not line.startswith("#define"):
            continue
        held.append(line)
        depth += line.count("{") - line.count("}")
        is_macro = line.startswith("#")
        if depth <= 0 and (is_macro and not line.endswith("\\") or line.rstrip().endswith((";", "}"))):
            depth = 0
            chunk = "\n".join(held)
            held = []
            head = re.sub(r"^#define ", "", chunk.strip())
            # A function's name stands before its first parenthesis, an object's before = or [ or ;
            found = re.search(r"\b([a-zA-Z_]\w*)\s*(?:\(|\[[^=]*=|=|;)", head)
            if found and chunk.strip():
                yield found.group(1), chunk


def graph():
    """{(file, name): names in it}, {name: files that define it}. A name that a macro puts together is any that begins so."""
    uses = collections.defaultdict(set)
    where = collections.defaultdict(set)
    begun = collections.defaultdict(set)
    texts = {}
    for path in [*sorted((ROOT / "src").rglob("*.c")), *sorted((ROOT / "src").rglob("*.h")), *sorted((ROOT / "tests/unit").glob("*.h")),
                 *sorted((ROOT / "fuzz").glob("*.[ch]"))]:
        for name, text in chunks_of(path):
            is_elsewhere = path.suffix == ".h" and "{" not in text and not text.strip().startswith("#")
            if is_elsewhere or text.strip().startswith("extern "):
                continue
            uses[path, name] |= set(NAME.findall(text))
            texts[path, name] = texts.get((path, name), "") + text
            begun[path, name] |= set(re.findall(r"\b(\w+_)##", text))
            if re.match("(?i)pl_|test_|fuzz_|failing_", name):
                where[name].add(path)  # any other is seen in its own file alone
    for path in (ROOT / "src").rglob("*.def"):
        uses[path, table_name(path.name)] |= set(NAME.findall(bare(path.read_text(encoding="utf-8"))))
        where[table_name(path.name)].add(path)
    for node, starts in begun.items():
        uses[node] |= {name for name in (where if starts else ()) for start in starts if name.startswith(start)}
    return uses, where, texts


def reached(uses, where, start):
    seen = set()
    todo = list(start)
    while todo:
        node = todo.pop()
        if node in seen:
            continue
        seen.add(node)
        path, _ = node
        for name in uses[node]:
            todo += [(path, name)] if (path, name) in uses else [(f, name) for f in where.get(name, ())]
    return seen


def readers():
    for folder in FOLDERS:
        for path in sorted((ROOT / "src" / folder).glob("*.h")):
            text = re.sub(r"/\*.*?\*/", " ", path.read_text(encoding="utf-8"), flags=re.S)
            for name, arguments in DECLARED.findall(text):
                if VERBS.search(name) and BYTES.search(arguments):
                    yield name, path.relative_to(ROOT)


def say(number, missing, what):
    print(f"{'not ok' if missing else 'ok'} {number} - {what}")
    for line in missing:
        print(f"# {line}")


def main():
    uses, where, texts = graph()
    targets = [p for p in (ROOT / "fuzz").glob("fuzz_*.c")]
    start = [(p, name) for p, name in list(uses) if p in targets and p.name not in ("fuzz_check.c", "fuzz_data.c")]
    from_targets = {name for _, name in reached(uses, where, start)}
    all_readers = dict(readers())
    without = sorted(f"{name} ({path})" for name, path in all_readers.items() if name not in from_targets and name not in EXCUSED)
    say(1, without, f"each of {len(all_readers)} readers of foreign bytes is come to from a fuzz target of its own")
    heard = reached(uses, where, [n for n in uses if n[0].name == "fuzz_answers.c"])
    listeners = {n for n in uses if n[0].is_relative_to(ROOT / "src") and n[0].suffix == ".c" and "src/io/" not in str(n[0])
                 and re.search(r"\.take = |\bpl_child_receive\(", texts[n])}
    deaf = {f"{p.name}:{name}" for p, name in listeners - heard}
    say(2, sorted(deaf - set(LISTENERS_EXCUSED)), f"each of {len(listeners)} listeners to a process hears fuzz_answers, or it is told who reads its answers")
    named = re.search(r"fuzz_targets = \[(.*?)\]", (ROOT / "fuzz/meson.build").read_text(), re.S).group(1)
    built = set(re.findall(r"'(\w+)'", named))
    odd = [f"{p.stem} is not built" for p in targets if p.stem[5:] not in built]
    odd += [f"{name}: no seeds" for name in sorted(built) if not any((ROOT / "fuzz/seeds" / name).glob("*"))]
    odd += [f"{name}: no dictionary" for name in sorted(built) if not (ROOT / "fuzz/dict" / f"{name}.dict").exists()]
    for path in targets:
        text = bare(path.read_text())
        if not re.search(r"\b(FUZZ_TWICE|run)\(", text):
            odd.append(f"{path.stem}: nothing runs twice")
        if not re.search(r"\b(fuzz_say\w*|fuzz_seal_ledger|pl_bytes_eq)\(", text) or not re.search(r"\b(abort|assert|require|fuzz_seal_ledger)\(", text):
            odd.append(f"{path.stem}: nothing is said or asserted")
    say(3, odd, "each target is built, has seeds and a dictionary, asserts something and says what it saw twice")
    stale = sorted(set(EXCUSED) - set(all_readers) | {name for name in EXCUSED if name in from_targets})
    stale += sorted(set(LISTENERS_EXCUSED) - deaf)
    say(4, stale, "nobody is excused without need")
    less = {name for _, name in reached(uses, where, [n for n in start if n[0].name != "fuzz_wasm.c"])}
    blind = [] if "pl_wasm_read" in from_targets - less else ["pl_wasm_read would be come to all the same"]
    say(5, blind, "without fuzz_wasm its reader would be missed")
    print("1..5")
    return 1 if without or deaf - set(LISTENERS_EXCUSED) or odd or stale or blind else 0


if __name__ == "__main__":
    sys.exit(main())
