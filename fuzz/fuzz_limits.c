/*
 * fuzz_limits.c - the same package under limits as they are and under tiny ones: a limit may cost an answer, and never gives one.
 *
 *     | 10 bytes, one a limit | n, 4 bytes LE | source, n bytes (n is taken modulo the rest + 1) | package, all that is left |
 *
 * A byte of 0 leaves its limit; others are so many of its units. Must hold for any bytes and any limits: no status is PL_E_BUG, every ledger
 * sums to its file, one thread and three write the same bytes, what holds under tiny limits holds without them, and a report that differs
 * from the one without them says that a limit was reached or has bytes more that nobody looked at.
 */
#include "check_path.h"

#define LIMITS 10u

static uint64_t limit_of(uint8_t byte, uint64_t unit, uint64_t otherwise)
{
    return byte == 0 ? otherwise : (byte - 1u) * unit;
}

static struct pl_limits tiny_limits(const uint8_t *bytes)
{
    struct pl_limits l = small_limits();
    l.input_bytes = limit_of(bytes[0], 256, l.input_bytes);
    l.unpacked_bytes = limit_of(bytes[1], 64, l.unpacked_bytes);
    l.file_bytes = limit_of(bytes[2], 16, l.file_bytes);
    l.program_bytes = limit_of(bytes[3], 64, l.program_bytes);
    l.functions = limit_of(bytes[4], 1, l.functions);
    l.tokens = limit_of(bytes[5], 8, l.tokens);
    l.ratio = limit_of(bytes[6], 1, l.ratio);
    if (bytes[6] != 0)
        l.ratio_floor_bytes = 64;
    l.entries = limit_of(bytes[7], 1, l.entries);
    l.depth = (uint32_t)limit_of(bytes[8], 1, l.depth);
    if (l.depth > 6)
        l.depth = 6;
    l.name_bytes = (uint32_t)limit_of(bytes[9], 1, l.name_bytes);
    return l;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pl_limits wide = small_limits();
    pl_bytes input = pl_bytes_of(data, size);
    struct pl_buf texts[3];
    if (size < LIMITS + 4 || size > wide.input_bytes)
        return 0;
    struct pl_limits tiny = tiny_limits(data);
    struct pl_cursor c = pl_cursor_of(pl_bytes_from(input, LIMITS));
    size_t source_bytes = pl_cursor_u32le(&c) % (size - LIMITS - 3);
    struct pl_source_tree *tree = load(pl_bytes_sub(input, LIMITS + 4, source_bytes), &wide);
    pl_bytes package = pl_bytes_from(input, LIMITS + 4 + source_bytes);
    for (size_t i = 0; i < 3; i++)
        pl_buf_init(&texts[i], 256 * MIB);
    struct path_result all = run(tree, package, &wide, 1, &texts[0]);
    struct path_result some = run(tree, package, &tiny, 1, &texts[1]);
    (void)run(tree, package, &tiny, 3, &texts[2]); /* what it says is in the text */
    require(pl_bytes_eq(pl_buf_bytes(&texts[1]), pl_buf_bytes(&texts[2])), "one thread and three disagree");
    if (some.status == PL_OK) {
        bool is_same = pl_bytes_eq(pl_buf_bytes(&texts[0]), pl_buf_bytes(&texts[1]));
        /* Damage may lie behind the place where a limit ends it. */
        require(all.status == PL_OK || (all.status == PL_E_INPUT && some.says_limit),
                "tiny limits get further");
        require(some.sourced != PL_VERDICT_HOLDS || (all.status == PL_OK && all.sourced == PL_VERDICT_HOLDS),
                "what holds under tiny limits does not hold without them");
        require(is_same || some.says_limit || some.opaque_bytes > all.opaque_bytes,
                "a limit was reached in silence");
    } else {
        require(some.status == all.status || some.status == PL_E_LIMIT, "a limit became another failure");
    }
    for (size_t i = 0; i < 3; i++)
        pl_buf_reset(&texts[i]);
    pl_source_tree_free(tree);
    return 0;
}
