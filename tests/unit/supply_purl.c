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

/* As it is written, and its canonical form. */
static const char *const canonical[][2] = {
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
    /* the qualifier's key in lower case, its value as it is */
    {"pkg:maven/g/a@1?tYPE=Pom&classifieR=S", "pkg:maven/g/a@1?classifier=S&type=Pom"},
    /* a row for each type that says something of its own */
    {"pkg:alpm/Arch/Pacman@6.0.1-1", "pkg:alpm/arch/pacman@6.0.1-1"},
    {"pkg:apk/Alpine/Curl@7.83.0-R0", "pkg:apk/alpine/curl@7.83.0-R0"},
    {"pkg:bitbucket/Birkenfeld/Pygments-Main", "pkg:bitbucket/birkenfeld/pygments-main"},
    {"pkg:bitnami/WordPress@6.2.0", "pkg:bitnami/wordpress@6.2.0"},
    {"pkg:brew/Owner/Tap/Jq@1.7", "pkg:brew/owner/tap/jq@1.7"},
    {"pkg:chrome-extension/ABCDEFGHIJKLMNOPABCDEFGHIJKLMNOP@1.22",
     "pkg:chrome-extension/abcdefghijklmnopabcdefghijklmnop@1.22"},
    {"pkg:composer/Laravel/Framework@v9", "pkg:composer/laravel/framework@v9"},
    {"pkg:cpan/Moose@2.2014", "pkg:cpan/Moose@2.2014"},
    {"pkg:git/codeberg.org/Owner/Group/Tool@v1#src", "pkg:git/codeberg.org/Owner/Group/Tool@v1#src"},
    {"pkg:git/github.com/Owner/Tool@V1", "pkg:git/github.com/owner/tool@V1"},
    {"pkg:golang/GitHub.com/A/B@V1", "pkg:golang/github.com/a/b@V1"},
    {"pkg:golang/stdlib@1.21", "pkg:golang/stdlib@1.21"},
    {"pkg:hackage/AC-Vector@2.4.0", "pkg:hackage/AC-Vector@2.4.0"},
    {"pkg:hex/Acme/Jason@1.1.2", "pkg:hex/acme/jason@1.1.2"},
    {"pkg:huggingface/Owner/Model@ABCDEF01", "pkg:huggingface/Owner/Model@abcdef01"},
    {"pkg:julia/Dates@1?uuid=ade2ca70", "pkg:julia/Dates@1?uuid=ade2ca70"},
    {"pkg:luarocks/Owner/LuaSocket@3.1.0-1", "pkg:luarocks/owner/luasocket@3.1.0-1"},
    {"pkg:mlflow/Fraud@3?repository_url=https://x.azuredatabricks.net/a",
     "pkg:mlflow/fraud@3?repository_url=https:%2F%2Fx.azuredatabricks.net%2Fa"},
    {"pkg:mlflow/Fraud@3?repository_url=https://x.azureml.ms/a",
     "pkg:mlflow/Fraud@3?repository_url=https:%2F%2Fx.azureml.ms%2Fa"},
    {"pkg:npm/Old-Names@1.0.0-RC.1", "pkg:npm/Old-Names@1.0.0-RC.1"},
    {"pkg:oci/Debian@SHA256:AB?tag=Latest", "pkg:oci/debian@sha256:ab?tag=Latest"},
    {"pkg:otp/Asn1@5.4.1", "pkg:otp/asn1@5.4.1"},
    {"pkg:pub/Http-Parser.x@0.13", "pkg:pub/http_parser_x@0.13"},
    {"pkg:pypi/My_Own.Tool@1.0RC1", "pkg:pypi/my-own.tool@1.0rc1"},
    {"pkg:qpkg/BlackBerry/com.qnx.sdp", "pkg:qpkg/blackberry/com.qnx.sdp"},
    {"pkg:rpm/Fedora/GConf@3", "pkg:rpm/fedora/GConf@3"},
    {"pkg:swid/Acme/example.com/Server@1?tag_id=75b8", "pkg:swid/Acme/example.com/Server@1?tag_id=75b8"},
    {"pkg:swift/github.com/Alamofire/Alamofire@5.4.3", "pkg:swift/github.com/Alamofire/Alamofire@5.4.3"},
    {"pkg:vscode-extension/RedHat/Java@1.2-Pre", "pkg:vscode-extension/redhat/java@1.2-pre"},
    {"pkg:yocto/Core/glibc@2.35", "pkg:yocto/core/glibc@2.35"},
};

static void canonical_forms(void **state)
{
    for (size_t i = 0; i < sizeof canonical / sizeof *canonical; i++) {
        struct pl_purl p;
        struct pl_err err;
        struct pl_buf out;
        pl_buf_init(&out, 65536);
        if (parse(canonical[i][0], &p, &err) != PL_OK)
            fail_msg("%s: %s", canonical[i][0], err.text);
        pl_purl_print(&p, &out);
        pl_buf_add_byte(&out, '\0');
        assert_string_equal((const char *)out.p, canonical[i][1]);
        assert_int_equal(parse(canonical[i][1], &p, &err), PL_OK);
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
        {"pkg:npm/a\x01"
         "b",
         9},
        {"pkg:npm/a%1Bb", 11},
        {"pkg:npm/a@1\x7f", 11},
        {"pkg:cargo/ns/name", 13},
        {"pkg:cpan/A::B", 9},
        {"pkg:chrome-extension/dogs", 21},
        {"pkg:chrome-extension/abcdefghijklmnopabcdefghijklmnop@1.2.3.4.5", 21},
        {"pkg:chrome-extension/abcdefghijklmnopabcdefghijklmnop@1..2", 21},
        {"pkg:julia/Dates", 10},
        {"pkg:swid/Fedora@29", 9},
        {"pkg:vscode-extension/java", 21},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pl_purl p;
        struct pl_err err;
        if (parse(rows[i].input, &p, &err) != PL_E_INPUT || err.offset != rows[i].at)
            fail_msg("%s: %s at %llu", rows[i].input, err.text, (unsigned long long)err.offset);
    }
}

/* What comes as parts is held to the same rules as what comes as text. */
static void parts_build_what_parsing_gives(void **state)
{
    struct pl_purl p = {.type = PL_LIT("PyPI"), .name = PL_LIT("My_Tool"), .version = PL_LIT("1.0")};
    struct pl_buf out;
    p.qualifiers[0] = (struct pl_purl_qualifier){PL_LIT("z"), PL_LIT("1")};
    p.qualifiers[1] = (struct pl_purl_qualifier){PL_LIT("b"), PL_LIT("")};
    p.qualifiers[2] = (struct pl_purl_qualifier){PL_LIT("aA"), PL_LIT("/")};
    p.n_qualifiers = 3;
    assert_int_equal(pl_purl_build(&p, &arena, NULL), PL_OK);
    pl_buf_init(&out, 65536);
    pl_purl_print(&p, &out);
    pl_buf_add_byte(&out, '\0');
    assert_string_equal((const char *)out.p, "pkg:pypi/my-tool@1.0?aa=%2F&z=1");
    pl_buf_reset(&out);
}

static void parts_that_no_purl_may_have_are_refused(void **state)
{
    const struct pl_purl bad[] = {
        {.name = PL_LIT("a")},
        {.type = PL_LIT("npm")},
        {.type = PL_LIT("n_m"), .name = PL_LIT("a")},
        {.type = PL_LIT("npm"), .name = PL_LIT("a/b")},
        {.type = PL_LIT("npm"), .name = PL_LIT("a\nb")},
        {.type = PL_LIT("npm"), .name = PL_LIT("a"), .version = PL_LIT("\x1b[2J")},
        {.type = PL_LIT("deb"), .name = PL_LIT("a")},
        {.type = PL_LIT("npm"),
         .name = PL_LIT("a"),
         .qualifiers = {{PL_LIT("a b"), PL_LIT("1")}},
         .n_qualifiers = 1},
        {.type = PL_LIT("npm"),
         .name = PL_LIT("a"),
         .qualifiers = {{PL_LIT(""), PL_LIT("1")}},
         .n_qualifiers = 1},
        {.type = PL_LIT("npm"),
         .name = PL_LIT("a"),
         .qualifiers = {{PL_LIT("a"), PL_LIT("\r")}},
         .n_qualifiers = 1},
        {.type = PL_LIT("npm"),
         .name = PL_LIT("a"),
         .qualifiers = {{PL_LIT("kK"), PL_LIT("1")}, {PL_LIT("kk"), PL_LIT("2")}},
         .n_qualifiers = 2},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct pl_purl p = bad[i];
        assert_int_equal(pl_purl_build(&p, &arena, NULL), PL_E_INPUT);
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
        cmocka_unit_test(parts_build_what_parsing_gives),
        cmocka_unit_test(parts_that_no_purl_may_have_are_refused),
        cmocka_unit_test(every_truncation_is_refused_or_shorter),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
