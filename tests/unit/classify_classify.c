/*
 * Roles by place: what is read by people is passive there, and nowhere else.
 */
#include "classify/classify.h"
#include "unit.h"

static enum pl_role role_of(const char *name, const char *text)
{
    struct pl_file f = {.path = pl_bytes_of_str(name),
                        .name = pl_bytes_of_str(name),
                        .type = PL_ENTRY_FILE,
                        .data = pl_bytes_of_str(text),
                        .size = strlen(text)};
    pl_classify(&f);
    return f.role;
}

static void the_record_of_a_build_is_passive_in_its_place_only(void **state)
{
    const char *text = "CCARGS = -DDEBIAN -lfoo\n";
    assert_int_equal(role_of("usr/share/postfix/makedefs.out", text), PL_ROLE_PASSIVE);
    assert_int_equal(role_of("usr/bin/makedefs.out", text), PL_ROLE_ACTIVE);
    assert_int_equal(role_of("usr/share/postfix/postfix-files", text), PL_ROLE_ACTIVE);
    assert_int_equal(role_of("usr/share/qlogging-categories6/x.categories", text), PL_ROLE_PASSIVE);
    assert_int_equal(role_of("usr/share/qlogging/x.categories", text), PL_ROLE_ACTIVE);
    assert_int_equal(role_of("usr/share/gnome/help/x/C/index.html", text), PL_ROLE_PASSIVE);
    assert_int_equal(role_of("usr/share/gnome/x/index.html", text), PL_ROLE_ACTIVE);
}

static void code_is_active_in_a_passive_place(void **state)
{
    assert_int_equal(role_of("usr/share/perl5/X.pod", "=head1 X\n"), PL_ROLE_PASSIVE);
    assert_int_equal(role_of("usr/share/perl5/X.pm", "=head1 X\n"), PL_ROLE_ACTIVE);
    assert_int_equal(role_of("usr/lib/python3/dist-packages/x.pyi", "def f() -> int: ...\n"),
                     PL_ROLE_PASSIVE);
    assert_int_equal(role_of("usr/lib/qt6/qml/X/plugins.qmltypes", "Module {}\n"), PL_ROLE_PASSIVE);
    assert_int_equal(role_of("usr/lib/qt6/qml/X/X.qml", "Item {}\n"), PL_ROLE_ACTIVE);
    assert_int_equal(role_of("usr/share/doc/x/NEWS", "new\n"), PL_ROLE_PASSIVE);
    assert_int_equal(role_of("usr/share/doc/x/x.class", "\xca\xfe\xba\xbe 0000"), PL_ROLE_ACTIVE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_record_of_a_build_is_passive_in_its_place_only),
        cmocka_unit_test(code_is_active_in_a_passive_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
