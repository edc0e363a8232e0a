"""Class files taken apart far enough to change them, and one written from nothing (JVMS chapter 4)."""
import struct

SIZES = {3: 4, 4: 4, 5: 8, 6: 8, 7: 2, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4, 15: 3, 16: 2, 17: 4, 18: 4, 19: 2, 20: 2}


def u2(data, at):
    return struct.unpack_from(">H", data, at)[0]


def u4(data, at):
    return struct.unpack_from(">I", data, at)[0]


class ClassFile:
    def __init__(self, data):
        self.data = data
        self.texts = {}
        self.entries = {}  # number -> (tag, first number, second number); of what has them
        self.places = {}
        at, n = 10, 1
        while n < u2(data, 8):
            tag = data[at]
            self.places[n] = at
            self.entries[n] = (tag, u2(data, at + 1) if tag in (7, 8, 9, 10, 11, 12, 16, 17, 18) else 0,
                               u2(data, at + 3) if tag in (9, 10, 11, 12, 17, 18) else 0)
            if tag == 1:
                size = u2(data, at + 1)
                self.texts[n] = data[at + 3:at + 3 + size].decode("utf-8", "surrogateescape")
                at += 3 + size
            else:
                at += 1 + SIZES[tag]
            n += 2 if tag in (5, 6) else 1
        self.pool_end = at
        at += 6
        at += 2 + 2 * u2(data, at)
        self.methods = {}
        for kind in range(2):
            count, at = u2(data, at), at + 2
            for _ in range(count):
                name, start = self.texts[u2(data, at + 2)], at
                attributes, at = u2(data, at + 6), at + 8
                for _ in range(attributes):
                    if kind and self.texts[u2(data, at)] == "Code":
                        self.methods[name] = (at, at + 6 + u4(data, at + 2))
                    at += 6 + u4(data, at + 2)
                if kind and name not in self.methods:
                    self.methods[name] = (start, start)

    def with_constants(self, entries, data=None):
        """The file with more constants, which are numbered from the result's second part on."""
        d = self.data if data is None else data
        count = u2(d, 8)
        return d[:8] + struct.pack(">H", count + len(entries)) + d[10:self.pool_end] + b"".join(entries) + d[self.pool_end:], count

    def with_code(self, method, code, entries):
        """Instructions in front of a method's; `code` is a function of the number of the first added constant."""
        start, end = self.methods[method]
        more = code(u2(self.data, 8))
        assert len(more) % 4 == 0
        d = self.data
        size = u4(d, start + 10)
        d = (d[:start + 2] + struct.pack(">I", u4(d, start + 2) + len(more)) + d[start + 6:start + 10] +
             struct.pack(">I", size + len(more)) + more + d[start + 14:])
        return self.with_constants(entries, d)[0]

    def with_command(self, method, command):
        """The method runs a command first."""
        first = u2(self.data, 8)
        entries, numbers = [], {}

        def add(key, entry):
            entries.append(entry)
            numbers[key] = first + len(entries) - 1
            return numbers[key]

        def text(s):
            return add(s, struct.pack(">BH", 1, len(s)) + s.encode())

        klass = add("class", struct.pack(">BH", 7, text("java/lang/Runtime")))
        string = add("string", struct.pack(">BH", 8, text(command)))
        calls = []
        for name, descriptor in (("getRuntime", "()Ljava/lang/Runtime;"), ("exec", "(Ljava/lang/String;)Ljava/lang/Process;")):
            pair = add("pair", struct.pack(">BHH", 12, text(name), text(descriptor)))
            calls.append(add("call", struct.pack(">BHH", 10, klass, pair)))
        code = struct.pack(">BHBHBHBBB", 0xb8, calls[0], 0x13, string, 0xb6, calls[1], 0x57, 0, 0)
        return self.with_code(method, lambda _: code, entries)

    def swapped(self, a, b):
        """The bodies of two methods in each other's place."""
        (a0, a1), (b0, b1) = sorted((self.methods[a], self.methods[b]))
        d = self.data
        return d[:a0] + d[b0:b1] + d[a1:b0] + d[a0:a1] + d[b1:]

    def body(self, method):
        return self.data[slice(*self.methods[method])]

    def with_constant(self, number, entry):
        """Another entry of the same length in the place of one."""
        at = self.places[number]
        return self.data[:at] + entry + self.data[at + len(entry):]

    def replaced(self, old, new):
        """A text of the pool with another one in its place."""
        old, new = (struct.pack(">BH", 1, len(s.encode())) + s.encode() for s in (old, new))
        assert self.data.count(old) == 1, old
        return self.data.replace(old, new)

    def with_attribute(self, name, body):
        """One more attribute of the class."""
        count = u2(self.data, 8)
        text = struct.pack(">BH", 1, len(name)) + name.encode()
        d = self.data
        end = self.end_of_members()
        return (d[:8] + struct.pack(">H", count + 1) + d[10:self.pool_end] + text + d[self.pool_end:end] +
                struct.pack(">H", u2(d, end) + 1) + d[end + 2:] + struct.pack(">HI", count, len(body)) + body)

    def end_of_members(self):
        at = self.pool_end + 6
        at += 2 + 2 * u2(self.data, at)
        for _ in range(2):
            count, at = u2(self.data, at), at + 2
            for _ in range(count):
                attributes, at = u2(self.data, at + 6), at + 8
                for _ in range(attributes):
                    at += 6 + u4(self.data, at + 2)
        return at


def runner(name, source_file, command):
    """A class whose static initialiser runs a command."""
    pool = []

    def add(entry):
        if entry not in pool:
            pool.append(entry)
        return pool.index(entry) + 1

    def text(s):
        return add(struct.pack(">BH", 1, len(s)) + s.encode())

    def klass(s):
        return add(struct.pack(">BH", 7, text(s)))

    def method(owner, member, descriptor):
        pair = add(struct.pack(">BHH", 12, text(member), text(descriptor)))
        return add(struct.pack(">BHH", 10, klass(owner), pair))

    runtime = method("java/lang/Runtime", "getRuntime", "()Ljava/lang/Runtime;")
    execute = method("java/lang/Runtime", "exec", "(Ljava/lang/String;)Ljava/lang/Process;")
    string = add(struct.pack(">BH", 8, text(command)))
    code = struct.pack(">BHBBBHBB", 0xb8, runtime, 0x12, string, 0xb6, execute, 0x57, 0xb1)
    body = struct.pack(">HHI", 2, 0, len(code)) + code + struct.pack(">HH", 0, 0)
    this, base = klass(name), klass("java/lang/Object")
    member = struct.pack(">HHHHHI", 8, text("<clinit>"), text("()V"), 1, text("Code"), len(body)) + body
    tail = struct.pack(">HHIH", 1, text("SourceFile"), 2, text(source_file))
    head = struct.pack(">IHHH", 0xcafebabe, 0, 52, len(pool) + 1)
    return head + b"".join(pool) + struct.pack(">HHHHHH", 0x21, this, base, 0, 0, 1) + member + tail
