/*
 * options.c - reading the command line.
 *
 * Flags may stand anywhere; "--" ends them; the last one wins; long flags are never abbreviated. Before them the environment is read:
 * PLUMB_CACHE_DIR is --cache-dir, and so on, for the flags that say how to work and not what to check.
 */
#include "options.h"

#include "plumbline/chain.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool to_number(const char *text, unsigned long max, unsigned long *out)
{
    char *end;
    if (text[0] < '0' || text[0] > '9')
        return false;
    unsigned long value = strtoul(text, &end, 10);
    if (*end != '\0' || value > max)
        return false;
    *out = value;
    return true;
}

/* What a verb may write beside the formats of a report or a chain. */
static const char *other_format(size_t i)
{
    static const char *const other_formats[] = {"intoto", "vsa"};
    return i < sizeof other_formats / sizeof other_formats[0] ? other_formats[i] : NULL;
}

static const char *(*const format_lists[])(size_t) = {pl_report_format, pl_chain_format, other_format};
#define N_LISTS (sizeof format_lists / sizeof format_lists[0])

/* A format of the first `lists` lists by its name; NULL when there is none. Which verb writes which is for the verb to say. */
static const char *find_format(const char *name, size_t n, size_t lists)
{
    for (size_t k = 0; k < lists; k++)
        for (size_t i = 0; format_lists[k](i) != NULL; i++)
            if (strlen(format_lists[k](i)) == n && strncmp(format_lists[k](i), name, n) == 0)
                return format_lists[k](i);
    return NULL;
}

static bool set_output(struct options *o, const char *value)
{
    const char *equals = strchr(value, '=');
    size_t n = equals == NULL ? strlen(value) : (size_t)(equals - value);
    const char *format = find_format(value, n, N_LISTS);
    if (o->n_outputs == MAX_OUTPUTS || format == NULL || (equals != NULL && equals[1] == '\0'))
        return false;
    o->outputs[o->n_outputs].format = format;
    o->outputs[o->n_outputs++].path = equals == NULL ? NULL : equals + 1;
    return true;
}

static bool set_source(struct options *o, const char *value)
{
    if (o->n_sources == MAX_SOURCES || value[0] == '\0')
        return false;
    o->sources[o->n_sources++] = value;
    return true;
}

static bool set_color(struct options *o, const char *value)
{
    static const char *const words[] = {"auto", "always", "never"};
    for (int i = 0; i < 3; i++)
        if (strcmp(value, words[i]) == 0) {
            o->color = (enum tri)i;
            return true;
        }
    return false;
}

static bool set_progress(struct options *o, const char *value)
{
    static const char *const words[] = {"auto", "bar", "plain", "none"};
    for (int i = 0; i < 4; i++)
        if (strcmp(value, words[i]) == 0) {
            o->progress = (enum progress)i;
            return true;
        }
    return false;
}

static bool set_jobs(struct options *o, const char *value)
{
    unsigned long n;
    if (!to_number(value, 1024, &n) || n == 0)
        return false;
    o->jobs = (unsigned)n;
    return true;
}

static bool set_limit(struct options *o, const char *value)
{
    unsigned long n;
    if (!to_number(value, 1000000, &n))
        return false;
    o->row_limit = n;
    return true;
}

/* "30s", "500ms", "2m", "1h"; a bare number is seconds. */
static bool to_duration(const char *value, unsigned *ms)
{
    static const struct {
        const char *unit;
        unsigned long ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"", 1000}};
    char digits[16];
    size_t n = strspn(value, "0123456789");
    unsigned long number;
    if (n == 0 || n >= sizeof digits)
        return false;
    memcpy(digits, value, n);
    digits[n] = '\0';
    if (!to_number(digits, 86400000, &number) || number == 0)
        return false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(value + n, units[i].unit) == 0 && number <= 86400000 / units[i].ms) {
            *ms = (unsigned)(number * units[i].ms);
            return true;
        }
    return false;
}

static bool set_timeout(struct options *o, const char *value)
{
    return to_duration(value, &o->timeout_ms);
}

static bool set_component_timeout(struct options *o, const char *value)
{
    unsigned ms;
    if (!to_duration(value, &ms) || ms < 1000)
        return false;
    o->component_seconds = ms / 1000;
    return true;
}

static bool set_cache_dir(struct options *o, const char *value)
{
    o->cache_dir = value;
    return value[0] != '\0';
}

static bool set_git_mirror(struct options *o, const char *value)
{
    o->git_mirror = value;
    return value[0] != '\0';
}

static bool set_key(struct options *o, const char *value)
{
    if (o->n_keys == MAX_KEYS || value[0] == '\0')
        return false;
    o->keys[o->n_keys++] = value;
    return true;
}

static bool set_threshold(struct options *o, const char *value)
{
    unsigned long n;
    if (!to_number(value, 1000, &n) || n == 0)
        return false;
    o->threshold = (unsigned)n;
    return true;
}

static bool set_min_level(struct options *o, const char *value)
{
    unsigned long n;
    if (!to_number(value, 4, &n))
        return false;
    o->min_level = (unsigned)n;
    return true;
}

#define TEXT(field)                                                                                          \
    static bool set_##field(struct options *o, const char *value)                                            \
    {                                                                                                        \
        o->field = value;                                                                                    \
        return value[0] != '\0';                                                                             \
    }
TEXT(passphrase_file)
TEXT(algorithm)
TEXT(trust_dir)
TEXT(name)
TEXT(expires)
TEXT(log)
TEXT(seen)
TEXT(verifier)
TEXT(resource)
TEXT(chain_report)
TEXT(trusted_root)
TEXT(identity)
TEXT(issuer)
TEXT(registry_keys)
TEXT(bundle)
TEXT(packument)

static bool set_keyring(struct options *o, const char *value)
{
    if (o->n_keyrings == MAX_KEYRINGS || value[0] == '\0')
        return false;
    o->keyrings[o->n_keyrings++] = value;
    return true;
}

/* "chain=2" */
static bool set_require(struct options *o, const char *value)
{
    if (strncmp(value, "chain=", 6) != 0 || value[6] < '0' || value[6] > '4' || value[7] != '\0')
        return false;
    o->required_chain = (unsigned)(value[6] - '0');
    return true;
}

static bool set_product(struct options *o, const char *value)
{
    o->product = value;
    return value[0] != '\0';
}

static bool set_policy(struct options *o, const char *value)
{
    o->policy = value;
    return value[0] != '\0';
}

static bool set_policy_key(struct options *o, const char *value)
{
    if (o->n_policy_keys == MAX_KEYS || value[0] == '\0')
        return false;
    o->policy_keys[o->n_policy_keys++] = value;
    return true;
}

static bool set_at(struct options *o, const char *value)
{
    return pl_time_parse(value, &o->at_s) && o->at_s > 0;
}

static bool set_reason(struct options *o, const char *value)
{
    o->reason = value;
    return value[0] != '\0';
}

static bool set_owner(struct options *o, const char *value)
{
    o->owner = value;
    return value[0] != '\0';
}

#define SWITCH(field)                                                                                        \
    static bool set_##field(struct options *o, const char *value)                                            \
    {                                                                                                        \
        o->field = value[0] == '1';                                                                          \
        return true;                                                                                         \
    }
SWITCH(is_quiet)
SWITCH(is_verbose)
SWITCH(is_offline)
SWITCH(is_confined)
SWITCH(is_report_only)
SWITCH(takes_history)
SWITCH(is_recheck)
SWITCH(takes_no_results)
SWITCH(wants_help)
SWITCH(wants_all)

static const struct flag flags[] = {
    {"source", 's', "SRC",
     "a folder, an archive, a .dsc, git+file:///PATH@REF, git+https://HOST/REPO@REF, or auto", false,
     set_source},
    {"history", 0, NULL, "files of all branches and tags of a git source count, too, behind its own", false,
     set_takes_history},
    {"git-mirror", 0, "DIR",
     "repositories there stand for remote ones: DIR/OWNER+NAME, or {host}, {owner}, {name}", false,
     set_git_mirror},
    {"keyring", 0, "FILE", "OpenPGP keys that must have signed a git source's tag or commit; repeatable",
     false, set_keyring},
    {"require", 0, "chain=N", "chain: fail when the chain level is below N, 0 to 4", false, set_require},
    {"product", 0, "PATH",
     "chain: compare the components' files in this folder, archive or container image with the packages",
     false, set_product},
    {"component-timeout", 0, "DUR",
     "chain: leave a component's source unexamined after 90s, 2m, 1h; default 30m", false,
     set_component_timeout},
    {"again", 0, NULL, "chain: check again what was checked before", false, set_takes_no_results},
    {"output", 'o', "FMT[=PATH]", "write in this format, to a file when a path is given; repeatable", false,
     set_output},
    {"quiet", 'q', NULL, "print the verdict alone", true, set_is_quiet},
    {"verbose", 'v', NULL, "list every finding, and say what is being done", true, set_is_verbose},
    {"color", 0, "WHEN", "auto, always or never", true, set_color, "auto always never"},
    {"progress", 0, "HOW", "auto, bar, plain or none; on standard error", true, set_progress,
     "auto bar plain none"},
    {"offline", 0, NULL, "make no network call; use what the cache holds", true, set_is_offline},
    {"sandbox", 0, NULL, "examine in a process without files, network and programs; the default", true,
     set_is_confined},
    {"jobs", 'j', "N", "worker threads; default: one for each core", true, set_jobs},
    {"timeout", 0, "DUR", "give up on a transfer after 30s, 500ms, 2m; default 30s", true, set_timeout},
    {"cache-dir", 0, "DIR", "keep fetched files there; default $XDG_CACHE_HOME/plumbline", true,
     set_cache_dir},
    {"policy", 0, "FILE",
     "a policy, or builtin:strict and so on; default: plumb.yaml, from the working folder upwards", true,
     set_policy},
    {"policy-key", 0, "FILE",
     "a public key that must have signed the policy (FILE.dsse beside it); repeatable: one of them", false,
     set_policy_key},
    {"at", 0, "TIME", "judge expiries as of that time: 2027-02-01 or 2027-02-01T10:16:37Z", false, set_at},
    {"reason", 0, "TEXT", "waive: why the finding is accepted", false, set_reason},
    {"owner", 0, "WHO", "waive: who answers for it", false, set_owner},
    {"report-only", 0, NULL, "exit 0 where it would be 1 or 3", false, set_is_report_only},
    {"limit", 0, "N", "warnings listed in text; JSON is never cut; default 20", true, set_limit},
    {"key", 'k', "FILE",
     "attest, policy: sign with it; verify: trust it, instead of the trust store; repeatable", false,
     set_key},
    {"passphrase-file", 0, "FILE", "the first line of it opens or locks a private key", true,
     set_passphrase_file},
    {"algorithm", 0, "NAME", "key gen: ed25519 (the default) or p256", false, set_algorithm, "ed25519 p256"},
    {"threshold", 0, "N", "verify: so many distinct keys must have signed; default 1", false, set_threshold},
    {"trust-dir", 0, "DIR", "the trusted keys; default $XDG_CONFIG_HOME/plumbline/trust", true,
     set_trust_dir},
    {"name", 0, "NAME", "trust add: what to call the key; waive: the waiver; attest: a new log", false,
     set_name},
    {"expires", 0, "DATE", "trust add, waive: from that day on it counts no more", false, set_expires},
    {"log", 0, "DIR", "attest: append to this log; verify: must stand in it", false, set_log},
    {"seen", 0, "FILE", "log check: the last checkpoint that was seen; the log must have grown from it",
     false, set_seen},
    {"verifier", 0, "URI", "attest: who says so in a summary; verify: a summary must be by it", false,
     set_verifier},
    {"resource", 0, "URI", "attest: where consumers get the package", false, set_resource},
    {"chain-report", 0, "FILE", "attest: a report of plumb chain, for the levels of dependencies", false,
     set_chain_report},
    {"min-level", 0, "N", "verify: LCAL-N or better must be attested", false, set_min_level},
    {"bundle", 0, "FILE", "check: a Sigstore bundle over the package, which proves its publication", false,
     set_bundle},
    {"packument", 0, "FILE",
     "check: the npm registry's document of the package, which proves its publication", false, set_packument},
    {"trusted-root", 0, "FILE", "Sigstore's trust root; with verify: the attestation is a Sigstore bundle",
     false, set_trusted_root},
    {"identity", 0, "NAME", "who must have signed a bundle, by the certificate's name", false, set_identity},
    {"issuer", 0, "URL", "who must have vouched for that name", false, set_issuer},
    {"registry-keys", 0, "FILE", "the npm registry's keys; with verify: the attestation is a packument",
     false, set_registry_keys},
    {"recheck", 0, NULL, "verify: account for the package again, and compare with what was signed", false,
     set_is_recheck},
    {"all", 'a', NULL, "help: all verbs and flags", false, set_wants_all},
    {"help", 'h', NULL, "this help", false, set_wants_help},
};

const struct flag *flag_at(size_t i)
{
    return i < sizeof flags / sizeof flags[0] ? &flags[i] : NULL;
}

void options_list_formats(char *out, size_t n)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t k = 0; k < N_LISTS; k++)
        for (size_t i = 0; format_lists[k](i) != NULL && used < n; i++) {
            const char *name = format_lists[k](i);
            if (find_format(name, strlen(name), k) != NULL)
                continue;
            int more = snprintf(out + used, n - used, "%s%s", used == 0 ? "" : " ", name);
            used += more < 0 ? n : (size_t)more;
        }
}

void flag_variable(const struct flag *f, char *out, size_t n)
{
    (void)snprintf(out, n, "PLUMB_%s", f->name);
    for (char *c = out; *c != '\0'; c++)
        *c = (char)(*c == '-' ? '_' : toupper((unsigned char)*c));
}

static bool read_environment(struct options *out, char *why, size_t n)
{
    for (size_t i = 0; flag_at(i) != NULL; i++) {
        const struct flag *f = flag_at(i);
        char name[64];
        flag_variable(f, name, sizeof name);
        const char *value = f->is_in_environment ? getenv(name) : NULL;
        if (value == NULL || value[0] == '\0')
            continue;
        if ((f->value == NULL && strcmp(value, "0") != 0 && strcmp(value, "1") != 0) || !f->set(out, value)) {
            (void)snprintf(why, n, "%s does not take '%s'; %s", name, value,
                           f->value == NULL ? "1 or 0" : f->help);
            return false;
        }
    }
    return true;
}

static const struct flag *find_long(const char *name, size_t n, bool *is_negated)
{
    *is_negated = false;
    for (int turn = 0; turn < 2; turn++) {
        for (size_t i = 0; flag_at(i) != NULL; i++)
            if (strlen(flags[i].name) == n && strncmp(flags[i].name, name, n) == 0 &&
                (turn == 0 || flags[i].value == NULL)) {
                *is_negated = turn == 1;
                return &flags[i];
            }
        if (n <= 3 || strncmp(name, "no-", 3) != 0)
            break;
        name += 3;
        n -= 3;
    }
    return NULL;
}

/* Named, never taken for it: a guess is not run. NULL when none is near. */
static const char *nearest_flag(const char *name, size_t n)
{
    char word[32];
    const char *nearest = NULL;
    size_t best = PL_NEAR_WORD;
    if (n >= sizeof word)
        return NULL;
    memcpy(word, name, n);
    word[n] = '\0';
    for (size_t i = 0; flag_at(i) != NULL; i++) {
        size_t d = pl_word_distance(word, flags[i].name);
        if (d < best && 2 * d <= n) {
            best = d;
            nearest = flags[i].name;
        }
    }
    return nearest;
}

static const struct flag *find_letter(char letter)
{
    for (size_t i = 0; flag_at(i) != NULL; i++)
        if (flags[i].letter == letter)
            return &flags[i];
    return NULL;
}

/* One flag at argv[*at]; moves *at over its value. */
static bool parse_flag(int argc, char **argv, int *at, struct options *out, char *why, size_t n)
{
    const char *arg = argv[*at];
    bool is_long = arg[1] == '-';
    const char *equals = is_long ? strchr(arg, '=') : NULL;
    const char *name = is_long ? arg + 2 : arg + 1;
    size_t name_n = is_long ? (equals == NULL ? strlen(name) : (size_t)(equals - name)) : 1;
    bool is_negated = false;
    const struct flag *flag = is_long ? find_long(name, name_n, &is_negated) : find_letter(arg[1]);
    const char *value = equals != NULL ? equals + 1 : !is_long && arg[2] != '\0' ? arg + 2 : NULL;
    if (flag == NULL) {
        const char *nearest = is_long ? nearest_flag(name, name_n) : NULL;
        (void)snprintf(why, n, "unknown flag %s (%s%s%splumb help -a lists all)", arg,
                       nearest == NULL ? "" : "did you mean --", nearest == NULL ? "" : nearest,
                       nearest == NULL ? "" : "? ");
        return false;
    }
    if (flag->value == NULL && value != NULL) {
        (void)snprintf(why, n, "%s takes no value", arg);
        return false;
    }
    if (flag->value == NULL)
        value = is_negated ? "0" : "1";
    if (value == NULL && *at + 1 < argc)
        value = argv[++*at];
    if (value == NULL) {
        (void)snprintf(why, n, "--%s needs a value: --%s %s", flag->name, flag->name, flag->value);
        return false;
    }
    if (!flag->set(out, value)) {
        char formats[256];
        options_list_formats(formats, sizeof formats);
        (void)snprintf(why, n, "--%s does not take '%s'; %s%s%s", flag->name, value, flag->help,
                       flag->set == set_output ? "; formats: " : "", flag->set == set_output ? formats : "");
        return false;
    }
    return true;
}

bool options_parse(int argc, char **argv, struct options *out, char *why, size_t n)
{
    bool only_words = false;
    *out = (struct options){.is_confined = true};
    if (!read_environment(out, why, n))
        return false;
    for (int i = 1; i < argc; i++) {
        if (!only_words && strcmp(argv[i], "--") == 0) {
            only_words = true;
        } else if (!only_words && strcmp(argv[i], "--version") == 0 && out->verb == NULL) {
            out->verb = "version";
        } else if (!only_words && argv[i][0] == '-' && argv[i][1] != '\0') {
            if (!parse_flag(argc, argv, &i, out, why, n))
                return false;
        } else if (out->verb == NULL) {
            out->verb = argv[i];
        } else if (out->n_words < MAX_WORDS) {
            out->words[out->n_words++] = argv[i];
        } else {
            (void)snprintf(why, n, "too many arguments at '%s'", argv[i]);
            return false;
        }
    }
    return true;
}

struct pl_check_options options_for_check(const struct options *o, const char *subject,
                                          struct pl_observer observer)
{
    return (struct pl_check_options){
        .subject = subject,
        .sources = o->sources,
        .n_sources = o->n_sources,
        .keyrings = o->keyrings,
        .n_keyrings = o->n_keyrings,
        .git_mirror = o->git_mirror != NULL ? o->git_mirror : getenv("PLUMB_GIT_MIRROR"),
        .takes_history = o->takes_history,
        .jobs = o->jobs,
        .is_offline = o->is_offline,
        .is_unconfined = !o->is_confined,
        .cache_dir = o->cache_dir,
        .timeout_ms = o->timeout_ms,
        .system_root = getenv("PLUMB_APT_ROOT"),
        .at_s = o->at_s,
        .bundle = o->bundle,
        .trusted_root = o->trusted_root,
        .identity = o->identity,
        .issuer = o->issuer,
        .bundle_key = o->n_keys > 0 ? o->keys[0] : NULL,
        .packument = o->packument,
        .registry_keys = o->registry_keys,
        .observer = observer,
    };
}
