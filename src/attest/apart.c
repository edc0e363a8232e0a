/*
 * apart.c - an outcome on its way from a process that is not believed.
 *
 *     answer: | criteria: number, then result and reason of each | facts: number, then name and value of each | exit code |
 */
#include "attest/apart.h"

#include "base/digest.h"
#include "base/wire.h"

#define ANSWER_BYTES (64u << 20)
#define NAME_BYTES   32u

struct judging {
    const struct pl_apart *a;
    struct pl_outcome *o;
    enum pl_exit *exit;
    struct pl_wire_in in;
    bool is_taken;
};

static void write_outcome(struct pl_wire_out *w, const struct pl_outcome *o, enum pl_exit exit)
{
    pl_wire_u64(w, o->steps.n);
    for (size_t i = 0; i < o->steps.n; i++) {
        pl_wire_u64(w, (uint64_t)o->steps.v[i].result);
        pl_wire_text(w, o->steps.v[i].why);
    }
    pl_wire_u64(w, o->facts.n);
    for (size_t i = 0; i < o->facts.n; i++) {
        pl_wire_text(w, o->facts.v[i].name);
        pl_wire_text(w, o->facts.v[i].value);
    }
    pl_wire_u64(w, (uint64_t)exit);
}

static pl_status say_outcome(void *ctx, struct pl_ask_answer *to, struct pl_err *err)
{
    const struct judging *j = ctx;
    struct pl_outcome *said = j->o;
    enum pl_exit exit = PL_EXIT_TRUST;
    struct pl_err why = {.offset = PL_NO_OFFSET};
    struct pl_err unheard = {.offset = PL_NO_OFFSET};
    struct pl_buf out;
    struct pl_wire_out w = {.out = &out};
    pl_status judged = j->a->judge(j->a->ctx, &said, &exit, &why);
    pl_buf_init(&out, ANSWER_BYTES);
    write_outcome(&w, said, judged == PL_OK ? exit : PL_EXIT_TRUST);
    pl_status st = pl_ask_say_all(to, &out, &unheard);
    pl_buf_reset(&out);
    if (said != j->o)
        pl_outcome_free(said);
    if (err != NULL)
        *err = judged == PL_OK ? unheard : why;
    return judged == PL_OK ? st : judged;
}

/* What was decided here before stays as it is. */
static bool take_step(struct pl_wire_in *in, struct pl_outcome_step *step)
{
    enum pl_step_result result = (enum pl_step_result)pl_wire_take_below(in, PL_STEP_FAILS + 1);
    const char *why = pl_wire_take_text(in);
    pl_wire_require(in, (why == NULL) == (result == PL_STEP_NOT_REACHED));
    if (!in->c.bad && step->result == PL_STEP_NOT_REACHED) {
        step->result = result;
        step->why = why;
    }
    return step->result == PL_STEP_HOLDS;
}

static bool is_name(const char *text)
{
    size_t n = 0;
    if (text == NULL)
        return false;
    for (; text[n] != '\0'; n++)
        if ((text[n] < 'a' || text[n] > 'z') && text[n] != '-')
            return false;
    return n > 0 && n <= NAME_BYTES;
}

static void take_facts(struct pl_wire_in *in, struct pl_outcome *o)
{
    size_t n = pl_wire_take_count(in, 2);
    o->facts.n = 0; /* all are told again */
    for (size_t i = 0; i < n && !in->c.bad; i++) {
        struct pl_outcome_fact fact = {.name = pl_wire_take_text(in)};
        fact.value = pl_wire_take_text(in);
        pl_wire_require(in, is_name(fact.name) && fact.value != NULL);
        struct pl_outcome_fact *slot = in->c.bad ? NULL : PL_VEC_ADD(&o->facts);
        if (slot != NULL)
            *slot = fact;
        else if (!in->c.bad)
            pl_wire_no_memory(in);
    }
}

static pl_status take_outcome(void *ctx, pl_bytes part, struct pl_err *err)
{
    struct judging *j = ctx;
    struct pl_wire_in *in = &j->in;
    struct pl_outcome *o = j->o;
    bool all_hold = o->steps.n > 0;
    in->c = pl_cursor_of(part);
    pl_wire_require(in, !j->is_taken && pl_wire_take_u64(in) == o->steps.n);
    for (size_t i = 0; i < o->steps.n && !in->c.bad; i++)
        all_hold &= take_step(in, &o->steps.v[i]);
    take_facts(in, o);
    enum pl_exit exit = (enum pl_exit)pl_wire_take_below(in, PL_EXIT_TRUST + 1);
    pl_wire_require(in, exit != PL_EXIT_PASS || all_hold);
    pl_status st = pl_wire_done(in, err);
    j->is_taken = st == PL_OK;
    *j->exit = st == PL_OK ? exit : PL_EXIT_TRUST;
    return st;
}

pl_status pl_judge_apart(const struct pl_apart *a, struct pl_outcome *o, enum pl_exit *exit,
                         struct pl_err *why)
{
    struct pl_limits limits = pl_limits_default();
    struct judging j = {.a = a, .o = o, .exit = exit};
    struct pl_ask ask = {.limits = &limits};
    pl_sha256 unused;
    if (a->how != NULL)
        ask = *a->how;
    ask.ctx = &j;
    ask.work = say_outcome;
    ask.take = take_outcome;
    ask.what = a->what;
    ask.reads = a->reads;
    ask.n_reads = a->n_reads;
    ask.part_bytes = ANSWER_BYTES;
    j.in = (struct pl_wire_in){.arena = &o->arena, .limits = ask.limits};
    *exit = PL_EXIT_TRUST;
    pl_status st =
        pl_sha256_of((pl_bytes){NULL, 0}, &unused, why); /* libcrypto reads its configuration then */
    if (st == PL_OK)
        st = pl_ask(&ask, why);
    if (st == PL_OK && !j.is_taken)
        st = pl_fail(why, PL_E_TRUST, PL_NO_OFFSET, "%s was not judged to its end", a->what);
    if (st == PL_E_INPUT && !j.is_taken)
        why->status = st = PL_E_TRUST;
    if (st != PL_OK && *exit == PL_EXIT_PASS)
        *exit = PL_EXIT_TRUST;
    return st;
}
