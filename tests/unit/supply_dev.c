/*
 * supply_dev.c - which packages brought the headers of a build, out of an archive that is made and served here.
 */
#include "unit.h"

#include "fake_archive.h"
#include "supply/supply.h"

#include <signal.h>

static struct fake_archive archive;
static struct pl_supply_options options;
static char root[600];

static void add(struct pl_buf *packages, const char *name, const char *fields)
{
    char hex[PL_SHA256_HEX_BYTES];
    pl_buf_printf(packages,
                  "Package: %s\nVersion: 1-1\nArchitecture: amd64\n%sFilename: pool/%s.deb\nSize: 4\n"
                  "SHA256: %s\n\n",
                  name, fields, name, hex_of(PL_LIT("data"), hex));
}

static void build(void)
{
    struct pl_buf release, packages;
    pl_buf_init(&release, 65536);
    pl_buf_init(&packages, 65536);
    add(&packages, "libc6-dev", "Provides: libc-dev\n");
    add(&packages, "libperl-dev",
        "Provides: perl-xs-dev\nDepends: libperl5.36, libc6-dev | libc-dev, perl:any\n");
    add(&packages, "libperl5.36", "");
    add(&packages, "perl", "");
    add(&packages, "libjpeg62-turbo-dev", "Priority: extra\nProvides: libjpeg-dev (= 1-1)\n");
    add(&packages, "libjpeg9-dev", "Priority: optional\nProvides: libjpeg-dev\n");
    add(&packages, "debhelper", "Provides: dh-sequence-dev\n");
    add(&packages, "dh-letters", "Depends: perl:any, libletters-dev\n");
    add(&packages, "dh-others", "Depends: dh-letters\n");
    add(&packages, "libletters-dev", "");
    add(&packages, "letters-multidev", "");
    add(&packages, "libimage-dev", "Depends: libimage-6-headers, linux-6-headers\n");
    add(&packages, "libimage-6-headers", "");
    add(&packages, "linux-6-headers", "");
    add(&packages, "libcir-dev",
        "Source: cir\nInstalled-Size: 29\nDepends: cir-common, libcir0, other-common\n");
    add(&packages, "libbig-dev", "Source: big\nInstalled-Size: 2900\nDepends: big-common\n");
    add(&packages, "cir-common", "");
    add(&packages, "other-common", "");
    add(&packages, "big-common", "");
    add(&packages, "python3-numpy", "Depends: python3 (<< 3.12), libblas3\n");
    add(&packages, "libtie-perl", "Depends: perl (>= 5.36), perlapi-5.36.0\n");
    add(&packages, "libplain-perl", "Depends: perl:any\n");
    pl_buf_add_str(&release,
                   "Origin: Debian\nSuite: stable\nCodename: testing\nDate: Sat, 10 May 2025 09:00:00 UTC\n"
                   "Architectures: amd64\nComponents: main\nSHA256:\n");
    put_index(&release, "main/binary-amd64/Packages", pl_buf_bytes(&packages), false);
    put_index(&release, "main/source/Sources", PL_LIT("\n"), false);
    put_file("www/dists/stable/Release", pl_buf_bytes(&release));
    sign_release(&archive, "");
    pl_buf_reset(&release);
    pl_buf_reset(&packages);
}

static int set_up_all(void **state)
{
    char here[512] = "/tmp/pl-dev-XXXXXX";
    char sources[1200];
    (void)state;
    assert_non_null(mkdtemp(here));
    assert_int_equal(chdir(here), 0);
    (void)unsetenv("http_proxy");
    (void)signal(SIGPIPE, SIG_IGN);
    make_key(archive.home);
    run("mkdir -p key && GNUPGHOME=%s gpg --batch --yes --export -o key/archive.gpg", archive.home);
    (void)snprintf(root, sizeof root, "%s/root", here);
    start_server(&archive);
    build();
    (void)snprintf(sources, sizeof sources,
                   "Types: deb\nURIs: http://127.0.0.1:%d\nSuites: stable\nComponents: main\nArchitectures: "
                   "amd64\nSigned-By: %s/key/archive.gpg\n",
                   archive.port, here);
    put_text("root/etc/apt/sources.list.d/test.sources", sources);
    options = (struct pl_supply_options){.cache_dir = "cache", .timeout_ms = 5000, .apt_root = root};
    return 0;
}

static int tear_down_all(void **state)
{
    (void)state;
    stop_server(&archive);
    drop_key(archive.home);
    run("rm -rf \"$PWD\"");
    return 0;
}

/* "libc6-dev libperl-dev -gone-dev": what was found, then what is missing. */
static void expect(const char *build_depends, const char *want)
{
    struct pl_supply *s = NULL;
    struct pl_arena arena;
    struct pl_dev_packages got = {0};
    struct pl_err err = {0};
    char text[512] = "";
    pl_arena_init(&arena, 1 << 20);
    assert_int_equal(pl_supply_open(&options, &s, &err), PL_OK);
    pl_status st = pl_supply_dev_packages(s, PL_LIT("libc6-dev"), pl_bytes_of_str(build_depends), "amd64",
                                          &arena, &got, &err);
    if (st != PL_OK)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < got.n; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", text[0] ? " " : "",
                       got.v[i].name);
    for (size_t i = 0; i < got.n_missing; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), " -%s", got.missing[i]);
    assert_string_equal(text, want);
    pl_supply_close(s);
    pl_arena_reset(&arena);
}

static void what_is_there_already_provides_a_name(void **state)
{
    (void)state;
    expect("libc-dev", "libc6-dev");
}

/* By priority, as apt-get would take it. */
static void a_name_that_no_package_has_is_one_that_others_provide(void **state)
{
    (void)state;
    expect("libjpeg-dev", "libc6-dev libjpeg9-dev");
    expect("libjpeg62-turbo-dev, libjpeg-dev", "libc6-dev libjpeg62-turbo-dev");
}

static void perls_headers_come_with_the_library_of_its_extensions(void **state)
{
    (void)state;
    expect("debhelper, perl-xs-dev, perl:native", "libc6-dev libperl-dev libperl5.36");
}

static void numpys_headers_come_with_its_module(void **state)
{
    (void)state;
    expect("debhelper, python3-numpy", "libc6-dev python3-numpy");
}

static void a_name_that_nobody_provides_is_missing(void **state)
{
    (void)state;
    expect("libgone-dev, dh-sequence-python3", "libc6-dev -libgone-dev");
}

static void a_tool_brings_the_headers_that_it_asks_for_itself(void **state)
{
    (void)state;
    expect("debhelper, dh-letters", "libc6-dev libletters-dev");
    expect("letters-multidev", "libc6-dev letters-multidev");
    expect("dh-others", "libc6-dev"); /* of another tool none */
    expect("libimage-dev", "libc6-dev libimage-dev libimage-6-headers");
}

/* libgnucap-dev has a link alone, and gnucap-common of its source the headers. */
static void a_dev_package_with_a_link_alone_leads_to_the_common_one(void **state)
{
    (void)state;
    expect("libcir-dev", "libc6-dev libcir-dev cir-common");
    expect("libbig-dev", "libc6-dev libbig-dev");
}

static void a_module_of_perl_with_compiled_code_may_have_headers(void **state)
{
    (void)state;
    expect("libtie-perl, libplain-perl", "libc6-dev libtie-perl");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_there_already_provides_a_name),
        cmocka_unit_test(a_name_that_no_package_has_is_one_that_others_provide),
        cmocka_unit_test(a_dev_package_with_a_link_alone_leads_to_the_common_one),
        cmocka_unit_test(a_module_of_perl_with_compiled_code_may_have_headers),
        cmocka_unit_test(perls_headers_come_with_the_library_of_its_extensions),
        cmocka_unit_test(numpys_headers_come_with_its_module),
        cmocka_unit_test(a_name_that_nobody_provides_is_missing),
        cmocka_unit_test(a_tool_brings_the_headers_that_it_asks_for_itself),
    };
    return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
