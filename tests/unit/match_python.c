/*
 * match_python.c - what setuptools writes beside a project is explained by what the project states, and what somebody added to it is not.
 */
#include "match_fixture.h"

#include "match/python_stated.h"

#define RECORD_DIGEST "yu4TfDjrXqSwRW04WYar1Jdfi8EkIQGYcEKizsWCGv0"

static void begin(void)
{
    add_source(0, "setup.py",
               "from setuptools import setup\nsetup(\n    name='My.Project', version=\"1.2\",\n    "
               "install_requires=[\"Babel >= 2.7, <3\"],\n"
               "    extras_require={'i18n': ['pytz'], \":python_version < '3.8'\": ['zipp']},\n"
               "    description='A long '\n        'summary',\n    entry_points={'console_scripts': "
               "['tool{}=pkg.cli:main'.format(3)]},\n)\n");
    add_source(0, "setup.cfg",
               "[metadata]\n# a comment\nlicense = MIT\nurl=https://example.org/\nproject_urls =\n    Docs = "
               "https://docs.example.org/\n");
    add_source(0, "pkg/cli.py", "def main(): pass\n");
}

static struct pl_file *run(const char *name, const char *text)
{
    struct pl_file *f = add_file(name, text);
    apply("python.metadata", f);
    return f;
}

static void fields_that_the_project_states_are_explained(void **state)
{
    const char *text = "Metadata-Version: 2.1\nName: my-project\nVersion: 1.2\nSummary: A long "
                       "summary\nHome-page: https://example.org/\n"
                       "License: MIT\nPlatform: UNKNOWN\nProject-URL: Docs, https://docs.example.org/\n"
                       "Requires-Dist: Babel (<3,>=2.7)\nRequires-Dist: pytz ; extra == 'i18n'\n"
                       "Requires-Dist: zipp ; python_version < \"3.8\"\nProvides-Extra: i18n\n\n";
    (void)state;
    begin();
    struct pl_file *f = run("p-1.2/PKG-INFO", text);
    assert_int_equal(f->findings.list.n, 0);
    assert_int_equal(pl_ledger_unclaimed(&f->ledger), 0);
}

static void a_field_that_nobody_states_stays_unexplained(void **state)
{
    (void)state;
    begin();
    struct pl_file *f = run("p-1.2/PKG-INFO",
                            "Name: my-project\nAuthor: Mallory\nHome-page: https://evil.example/\n\ntext\n");
    assert_int_equal(pl_ledger_unclaimed(&f->ledger),
                     strlen("Author: Mallory\nHome-page: https://evil.example/\ntext\n"));
}

static void an_added_requirement_is_an_error_at_its_line(void **state)
{
    (void)state;
    begin();
    struct pl_file *f = run("p-1.2/p.egg-info/requires.txt",
                            "Babel<3,>=2.7\nevil>=1\n\n[i18n]\npytz\n\n[:python_version < \"3.8\"]\nzipp\n");
    assert_int_equal(found(f, "dep.undeclared"), 1);
    assert_int_equal(f->findings.list.v[0].offset, strlen("Babel<3,>=2.7\n"));
    assert_int_equal(f->findings.list.v[0].length, strlen("evil>=1\n"));
    struct pl_file *other =
        run("p-1.2/p.egg-info/PKG-INFO", "Name: my-project\nRequires-Dist: evil (>=1)\n\n");
    assert_int_equal(found(other, "dep.undeclared"), 1);
}

static void another_version_is_left_to_other_rules(void **state)
{
    (void)state;
    begin();
    struct pl_file *f = run("p-1.2/p.egg-info/requires.txt", "babel>=99\n");
    assert_int_equal(f->findings.list.n, 0);
    assert_int_equal(pl_ledger_unclaimed(&f->ledger), f->size);
}

static void an_added_entry_point_is_an_error_and_a_computed_name_is_none(void **state)
{
    (void)state;
    begin();
    struct pl_file *f = run("p-1.2/p.egg-info/entry_points.txt",
                            "[console_scripts]\ntool3 = pkg.cli:main\nevil = evil.run:main\n");
    assert_int_equal(found(f, "python.entry-point"), 1);
    assert_int_equal(f->findings.list.v[0].offset, strlen("[console_scripts]\ntool3 = pkg.cli:main\n"));
    struct pl_file *other = run("q/q.dist-info/entry_points.txt", "[pytest11]\nx = pkg.cli:main\n");
    assert_int_equal(found(other, "python.entry-point"), 1);
}

static void sources_name_files_of_the_package(void **state)
{
    (void)state;
    begin();
    (void)add_file("p-1.2/pkg/cli.py", "def main(): pass\n");
    struct pl_file *f = run("p-1.2/p.egg-info/SOURCES.txt", "setup.py\npkg/cli.py\npkg/hidden.py\n");
    assert_int_equal(pl_ledger_unclaimed(&f->ledger), strlen("pkg/hidden.py\n"));
}

static void a_record_line_holds_when_digest_and_size_do(void **state)
{
    /* sha256 of "def main(): pass\n", by sha256sum and base64 */
    (void)state;
    begin();
    (void)add_file("lib/pkg/cli.py", "def main(): pass\n");
    const char *good = "pkg/cli.py,sha256=" RECORD_DIGEST ",17\n";
    struct pl_file *f = run("lib/p-1.2.dist-info/RECORD", good);
    assert_int_equal(pl_ledger_unclaimed(&f->ledger), 0);
    struct pl_file *size = run("lib/q-1.2.dist-info/RECORD", "pkg/cli.py,sha256=" RECORD_DIGEST ",18\n");
    assert_int_equal(pl_ledger_unclaimed(&size->ledger), size->size);
    struct pl_file *digest = run("lib/r-1.2.dist-info/RECORD", "pkg/cli.py,sha256=A" RECORD_DIGEST ",17\n");
    assert_int_equal(pl_ledger_unclaimed(&digest->ledger), digest->size);
}

static void setup_cfg_as_sdist_leaves_it_is_the_projects(void **state)
{
    (void)state;
    begin();
    struct pl_file *f =
        run("p-1.2/setup.cfg",
            "[metadata]\nlicense = MIT\nevil = 1\n\n[egg_info]\ntag_build = \ntag_date = 0\n\n");
    assert_int_equal(pl_ledger_unclaimed(&f->ledger), strlen("evil = 1\n"));
    struct pl_file *own = run("q-1.2/setup.cfg", "[metadata]\nlicense = MIT\n");
    assert_int_equal(pl_ledger_unclaimed(&own->ledger), own->size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(fields_that_the_project_states_are_explained, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_field_that_nobody_states_stays_unexplained, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_added_requirement_is_an_error_at_its_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_version_is_left_to_other_rules, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_added_entry_point_is_an_error_and_a_computed_name_is_none, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(sources_name_files_of_the_package, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_record_line_holds_when_digest_and_size_do, set_up, tear_down),
        cmocka_unit_test_setup_teardown(setup_cfg_as_sdist_leaves_it_is_the_projects, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
