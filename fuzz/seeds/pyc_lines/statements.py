"""Text."""
import os, sys as s
from a.b import (c,
                 d)
@decorator(1, x=0x1F)
def f(a: int = 1_000, *b, c=-2.5e3, **d) -> str:
    if a and not b or c is None:
        return f"{a!r:>{c}} \N{DASH}" "more" + r'\d' + b"\x00".decode()
    match a:
        case [1, *rest] | {"k": v}:
            x = a if b else c; y = [i ** 2 for i in b if i % 2]
    for i in range(10): continue
    while (n := a // 2) >= 1 << 3 | 4 & ~5 ^ 6:
        a += 1; b @= c
    lambda q: q[1:2, ...]
    try:
        del x
    except (A, B) as e:
        raise e from None
    finally:
        assert x != y, 'text \
goes on'
async def g():
    async with a as b: await c
