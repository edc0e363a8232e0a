/*
 * script_chain.c - following the sources with a few recent positions.
 *
 *     package   a b c x d e f          source 1   a b c . d . e f
 *               | | |   | | |          source 2   p q r
 *     position  1 2 3   5 7 8
 *
 * An atom is explained when it stands near one of the positions that were used last: a bundler interleaves a few modules, and a
 * transpiler moves things within a function. Where it stands near none of them, a pair of strong atoms finds a new position; of several
 * places the one is taken near which most of the atoms that follow stand, too. Alone-standing matches are chance and are dropped.
 *
 * Positions and windows were measured on 39 npm packages with built scripts: one position explains 94.7 % of the atoms instead of 96.3.
 */
#include "match/script_chain.h"

#include <stdlib.h>
#include <string.h>

#define POSITIONS     4u
#define FIRST_AHEAD   48u /* window of the position that was used last */
#define FIRST_BACK    32u
#define AHEAD         24u /* of the others */
#define BACK          8u
#define NEXT_AHEAD    2u /* tried for all positions before any window */
#define LONG_STEP     20u
#define CANDIDATES    16u /* places of a pair that are looked at */
#define LOOK_AHEAD    12u /* atoms that follow, by which they are compared */
#define PAIR_DISTANCE 3u
#define NEIGHBOURS    3u  /* atoms to both sides within which an explained one must have company */
#define COMPANY       64u /* whose position is no further off than this */

#define WHOLE_SHARE 85u  /* per cent of a helper's atoms that must be there: minifiers drop and swap some */
#define MOVED_NAMES 400u /* lists of what is exported */
#define MOVED_ATOMS 6u   /* a longer run that stands elsewhere in the same texts is worth a look */
#define SMALL_ATOMS 12u  /* a longer run of short names may be a program of its own */
#define BEFORE      24u  /* window before an atom that was found, for the one in front of it */
#define NEAR_BEFORE 4u   /* the same for names that run code or reach out */

/* A position in the sources and the borders of its text. */
struct place {
    uint32_t at;
    uint32_t first;
    uint32_t end;
};

struct chain {
    const struct pl_script_set *set;
    struct pl_script_link *links;
    size_t n;
    struct place places[POSITIONS]; /* the one used last comes first */
    uint32_t n_places;
    uint32_t low; /* positions that may be used: [low, high) */
    uint32_t high;
    uint8_t *used; /* by position behind `low`; NULL: nobody asks */
};

/* Does `id` stand in four places from `ids` on? One branch for four of them: most windows hold it nowhere. */
static bool has_in_four(const uint32_t *ids, uint32_t id)
{
    return (bool)((ids[0] == id) | (ids[1] == id) | (ids[2] == id) | (ids[3] == id));
}

/* The nearest place of `id` in the window around `p`: ahead first, then itself and back. False: none. */
static bool find_near(const struct chain *c, const struct place *p, uint32_t id, uint32_t ahead,
                      uint32_t back, uint32_t *out)
{
    const uint32_t *ids = c->set->ids;
    uint32_t end = p->end - p->at - 1 < ahead ? p->end : p->at + 1 + ahead;
    uint32_t first = p->at - p->first < back ? p->first : p->at - back;
    uint32_t i = p->at + 1;
    while (i + 4 <= end && !has_in_four(ids + i, id))
        i += 4;
    for (; i < end; i++)
        if (ids[i] == id) {
            *out = i;
            return true;
        }
    i = p->at + 1;
    while (i >= first + 4 && !has_in_four(ids + i - 4, id))
        i -= 4;
    for (; i > first; i--)
        if (ids[i - 1] == id) {
            *out = i - 1;
            return true;
        }
    return false;
}

static void use(struct chain *c, uint32_t k, struct place p)
{
    memmove(c->places + 1, c->places, k * sizeof c->places[0]);
    c->places[0] = p;
}

/* A step to `p`, found from position k. A long one may be chance: the old position stays beside the new one. */
static void step(struct chain *c, struct pl_script_link *link, uint32_t k, struct place p)
{
    uint32_t from = c->places[k].at;
    link->is_next = p.at == from + 1;
    link->position = p.at;
    link->class = PL_SCRIPT_EXPLAINED;
    if (p.at > from + LONG_STEP || from > p.at + LONG_STEP) {
        c->n_places = c->n_places < POSITIONS ? c->n_places + 1 : POSITIONS;
        k = c->n_places - 1;
    }
    use(c, k, p);
}

/* Right behind one of the positions, or else in one of their windows. */
static bool follow(struct chain *c, struct pl_script_link *link)
{
    for (uint32_t k = 0; k < c->n_places; k++) {
        struct place p = c->places[k];
        for (uint32_t i = p.at + 1; i < p.end && i <= p.at + NEXT_AHEAD; i++)
            if (c->set->ids[i] == link->id) {
                p.at = i;
                step(c, link, k, p);
                return true;
            }
    }
    for (uint32_t k = 0; k < c->n_places; k++) {
        struct place p = c->places[k];
        if (!find_near(c, &p, link->id, k == 0 ? FIRST_AHEAD : AHEAD, k == 0 ? FIRST_BACK : BACK, &p.at))
            continue;
        step(c, link, k, p);
        return true;
    }
    return false;
}

static struct place place_at(const struct chain *c, uint32_t position)
{
    uint32_t unit = pl_script_unit_at(c->set, position);
    return (struct place){position, c->set->units[unit].first, c->set->units[unit + 1].first};
}

/* How many of the atoms behind links[i] stand near `p`, each after the one before. */
static uint32_t count_company(const struct chain *c, size_t i, struct place p)
{
    uint32_t found = 0;
    for (size_t k = i + 1; k < c->n && k <= i + LOOK_AHEAD; k++)
        if (c->links[k].id != PL_NO_ATOM && find_near(c, &p, c->links[k].id, AHEAD, BACK, &p.at))
            found++;
    return found;
}

static void start_at(struct chain *c, size_t i, struct place p)
{
    c->links[i].class = PL_SCRIPT_EXPLAINED;
    c->links[i].position = p.at;
    c->n_places = c->n_places < POSITIONS ? c->n_places + 1 : POSITIONS;
    use(c, c->n_places - 1, p);
}

/* Of some places that begin with links[i], the one with the most company; the first on a tie. */
static void choose(const struct chain *c, size_t i, const uint32_t *places, uint32_t n,
                   uint32_t *best_company, struct place *best)
{
    for (uint32_t t = 0; t < n && t < CANDIDATES; t++)
        __builtin_prefetch(&c->set->ids[places[t]]); /* far from each other, all of them */
    for (uint32_t t = 0; t < n && t < CANDIDATES; t++) {
        if (c->set->ids[places[t]] != c->links[i].id || places[t] < c->low || places[t] >= c->high)
            continue;
        struct place p = place_at(c, places[t]);
        uint32_t company = count_company(c, i, p);
        if (company > *best_company) {
            *best_company = company;
            *best = p;
        }
    }
}

/* A weak atom begins a match only with three more behind it, side by side: tables of short strings or numbers. */
static bool seed_weak(struct chain *c, size_t i)
{
    uint32_t ids[PL_SCRIPT_GRAM];
    uint32_t company = PL_SCRIPT_GRAM - 1;
    uint32_t n;
    struct place best = {0};
    if (i + PL_SCRIPT_GRAM > c->n)
        return false;
    for (size_t k = 0; k < PL_SCRIPT_GRAM; k++)
        ids[k] = c->links[i + k].id;
    const uint32_t *places = pl_script_grams(c->set, ids, &n);
    choose(c, i, places, n, &company, &best);
    if (company == PL_SCRIPT_GRAM - 1)
        return false;
    start_at(c, i, best);
    return true;
}

/* A text that is this small as a whole: `n` atoms, three or one that is long among them. */
static bool seed_whole(struct chain *c, size_t i, uint32_t n)
{
    uint32_t ids[PL_SCRIPT_GRAM];
    uint32_t n_places;
    bool is_telling = n == PL_SCRIPT_GRAM - 1;
    if (i + n > c->n)
        return false;
    for (uint32_t k = 0; k < PL_SCRIPT_GRAM; k++) {
        ids[k] = k < n ? c->links[i + k].id : PL_NO_ATOM;
        if (k < n && ids[k] == PL_NO_ATOM)
            return false;
        is_telling = is_telling || (k < n && (c->set->traits[ids[k]] & PL_SCRIPT_LONG));
    }
    const uint32_t *places = pl_script_grams(c->set, ids, &n_places);
    for (uint32_t t = 0; t < n_places && t < CANDIDATES && is_telling; t++) {
        struct place p = place_at(c, places[t]);
        if (p.at != p.first || p.end - p.first != n || p.at < c->low || p.at >= c->high ||
            memcmp(c->set->ids + p.at, ids, n * sizeof ids[0]) != 0)
            continue;
        start_at(c, i, p);
        return true;
    }
    return false;
}

/* Find a new position for links[i] by the pairs that it begins. */
static bool seed(struct chain *c, size_t i)
{
    uint32_t a = c->links[i].id;
    uint32_t best_company = 0;
    struct place best = {0};
    if (!(c->set->traits[a] & PL_SCRIPT_STRONG))
        return seed_weak(c, i) || seed_whole(c, i, 3) || seed_whole(c, i, 2);
    for (size_t k = i + 1; k < c->n && k <= i + PAIR_DISTANCE; k++) {
        uint32_t b = c->links[k].id;
        uint32_t n;
        if (b == PL_NO_ATOM)
            continue;
        const uint32_t *pairs = pl_script_pairs(c->set, a, b, &n);
        choose(c, i, pairs, n, &best_company, &best);
    }
    if (best_company == 0 && (c->set->traits[a] & PL_SCRIPT_UNIQUE) && c->set->firsts[a] >= c->low &&
        c->set->firsts[a] < c->high)
        best = place_at(c, c->set->firsts[a]);
    else if (best_company == 0)
        return seed_whole(c, i, 3) || seed_whole(c, i, 2);
    start_at(c, i, best);
    return true;
}

/* The place of links[i - 1] in the window before the one of links[i]; a name that does something must be close. */
static bool find_before(const struct pl_script_set *set, const struct pl_script_link *links, size_t i,
                        uint32_t *out)
{
    const struct pl_script_link *link = &links[i - 1];
    uint32_t position = links[i].position;
    uint32_t unit = pl_script_unit_at(set, position);
    uint32_t window = link->is_sensitive ? NEAR_BEFORE : BEFORE;
    for (uint32_t k = 1; k <= window && position >= set->units[unit].first + k; k++)
        if (set->ids[position - k] == link->id) {
            *out = position - k;
            return true;
        }
    return false;
}

/*
 * The first atoms of a module or function: what went before says nothing of their place, and the pairs they begin may be common. Read from
 * the end, so that a row of them is found one after the other.
 */
static void extend_back(const struct pl_script_set *set, struct pl_script_link *links, size_t n)
{
    for (size_t i = n; i-- > 1;) {
        struct pl_script_link *link = &links[i - 1];
        if (link->class != PL_SCRIPT_CONTEXT || links[i].class != PL_SCRIPT_EXPLAINED ||
            !find_before(set, links, i, &link->position))
            continue;
        link->class = PL_SCRIPT_EXPLAINED;
        links[i].is_next = links[i].position == link->position + 1;
    }
}

static bool is_company(const struct pl_script_link *a, const struct pl_script_link *b)
{
    uint32_t distance = a->position > b->position ? a->position - b->position : b->position - a->position;
    return b->class == PL_SCRIPT_EXPLAINED && distance <= COMPANY && distance > 0;
}

static bool is_at_home(const struct pl_script_set *set, const struct pl_script_homes *homes,
                       uint32_t position)
{
    for (uint32_t k = 0; k < homes->n; k++)
        if (position >= set->units[homes->units[k]].first && position < set->units[homes->units[k] + 1].first)
            return true;
    return false;
}

/* What stands in helpers alone is in no source. */
static uint8_t class_of_stray(const struct pl_script_set *set, const struct pl_script_link *link)
{
    return set->traits[link->id] & PL_SCRIPT_OWN ? PL_SCRIPT_CONTEXT : PL_SCRIPT_NOVEL;
}

/* Explained atoms without another one near them, here and in the source, are chance. */
static void drop_lonely(const struct pl_script_set *set, const struct pl_script_homes *homes,
                        struct pl_script_link *links, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool has_company = false;
        if (links[i].class != PL_SCRIPT_EXPLAINED || (set->traits[links[i].id] & PL_SCRIPT_UNIQUE) ||
            is_at_home(set, homes, links[i].position))
            continue;
        for (size_t k = i >= NEIGHBOURS ? i - NEIGHBOURS : 0; k < n && k <= i + NEIGHBOURS && !has_company;
             k++)
            has_company = k != i && is_company(&links[i], &links[k]);
        if (!has_company)
            links[i].class = class_of_stray(set, &links[i]);
    }
}

static void add_to_scope(const struct pl_script_set *set, uint32_t unit, uint64_t *scope)
{
    for (uint32_t i = set->units[unit].first; i < set->units[unit + 1].first; i++)
        scope[set->ids[i] / 64] |= 1ULL << (set->ids[i] % 64);
}

/* Fill in `scope` from the units of the explained links. `seen` has a bit for each unit. */
static void find_scope(const struct pl_script_set *set, const struct pl_script_link *links, size_t n,
                       uint64_t *scope, uint64_t *seen)
{
    uint32_t last = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        if (links[i].class != PL_SCRIPT_EXPLAINED)
            continue;
        uint32_t position = links[i].position;
        if (last != UINT32_MAX && position >= set->units[last].first && position < set->units[last + 1].first)
            continue;
        last = pl_script_unit_at(set, position);
        if (!(seen[last / 64] >> (last % 64) & 1) && !pl_script_is_helper_unit(set, last))
            add_to_scope(set, last, scope);
        seen[last / 64] |= 1ULL << (last % 64);
    }
}

/* Can this atom be taken for one that was moved within its file, or for a constant that was inlined? */
static bool is_movable(const struct pl_script_set *set, const struct pl_script_link *link,
                       const uint64_t *scope)
{
    if (link->class < PL_SCRIPT_CONTEXT)
        return false;
    if (link->is_small || link->is_folded)
        return true;
    if (link->is_sensitive)
        return link->is_module && link->id != PL_NO_ATOM && pl_script_in_scope(scope, link->id);
    if (link->is_name)
        return true;
    return link->id != PL_NO_ATOM && (pl_script_in_scope(scope, link->id) ||
                                      (link->is_literal && (set->traits[link->id] & PL_SCRIPT_DEFINED)));
}

/* Short runs of movable atoms between explained ones. */
void pl_script_settle_moved(const struct pl_script_set *set, const uint64_t *scope,
                            struct pl_script_link *links, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t end = i;
        size_t names = 0;
        size_t small = 0;
        for (; end < n && is_movable(set, &links[end], scope); end++) {
            small += links[end].is_small;
            names += !links[end].is_small && links[end].is_name && !links[end].is_literal;
        }
        bool is_bordered = end > i && (i == 0 || links[i - 1].class <= PL_SCRIPT_HELPER) &&
                           (end == n || links[end].class <= PL_SCRIPT_HELPER) &&
                           (i > 0 || end < n || small < end - i);
        if (is_bordered && end - i - names - small <= MOVED_ATOMS && small <= SMALL_ATOMS &&
            names <= MOVED_NAMES)
            for (size_t k = i; k < end; k++)
                links[k].class = PL_SCRIPT_MOVED;
        i = end > i ? end : i + 1;
    }
}

/* Chain what is left against the helpers alone; atoms that sources explain by chance count as theirs, too. */
static void chain_helpers(struct chain *c)
{
    for (size_t i = 0; i < c->n; i++) {
        struct pl_script_link *link = &c->links[i];
        struct pl_script_link before = *link;
        if (link->class == PL_SCRIPT_HELPER || link->id == PL_NO_ATOM)
            continue;
        bool is_stray = link->class >= PL_SCRIPT_CONTEXT;
        bool is_found = c->n_places > 0 && follow(c, link);
        if (!is_found && is_stray)
            is_found = seed(c, i);
        if (is_found)
            c->used[link->position - c->low] = 1;
        if (!is_stray || !is_found)
            *link = before;
    }
}

/* Mark the helpers of which too little is there: 2 in `used`. */
static void drop_torn(const struct chain *c)
{
    for (uint32_t u = c->set->n_own_units; u < c->set->n_units; u++) {
        uint32_t count = 0;
        uint32_t first = c->set->units[u].first;
        uint32_t size = c->set->units[u + 1].first - first;
        for (uint32_t k = 0; k < size; k++)
            count += c->used[first - c->low + k];
        if (count * 100 < size * WHOLE_SHARE)
            memset(c->used + (first - c->low), 2, size);
    }
}

bool pl_script_settle_helpers(const struct pl_script_set *set, struct pl_script_link *links, size_t n)
{
    struct chain c = {
        .set = set, .links = links, .n = n, .low = set->units[set->n_own_units].first, .high = set->n_atoms};
    c.used = calloc(c.high - c.low + 1, 1);
    if (c.used == NULL)
        return false;
    chain_helpers(&c);
    drop_torn(&c);
    for (size_t i = 0; i < n; i++)
        if (links[i].class == PL_SCRIPT_EXPLAINED && links[i].position >= c.low)
            links[i].class =
                c.used[links[i].position - c.low] == 1 ? PL_SCRIPT_HELPER : class_of_stray(set, &links[i]);
    free(c.used);
    return true;
}

uint64_t *pl_script_scope_of(const struct pl_script_set *set, const struct pl_script_homes *homes,
                             const struct pl_script_link *links, size_t n)
{
    uint64_t *scope = calloc(set->n_ids / 64 + 1, sizeof *scope);
    uint64_t *seen = calloc(set->n_units / 64 + 1, sizeof *seen);
    bool has_room = scope != NULL && seen != NULL;
    if (has_room) {
        find_scope(set, links, n, scope, seen);
        for (uint32_t k = 0; k < homes->n; k++)
            add_to_scope(set, homes->units[k], scope);
    } else {
        free(scope);
        scope = NULL;
    }
    free(seen);
    return scope;
}

void pl_script_chain(const struct pl_script_set *set, const struct pl_script_homes *homes,
                     struct pl_script_link *links, size_t n)
{
    struct chain c = {.set = set, .links = links, .n = n, .high = set->units[set->n_own_units].first};
    for (uint32_t k = 0; k < homes->n && k < POSITIONS; k++)
        if (set->units[homes->units[k]].first < set->n_atoms)
            c.places[c.n_places++] = place_at(&c, set->units[homes->units[k]].first);
    for (size_t i = 0; i < n; i++) {
        struct pl_script_link *link = &links[i];
        if (link->class == PL_SCRIPT_HELPER)
            continue;
        link->is_next = false;
        if (link->id == PL_NO_ATOM)
            link->class = PL_SCRIPT_NOVEL;
        else if (!follow(&c, link) && !seed(&c, i))
            link->class = class_of_stray(set, link);
    }
    drop_lonely(set, homes, links, n);
    extend_back(set, links, n);
}
