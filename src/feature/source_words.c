/*
 * source_words.c - words: their numbers, and what those of each language are to the readers of source_code.h.
 *
 * Source: C17 6.4.1, C++20 [lex.key], the GNU and Microsoft extensions of their manuals.
 */
#include "feature/source_lex.h"

struct pl_word_row {
    const char *text;
    enum pl_word word;
};

static const struct pl_word_row c_words[] = {
    {"void", PL_WORD_TYPE},
    {"char", PL_WORD_TYPE},
    {"short", PL_WORD_TYPE},
    {"int", PL_WORD_TYPE},
    {"long", PL_WORD_TYPE},
    {"float", PL_WORD_TYPE},
    {"double", PL_WORD_TYPE},
    {"signed", PL_WORD_TYPE},
    {"unsigned", PL_WORD_TYPE},
    {"_Bool", PL_WORD_TYPE},
    {"_Complex", PL_WORD_TYPE},
    {"_Atomic", PL_WORD_TYPE},
    {"const", PL_WORD_TYPE},
    {"volatile", PL_WORD_TYPE},
    {"restrict", PL_WORD_TYPE},
    {"__const", PL_WORD_TYPE},
    {"__volatile", PL_WORD_TYPE},
    {"__restrict", PL_WORD_TYPE},
    {"__restrict__", PL_WORD_TYPE},
    {"__signed__", PL_WORD_TYPE},
    {"__int64", PL_WORD_TYPE},
    {"__int128", PL_WORD_TYPE},
    {"__auto_type", PL_WORD_TYPE},
    {"__extension__", PL_WORD_STORAGE},
    {"static", PL_WORD_STORAGE},
    {"extern", PL_WORD_STORAGE},
    {"inline", PL_WORD_STORAGE},
    {"__inline", PL_WORD_STORAGE},
    {"__inline__", PL_WORD_STORAGE},
    {"__forceinline", PL_WORD_STORAGE},
    {"register", PL_WORD_STORAGE},
    {"typedef", PL_WORD_STORAGE},
    {"_Noreturn", PL_WORD_STORAGE},
    {"_Thread_local", PL_WORD_STORAGE},
    {"__thread", PL_WORD_STORAGE},
    {"struct", PL_WORD_TAG},
    {"union", PL_WORD_TAG},
    {"enum", PL_WORD_ENUM},
    {"if", PL_WORD_CONTROL},
    {"else", PL_WORD_CONTROL},
    {"while", PL_WORD_CONTROL},
    {"for", PL_WORD_CONTROL},
    {"do", PL_WORD_CONTROL},
    {"return", PL_WORD_CONTROL},
    {"break", PL_WORD_CONTROL},
    {"continue", PL_WORD_CONTROL},
    {"default", PL_WORD_CONTROL},
    {"switch", PL_WORD_SWITCH},
    {"case", PL_WORD_CASE},
    {"goto", PL_WORD_GOTO},
    {"sizeof", PL_WORD_SIZEOF},
    {"_Alignof", PL_WORD_SIZEOF},
    {"alignof", PL_WORD_SIZEOF},
    {"__alignof__", PL_WORD_SIZEOF},
    {"typeof", PL_WORD_SIZEOF},
    {"__typeof__", PL_WORD_SIZEOF},
    {"__typeof", PL_WORD_SIZEOF},
    {"offsetof", PL_WORD_SIZEOF},
    {"__builtin_offsetof", PL_WORD_SIZEOF},
    {"__attribute__", PL_WORD_ATTRIBUTE},
    {"__attribute", PL_WORD_ATTRIBUTE},
    {"__declspec", PL_WORD_ATTRIBUTE},
    {"_Alignas", PL_WORD_ATTRIBUTE},
    {"alignas", PL_WORD_ATTRIBUTE},
    {"_Pragma", PL_WORD_ATTRIBUTE},
    {"__pragma", PL_WORD_ATTRIBUTE},
    {"asm", PL_WORD_ASM},
    {"__asm__", PL_WORD_ASM},
    {"__asm", PL_WORD_ASM},
    {"_Static_assert", PL_WORD_ASSERT},
    {"static_assert", PL_WORD_ASSERT},
    {NULL, PL_WORD_PLAIN},
};

/* Beside those of C. */
static const struct pl_word_row cpp_words[] = {
    {"bool", PL_WORD_TYPE},          {"wchar_t", PL_WORD_TYPE},
    {"char8_t", PL_WORD_TYPE},       {"char16_t", PL_WORD_TYPE},
    {"char32_t", PL_WORD_TYPE},      {"auto", PL_WORD_TYPE},
    {"typename", PL_WORD_TYPE},      {"constexpr", PL_WORD_STORAGE},
    {"consteval", PL_WORD_STORAGE},  {"constinit", PL_WORD_STORAGE},
    {"explicit", PL_WORD_STORAGE},   {"friend", PL_WORD_STORAGE},
    {"mutable", PL_WORD_STORAGE},    {"thread_local", PL_WORD_STORAGE},
    {"virtual", PL_WORD_STORAGE},    {"class", PL_WORD_TAG},
    {"catch", PL_WORD_CONTROL},      {"co_return", PL_WORD_CONTROL},
    {"delete", PL_WORD_CONTROL},     {"new", PL_WORD_CONTROL},
    {"throw", PL_WORD_CONTROL},      {"try", PL_WORD_CONTROL},
    {"decltype", PL_WORD_SIZEOF},    {"noexcept", PL_WORD_ATTRIBUTE},
    {"requires", PL_WORD_ATTRIBUTE}, {"namespace", PL_WORD_NAMESPACE},
    {"operator", PL_WORD_OPERATOR},  {"template", PL_WORD_TEMPLATE},
    {"using", PL_WORD_USING},        {"private", PL_WORD_ACCESS},
    {"protected", PL_WORD_ACCESS},   {"public", PL_WORD_ACCESS},
    {"const_cast", PL_WORD_VALUE},   {"dynamic_cast", PL_WORD_VALUE},
    {"false", PL_WORD_VALUE},        {"nullptr", PL_WORD_VALUE},
    {"override", PL_WORD_STORAGE},   {"reinterpret_cast", PL_WORD_VALUE},
    {"static_cast", PL_WORD_VALUE},  {"this", PL_WORD_VALUE},
    {"true", PL_WORD_VALUE},         {NULL, PL_WORD_PLAIN},
};

static const struct pl_word_row objc_words[] = {
    {"id", PL_WORD_TYPE},     {"instancetype", PL_WORD_TYPE}, {"self", PL_WORD_VALUE},
    {"super", PL_WORD_VALUE}, {"_cmd", PL_WORD_VALUE},        {NULL, PL_WORD_PLAIN},
};

static const struct pl_word_row rust_words[] = {
    {"as", PL_WORD_CONTROL},     {"async", PL_WORD_CONTROL},  {"await", PL_WORD_CONTROL},
    {"break", PL_WORD_CONTROL},  {"const", PL_WORD_CONTROL},  {"continue", PL_WORD_CONTROL},
    {"crate", PL_WORD_CONTROL},  {"dyn", PL_WORD_CONTROL},    {"else", PL_WORD_CONTROL},
    {"enum", PL_WORD_CONTROL},   {"extern", PL_WORD_CONTROL}, {"fn", PL_WORD_CONTROL},
    {"for", PL_WORD_CONTROL},    {"if", PL_WORD_CONTROL},     {"impl", PL_WORD_CONTROL},
    {"in", PL_WORD_CONTROL},     {"let", PL_WORD_CONTROL},    {"loop", PL_WORD_CONTROL},
    {"match", PL_WORD_CONTROL},  {"mod", PL_WORD_CONTROL},    {"move", PL_WORD_CONTROL},
    {"mut", PL_WORD_CONTROL},    {"pub", PL_WORD_CONTROL},    {"ref", PL_WORD_CONTROL},
    {"return", PL_WORD_CONTROL}, {"self", PL_WORD_VALUE},     {"Self", PL_WORD_VALUE},
    {"static", PL_WORD_CONTROL}, {"struct", PL_WORD_CONTROL}, {"super", PL_WORD_CONTROL},
    {"trait", PL_WORD_CONTROL},  {"type", PL_WORD_CONTROL},   {"unsafe", PL_WORD_CONTROL},
    {"use", PL_WORD_CONTROL},    {"where", PL_WORD_CONTROL},  {"while", PL_WORD_CONTROL},
    {NULL, PL_WORD_PLAIN},
};

static const struct pl_word_row go_words[] = {
    {"break", PL_WORD_CONTROL},     {"case", PL_WORD_CONTROL},     {"chan", PL_WORD_CONTROL},
    {"const", PL_WORD_CONTROL},     {"continue", PL_WORD_CONTROL}, {"default", PL_WORD_CONTROL},
    {"defer", PL_WORD_CONTROL},     {"else", PL_WORD_CONTROL},     {"fallthrough", PL_WORD_CONTROL},
    {"for", PL_WORD_CONTROL},       {"func", PL_WORD_CONTROL},     {"go", PL_WORD_CONTROL},
    {"goto", PL_WORD_CONTROL},      {"if", PL_WORD_CONTROL},       {"import", PL_WORD_CONTROL},
    {"interface", PL_WORD_CONTROL}, {"map", PL_WORD_CONTROL},      {"package", PL_WORD_CONTROL},
    {"range", PL_WORD_CONTROL},     {"return", PL_WORD_CONTROL},   {"select", PL_WORD_CONTROL},
    {"struct", PL_WORD_CONTROL},    {"switch", PL_WORD_CONTROL},   {"type", PL_WORD_CONTROL},
    {"var", PL_WORD_CONTROL},       {NULL, PL_WORD_PLAIN},
};

static void add_words(struct pl_source_lex *x, const struct pl_word_row *rows)
{
    for (const struct pl_word_row *row = rows; row->text != NULL; row++) {
        uint32_t symbol = pl_source_symbol(x, pl_bytes_of_str(row->text));
        x->symbols.v[symbol].word = (uint8_t)row->word;
    }
}

void pl_source_add_words(struct pl_source_lex *x, enum pl_source_language language)
{
    switch (language) {
    case PL_SOURCE_CPP: add_words(x, cpp_words); /* fall through */
    case PL_SOURCE_C: add_words(x, c_words); break;
    case PL_SOURCE_OBJC:
        add_words(x, c_words);
        add_words(x, objc_words);
        break;
    case PL_SOURCE_RUST: add_words(x, rust_words); break;
    case PL_SOURCE_GO: add_words(x, go_words); break;
    default: break;
    }
}

static bool is_upper(pl_bytes word)
{
    bool has_capital = false;
    for (size_t i = 0; i < word.n; i++) {
        if (word.p[i] >= 'a' && word.p[i] <= 'z')
            return false;
        has_capital |= word.p[i] >= 'A' && word.p[i] <= 'Z';
    }
    return has_capital;
}

uint32_t pl_source_symbol(struct pl_source_lex *x, pl_bytes word)
{
    uint64_t number;
    if (pl_map_add(&x->names, word, x->symbols.n, &number, NULL) != PL_OK) {
        x->why = PL_E_NOMEM;
        return 0;
    }
    if (number == x->symbols.n) {
        struct pl_symbol *s = PL_VEC_ADD(&x->symbols);
        if (s == NULL) {
            x->why = PL_E_NOMEM;
            return 0;
        }
        s->text = word;
        s->is_upper = is_upper(word);
    }
    return (uint32_t)number;
}
