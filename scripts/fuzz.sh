#!/usr/bin/env bash
# Runs each fuzz target of the packages for some time, one after the other, as
# `go test -fuzz` takes only one at a time. A new failure leaves its input below
# the package's testdata/fuzz; the exit status is then 1, after all have run.
#
#   scripts/fuzz.sh TIME PACKAGE...      scripts/fuzz.sh 10s ./...
set -euo pipefail

time=$1
shift
go=${GO:-go}

# Only packages whose tests name a fuzz target are built to be asked for the list.
packages=$("$go" list -f '{{.ImportPath}} {{.Dir}} {{join .TestGoFiles " "}} {{join .XTestGoFiles " "}}' "$@" |
	while read -r package dir files; do
		# shellcheck disable=SC2086 # one word a file
		if [ -n "$files" ] && (cd "$dir" && grep -q '^func Fuzz' $files); then
			printf '%s\n' "$package"
		fi
	done)

failed=()
for package in $packages; do
	for target in $("$go" test -list '^Fuzz' "$package" | grep '^Fuzz'); do
		printf '%s %s for %s\n' "$package" "$target" "$time"
		"$go" test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$package" </dev/null ||
			failed+=("$package $target")
	done
done

if [ ${#failed[@]} -gt 0 ]; then
	printf 'failed: %s\n' "${failed[@]}"
	exit 1
fi
