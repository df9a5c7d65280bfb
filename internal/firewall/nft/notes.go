package nft

import (
	"fmt"
	"slices"
	"strings"

	"ferry/internal/firewall"
)

// notes says what is needed besides the table.
func notes(p *firewall.Plan) []firewall.Note {
	var list []firewall.Note
	add := func(topic firewall.Topic, format string, args ...any) {
		list = append(list, firewall.Note{Topic: topic, Text: fmt.Sprintf(format, args...)})
	}
	if !p.Facts.Host() {
		var names []string
		if slices.Contains(p.Families, firewall.IPv4) {
			names = append(names, "net.ipv4.ip_forward=1")
		}
		if slices.Contains(p.Families, firewall.IPv6) {
			names = append(names, "net.ipv6.conf.all.forwarding=1")
		}
		add(firewall.NoteForward, "the kernel must forward packets: sysctl -w %s, and the same lines in /etc/sysctl.d/ferry.conf for the next start", strings.Join(names, " "))
	}
	if p.Facts.Tracking == firewall.Helper {
		modules := "nf_conntrack_ftp"
		if len(p.Translations) > 0 {
			modules += " nf_nat_ftp"
		}
		add(firewall.NoteModule, "load the helper's modules now (modprobe -a %s) and at every start (a line for each in /etc/modules-load.d/ferry.conf), unless the kernel has them built in", modules)
		add(firewall.NoteModule, "only control connections that begin after the rules are loaded have the helper: sessions that are open now must log on again")
	}
	for _, t := range p.Translations {
		if t.Toward == firewall.Server && !t.Masquerade {
			add(firewall.NoteNAT, "%s must be an address of this router, or be routed to it", t.Public)
		}
	}
	if p.Facts.Host() {
		add(firewall.NoteUse, "nft -f FILE loads this, and it drops whatever else comes in to this host%s", keeps(p))
	} else {
		add(firewall.NoteUse, "nft -f FILE loads this, and it drops whatever else this router would forward; packets to the router itself are not touched")
	}
	add(firewall.NoteUse, "another table can still drop what this one accepts: the chains of every table at a hook are asked (nft list ruleset shows them; iptables, firewalld and ufw have theirs)")
	add(firewall.NotePersistence, "save it as /etc/ferry.nft, put the line include \"/etc/ferry.nft\" into /etc/nftables.conf, and run systemctl enable nftables")
	return list
}

// keeps says which other ports stay reachable.
func keeps(p *firewall.Plan) string {
	if len(p.Facts.Keep) == 0 {
		return ", also SSH: name the ports that must stay reachable with --keep"
	}
	words := make([]string, len(p.Facts.Keep))
	for i, port := range p.Facts.Keep {
		words[i] = fmt.Sprint(port)
	}
	return " but port " + strings.Join(words, ", ")
}
