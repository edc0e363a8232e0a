package p.q;

class Texts {
    static final String LATIN = "caf\u00e9 \uuu0041\uD83D\uDE00 é ß 語 😀 \7\18\377\0\s\t\"\\ \
joined";
    static final String BLOCK = """
        first \
        second	
          third "" \""" \040
        é 語 😀
        """;
    static final char C = '\u4e00', D = '\'', E = '語';
    static final double X = 0x1.8p3, Y = 1_000.5e-3, Z = .5f, W = 1e400;
    static final long N = 0xffff_ffff_ffff_ffffL, M = 0b1010L, O = 0777L, Q = 9_223_372_036_854_775_807L;
    static final int I = 017, J = 0b11, K = 0x7fff_ffff;
    static final String ALL = "a" + 'b' + 1 + 2L + 3.5 + 4f + true + null + (char) 66;
}
