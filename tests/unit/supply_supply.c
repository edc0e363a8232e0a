/*
 * supply: what is handed out follows from a signature, and what does not is refused, whatever the mirror does.
 */
#include "supply/supply.h"

#include "fake_archive.h"
#include "io/walk.h"

#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "unit.h"

#include "failing_malloc.h" /* after the prototypes of what it replaces */

#define DATE "Sat, 11 Jul 2026 10:16:37 UTC"

static struct fake_archive archive;
static char root[600];
static char keyring[640];
static char other_home[64];
static char last_log[1024];
static struct pl_supply_options options;

static void remember_log(void *ctx, enum pl_severity severity, const char *message)
{
    (void)snprintf(last_log, sizeof last_log, "%s", message);
}

static void write_sources(const char *signed_by)
{
    char text[2048];
    (void)snprintf(text, sizeof text,
                   "Types: deb\nURIs: http://127.0.0.1:%d\nSuites: stable\nComponents: main\nArchitectures: "
                   "amd64\nSigned-By: %s\n",
                   archive.port, signed_by);
    put_text("root/etc/apt/sources.list.d/test.sources", text);
}

static int set_up_all(void **state)
{
    char here[512] = "/tmp/pl-supply-XXXXXX";
    assert_non_null(mkdtemp(here));
    assert_int_equal(chdir(here), 0);
    (void)unsetenv("http_proxy");
    (void)signal(SIGPIPE, SIG_IGN);
    make_key(archive.home);
    make_key(other_home);
    (void)snprintf(root, sizeof root, "%s/root", here);
    (void)snprintf(keyring, sizeof keyring, "%s/key/archive.gpg", here);
    run("mkdir -p key && GNUPGHOME=%s gpg --batch --yes --export -o key/archive.gpg", archive.home);
    run("GNUPGHOME=%s gpg --batch --yes --armor --export -o key/archive.asc", archive.home);
    start_server(&archive);
    return 0;
}

static int tear_down_all(void **state)
{
    stop_server(&archive);
    drop_key(archive.home);
    drop_key(other_home);
    run("rm -rf \"$PWD\"");
    return 0;
}

/* A whole archive, a cold cache, a server that does its work. */
static int set_up(void **state)
{
    run("rm -rf www cache root");
    build_archive(&archive, "stable", DATE);
    write_sources(keyring);
    atomic_store(&archive.fault, FAULT_NONE);
    atomic_store(&archive.requests, 0);
    atomic_store(&archive.not_modified, 0);
    archive.fault_path[0] = '\0';
    last_log[0] = '\0';
    options = (struct pl_supply_options){
        .cache_dir = "cache", .timeout_ms = 5000, .apt_root = root, .log = remember_log};
    return 0;
}

static void set_fault(enum fault fault, const char *path)
{
    (void)snprintf(archive.fault_path, sizeof archive.fault_path, "%s", path);
    atomic_store(&archive.fault, fault);
}

static pl_status fetch(const char *text, struct pl_supplied **out, struct pl_err *err)
{
    struct pl_supply *s = NULL;
    struct pl_arena arena;
    struct pl_purl purl;
    pl_arena_init(&arena, 1 << 16);
    memset(err, 0, sizeof *err);
    pl_status st = pl_purl_parse(pl_bytes_of_str(text), &arena, &purl, err);
    if (st == PL_OK)
        st = pl_supply_open(&options, &s, err);
    if (st == PL_OK) {
        st = pl_supply_fetch(s, &purl, out, err);
    }
    pl_supply_close(s);
    pl_arena_reset(&arena);
    return st;
}

static pl_status fetch_hello(struct pl_err *err)
{
    struct pl_supplied *got = NULL;
    pl_status st = fetch("pkg:deb/debian/hello?arch=amd64", &got, err);
    pl_supplied_free(got);
    return st;
}

static pl_status count_temporary(void *ctx, const struct pl_walk_entry *e, struct pl_err *err)
{
    if (pl_bytes_find(e->path, PL_LIT(".tmp-"), 0) != SIZE_MAX)
        ++*(int *)ctx;
    return PL_OK;
}

static int temporary_files(const char *folder)
{
    int n = 0;
    struct pl_limits limits = pl_limits_default();
    struct pl_walk_sink sink = {.ctx = &n, .entry = count_temporary};
    pl_status st = pl_walk(folder, &limits, &sink, NULL);
    assert_true(st == PL_OK || st == PL_E_NOT_FOUND);
    return n;
}

static void a_package_and_its_source_come_with_their_chain(void **state)
{
    struct pl_supplied *got;
    struct pl_err err;
    assert_int_equal(fetch("pkg:deb/debian/hello?arch=amd64", &got, &err), PL_OK);
    assert_string_equal(got->purl, "pkg:deb/debian/hello@1.0-2%2Bb1?arch=amd64");
    assert_string_equal(got->version, "1.0-2+b1");
    assert_string_equal(got->filename, "hello_1.0-2+b1_amd64.deb");
    assert_true(pl_bytes_eq_str(got->bytes, "the bytes of hello 1.0-2+b1"));
    assert_string_equal(got->source_name, "hello");
    assert_string_equal(got->source_version, "1.0-2");
    assert_int_equal(got->n_artifacts, 4);
    assert_string_equal(got->artifacts[0].name, "hello_1.0-2.dsc");
    assert_true(pl_bytes_eq_str(got->artifacts[0].bytes, "description"));
    assert_int_equal(got->published, PL_VERDICT_HOLDS);
    assert_int_equal(got->how, PL_HOW_VERIFIED);
    assert_non_null(strstr(got->why, "signed by"));
    assert_int_equal(got->n_steps, 5);
    assert_string_equal(got->steps[0].what, "release index");
    pl_supplied_free(got);
    assert_int_equal(temporary_files("cache"), 0);
}

static void a_version_that_is_asked_for_is_given_or_nothing(void **state)
{
    struct pl_supplied *got;
    struct pl_err err;
    assert_int_equal(fetch("pkg:deb/debian/hello@1.0-1?arch=amd64", &got, &err), PL_OK);
    assert_true(pl_bytes_eq_str(got->bytes, "the bytes of hello 1.0-1"));
    assert_int_equal(got->n_artifacts, 0); /* its source version is not in Sources */
    assert_non_null(got->source_why);
    pl_supplied_free(got);
    assert_int_equal(fetch("pkg:deb/debian/hello@9?arch=amd64", &got, &err), PL_E_NOT_FOUND);
    assert_non_null(strstr(err.hint, "1.0-2+b1"));
    assert_int_equal(fetch("pkg:deb/debian/nothing?arch=amd64", &got, &err), PL_E_NOT_FOUND);
    assert_int_equal(fetch("pkg:deb/ubuntu/hello?arch=amd64", &got, &err), PL_E_NOT_FOUND);
    assert_int_equal(fetch("pkg:cargo/hello", &got, &err), PL_E_UNSUPPORTED);
}

static void a_package_of_architecture_all_is_found_too(void **state)
{
    struct pl_supplied *got;
    struct pl_err err;
    assert_int_equal(fetch("pkg:deb/debian/hello-data?arch=amd64", &got, &err), PL_OK);
    assert_string_equal(got->arch, "all");
    assert_int_equal(got->n_artifacts, 4);
    pl_supplied_free(got);
}

static void a_signature_that_is_listed_and_missing_is_left_out(void **state)
{
    struct pl_supplied *got;
    struct pl_err err;
    set_fault(FAULT_MISSING, ".asc");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(fetch("pkg:deb/debian/hello?arch=amd64", &got, &err), PL_OK);
        assert_int_equal(got->n_artifacts, 3);
        pl_supplied_free(got);
        options.is_offline = true;
    }
}

static void a_second_run_asks_for_nothing(void **state)
{
    struct pl_err err;
    assert_int_equal(fetch_hello(&err), PL_OK);
    int before = atomic_load(&archive.requests);
    assert_int_equal(fetch_hello(&err), PL_OK);
    assert_int_equal(atomic_load(&archive.requests), before);
}

static void an_old_release_file_is_asked_for_again_on_condition(void **state)
{
    struct pl_err err;
    assert_int_equal(fetch_hello(&err), PL_OK);
    run("sed -i 's/^Fetched: .*/Fetched: 1/' cache/releases/*/state");
    assert_int_equal(fetch_hello(&err), PL_OK);
    assert_int_equal(atomic_load(&archive.not_modified), 1);
}

static void offline_uses_what_is_there_and_never_calls(void **state)
{
    struct pl_err err;
    options.is_offline = true;
    assert_int_equal(fetch_hello(&err), PL_E_NETWORK);
    assert_string_equal(err.hint, "run once without --offline: plumb check pkg:deb/debian/hello?arch=amd64");
    options.is_offline = false;
    assert_int_equal(fetch_hello(&err), PL_OK);
    int before = atomic_load(&archive.requests);
    options.is_offline = true;
    assert_int_equal(fetch_hello(&err), PL_OK);
    struct pl_supplied *got;
    assert_int_equal(fetch("pkg:deb/debian/orphan?arch=amd64", &got, &err), PL_E_NETWORK);
    assert_int_equal(atomic_load(&archive.requests), before);
}

static void a_mirror_that_gives_another_file_is_refused_and_nothing_kept(void **state)
{
    struct pl_err err;
    set_fault(FAULT_OTHER_BYTES, "/pool/hello_1.0-2+b1");
    assert_int_equal(fetch_hello(&err), PL_E_TRUST);
    assert_non_null(strstr(err.subject, "/pool/hello_1.0-2+b1_amd64.deb"));
    assert_non_null(strstr(err.text, "expected, got"));
    assert_int_equal(temporary_files("cache"), 0);
    set_fault(FAULT_NONE, "");
    assert_int_equal(fetch_hello(&err), PL_OK);
}

static void an_index_that_the_release_does_not_list_is_refused(void **state)
{
    struct pl_err err;
    set_fault(FAULT_OTHER_BYTES, "/main/binary-amd64/");
    assert_int_equal(fetch_hello(&err), PL_E_TRUST);
    assert_non_null(strstr(err.subject, "/main/binary-amd64/"));
}

static void a_changed_release_is_refused(void **state)
{
    struct pl_err err;
    run("sed -i 's/^Components: main/Components: evil/' www/dists/stable/InRelease");
    assert_int_equal(fetch_hello(&err), PL_E_TRUST);
    assert_non_null(strstr(err.text, "does not fit"));
    assert_int_equal(atomic_load(&archive.requests), 1);
}

static void text_around_the_signature_is_refused(void **state)
{
    struct pl_err err;
    run("(echo 'Origin: Debian'; cat www/dists/stable/InRelease) > x && mv x www/dists/stable/InRelease");
    assert_int_equal(fetch_hello(&err), PL_E_TRUST);
    build_archive(&archive, "stable", DATE);
    run("rm -rf cache; echo 'Origin: Debian' >> www/dists/stable/InRelease");
    assert_int_equal(fetch_hello(&err), PL_E_TRUST);
}

static void a_key_that_is_not_in_the_keyring_is_refused(void **state)
{
    struct pl_err err;
    sign_release(&archive, other_home);
    assert_int_equal(fetch_hello(&err), PL_E_TRUST);
    assert_non_null(strstr(err.text, "not in the keyring"));
}

static void a_source_that_names_another_key_is_refused(void **state)
{
    struct pl_err err;
    options.keyring = keyring;
    write_sources("0123456789ABCDEF0123456789ABCDEF01234567");
    assert_int_equal(fetch_hello(&err), PL_E_TRUST);
    assert_non_null(strstr(err.text, "does not name"));
}

static void another_suite_than_asked_for_is_refused(void **state)
{
    struct pl_err err;
    build_archive(&archive, "unstable", DATE);
    assert_int_equal(fetch_hello(&err), PL_E_TRUST);
    assert_non_null(strstr(err.text, "asked for suite stable"));
}

static void an_older_release_does_not_replace_a_newer_one(void **state)
{
    struct pl_err err;
    assert_int_equal(fetch_hello(&err), PL_OK);
    build_archive(&archive, "stable", "Sat, 10 Jan 2026 10:16:37 UTC");
    run("sed -i 's/^Fetched: .*/Fetched: 1/' cache/releases/*/state");
    assert_int_equal(fetch_hello(&err), PL_OK);
    assert_non_null(strstr(last_log, "older than the copy"));
    run("grep -q '11 Jul 2026' cache/releases/*/InRelease");
}

static void release_and_detached_signature_do_as_well(void **state)
{
    struct pl_err err;
    run("rm www/dists/stable/InRelease");
    assert_int_equal(fetch_hello(&err), PL_OK);
    assert_int_equal(fetch_hello(&err), PL_OK);
    run("rm -rf cache; echo 'Extra: yes' >> www/dists/stable/Release");
    assert_int_equal(fetch_hello(&err), PL_E_TRUST);
}

static void keys_may_be_armoured_or_stand_in_the_source(void **state)
{
    struct pl_err err;
    char path[700];
    (void)snprintf(path, sizeof path, "%.*s.asc", (int)strlen(keyring) - 4, keyring);
    write_sources(path);
    assert_int_equal(fetch_hello(&err), PL_OK);
    run("rm -rf cache; (head -n 5 root/etc/apt/sources.list.d/test.sources; echo Signed-By:; sed "
        "'s/^$/./;s/^/ /' key/archive.asc) > x && mv x "
        "root/etc/apt/sources.list.d/test.sources");
    assert_int_equal(fetch_hello(&err), PL_OK);
}

static void one_line_style_is_read_too(void **state)
{
    struct pl_err err;
    char text[2048];
    run("rm root/etc/apt/sources.list.d/test.sources");
    (void)snprintf(text, sizeof text,
                   "# comment\nnonsense\ndeb cdrom:[x] stable main\ndeb [ arch=amd64 signed-by=%s ] "
                   "http://127.0.0.1:%d/ stable main # c\n",
                   keyring, archive.port);
    put_text("root/etc/apt/sources.list", text);
    assert_int_equal(fetch_hello(&err), PL_OK);
}

static void a_flat_archive_on_disk_needs_no_server(void **state)
{
    struct pl_supplied *got;
    struct pl_err err;
    struct pl_buf packages, release;
    char text[2048];
    pl_buf_init(&packages, 65536);
    pl_buf_init(&release, 65536);
    put_package(&packages, "local", "1", "amd64", "", "the bytes of local");
    put_file("www/Packages", pl_buf_bytes(&packages));
    pl_buf_add_str(&release, "Origin: Debian\nSHA256:\n");
    add_release_line(&release, "Packages", pl_buf_bytes(&packages));
    put_file("www/Release", pl_buf_bytes(&release));
    run("GNUPGHOME=%s gpg --batch --yes --quiet --clearsign -o www/InRelease www/Release", archive.home);
    run("rm root/etc/apt/sources.list.d/test.sources");
    (void)snprintf(text, sizeof text, "deb [signed-by=%s] file:%.*swww ./\n", keyring, (int)strlen(root) - 4,
                   root);
    put_text("root/etc/apt/sources.list", text);
    assert_int_equal(fetch("pkg:deb/debian/local?arch=amd64", &got, &err), PL_OK);
    assert_true(pl_bytes_eq_str(got->bytes, "the bytes of local"));
    assert_int_equal(atomic_load(&archive.requests), 0);
    pl_supplied_free(got);
    pl_buf_reset(&packages);
    pl_buf_reset(&release);
}

static void two_runs_at_once_use_one_cache(void **state)
{
    pid_t children[4];
    for (int i = 0; i < 4; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            struct pl_err err;
            _exit(fetch_hello(&err) == PL_OK ? 0 : 1);
        }
    }
    for (int i = 0; i < 4; i++) {
        int state_of_child = -1;
        assert_int_equal(waitpid(children[i], &state_of_child, 0), children[i]);
        assert_int_equal(state_of_child, 0);
    }
    assert_int_equal(temporary_files("cache"), 0);
}

static void a_source_that_fails_is_skipped_with_a_note(void **state)
{
    struct pl_err err;
    put_text("root/etc/apt/sources.list", "deb http://127.0.0.1:1/ stable main\n");
    assert_int_equal(fetch_hello(&err), PL_OK);
    assert_non_null(strstr(last_log, "is skipped"));
    run("rm root/etc/apt/sources.list.d/test.sources");
    assert_int_equal(fetch_hello(&err), PL_E_NETWORK);
    run("rm root/etc/apt/sources.list");
    assert_int_equal(fetch_hello(&err), PL_E_NOT_FOUND);
}

static void a_body_cut_short_is_a_network_error_and_nothing_kept(void **state)
{
    struct pl_err err;
    set_fault(FAULT_CUT_SHORT, "1.0-2.dsc");
    assert_int_equal(fetch_hello(&err), PL_E_NETWORK);
    assert_int_equal(temporary_files("cache"), 0);
}

static void what_is_listed_and_missing_is_a_network_error(void **state)
{
    struct pl_err err;
    set_fault(FAULT_MISSING, "1.0-2.dsc");
    assert_int_equal(fetch_hello(&err), PL_E_NETWORK);
    assert_non_null(strstr(err.subject, "hello_1.0-2.dsc"));
}

static void a_server_that_is_busy_once_is_asked_again(void **state)
{
    struct pl_err err;
    set_fault(FAULT_BUSY_ONCE, "InRelease");
    assert_int_equal(fetch_hello(&err), PL_OK);
}

static void a_damaged_blob_is_fetched_again(void **state)
{
    struct pl_err err;
    assert_int_equal(fetch_hello(&err), PL_OK);
    run("for f in cache/blobs/*/*; do chmod u+w $f; printf X >> $f; done");
    assert_int_equal(fetch_hello(&err), PL_OK);
    assert_non_null(strstr(last_log, "damaged"));
    options.is_offline = true;
    assert_int_equal(fetch_hello(&err), PL_OK);
}

static void a_full_disk_is_said_and_leaves_nothing_behind(void **state)
{
    struct pl_err err;
    struct rlimit old;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    struct rlimit small = {.rlim_cur = 20, .rlim_max = old.rlim_max};
    void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    pl_status st = fetch_hello(&err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    (void)signal(SIGXFSZ, before);
    assert_int_equal(st, PL_E_IO);
    assert_non_null(strstr(err.text, "limit"));
    assert_int_equal(temporary_files("cache"), 0);
    run("mkdir -p full");
    if (mount("none", "full", "tmpfs", 0, "size=16k") != 0)
        return; /* only root may */
    options.cache_dir = "full";
    st = fetch_hello(&err);
    int left = temporary_files("full");
    (void)umount("full");
    assert_int_equal(st, PL_E_IO);
    assert_non_null(strstr(err.text, "no space left"));
    assert_int_equal(left, 0);
}

static pl_status publication(const char *version, const char *content, struct pl_publication **out)
{
    struct pl_supply *s;
    struct pl_err err;
    pl_sha256 digest;
    assert_int_equal(pl_sha256_of(pl_bytes_of_str(content), &digest, &err), PL_OK);
    assert_int_equal(pl_supply_open(&options, &s, &err), PL_OK);
    pl_status st = pl_supply_publication(s, PL_LIT("hello"), pl_bytes_of_str(version), PL_LIT("amd64"),
                                         &digest, out, &err);
    pl_supply_close(s);
    return st;
}

static void a_local_file_is_published_changed_or_unknown(void **state)
{
    struct pl_publication *p;
    assert_int_equal(publication("1.0-1", "the bytes of hello 1.0-1", &p), PL_OK);
    assert_int_equal(p->answer, PL_PUBLICATION_EQUAL);
    assert_int_equal(p->published, PL_VERDICT_HOLDS);
    pl_publication_free(p);
    assert_int_equal(publication("1.0-1", "other bytes", &p), PL_OK);
    assert_int_equal(p->answer, PL_PUBLICATION_OTHER);
    assert_int_equal(p->published, PL_VERDICT_BROKEN);
    assert_string_equal(p->purl, "pkg:deb/debian/hello@1.0-1?arch=amd64");
    pl_publication_free(p);
    assert_int_equal(publication("7", "the bytes of hello 1.0-1", &p), PL_OK);
    assert_int_equal(p->answer, PL_PUBLICATION_NOT_LISTED);
    assert_int_equal(p->published, PL_VERDICT_UNPROVEN);
    pl_publication_free(p);
}

static void the_nearest_version_says_that_it_is_not_the_one(void **state)
{
    struct pl_supply *s;
    struct pl_supplied *got;
    struct pl_err err;
    assert_int_equal(pl_supply_open(&options, &s, &err), PL_OK);
    assert_int_equal(pl_supply_fetch_deb(s, "hello", "1.0-1", "amd64", &got, &err), PL_OK);
    assert_true(got->is_exact);
    assert_string_equal(got->version, "1.0-1");
    assert_int_equal(got->n_artifacts, 0);
    pl_supplied_free(got);
    assert_int_equal(pl_supply_fetch_deb(s, "hello", "0.9", "amd64", &got, &err), PL_OK);
    assert_false(got->is_exact);
    assert_string_equal(got->version, "1.0-2+b1");
    pl_supplied_free(got);
    assert_int_equal(pl_supply_fetch_source(s, "hello", NULL, &got, &err), PL_OK);
    assert_null(got->package);
    assert_int_equal(got->n_artifacts, 4);
    pl_supply_close(s);
    assert_true(pl_bytes_eq_str(got->artifacts[0].bytes, "description")); /* outlives the supply */
    pl_supplied_free(got);
}

/* As the pipeline's own test of this kind: a lost allocation is said, or makes no difference. */
static void a_failed_allocation_is_said_or_makes_no_difference(void **state)
{
    struct pl_err err;
    long n = 1;
    bool has_failed = true;
    assert_int_equal(fetch_hello(&err), PL_OK);
    options.is_offline = true;
    for (; has_failed; n += n < 100 ? 1 : 3) {
        struct pl_supplied *got = NULL;
        failing_malloc_begin(n);
        pl_status st = fetch("pkg:deb/debian/hello?arch=amd64", &got, &err);
        has_failed = failing_malloc_end();
        if (st == PL_OK && (got->purl == NULL || strcmp(got->version, "1.0-2+b1") != 0 ||
                            got->n_artifacts != 4 || got->n_steps != 5 || got->steps[4].uri == NULL))
            fail_msg("allocation %ld: half an answer", n);
        if (st != PL_OK && st != PL_E_NOMEM)
            fail_msg("allocation %ld: %s: %s", n, pl_status_name(st), err.text);
        pl_supplied_free(got);
    }
    print_message("# the last with allocation %ld\n", n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_package_and_its_source_come_with_their_chain, set_up),
        cmocka_unit_test_setup(a_version_that_is_asked_for_is_given_or_nothing, set_up),
        cmocka_unit_test_setup(a_package_of_architecture_all_is_found_too, set_up),
        cmocka_unit_test_setup(a_signature_that_is_listed_and_missing_is_left_out, set_up),
        cmocka_unit_test_setup(a_second_run_asks_for_nothing, set_up),
        cmocka_unit_test_setup(an_old_release_file_is_asked_for_again_on_condition, set_up),
        cmocka_unit_test_setup(offline_uses_what_is_there_and_never_calls, set_up),
        cmocka_unit_test_setup(a_mirror_that_gives_another_file_is_refused_and_nothing_kept, set_up),
        cmocka_unit_test_setup(an_index_that_the_release_does_not_list_is_refused, set_up),
        cmocka_unit_test_setup(a_changed_release_is_refused, set_up),
        cmocka_unit_test_setup(text_around_the_signature_is_refused, set_up),
        cmocka_unit_test_setup(a_key_that_is_not_in_the_keyring_is_refused, set_up),
        cmocka_unit_test_setup(a_source_that_names_another_key_is_refused, set_up),
        cmocka_unit_test_setup(another_suite_than_asked_for_is_refused, set_up),
        cmocka_unit_test_setup(an_older_release_does_not_replace_a_newer_one, set_up),
        cmocka_unit_test_setup(release_and_detached_signature_do_as_well, set_up),
        cmocka_unit_test_setup(keys_may_be_armoured_or_stand_in_the_source, set_up),
        cmocka_unit_test_setup(one_line_style_is_read_too, set_up),
        cmocka_unit_test_setup(a_flat_archive_on_disk_needs_no_server, set_up),
        cmocka_unit_test_setup(two_runs_at_once_use_one_cache, set_up),
        cmocka_unit_test_setup(a_source_that_fails_is_skipped_with_a_note, set_up),
        cmocka_unit_test_setup(a_body_cut_short_is_a_network_error_and_nothing_kept, set_up),
        cmocka_unit_test_setup(what_is_listed_and_missing_is_a_network_error, set_up),
        cmocka_unit_test_setup(a_server_that_is_busy_once_is_asked_again, set_up),
        cmocka_unit_test_setup(a_damaged_blob_is_fetched_again, set_up),
        cmocka_unit_test_setup(a_full_disk_is_said_and_leaves_nothing_behind, set_up),
        cmocka_unit_test_setup(a_local_file_is_published_changed_or_unknown, set_up),
        cmocka_unit_test_setup(a_failed_allocation_is_said_or_makes_no_difference, set_up),
        cmocka_unit_test_setup(the_nearest_version_says_that_it_is_not_the_one, set_up),
    };
    return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
