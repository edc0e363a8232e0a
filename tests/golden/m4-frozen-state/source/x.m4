dnl macros of x
m4_define([X_GREET], [echo "good morning to $1"
m4_if([$2], [], [], [echo "and to $2"])])
m4_defun([X_LEAVE], [AC_REQUIRE([X_GREET])echo "good night to $1"])
