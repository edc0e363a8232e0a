#[inline] impl<'a, T: X> Tr<T> for C<'a, T> where T: Y { fn f<P>(&self, p: P) -> u8 { println!("a {} {{", r#"x"#); self.g::<u8>(b"y\x41"); } }
macro_rules! m { ($x:expr) => { fn $x() {} } } const A: u32 = 1_000_001; /* a /* b */ */ mod q { lazy_static! { static ref B: u8 = 'c'; } }
