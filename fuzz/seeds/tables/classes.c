void f(void)
{
    add("0123456789", "DIGIT");
    add("abcdef\n", "LOW");
    add("_", "UNDER");
}
