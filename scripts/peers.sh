#!/usr/bin/env bash
# Puts real FTP clients and servers into .peers/, and what stands beside them (a
# keyring, proxies, firewalls), for the tests that talk to them. Nothing is installed, no service is started, no root is needed:
#
#   .peers/bin/NAME   starts the peer NAME (a small sh script); pyftpdlib is a
#                     Python that has the module
#   .peers/root/      what the distribution's packages hold, unpacked
#   .peers/node/      packages of npm, where the machine has node and npm
#   .peers/versions   one line a peer: NAME, where it comes from, its version
#
# A program that the machine has and that works is used as it is. What is
# missing is downloaded with apt-get (Debian, Ubuntu) and unpacked, together with
# those of its libraries that are not installed. Without apt-get the rest is left
# out, by name, and the tests that need it are skipped; with CI=true a peer
# that is left out is a failure. A second run is quick; `make peers AGAIN=1`
# starts afresh.
#
# "peers.sh bench" fetches what only the benchmarks need, into .peers/bench/.
set -euo pipefail
export LC_ALL=C

cd "$(dirname "$0")/.."
peers=$PWD/.peers
ci=${CI:-}
again=${AGAIN:-}

# NAME|package|program inside of the package|arguments that only ask who it
# is|what the answer holds (extended regular expression)
table='
vsftpd|vsftpd|usr/sbin/vsftpd|-v|vsftpd: version 3
proftpd|proftpd-core|usr/sbin/proftpd|--version|ProFTPD Version 1
pure-ftpd|pure-ftpd|usr/sbin/pure-ftpd|--help|passiveportrange
inetutils-ftpd|inetutils-ftpd|usr/sbin/ftpd|--version|ftpd \(GNU inetutils\)
curl|curl|usr/bin/curl|--version|Protocols:.* ftp 
wget|wget|usr/bin/wget|--version|GNU Wget [0-9]
lftp|lftp|usr/bin/lftp|--version|LFTP . Version 4
tnftp|tnftp|usr/bin/tnftp|-?|usage: tnftp
inetutils-ftp|inetutils-ftp|usr/bin/inetutils-ftp|--version|ftp \(GNU inetutils\)
ncftp|ncftp|usr/bin/ncftp3|-V|NcFTP 3
ncftpget|ncftp|usr/bin/ncftpget|-V|NcFTPGet 3
ncftpput|ncftp|usr/bin/ncftpput|-V|NcFTPPut 3
ncftpls|ncftp|usr/bin/ncftpls|-V|NcFTPLs 3
openssl|openssl|usr/bin/openssl|version|OpenSSL [1-9]
python3|python3|usr/bin/python3|-c import sys,ssl,ftplib;print("python",sys.version)|python 3
strace|strace|usr/bin/strace|-V|strace -- version [0-9]
dbus-daemon|dbus-daemon|usr/bin/dbus-daemon|--version|D-Bus Message Bus Daemon [1-9]
gnome-keyring|gnome-keyring|usr/bin/gnome-keyring-daemon|--version|gnome-keyring-daemon: [1-9]
microsocks|microsocks|usr/bin/microsocks|-h|MicroSocks SOCKS5 Server
ftp-proxy|ftp-proxy|usr/sbin/ftp-proxy|-V|[Vv]ersion [1-9]
tinyproxy|tinyproxy-bin|usr/bin/tinyproxy|-v|tinyproxy [1-9]
nft|nftables|usr/sbin/nft|--version|nftables v[1-9]
iptables|iptables|usr/sbin/iptables-nft|--version|tables v1.*nf_tables
iptables-restore|iptables|usr/sbin/iptables-nft-restore|--version|restore v1.*nf_tables
ip6tables|iptables|usr/sbin/ip6tables-nft|--version|tables v1.*nf_tables
ip6tables-restore|iptables|usr/sbin/ip6tables-nft-restore|--version|restore v1.*nf_tables
ufw|ufw|usr/sbin/ufw|--version|ufw [0-9]
firewalld|firewalld|usr/sbin/firewalld|--help|usage: firewalld
pyftpdlib|python3-pyftpdlib|usr/lib/python3/dist-packages/pyftpdlib|-c import pyftpdlib.servers;print("pyftpdlib",pyftpdlib.__ver__)|pyftpdlib [1-9]
'

if [ "${1-}" = bench ]; then
	peers=$peers/bench
	table='
rclone|rclone|usr/bin/rclone|version|rclone v1
'
fi

# modules NAME prints the packages that a peer needs besides its own: for its TLS, or
# for what it does not name as a library.
modules() {
	case $1 in
	proftpd) printf '%s\n' proftpd-mod-crypto ;;
	pyftpdlib) printf '%s\n' python3-openssl ;;
	firewalld) printf '%s\n' gir1.2-glib-2.0 ;;
	esac
}

say() { printf 'peers: %s\n' "$*"; }

names() { sed -n 's/^\([a-z0-9-]*\)|.*/\1/p' <<<"$table"; }

# field NAME N prints the Nth field of NAME's row.
field() { awk -F'|' -v n="$1" -v f="$2" '$1 == n { print $f }' <<<"$table"; }

# The stamp says what .peers/ was made from. A change of this script, of the
# distribution or of the architecture makes it stale.
stamp() {
	{
		cat scripts/peers.sh
		uname -sm
		cat /etc/os-release 2>/dev/null || true
	} | cksum | cut -d' ' -f1
}

# limited runs a command for at most 20 seconds where timeout(1) exists.
limited() {
	if command -v timeout >/dev/null; then timeout 20 "$@"; else "$@"; fi
}

# answer NAME COMMAND... asks a program who it is. vsftpd writes to descriptor 0,
# as an inetd service does, hence 0>&1.
answer() {
	local name=$1 args flag
	shift
	args=$(field "$name" 4)
	flag=${args%% *}
	if [ "$flag" = "$args" ]; then
		limited "$@" "$flag" 0>&1 2>&1 || true
	else
		limited "$@" "$flag" "${args#* }" 0>&1 2>&1 || true
	fi
}

# works NAME COMMAND... reports whether the command is what it should be.
works() {
	local said
	said=$(answer "$@" | tr -d '\0')
	grep -aEq "$(field "$1" 5)" <<<"$said"
}

# on_host prints the path of the machine's own program. The distribution's
# directories come first: a shim of a version switcher is slow and moody.
on_host() {
	local dir
	while IFS= read -r dir; do
		if [ -n "$dir" ] && [ -f "$dir/$1" ] && [ -x "$dir/$1" ]; then
			printf '%s\n' "$dir/$1"
			return
		fi
	done < <(tr : '\n' <<<"/usr/bin:/usr/sbin:$PATH:/usr/local/sbin")
	return 1
}

# from_host writes the wrapper of a program that the machine has, or fails.
from_host() {
	local name=$1 program version
	case $name in
	inetutils-ftpd) program=ftpd ;; # another ftpd of this name fails the check
	ncftp) program=ncftp3 ;;
	gnome-keyring) program=gnome-keyring-daemon ;;
	*) program=$name ;;
	esac
	if [ "$name" = pyftpdlib ]; then
		program=$(on_host python3) && works pyftpdlib "$program" || return 1
		wrapper "$new/bin/pyftpdlib" "exec '$program' \"\$@\""
	else
		program=$(on_host "$program") && works "$name" "$program" || return 1
		wrapper "$new/bin/$name" "exec '$program' \"\$@\""
	fi
	version=$(answer "$name" "$program" | tr -d '\0\033\t' | sed -n '/[0-9]\.[0-9]/p')
	record "$name" "$program" "${version%%$'\n'*}"
}

# wrapper FILE LINE... writes a program in sh.
wrapper() {
	local file=$1
	shift
	{
		printf '#!/bin/sh\n'
		printf '%s\n' "$@"
	} >"$file"
	chmod 755 "$file"
}

# record NAME ORIGIN VERSION notes what a peer is.
record() {
	printf '%s\t%s\t%.60s\n' "$1" "$2" "$3" >>"$new/versions"
}

# apt runs a tool of apt on the machine's package lists or, after refresh, on
# lists of our own below .peers/, which needs no root and leaves the machine as
# it is.
apt_options=(-o APT::Sandbox::User=root -o Acquire::Retries=3)
apt() {
	local tool=$1
	shift
	"$tool" "${apt_options[@]}" "$@"
}
refresh() {
	say "reading package lists (into .peers/apt)"
	mkdir -p "$peers/apt/state/lists/partial" "$peers/apt/cache/archives/partial"
	apt_options+=(
		-o "Dir::State=$peers/apt/state"
		-o "Dir::State::lists=$peers/apt/state/lists"
		-o "Dir::State::status=/var/lib/dpkg/status"
		-o "Dir::Cache=$peers/apt/cache"
	)
	apt apt-get -qq update
}

# candidates PACKAGE... prints those that the package lists offer.
candidates() {
	apt apt-cache policy "$@" 2>/dev/null |
		awk '/^[^ ]/ { sub(/:$/, ""); name = $0 } /^ *Candidate: [^(]/ { print name }'
}

count() { grep -c . <<<"$1" || true; }

installed() {
	[ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | cut -c2)" = i ]
}

# libraries PACKAGE prints the libraries (and Python modules) that the package
# depends on and that are not installed. Of alternatives the first one counts.
libraries() {
	local name
	while IFS= read -r name; do
		installed "$name" || printf '%s\n' "$name"
	done < <(awk -v package="$1" '
		/^[^ ]/ { here = $0 == package; alternative = 0; next }
		here && /^ *[|]?(Pre)?Depends: / {
			name = $2
			gsub(/[<>]|:.*/, "", name)
			if (!alternative && name ~ /^(lib|python3)/) print name
			alternative = /[|]/
		}' "$new/depends")
}

# closure PACKAGE... prints the packages and all their missing libraries.
closure() {
	local queue=("$@") seen=' ' package library
	apt apt-cache depends --recurse --important "$@" >"$new/depends" 2>/dev/null
	while [ ${#queue[@]} -gt 0 ]; do
		package=${queue[0]}
		queue=("${queue[@]:1}")
		case $seen in *" $package "*) continue ;; esac
		seen="$seen$package "
		printf '%s\n' "$package"
		while IFS= read -r library; do
			queue+=("$library")
		done < <(libraries "$package")
	done
}

# fetch PACKAGE... downloads packages and unpacks them into root/.
fetch() {
	local list deb
	list=$(closure "$@")
	say "downloading $(wc -l <<<"$list") packages"
	# shellcheck disable=SC2086 # one word a package
	(cd "$new/debs" && apt apt-get -qq download $list) || return 1
	for deb in "$new"/debs/*.deb; do
		dpkg-deb -x "$deb" "$new/root"
		# shellcheck disable=SC2016 # dpkg-deb expands it
		dpkg-deb -W --showformat '${Package}\t${Version}\n' "$deb" >>"$new/packages"
	done
}

# from_package writes the wrapper of an unpacked program and tries it.
from_package() {
	local name=$1 package program dir libs='' run script='' try
	package=$(field "$name" 2)
	program=$(field "$name" 3)
	[ -e "$new/root/$program" ] || return 1
	run="\$root/$program"
	for dir in "$new"/root/usr/lib/*-linux-* "$new"/root/lib/*-linux-*; do
		[ -d "$dir" ] && libs="$libs\$root${dir#"$new/root"}:"
	done
	# shellcheck disable=SC2016 # for the wrapper to expand
	set -- 'root=$(cd "${0%/*}/../root" && pwd) || exit 127'
	[ -z "$libs" ] || set -- "$@" "LD_LIBRARY_PATH=${libs%:}\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}" 'export LD_LIBRARY_PATH'
	if [ "$name" = pyftpdlib ]; then
		# The distribution's own Python fits the distribution's module.
		run="\$root/usr/bin/python3"
		[ -x "$new/root/usr/bin/python3" ] || run=$(on_host python3) || return 1
		set -- "$@" "PYTHONPATH=\$root/${program%/*}" 'export PYTHONPATH'
	fi
	case $name in
	ufw | firewalld) # programs in Python, which look for their files where Debian installs them
		script=" \"$run\""
		run="\$root/usr/bin/python3"
		[ -x "$new/root/usr/bin/python3" ] || run=$(on_host python3) || return 1
		set -- "$@" "PYTHONPATH=\$root/usr/lib/python3/dist-packages" 'export PYTHONPATH'
		;;
	esac
	if [ -d "$new/root/usr/lib/$(uname -m)-linux-gnu/xtables" ]; then
		case $name in
		nft | ip*tables*) set -- "$@" "XTABLES_LIBDIR=\$root/usr/lib/$(uname -m)-linux-gnu/xtables" 'export XTABLES_LIBDIR' ;;
		esac
	fi
	try=$new/try/$name # from here ../root is what it is from bin/
	wrapper "$try" "$@" "exec \"$run\"$script \"\$@\""
	if ! works "$name" "$try"; then
		say "$name does not run:"
		answer "$name" "$try" | sed -n 1,5p
		return 1
	fi
	wrapper "$new/bin/$name" "$@" "exec \"$run\"$script \"\$@\""
	record "$name" "package $package" "$(awk -v p="$package" '$1 == p { print $2 }' "$new/packages")"
}

# npm_packages are optional with CI=true too: no distribution has them. A
# machine without node and npm does without them, and their tests are skipped.
npm_packages='basic-ftp@6.2.3'

# from_npm installs them into node/.
from_npm() {
	local package
	if ! on_host node >/dev/null || ! on_host npm >/dev/null; then
		say "left out, optional: $npm_packages (no node and npm here)"
		return
	fi
	for package in $npm_packages; do
		if (cd "$new/node" && limited npm install --prefix . --no-save --no-audit --no-fund --ignore-scripts "$package") >"$new/npm.log" 2>&1; then
			record "${package%@*}" 'package of npm' "${package##*@}"
		else
			say "left out, optional: $package"
			sed -n '1,5p' "$new/npm.log"
		fi
	done
}

# finish reports what is left out; that is a failure under CI=true only.
finish() {
	local left=$1
	if [ -n "$left" ]; then
		say "left out:$left (the tests that need them are skipped)"
		if [ "$ci" = true ]; then
			say 'CI=true asks for all of them'
			exit 1
		fi
	fi
	exit 0
}

mkdir -p "$peers"
if command -v flock >/dev/null; then # two runs at a time take turns
	exec 9>"$peers/lock"
	flock 9
fi

want=$(stamp)
if [ -z "$again" ] && [ "$(sed -n 1p "$peers/stamp" 2>/dev/null)" = "$want" ]; then
	left=$(sed -n 2p "$peers/stamp")
	if [ -z "$left" ] || [ "$ci" != true ]; then
		[ -z "$left" ] || say 'make peers AGAIN=1 tries once more what was left out before'
		finish "$left"
	fi
fi

new=$peers/new
rm -rf "$new"
mkdir -p "$new/bin" "$new/root" "$new/debs" "$new/try"

missing=
packages=()
for name in $(names); do
	if ! from_host "$name"; then
		missing="$missing $name"
		for package in $(field "$name" 2) $(modules "$name"); do
			case " ${packages[*]-} " in *" $package "*) ;; *) packages+=("$package") ;; esac
		done
	fi
done

left=
if [ -n "$missing" ]; then
	if command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; then
		known=$(candidates "${packages[@]}")
		if [ "$(count "$known")" -lt ${#packages[@]} ]; then
			refresh || say 'package lists could not be read'
			known=$(candidates "${packages[@]}")
		fi
		for package in "${packages[@]}"; do
			grep -Fqx -- "$package" <<<"$known" || say "no package $package in the lists of this distribution"
		done
		# A list that is older than the archive names files that are gone: read
		# the lists again and try once more.
		# shellcheck disable=SC2086 # one word a package
		if [ -n "$known" ] && ! fetch $known; then
			{ refresh && fetch $known; } || say 'download failed'
		fi
	else
		say 'no apt-get here: only programs that are installed can be used'
	fi
	for name in $missing; do
		from_package "$name" || left="$left $name"
	done
fi

mkdir -p "$new/node"
[ "${1-}" = bench ] || from_npm

# Only now the old tree goes: a run that fails leaves it in place.
(cd "$peers" && rm -rf bin root node versions)
touch "$new/versions"
mv "$new/bin" "$new/root" "$new/node" "$new/versions" "$peers/"
rm -rf "$new" "$peers/apt"
printf '%s\n%s\n' "$want" "$left" >"$peers/stamp"
sort "$peers/versions" | awk -F'\t' '{ printf "peers: %-15s %-24s %s\n", $1, $2, $3 }'
finish "$left"
