/*
 * shape.c - loops of machine code.
 *
 * A jump back is a loop when control can come from its target to the jump. Blocks that compilers think unlikely stand behind the others and jump
 * back into them: those are none. Source: Aho, Lam, Sethi and Ullman, "Compilers", 9.6 (reachability instead of dominance: enough to tell
 * whether, not which).
 */
#include "feature/shape.h"

#include <string.h>

#define MAX_JUMPS 4096u /* of a function; larger ones loop */
#define MAX_BACK  64u

static uint16_t sum(uint16_t a, uint16_t b)
{
    return (uint16_t)(UINT16_MAX - a < b ? UINT16_MAX : a + b);
}

void pl_shape_add(struct pl_shape *s, const struct pl_shape *other)
{
    s->loops = sum(s->loops, other->loops);
    s->branches = sum(s->branches, other->branches);
    s->indirect = sum(s->indirect, other->indirect);
    unsigned known = s->flags & other->flags & PL_SHAPE_KNOWN;
    s->flags = (uint8_t)(((s->flags | other->flags) & ~(unsigned)PL_SHAPE_KNOWN) | known);
}

static size_t first_from(const struct pl_shape_jump *jumps, size_t n, uint64_t address)
{
    size_t low = 0;
    size_t high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (jumps[middle].at < address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool comes_back(const struct pl_shape_jump *jumps, size_t n, size_t back)
{
    uint8_t seen[MAX_JUMPS / 8] = {0};
    uint16_t stack[MAX_JUMPS + 1];
    size_t depth = 0;
    stack[depth++] = (uint16_t)first_from(jumps, n, jumps[back].target);
    while (depth > 0) {
        size_t i = stack[--depth];
        for (; i < n && (seen[i / 8] >> (i % 8) & 1) == 0; i++) {
            seen[i / 8] |= (uint8_t)(1u << (i % 8));
            if (i == back)
                return true;
            if (jumps[i].target != 0 && depth < MAX_JUMPS)
                stack[depth++] = (uint16_t)first_from(jumps, n, jumps[i].target);
            if (!jumps[i].is_conditional)
                break;
        }
    }
    return false;
}

bool pl_shape_loops(const struct pl_shape_jump *jumps, size_t n)
{
    unsigned looked_at = 0;
    if (n > MAX_JUMPS)
        return true;
    for (size_t i = 0; i < n && looked_at < MAX_BACK; i++) {
        if (jumps[i].target == 0 || jumps[i].target > jumps[i].at)
            continue;
        looked_at++;
        if (comes_back(jumps, n, i))
            return true;
    }
    return false;
}
