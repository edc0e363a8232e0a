/*
 * format_archive_unpack.c - archives made by the system's own tools, walked down to their leaves.
 */
#include "archive_walk.h"

#define MAKE_TREE                                                                                            \
    "rm -rf t && mkdir -p t/usr/bin t/usr/share/doc/x && printf '#!/bin/sh\\necho hi\\n' > t/usr/bin/x && "  \
    "ln -s x t/usr/bin/y && ln t/usr/bin/x t/usr/bin/z && printf 'news\\n' | gzip -n > "                     \
    "t/usr/share/doc/x/changelog.gz && : > t/usr/share/doc/x/empty && "
#define TAR "tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner "

static void deb_is_walked_to_its_leaves(void **state)
{
    struct walk w;
    walk_init(&w);
    pl_bytes deb =
        made_by(MAKE_TREE TAR "-C t -cf data.tar . && xz -f data.tar && printf '2.0\\n' > debian-binary && "
                              "mkdir -p c && printf 'Package: x\\n' > c/control && " TAR
                              "-C c -cf control.tar . && xz -f control.tar && "
                              "ar rcD x.deb debian-binary control.tar.xz data.tar.xz",
                "x.deb");
    assert_int_equal(walk_run(&w, deb, "x.deb"), PL_OK);
    char expected[2048];
    (void)snprintf(expected, sizeof expected, "%s", walk_text(&w.list));

    assert_non_null(strstr(expected, " file - data.tar.xz!/usr/bin/x 18\n"));
    assert_non_null(strstr(expected, " symlink - data.tar.xz!/usr/bin/y -> x 0\n"));
    assert_non_null(strstr(expected, " file - data.tar.xz!/usr/share/doc/x/changelog.gz!/changelog 5\n"));
    assert_non_null(strstr(expected, " file tar data.tar.xz! 10240 part\n"));
    assert_string_equal(walk_text(&w.findings), "");
    assert_int_equal(w.total[PL_CLASS_UNACCOUNTED] + w.total[PL_CLASS_OPAQUE], 0);
    free((void *)(uintptr_t)deb.p);
    walk_reset(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deb_is_walked_to_its_leaves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
