#define NAME "tool"
#define V 1
char *a = NAME ": %" PRIu64 "\n" L"wide" u8R"x(raw)x";
assert(a != 0 && V);
X("\x41\101\u00e9" /* c */ "b"
  "c");
