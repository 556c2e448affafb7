#!/bin/sh
# Fails if a Go file is not formatted, and names it.
set -eu
cd "$(dirname "$0")/.."

files=$(git ls-files --cached --others --exclude-standard '*.go' 2>/dev/null | while read -r file; do
	[ -f "$file" ] && echo "$file"
done)
[ -n "$files" ] || files="cmd internal" # an unpacked archive, without git
wrong=$(echo "$files" | xargs gofmt -l)
if [ -n "$wrong" ]; then
	echo "not formatted; run gofmt -w on:" >&2
	echo "$wrong" >&2
	exit 1
fi
