#!/bin/sh
# Fails if the Go code of the page templates is not what the templates say.
set -eu
cd "$(dirname "$0")/.."

code() { find internal -name '*_templ.go' -exec sha256sum {} + | sort; }
before=$(code)
templ generate -path internal/face >/dev/null 2>&1 || {
	templ generate -path internal/face >&2
	exit 1
}
if [ "$before" != "$(code)" ]; then
	echo "the Go code of page templates was not current, and is now: commit it (make generate)" >&2
	exit 1
fi
