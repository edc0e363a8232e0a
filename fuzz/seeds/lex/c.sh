cat <<EOF; x=$(y "a $b" `c`)
body # not a comment
EOF
case $x in 'a'|b) ;; esac # c
q{a {b} c} s/a/b/g m!x! qw(a b); %w(x)
