package pf

import (
	"fmt"
	"slices"
	"strings"

	"ferry/internal/firewall"
)

// notes says what is needed besides.
func notes(p *firewall.Plan) []firewall.Note {
	var list []firewall.Note
	add := func(topic firewall.Topic, format string, args ...any) {
		list = append(list, firewall.Note{Topic: topic, Text: fmt.Sprintf(format, args...)})
	}
	f := &p.Facts
	if !f.Host() {
		var settings, switches []string
		for _, family := range p.Families {
			if family == firewall.IPv6 {
				settings, switches = append(settings, "net.inet6.ip6.forwarding=1"), append(switches, `ipv6_gateway_enable="YES"`)
			} else {
				settings, switches = append(settings, "net.inet.ip.forwarding=1"), append(switches, `gateway_enable="YES"`)
			}
		}
		add(firewall.NoteForward, "the kernel must forward packets: sysctl %s now; at every start by the same in /etc/sysctl.conf (OpenBSD), or %s in /etc/rc.conf (FreeBSD)",
			strings.Join(settings, " "), strings.Join(switches, " and "))
	}
	if len(p.Translations) > 0 {
		add(firewall.NoteNAT, "match with rdr-to and nat-to is the language of OpenBSD (since 4.7); where FreeBSD's pfctl refuses it, write rdr and nat there, before the first rule")
	}
	for _, t := range p.Translations {
		if t.Toward == firewall.Server && !t.Masquerade {
			add(firewall.NoteNAT, "%s must be an address of this router, or be routed to it", t.Public)
		}
	}
	if slices.ContainsFunc(p.Translations, func(t firewall.Translation) bool { return t.Masquerade }) {
		add(firewall.NoteNAT, "egress are the interfaces with a default route: write the interface toward the server for it if that is another")
	}
	use := "pfctl -nf FILE checks it, pfctl -f FILE loads it in place of all rules there are, pfctl -e switches pf on"
	if f.Host() {
		use += ". It drops whatever else comes in to this host"
		if len(f.Keep) == 0 {
			use += ", also SSH: name the ports that must stay reachable with --keep"
		} else if f.Stateful() {
			use += "; connections that were open before pf was on have no state and must be opened again"
		}
	} else {
		use += ". It drops whatever else this router would forward"
	}
	add(firewall.NoteUse, "%s", use)
	if !f.Stateful() {
		add(firewall.NoteWide, "rules without state tell answers by ACK or RST: who forges those gets single segments through, but opens no connection")
	}
	add(firewall.NoteUse, "fragments are put together before the rules see them: OpenBSD does so by itself, FreeBSD by set reassemble yes (since 14) or scrub in all fragment reassemble, before the first rule")
	add(firewall.NotePersistence, "save it as /etc/pf.conf; FreeBSD also wants pf_enable=\"YES\" in /etc/rc.conf")
	return list
}
