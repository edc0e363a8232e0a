/*
 * match_code_data.c - files of the source are found in the data of a program, as they are and compressed; tables among its code are, too.
 *
 * Programs are built here by gcc.
 */
#include "match_data_program.h"

#include <zlib.h>

static char icon[600];

static int begin(void **state)
{
    uint32_t x = 1;
    for (size_t i = 0; i + 1 < sizeof icon; i++) {
        x = x * 1103515245u + 12345u;
        icon[i] = (char)('A' + (x >> 16) % 23);
    }
    return set_up(state);
}

/* Bytes of a program with `data` in it that the rung takes from src/icon.txt. */
static uint64_t embedded_bytes(pl_bytes data)
{
    return bytes_of_rule(with_data(data, 1, "src/icon.txt", icon), "data.embedded", PL_CLASS_DERIVED,
                         "src/icon.txt");
}

/* | length | inflated size | stream |, as rcc writes it. */
static pl_bytes packed(uint8_t *room, size_t size, const char *text, size_t n)
{
    uLongf length = size - 8;
    assert_int_equal(compress2(room + 8, &length, (const Bytef *)text, n, 9), Z_OK);
    for (unsigned i = 0; i < 4; i++) {
        room[i] = (uint8_t)((length + 4) >> (24 - 8 * i));
        room[4 + i] = (uint8_t)(n >> (24 - 8 * i));
    }
    return pl_bytes_of(room, length + 8);
}

static void a_file_of_the_source_is_found_as_it_is(void **state)
{
    (void)state;
    assert_int_equal(embedded_bytes(pl_bytes_of_str(icon)), strlen(icon));
}

static void a_file_of_the_source_is_found_compressed_with_its_lengths(void **state)
{
    (void)state;
    uint8_t room[1024];
    pl_bytes stream = packed(room, sizeof room, icon, strlen(icon));
    assert_int_equal(embedded_bytes(stream), stream.n);
}

static void a_file_with_a_changed_byte_is_not_found(void **state)
{
    (void)state;
    char other[sizeof icon];
    memcpy(other, icon, sizeof icon);
    other[500] = '!';
    assert_int_equal(embedded_bytes(pl_bytes_of_str(other)), 0);
}

static void a_stream_of_other_bytes_is_not_found(void **state)
{
    (void)state;
    uint8_t room[1024];
    char other[sizeof icon];
    memcpy(other, icon, sizeof icon);
    other[500] = '!';
    assert_int_equal(embedded_bytes(packed(room, sizeof room, other, strlen(other))), 0);
}

static void a_stream_that_goes_on_behind_the_file_is_not_found(void **state)
{
    (void)state;
    uint8_t room[2048];
    char more[2 * sizeof icon];
    (void)snprintf(more, sizeof more, "%s and a payload", icon);
    assert_int_equal(embedded_bytes(packed(room, sizeof room, more, strlen(more))), 0);
}

#define NUMBERS 64u

/* Bytes of a table of the source that stand among the code of a program, where one of its numbers has `change` added. */
static uint64_t bytes_among_code(uint64_t change)
{
    static char list[8192];
    static char text[8192] = "";
    uint64_t sum = 0;
    uint64_t x = 1;
    size_t at = (size_t)snprintf(list, sizeof list, "static const unsigned long long table[] = {\n");
    size_t n = (size_t)snprintf(text, sizeof text,
                                "extern const unsigned long long table[];\nint main(int n, char **v)\n{\n"
                                "    return v[0] ? (int)(table[n] >> 60) : 0;\n}\n"
                                "asm(\".text\\n.balign 64\\ntable:\\n");
    for (unsigned i = 0; i < NUMBERS; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        at += (size_t)snprintf(list + at, sizeof list - at, "0x%016llx,\n", (unsigned long long)x);
        n += (size_t)snprintf(text + n, sizeof text - n, ".quad 0x%016llx\\n",
                              (unsigned long long)(x + (i == 40 ? change : 0)));
    }
    (void)snprintf(list + at, sizeof list - at, "};\n");
    (void)snprintf(text + n, sizeof text - n, "\");\n");
    struct pl_file *file = compiled(text, "src/table.c", list);
    for (size_t i = 0; i < file->ledger.settled.n; i++) {
        const struct pl_claim *c = &file->ledger.settled.v[i];
        sum += c->class == PL_CLASS_DERIVED && strcmp(c->rule, "data.array") == 0 ? c->length : 0;
    }
    assert_int_equal(file->findings.list.n, change != 0);
    if (change != 0)
        assert_string_equal(file->findings.list.v[0].tag, "data.modified-table");
    return sum;
}

static void a_table_that_stands_among_the_code_is_found(void **state)
{
    (void)state;
    assert_int_equal(bytes_among_code(0), 8 * NUMBERS);
}

static void a_number_changed_in_a_table_among_the_code_is_told(void **state)
{
    (void)state;
    assert_int_equal(bytes_among_code(3), 8 * (NUMBERS - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_of_the_source_is_found_as_it_is, begin, end),
        cmocka_unit_test_setup_teardown(a_file_of_the_source_is_found_compressed_with_its_lengths, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_file_with_a_changed_byte_is_not_found, begin, end),
        cmocka_unit_test_setup_teardown(a_stream_of_other_bytes_is_not_found, begin, end),
        cmocka_unit_test_setup_teardown(a_stream_that_goes_on_behind_the_file_is_not_found, begin, end),
        cmocka_unit_test_setup_teardown(a_table_that_stands_among_the_code_is_found, begin, end),
        cmocka_unit_test_setup_teardown(a_number_changed_in_a_table_among_the_code_is_told, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
