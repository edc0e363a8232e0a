#!/bin/sh
# greet - say hello to everybody who is named on the command line
set -e
prefix=/usr/local
for person in "$@"; do
    printf 'Hello, %s, from %s\n' "$person" "$prefix"
done
if [ $# -eq 0 ]; then
    echo "usage: greet NAME..." >&2
    exit 2
fi
# again
