/*
 * completion.c - plumb completion bash|zsh|fish: what the shell needs to complete verbs, flags and their values.
 *
 * All of it comes from the tables of verbs, flags, formats, tags and rules; no shell asks the program while somebody types.
 */
#include "command.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum kind { KIND_SWITCH, KIND_FILE, KIND_FOLDER, KIND_FORMAT, KIND_CHOICE, KIND_ANY };

static enum kind kind_of(const struct flag *f)
{
    if (f->value == NULL)
        return KIND_SWITCH;
    if (f->choices != NULL)
        return KIND_CHOICE;
    if (strncmp(f->value, "FMT", 3) == 0)
        return KIND_FORMAT;
    if (strcmp(f->value, "DIR") == 0)
        return KIND_FOLDER;
    return strcmp(f->value, "FILE") == 0 || strcmp(f->value, "PATH") == 0 || strcmp(f->value, "SRC") == 0
               ? KIND_FILE
               : KIND_ANY;
}

/* "gen|show FILE" begins with words, "PKG" and "[VERB|exit]" do not; the words, a space between them, or "". */
static void words_of(const struct command *c, char *out, size_t n)
{
    size_t used = strcspn(c->arguments, " ");
    out[0] = '\0';
    if (used >= n || memchr(c->arguments, '|', used) == NULL || !islower((unsigned char)c->arguments[0]))
        return;
    for (size_t i = 0; i < used; i++)
        out[i] = c->arguments[i] == '|' ? ' ' : c->arguments[i];
    out[used] = '\0';
}

/* What may follow `explain`, `help` and `completion`: not files. */
static void print_tags(void)
{
    const char *name;
    const char *what;
    const char *source;
    for (size_t i = 0; pl_tag_at(i) != NULL; i++)
        (void)printf("%s%s", i == 0 ? "" : " ", pl_tag_at(i)->tag);
    for (size_t i = 0; pl_rule_at(i, &name, &what, &source); i++)
        (void)printf(" %s", name);
    for (size_t i = 0; pl_claim_rule_at(i, &name, &what, &source); i++)
        (void)printf(" %s", name);
}

static void print_verbs(void)
{
    for (size_t i = 0; command_at(i) != NULL; i++)
        (void)printf("%s%s", i == 0 ? "" : " ", command_at(i)->name);
}

/* "-s|--source|-o|--output": the flags of one kind, as a pattern of bash. */
static size_t print_pattern(enum kind kind, bool is_all_values)
{
    size_t n = 0;
    for (size_t i = 0; flag_at(i) != NULL; i++) {
        const struct flag *f = flag_at(i);
        if (is_all_values ? f->value == NULL : kind_of(f) != kind)
            continue;
        (void)printf("%s--%s", n++ == 0 ? "" : "|", f->name);
        if (f->letter != 0)
            (void)printf("|-%c", f->letter);
    }
    return n;
}

static void bash_values(void)
{
    char formats[256];
    options_list_formats(formats, sizeof formats);
    (void)fputs("    case $prev in\n        ", stdout);
    (void)print_pattern(KIND_FORMAT, false);
    (void)printf(")\n            mapfile -t COMPREPLY < <(compgen -W '%s' -- \"$cur\"); return ;;\n        ",
                 formats);
    (void)print_pattern(KIND_FOLDER, false);
    (void)fputs(")\n            compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$cur\"); "
                "return ;;\n        ",
                stdout);
    (void)print_pattern(KIND_FILE, false);
    (void)fputs(
        ")\n            compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return ;;\n",
        stdout);
    for (size_t i = 0; flag_at(i) != NULL; i++)
        if (flag_at(i)->choices != NULL)
            (void)printf("        --%s)\n            mapfile -t COMPREPLY < <(compgen -W '%s' -- \"$cur\"); "
                         "return ;;\n",
                         flag_at(i)->name, flag_at(i)->choices);
    (void)fputs("        ", stdout);
    (void)print_pattern(KIND_ANY, false);
    (void)fputs(")\n            return ;;\n    esac\n", stdout);
}

static void bash_words(void)
{
    (void)fputs("    case $verb in\n        '')\n            mapfile -t COMPREPLY < <(compgen -W '", stdout);
    print_verbs();
    (void)fputs("' -- \"$cur\"); return ;;\n        help)\n            mapfile -t COMPREPLY < <(compgen -W "
                "'exit table ",
                stdout);
    print_verbs();
    (void)fputs(
        "' -- \"$cur\"); return ;;\n        explain)\n            mapfile -t COMPREPLY < <(compgen -W '",
        stdout);
    print_tags();
    (void)fputs("' -- \"$cur\") ;;\n", stdout);
    for (size_t i = 0; command_at(i) != NULL; i++) {
        char words[64];
        words_of(command_at(i), words, sizeof words);
        if (words[0] != '\0')
            (void)printf("        %s)\n            if [[ $after -eq 0 ]]; then mapfile -t COMPREPLY < "
                         "<(compgen -W '%s' -- \"$cur\"); return; fi ;;\n",
                         command_at(i)->name, words);
    }
    (void)fputs("    esac\n    [[ ${#COMPREPLY[@]} -gt 0 ]] && return\n    compopt -o filenames\n"
                "    mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n",
                stdout);
}

static void print_bash(void)
{
    (void)fputs("# bash completion for plumb, made by: plumb completion bash\n_plumb()\n{\n"
                "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb='' after=0 i\n"
                "    COMPREPLY=()\n"
                "    # --flag=value comes as three words\n"
                "    if [[ $cur == = ]]; then cur=''; elif [[ $prev == = ]]; then "
                "prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
                "    for ((i = 1; i < COMP_CWORD; i++)); do\n        case ${COMP_WORDS[i]} in\n            ",
                stdout);
    (void)print_pattern(KIND_ANY, true);
    (void)fputs(")\n                i=$((i + 1)); [[ ${COMP_WORDS[i]} == = ]] && i=$((i + 1)) ;;\n           "
                " -?*) ;;\n"
                "            *)\n                if [[ -z $verb ]]; then verb=${COMP_WORDS[i]}; else "
                "after=$((after + 1)); fi ;;\n"
                "        esac\n    done\n",
                stdout);
    bash_values();
    (void)fputs("    if [[ $cur == -* ]]; then\n        mapfile -t COMPREPLY < <(compgen -W '", stdout);
    for (size_t i = 0; flag_at(i) != NULL; i++) {
        const struct flag *f = flag_at(i);
        (void)printf("%s--%s", i == 0 ? "" : " ", f->name);
        if (f->value == NULL)
            (void)printf(" --no-%s", f->name);
    }
    (void)fputs("' -- \"$cur\")\n        return\n    fi\n", stdout);
    bash_words();
    (void)fputs("}\ncomplete -F _plumb plumb\n", stdout);
}

/* Text inside of single quotes; zsh reads [, ] and : in it as its own. */
static void print_quoted(const char *text, bool is_zsh)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            (void)fputs(is_zsh ? "'\\''" : "\\'", stdout);
        else if (*text == '\\' || (is_zsh && strchr("[]:", *text) != NULL))
            (void)printf("\\%c", *text);
        else
            (void)putchar(*text);
    }
}

static void zsh_value(const struct flag *f, const char *formats)
{
    switch (kind_of(f)) {
    case KIND_SWITCH: break;
    case KIND_FILE: (void)printf(":%s:_files", f->value); break;
    case KIND_FOLDER: (void)printf(":%s:_files -/", f->value); break;
    case KIND_FORMAT: (void)printf(":format:(%s)", formats); break;
    case KIND_CHOICE: (void)printf(":%s:(%s)", f->value, f->choices); break;
    case KIND_ANY: (void)printf(":%s: ", f->value); break;
    }
}

static void zsh_flag(const struct flag *f, const char *formats)
{
    const char *equals = f->value == NULL ? "" : "=";
    if (f->letter != 0) {
        (void)printf("    '*-%c%s[", f->letter, f->value == NULL ? "" : "+");
        print_quoted(f->help, true);
        (void)putchar(']');
        zsh_value(f, formats);
        (void)fputs("' \\\n", stdout);
    }
    (void)printf("    '*--%s%s[", f->name, equals);
    print_quoted(f->help, true);
    (void)putchar(']');
    zsh_value(f, formats);
    (void)fputs("' \\\n", stdout);
    if (f->value == NULL)
        (void)printf("    '*--no-%s[not: --%s]' \\\n", f->name, f->name);
}

static void print_zsh(void)
{
    char formats[256];
    options_list_formats(formats, sizeof formats);
    (void)fputs("#compdef plumb\n# zsh completion for plumb, made by: plumb completion zsh\n_plumb() {\n  "
                "local state line\n"
                "  local -a verbs\n  verbs=(\n",
                stdout);
    for (size_t i = 0; command_at(i) != NULL; i++) {
        (void)printf("    '%s:", command_at(i)->name);
        print_quoted(command_at(i)->help, true);
        (void)fputs("'\n", stdout);
    }
    (void)fputs("  )\n  _arguments -S \\\n", stdout);
    for (size_t i = 0; flag_at(i) != NULL; i++)
        zsh_flag(flag_at(i), formats);
    (void)fputs("    '1:verb:->verb' \\\n    '*:argument:->argument'\n  case $state in\n  verb) _describe -t "
                "verbs verb verbs ;;\n"
                "  argument)\n    case $line[1] in\n    help) _values word exit table ",
                stdout);
    print_verbs();
    (void)fputs(" ;;\n    explain) _alternative 'tags:tag or rule:(", stdout);
    print_tags();
    (void)fputs(")' 'files:file:_files' ;;\n", stdout);
    for (size_t i = 0; command_at(i) != NULL; i++) {
        char words[64];
        words_of(command_at(i), words, sizeof words);
        if (words[0] != '\0')
            (void)printf("    %s) if (( CURRENT == 3 )); then _values word %s; else _files; fi ;;\n",
                         command_at(i)->name, words);
    }
    (void)fputs("    *) _files ;;\n    esac ;;\n  esac\n}\n_plumb \"$@\"\n", stdout);
}

static void fish_flag(const struct flag *f, const char *formats)
{
    (void)printf("complete -c plumb -l %s", f->name);
    if (f->letter != 0)
        (void)printf(" -s %c", f->letter);
    switch (kind_of(f)) {
    case KIND_SWITCH: break;
    case KIND_FILE: (void)fputs(" -r -F", stdout); break;
    case KIND_FOLDER: (void)fputs(" -x -a '(__fish_complete_directories)'", stdout); break;
    case KIND_FORMAT: (void)printf(" -x -a '%s'", formats); break;
    case KIND_CHOICE: (void)printf(" -x -a '%s'", f->choices); break;
    case KIND_ANY: (void)fputs(" -x", stdout); break;
    }
    (void)fputs(" -d '", stdout);
    print_quoted(f->help, false);
    (void)fputs("'\n", stdout);
    if (f->value == NULL)
        (void)printf("complete -c plumb -l no-%s -d 'not: --%s'\n", f->name, f->name);
}

static void print_fish(void)
{
    char formats[256];
    options_list_formats(formats, sizeof formats);
    (void)fputs("# fish completion for plumb, made by: plumb completion fish\n", stdout);
    for (size_t i = 0; command_at(i) != NULL; i++) {
        char words[64];
        (void)printf("complete -c plumb -n __fish_use_subcommand -f -a %s -d '", command_at(i)->name);
        print_quoted(command_at(i)->help, false);
        (void)fputs("'\n", stdout);
        words_of(command_at(i), words, sizeof words);
        if (words[0] != '\0')
            (void)printf("complete -c plumb -n '__fish_seen_subcommand_from %s; and not "
                         "__fish_seen_subcommand_from %s' -f -a '%s'\n",
                         command_at(i)->name, words, words);
    }
    (void)fputs("complete -c plumb -n '__fish_seen_subcommand_from help' -f -a 'exit table ", stdout);
    print_verbs();
    (void)fputs("'\ncomplete -c plumb -n '__fish_seen_subcommand_from explain' -a '", stdout);
    print_tags();
    (void)fputs("'\n", stdout);
    for (size_t i = 0; flag_at(i) != NULL; i++)
        fish_flag(flag_at(i), formats);
}

static int run_completion(const struct options *o)
{
    static const struct {
        const char *shell;
        void (*print)(void);
    } shells[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};
    for (size_t i = 0; o->n_words == 1 && i < sizeof shells / sizeof shells[0]; i++)
        if (strcmp(o->words[0], shells[i].shell) == 0) {
            shells[i].print();
            return PL_EXIT_PASS;
        }
    return usage_error("completion for which shell?", "plumb completion bash, zsh or fish");
}

const struct command command_completion = {.name = "completion",
                                           .arguments = "bash|zsh|fish",
                                           .help = "what the shell needs to complete verbs and flags",
                                           .run = run_completion};
