let s = r#"raw"#; fn f<'a>() {} let c = `x`;
"a\u{1f600}"
