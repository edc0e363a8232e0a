#!/usr/bin/env python3
"""Help, manual page and completions come from the tables of verbs and flags and hold all of both; a slip names its neighbour.

usage: completion.py PLUMB [PART-OF-A-NAME]
"""
import os
import shutil
import subprocess

from plumb_test import ROOT, Skip, case, main

SHELLS = ("bash", "zsh", "fish")


def table(t):
    """Rows of `plumb help table` by their first word."""
    code, out, _ = t.raw("help", "table")
    assert code == 0
    rows = [line.split("\t") for line in out.decode().splitlines()]
    return {kind: [r[1:] for r in rows if r[0] == kind] for kind in ("verb", "flag", "format")}


def complete(t, *words):
    """What bash offers for the last word."""
    code, script, _ = t.raw("completion", "bash")
    assert code == 0
    t.write("completion.bash", script)
    line = " ".join(f"'{w}'" for w in words)
    run = (f"source ./completion.bash; compopt() {{ :; }}; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _plumb; "
           "printf '%s\\n' \"${COMPREPLY[@]}\"")
    done = subprocess.run(["bash", "-c", run], cwd=t.scratch, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True, timeout=30)
    assert done.stderr == b"", done.stderr
    return [x for x in done.stdout.decode().splitlines() if x]


@case
def every_shell_has_every_verb_flag_and_format(t):
    rows = table(t)
    for shell in SHELLS:
        code, out, _ = t.raw("completion", shell)
        text = out.decode()
        assert code == 0
        for name, *_ in rows["verb"] + rows["format"]:
            assert name in text, f"{shell}: {name}"
        for name, _, value, _, _ in rows["flag"]:
            assert (f"-l {name}" if shell == "fish" else f"--{name}") in text, f"{shell}: {name}"
            assert value or (f"-l no-{name}" if shell == "fish" else f"--no-{name}") in text, f"{shell}: no-{name}"


@case
def each_shell_accepts_its_script(t):
    missing = [s for s in SHELLS if shutil.which(s) is None]
    for shell in SHELLS:
        _, out, _ = t.raw("completion", shell)
        script = t.write("script", out)
        if shell not in missing:
            subprocess.run([shell, "-n", script], check=True, timeout=30)
    if missing:
        raise Skip(f"not installed: {', '.join(missing)}; the others accept theirs")


@case
def bash_completes_verbs_words_values_and_files(t):
    t.write("files/app.deb", "x")
    t.write("files/with space.deb", "x")
    assert complete(t, "plumb", "chec") == ["check"]
    assert complete(t, "plumb", "-s", "x", "chec") == ["check"]
    assert complete(t, "plumb", "help", "ex") == ["exit", "explain"]
    assert complete(t, "plumb", "completion", "") == ["bash", "zsh", "fish"]
    assert complete(t, "plumb", "check", "-o", "sa") == ["sarif"]
    assert complete(t, "plumb", "check", "--output", "=", "sa") == ["sarif"]
    assert complete(t, "plumb", "check", "--color", "n") == ["never"]
    assert complete(t, "plumb", "check", "--no-of") == ["--no-offline"]
    assert sorted(complete(t, "plumb", "check", "files/")) == ["files/app.deb", "files/with space.deb"]
    assert complete(t, "plumb", "explain", "sig.") != []
    assert complete(t, "plumb", "check", "--jobs", "") == []


@case
def fish_completes_a_verb_and_a_format(t):
    if shutil.which("fish") is None:
        raise Skip("fish is not installed")
    _, script, _ = t.raw("completion", "fish")
    t.write("plumb.fish", script)
    env = {**os.environ, "HOME": str(t.scratch), "XDG_CONFIG_HOME": str(t.scratch), "XDG_DATA_HOME": str(t.scratch)}
    for line, expected in (("plumb chec", "check"), ("plumb check -o sari", "sarif"), ("plumb check --no-offl", "--no-offline")):
        done = subprocess.run(["fish", "--no-config", "-c", f"source ./plumb.fish; complete -C '{line}'"], cwd=t.scratch, env=env,
                              stdout=subprocess.PIPE, check=True, timeout=60)
        assert expected in [x.split("\t")[0] for x in done.stdout.decode().splitlines()], (line, done.stdout)


@case
def an_unknown_shell_is_a_usage_error(t):
    for words in ((), ("tcsh",), ("bash", "zsh")):
        code, out, said = t.raw("completion", *words)
        assert code == 2 and out == b"" and "bash" in said


@case
def the_manual_page_has_all_verbs_and_flags_and_no_warning(t):
    done = subprocess.run([ROOT / "tools/make-man", t.program, ROOT / "man/plumb.1.in", "0"], stdout=subprocess.PIPE, check=True, timeout=30)
    page = done.stdout.decode()
    rows = table(t)
    for name, *_ in rows["verb"]:
        assert f"plumb {name}" in page, name
    for name, *_ in rows["flag"]:
        assert f"\\-\\-{name.replace('-', chr(92) + '-')}" in page, name
    assert not any(line.startswith("@") for line in page.splitlines())
    if shutil.which("groff") is not None:
        done = subprocess.run(["groff", "-t", "-man", "-Tutf8", "-ww", "-rLL=100n"], input=page.encode(), stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, check=True, timeout=30)
        assert done.stderr == b"", done.stderr.decode()


@case
def help_of_a_verb_shows_its_own_flags_and_not_those_of_others(t):
    for name, arguments, text in table(t)["verb"]:
        for words in (("help", name), (name, "--help"), (name, "-h")):
            code, out, _ = t.raw(*words)
            assert code == 0 and out.decode().startswith(f"plumb {name}") and text in out.decode(), words
    _, out, _ = t.raw("help", "show")
    assert "--threshold" not in out.decode() and "--output" in out.decode()
    _, out, _ = t.raw("help", "-a")
    for name, *_ in table(t)["verb"]:
        assert f"plumb {name}" in out.decode()
    for name, *_ in table(t)["flag"]:
        assert f"--{name}" in out.decode()


@case
def a_slip_names_the_nearest_verb_and_nothing_is_run(t):
    for slip, meant in (("chek", "check"), ("verfy", "verify"), ("shwo", "show"), ("dif", "diff"), ("explan", "explain")):
        for words in ((slip,), ("help", slip), (slip, "x.deb")):
            code, out, said = t.raw(*words)
            assert code == 2 and out == b"" and f"did you mean: plumb {meant}" in said, (words, said)
    for far in ("xyz", "frobnicate", "q", "--", "x" * 5000):
        code, out, said = t.raw(far) if far != "--" else t.raw("--", "zzz")
        assert code == 2 and out == b"" and "did you mean" not in said, said


main()
