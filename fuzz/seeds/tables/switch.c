enum s { RUN = 3, STOP, WAIT, DEAD = 8 };
char f(enum s s) { switch (s) { case STOP: case RUN: return 'R'; case DEAD: return 'D';
case 7: return sizeof "abc"; default: fail(1); return s > 1 ? 'x' : '?'; } }
void g(int e) { if (e == 0) c = 0; else if (e == EPERM || e == 5) { c = 9; } else if (e == 7) c = 7; else c = 1; }
static const float x[2] = { -30, 12 }; const char no[] = { 'n', 'o', 0 };
