mask dd 0x0001, 3 ; low
 dd -1, 0Fh
times 1 << 2 db 15
nbits:
 db 1, 2, 3
