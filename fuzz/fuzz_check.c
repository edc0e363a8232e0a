/*
 * fuzz_check.c - the whole path in memory: a package and one source file to a judged, written report.
 *
 *     | n, 4 bytes LE | source, n bytes (n is taken modulo the rest + 1) | package, all that is left |
 *
 * Must hold for any bytes: no status is PL_E_BUG, every ledger sums to its file, and a second run with three threads
 * writes the same bytes as the first with one.
 */
#include "check_path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pl_limits limits = small_limits();
    limits.findings = 50;
    pl_bytes input = pl_bytes_of(data, size);
    struct pl_buf one;
    struct pl_buf three;
    if (size < 4 || size > limits.input_bytes)
        return 0;
    struct pl_cursor c = pl_cursor_of(input);
    size_t source_bytes = pl_cursor_u32le(&c) % (size - 3);
    struct pl_source_tree *tree = load(pl_bytes_sub(input, 4, source_bytes), &limits);
    pl_bytes package = pl_bytes_from(input, 4 + source_bytes);
    pl_buf_init(&one, 256 * MIB);
    pl_buf_init(&three, 256 * MIB);
    (void)run(tree, package, &limits, 1, &one); /* what it says is in the text */
    (void)run(tree, package, &limits, 3, &three);
    require(pl_bytes_eq(pl_buf_bytes(&one), pl_buf_bytes(&three)), "one thread and three disagree");
    pl_buf_reset(&one);
    pl_buf_reset(&three);
    pl_source_tree_free(tree);
    return 0;
}
