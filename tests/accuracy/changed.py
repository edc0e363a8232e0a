"""Edits of C functions as a maintainer makes them, and where functions of a text begin and end."""
import dataclasses
import re

KINDS = ("call added", "call removed", "string changed", "constant changed", "condition added", "condition changed", "loop added")
TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'', re.S)
HEAD = re.compile(r"(\w+)\s*\((?:[^()]|\([^()]*\))*\)\s*(?:\w[^;{}()]*;\s*)*$")
CALL = re.compile(r"^(\s+)((?:\(void\)\s*)?(\w+)\(([^;{}]*)\));\s*$")
KEYWORDS = {"if", "while", "for", "switch", "return", "sizeof", "do", "else", "OF", "assert"}
OTHER_WORDS = ("unexpected", "malformed", "unsupported", "damaged", "oversized", "incomplete", "truncated", "conflicting")
NUMBER = re.compile(r"(?<![\w.\"'\[])([2-9]|[1-9]\d{1,4})(?![\w.\"'\]])")


def blank(text):
    """The text with comments and the insides of literals as blanks: every offset and line stays."""
    def cover(m):
        word = m.group()
        if word[0] in "\"'":
            return word[0] + "x" * (len(word) - 2) + word[-1]
        return re.sub(r"[^\n]", " ", word)
    return TOKEN.sub(cover, text)


@dataclasses.dataclass
class Body:
    name: str
    first: int  # offset of its brace
    end: int    # behind the last one


def bodies(text):
    """The functions of a C file, as far as braces tell: those that an #if cuts in two are left out."""
    plain = re.sub(r"(?m)^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", lambda m: re.sub(r"[^\n]", " ", m.group()), blank(text))
    found, depth, start, last = [], 0, 0, 0
    for m in re.finditer(r"[{}]", plain):
        if m.group() == "{":
            if depth == 0:
                start = m.start()
            depth += 1
            continue
        depth = max(depth - 1, 0)
        if depth == 0:
            head = HEAD.search(plain[last:start])
            if head and head.group(1) not in KEYWORDS:
                found.append(Body(head.group(1), start, m.end()))
            last = m.end()
    return found


def essence(text):
    """A body without comments, blanks and the way in which its lines are broken."""
    text = TOKEN.sub(lambda m: " " if m.group()[0] == "/" else m.group(), text)
    return re.sub(r"\s+", "", text)


def literals(text):
    return sorted(m.group() for m in TOKEN.finditer(text) if m.group()[0] == '"')


def pointers(text, body):
    """Names of parameters that are pointers."""
    head = text[max(0, body.first - 600):body.first]
    at = head.rfind(body.name)
    return re.findall(r"\*\s*(?:const\s+)?(\w+)\s*[,;)]", head[at:])


def statements(text, body):
    """(line number, match) of lines of the body that are one call each, behind the end of a statement or block."""
    lines = text[body.first:body.end].split("\n")
    for i in range(1, len(lines)):
        m = CALL.match(lines[i])
        if m and m.group(3) not in KEYWORDS and lines[i - 1].rstrip().endswith((";", "{", "}")):
            yield i, m


def with_line(text, body, i, line):
    lines = text[body.first:body.end].split("\n")
    lines[i] = line
    return text[:body.first] + "\n".join(lines) + text[body.end:]


def call_added(text, body, rng):
    """A call that another function of the file makes, of something that this one does not call; its words are known here."""
    inside = text[body.first:body.end]
    known = set(re.findall(r"\w+", text[max(0, body.first - 300):body.end]))
    choices = [m.group(2) for other in bodies(text) if other.name != body.name for _, m in statements(text, other)
               if m.group(3) not in inside and m.group(3) != body.name and m.group(3).upper() != m.group(3) and
               '"' not in m.group(4) and set(re.findall(r"(?<![>.])\b[a-z_]\w*", m.group(4))) <= known]
    places = list(statements(text, body))
    call = rng.choice(sorted(set(choices)))
    i, m = rng.choice(places)
    return with_line(text, body, i, f"{m.group(1)}{call}; {m.group().strip()}"), call


def call_removed(text, body, rng):
    i, m = rng.choice([(i, m) for i, m in statements(text, body) if m.group(3).upper() != m.group(3)])
    return with_line(text, body, i, m.group(1) + ";"), m.group(2)


def string_changed(text, body, rng):
    """A word of a message, of six letters and more, is another one."""
    at, word = rng.choice([(body.first + t.start() + w.start(), w.group())
                           for t in TOKEN.finditer(text[body.first:body.end]) if t.group()[0] == '"' and len(t.group()) > 12
                           for w in re.finditer(r"\b[a-z]{6,}\b", t.group())])
    new = rng.choice(OTHER_WORDS)
    return text[:at] + new + text[at + len(word):], f"{word} -> {new}"


def constant_changed(text, body, rng):
    plain = blank(text)
    m = rng.choice(list(NUMBER.finditer(plain, body.first, body.end)))
    new = str(int(m.group(1)) * rng.choice((2, 2, 4)) + rng.choice((0, 1)))
    return text[:m.start()] + new + text[m.end():], f"{m.group(1)} -> {new}"


def condition_added(text, body, rng):
    """A null pointer is refused as the function refuses other things."""
    back = re.findall(r"return\s*\(?(?:[A-Z_0-9]+|-?\d+)\)?;|return;", text[body.first:body.end]) or ["return;"]
    name = rng.choice(pointers(text, body))
    i, m = rng.choice(list(statements(text, body)))
    return with_line(text, body, i, f"{m.group(1)}if (!{name}) {rng.choice(back)} {m.group().strip()}"), f"if (!{name})"


def condition_changed(text, body, rng):
    plain = blank(text)
    m = rng.choice(list(re.finditer(r" (<|>|<=|>=|&&) ", plain[body.first:body.end])))
    new = {"<": "<=", ">": ">=", "<=": "<", ">=": ">", "&&": "||"}[m.group(1)]
    at = body.first + m.start(1)
    return text[:at] + new + text[at + len(m.group(1)):], f"{m.group(1)} -> {new}"


def loop_added(text, body, rng):
    i, m = rng.choice(list(statements(text, body)))
    n = rng.randrange(2, 9)
    return with_line(text, body, i, f"{m.group(1)}for (int again = 0; again < {n}; again++) {m.group().strip()}"), m.group(2)


EDITS = dict(zip(KINDS, (call_added, call_removed, string_changed, constant_changed, condition_added, condition_changed,
                         loop_added)))
