#define V "B, "
#define DCHECK CHECK
static const char o[] = "bB:cd:l"
#if defined M
"m"
# ifdef N
V "n"
# endif
#else
"x"
#endif
"nNo:p" __DATE__;
string(TIMESTAMP DAY "%Y%m%d" UTC)
AC_PATH_PROG([PR], [pr gpr])
DAY = $(shell date -u +'%b %e')
 -- A B <a@b.c>  Mon, 01 Jan 2024 00:30:05 +0100
