/*
 * supply_deb_relation.c - groups of a dependency list: which names apply, which do not.
 */
#include <stdio.h>

#include "unit.h"

#include "supply/deb_relation.h"

/* The names of all groups: alternatives parted by '|', groups by ','. */
static void names_of(const char *list, const char *arch, char *out)
{
    pl_bytes rest = pl_bytes_of_str(list);
    struct pl_deb_relation names[PL_DEB_ALTERNATIVES];
    size_t n;
    *out = '\0';
    while (pl_deb_relation_next(&rest, arch, names, &n)) {
        for (size_t i = 0; i < n; i++)
            out += sprintf(out, "%s%.*s", i > 0 ? "|" : "", PL_ARG(names[i].name));
        out += sprintf(out, ",");
    }
}

static void each_group_gives_what_applies_on_the_architecture(void **state)
{
    static const struct {
        const char *list;
        const char *names;
    } cases[] = {
        {"a (>= 1.0), b | c:any", "a,b|c,"},
        {"a [amd64 arm64], b [i386], c [!amd64], d [!i386]", "a,,,d,"},
        {"a [linux-any], b [any-i386], c [any-amd64]", "a,,c,"},
        {"a <!nocheck>, b <nocheck>, c <!nocheck> <stage1>, d <stage1 !nodoc>", "a,,c,,"},
        {"a [amd64", ","},
        {"", ""},
        {" , x\n y", ",x,"},
        {"libstdc++-12-dev", "libstdc++-12-dev,"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[256];
        names_of(cases[i].list, "amd64", out);
        assert_string_equal(out, cases[i].names);
    }
}

static void a_version_is_met_as_dpkg_compares(void **state)
{
    static const struct {
        const char *relation;
        const char *version;
        bool is_met;
    } cases[] = {
        {"a", "1", true},           {"a (= 1.0-1)", "1.0-1", true}, {"a (= 1.0-1)", "1.0-2", false},
        {"a (>= 1:0)", "2", false}, {"a (<< 2~)", "2~~", true},     {"a (<< 2)", "2", false},
        {"a (<= 2)", "2", true},    {"a (>> 2)", "2", false},       {"a:any (>= 1) [amd64]", "1", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct pl_deb_relation group[PL_DEB_ALTERNATIVES];
        pl_bytes rest = pl_bytes_of_str(cases[i].relation);
        size_t n;
        assert_true(pl_deb_relation_next(&rest, "amd64", group, &n));
        assert_int_equal(n, 1);
        assert_int_equal(pl_deb_relation_is_met(&group[0], pl_bytes_of_str(cases[i].version)),
                         cases[i].is_met);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_version_is_met_as_dpkg_compares),
        cmocka_unit_test(each_group_gives_what_applies_on_the_architecture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
