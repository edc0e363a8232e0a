/*
 * purl: canonical forms, and errors that name the byte. Vectors after the purl test suite (ECMA-427).
 */
#include "supply/purl.h"

#include "unit.h"

static struct pl_arena arena;

static pl_status parse(const char *text, struct pl_purl *out, struct pl_err *err)
{
    memset(err, 0, sizeof *err);
    return pl_purl_parse(pl_bytes_of_str(text), &arena, out, err);
}

static void canonical_forms(void **state)
{
    static const char *const rows[][2] = {
        {"pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie",
         "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie"},
        {"PKG:DEB/Debian/XZ-Utils", "pkg:deb/debian/xz-utils"},
        {"pkg:deb/debian/g%2B%2B@4:12.2.0-3", "pkg:deb/debian/g%2B%2B@4:12.2.0-3"},
        {"pkg:deb/debian/g++@4%3A12.2.0-3", "pkg:deb/debian/g%2B%2B@4:12.2.0-3"},
        {"pkg:deb/debian/attr@1:2.4.47-2%2Bb1?arch=amd64", "pkg:deb/debian/attr@1:2.4.47-2%2Bb1?arch=amd64"},
        {"pkg://npm/%40angular/animation@12.3.1", "pkg:npm/%40angular/animation@12.3.1"},
        {"pkg:npm/@babel/core", "pkg:npm/%40babel/core"},
        {"pkg:golang/google.golang.org/genproto@abcdedf#/googleapis/api/annotations/",
         "pkg:golang/google.golang.org/genproto@abcdedf#googleapis/api/annotations"},
        {"pkg:golang/a/b#x/../y/./z", "pkg:golang/a/b#x/y/z"},
        {"pkg:maven/org.apache.xmlgraphics/"
         "batik-anim@1.9.1?classifier=sources&repository_url=repo.spring.io%2Frelease",
         "pkg:maven/org.apache.xmlgraphics/"
         "batik-anim@1.9.1?classifier=sources&repository_url=repo.spring.io%2Frelease"},
        {"pkg:generic/openssl@1.1.10g?z=1&checksum=sha256:de&empty=",
         "pkg:generic/openssl@1.1.10g?checksum=sha256:de&z=1"},
        {"pkg:conan/a@1?compiler.runtime=x&compiler=y", "pkg:conan/a@1?compiler=y&compiler.runtime=x"},
        {"pkg:github/Package-url/Purl-Spec@244fd47e07d1004#everybody/loves/dogs",
         "pkg:github/package-url/purl-spec@244fd47e07d1004#everybody/loves/dogs"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pl_purl p;
        struct pl_err err;
        struct pl_buf out;
        pl_buf_init(&out, 65536);
        if (parse(rows[i][0], &p, &err) != PL_OK)
            fail_msg("%s: %s", rows[i][0], err.text);
        pl_purl_print(&p, &out);
        pl_buf_add_byte(&out, '\0');
        assert_string_equal((const char *)out.p, rows[i][1]);
        assert_int_equal(parse(rows[i][1], &p, &err), PL_OK);
        pl_buf_reset(&out);
    }
}

static void parts_are_decoded(void **state)
{
    struct pl_purl p;
    struct pl_err err;
    assert_int_equal(parse("pkg:deb/debian/g%2b%2b@4:12~1%2Bb1?arch=amd64", &p, &err), PL_OK);
    assert_true(pl_bytes_eq_str(p.type, "deb"));
    assert_true(pl_bytes_eq_str(p.ns, "debian"));
    assert_true(pl_bytes_eq_str(p.name, "g++"));
    assert_true(pl_bytes_eq_str(p.version, "4:12~1+b1"));
    assert_true(pl_bytes_eq_str(pl_purl_get(&p, "arch"), "amd64"));
    assert_int_equal(pl_purl_get(&p, "distro").n, 0);
}

static void errors_name_the_byte(void **state)
{
    static const struct {
        const char *input;
        uint64_t at;
    } rows[] = {
        {"", 0},
        {"deb/debian/x", 0},
        {"pkg:deb", 4},
        {"pkg:/x", 5},
        {"pkg:d_b/debian/x", 5},
        {"pkg:deb/debian/x%2", 16},
        {"pkg:deb/debian/x%zz", 16},
        {"pkg:deb/debian/x%00", 18},
        {"pkg:deb/x", 8},
        {"pkg:swift/github.com/Alamofire/@5.4.3", 31},
        {"pkg:deb/debian/x?arch", 17},
        {"pkg:deb/debian/x?Arch=a", 17},
        {"pkg:deb/debian/x?a=1&a=2", 21},
        {"pkg:deb/deb%2Fian/x", 11},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pl_purl p;
        struct pl_err err;
        if (parse(rows[i].input, &p, &err) != PL_E_INPUT || err.offset != rows[i].at)
            fail_msg("%s: %s at %llu", rows[i].input, err.text, (unsigned long long)err.offset);
    }
}

static void every_truncation_is_refused_or_shorter(void **state)
{
    static const char text[] = "pkg:deb/debian/g%2B%2B@4:12.2.0-3%2Bb1?arch=amd64&distro=bookworm#a/b";
    for (size_t n = 0; n < sizeof text; n++) {
        struct pl_purl p;
        uint8_t *cut = malloc(n > 0 ? n : 1);
        assert_non_null(cut);
        memcpy(cut, text, n);
        pl_status st = pl_purl_parse(pl_bytes_of(cut, n), &arena, &p, NULL);
        assert_true(st == PL_OK || st == PL_E_INPUT);
        free(cut);
    }
}

static int set_up(void **state)
{
    pl_arena_init(&arena, 1 << 22);
    return 0;
}

static int tear_down(void **state)
{
    pl_arena_reset(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonical_forms),
        cmocka_unit_test(parts_are_decoded),
        cmocka_unit_test(errors_name_the_byte),
        cmocka_unit_test(every_truncation_is_refused_or_shorter),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
