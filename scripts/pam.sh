#!/usr/bin/env bash
# Runs a command in which cgo finds PAM: what builds and tests ferry-pam.
#
#   scripts/pam.sh go -C pam build ./...
#   scripts/pam.sh --if-possible go -C pam test ./...
#
# Where the machine has no headers of PAM, Debian's package libpam0g-dev is
# downloaded with apt-get and unpacked into .tools/pam/ (or $FERRY_PAM_DEV); nothing is
# installed. A C compiler must be there. With CI=true root installs one; else
# the script says what to do, and with --if-possible leaves the command out.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "$0")/.." && pwd)
dev=${FERRY_PAM_DEV:-$here/.tools/pam}
ci=${CI:-}

say() { printf 'pam: %s\n' "$*" >&2; }

optional=
if [ "${1:-}" = --if-possible ]; then
	optional=yes
	shift
fi

# give_up says why there is no ferry-pam.
give_up() {
	say "$*"
	if [ -n "$optional" ] && [ -z "$ci" ]; then
		say "left out: ferry-pam and its tests"
		exit 0
	fi
	exit 1
}

# compiles says whether a program with PAM can be linked.
compiles() {
	local out status=0
	out=$(mktemp)
	printf '#include <security/pam_appl.h>\nint main(void) { return pam_end(0, 0); }\n' |
		${CC:-gcc} ${CGO_CFLAGS:-} -x c -o "$out" - ${CGO_LDFLAGS:-} -lpam 2>/dev/null || status=1
	rm -f "$out"
	return $status
}

# fetch unpacks the headers, beside the place first: several may do so at once.
fetch() {
	local new
	mkdir -p "$(dirname "$dev")"
	new=$(mktemp -d "$dev.XXXXXX")
	(
		cd "$new"
		apt-get download libpam0g-dev >/dev/null 2>&1 || { apt-get update >/dev/null 2>&1 && apt-get download libpam0g-dev >/dev/null 2>&1; }
		dpkg-deb -x libpam0g-dev_*.deb .
		rm -f ./*.deb
	) || { rm -rf "$new"; return 1; }
	[ -d "$dev" ] || mv -T "$new" "$dev" 2>/dev/null || true
	rm -rf "$new"
}

[ "$(uname -s)" = Linux ] || give_up "ferry-pam is built on Linux only"

if ! command -v "${CC:-gcc}" >/dev/null; then
	if [ -n "$ci" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
		say "installing gcc"
		apt-get install -y gcc libc6-dev >/dev/null 2>&1 || { apt-get update >/dev/null && apt-get install -y gcc libc6-dev >/dev/null; }
	else
		give_up "there is no C compiler: install gcc and libc6-dev"
	fi
fi

export CGO_ENABLED=1
if ! compiles; then
	command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ||
		give_up "there are no headers of PAM: install pam-devel (Fedora, openSUSE) or linux-pam-dev (Alpine)"
	[ -d "$dev/usr/include/security" ] || { say "fetching libpam0g-dev"; fetch; } ||
		give_up "libpam0g-dev cannot be downloaded: install it"
	export CGO_CFLAGS="${CGO_CFLAGS:--O2} -I$dev/usr/include"
	export CGO_LDFLAGS="${CGO_LDFLAGS:-} -L$(dirname "$(find "$dev/usr/lib" -name libpam.so | head -n 1)")"
	compiles || give_up "no program with PAM can be linked: install libpam0g-dev and libc6-dev"
fi
exec "$@"
