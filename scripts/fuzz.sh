#!/bin/sh
# Runs every fuzz target of the module for a while, one after the other.
#
# usage: scripts/fuzz.sh [TIME], such as 10s or 5m for each target
set -eu
cd "$(dirname "$0")/.."

time=${1:-10s}
for package in $(go list ./...); do
	for target in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
		echo "== $package $target"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$package"
	done
done
