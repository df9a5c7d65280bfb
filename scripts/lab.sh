#!/usr/bin/env bash
# Measures the laboratory's matrix and writes it into docs/lab.md, with the pictures
# of docs/pictures/. It needs root (or unprivileged user namespaces) and the peers.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PWD/.peers/bin:$PATH"
ferry=$PWD/bin/ferry
page=docs/lab.md
new=$(mktemp)
trap 'rm -f "$new"' EXIT

matrix() { # the TSV of one pair as a table: topology, tls, then the modes
	"$ferry" lab run --format tsv "$@" | awk -F'\t' '
		function cell(i) { return i in r ? r[i] : "" }
		function flush() {
			if (key == "") return
			printf "| %s | %s |", topology, tls
			for (i = 1; i <= 5; i++) printf " %s |", cell(i)
			print ""
		}
		BEGIN {
			print "| topology | TLS | PASV | EPSV | PORT | EPRT | ports |"
			print "|---|---|---|---|---|---|---|"
			split("pasv epsv port eprt ports", m, " ")
			for (i in m) at[m[i]] = i
		}
		NR > 1 {
			if ($1 SUBSEP $3 != key) { flush(); delete r; key = $1 SUBSEP $3; topology = $1; tls = $3 }
			r[at[$4]] = $7 == "ok" ? "ok" : $7 == "skip" ? "skipped" : "`" $8 "` at " $9
		}
		END { flush() }'
}

sed '/<!-- begin: make lab -->/q' "$page" >"$new"
{
	printf '\n### ferry as server and as client, rules in nftables\n\n'
	matrix
	printf '\n### vsftpd and curl, rules in iptables\n\n'
	matrix --server vsftpd --client curl --tls none --rules iptables
	printf '\n'
} >>"$new"
sed -n '/<!-- end: make lab -->/,$p' "$page" >>"$new"
cat "$new" >"$page"

"$ferry" lab watch open --mode port --svg docs/pictures/active.svg >/dev/null
"$ferry" lab watch open --mode pasv --svg docs/pictures/passive.svg >/dev/null
"$ferry" lab watch client-nat-helper --mode port --svg docs/pictures/helper.svg >/dev/null
"$ferry" lab watch routed-21 --mode pasv --svg docs/pictures/dropped.svg >/dev/null
