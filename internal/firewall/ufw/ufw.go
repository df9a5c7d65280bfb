package ufw

import (
	"fmt"
	"slices"
	"strings"

	"ferry/internal/firewall"
)

// Dialect is ufw's, of version 0.35 and later (comments, and ports on both sides of a
// route).
var Dialect = &firewall.Dialect{
	Name:      "ufw",
	Title:     "ufw",
	Places:    []firewall.Place{firewall.AtServer, firewall.AtClient, firewall.Between},
	Trackings: []firewall.Tracking{firewall.Conntrack, firewall.Helper},
	Comment:   "#",
	Lacks:     firewall.Lacks{Replies: true},
	Render:    render,
}

// render writes the commands.
func render(p *firewall.Plan) (string, []firewall.Note, error) {
	var b strings.Builder
	b.WriteString("#!/bin/sh\n" + p.Header("#") + "set -e\n\n")
	b.WriteString("# What no rule names is dropped; answers pass by themselves.\n")
	for _, words := range defaults(p) {
		b.WriteString("ufw default " + words + "\n")
	}
	b.WriteString("\n")
	written, reason := make(map[string]bool), ""
	for i := range p.Rules {
		r := &p.Rules[i]
		for _, command := range commands(p, i) {
			if written[command] {
				continue // ufw's rules without addresses are for both families
			}
			written[command] = true
			if r.Reason != reason {
				reason = r.Reason
				fmt.Fprintf(&b, "# %s\n", reason)
			}
			b.WriteString(command + "\n")
		}
	}
	if p.Facts.Tracking == firewall.Helper {
		b.WriteString(helped(p))
	}
	b.WriteString("\n# Only now, as it cuts off what no rule names.\nufw enable\n")
	if p.Facts.Tracking == firewall.Helper {
		b.WriteString("# Where ufw was enabled already, its files are read now.\nufw reload\n")
	}
	return b.String(), notes(p), nil
}

// defaults are what becomes of packets that no rule names.
func defaults(p *firewall.Plan) []string {
	if !p.Facts.Host() {
		return []string{"deny routed"}
	}
	outgoing := "allow outgoing"
	if p.Default[p.Facts.Inward().Other()] == firewall.Drop {
		outgoing = "deny outgoing"
	}
	return []string{"deny incoming", outgoing}
}

// commands writes the rule of a number. ufw has rules of its own for loopback and
// ICMP, and what a default lets through needs none.
func commands(p *firewall.Plan, number int) []string {
	r := &p.Rules[number]
	if r.Proto != firewall.TCP || r.Helper || r.Action == p.Default[r.Toward] && !disputed(p, number) {
		return nil
	}
	verb := "allow"
	if r.Action == firewall.Drop {
		verb = "deny"
	}
	switch {
	case !p.Facts.Host():
		verb = "route " + verb
	case r.Toward != p.Facts.Inward():
		verb += " out"
	}
	var all []string
	for _, from := range ends("from", r.From) {
		for _, to := range ends("to", r.To) {
			all = append(all, fmt.Sprintf("ufw %s proto tcp %s %s comment 'ferry %s'", verb, from, to, r.Serves))
		}
	}
	return all
}

// disputed says whether a later rule decides otherwise than the default, so that this
// one must come before it.
func disputed(p *firewall.Plan, number int) bool {
	r := &p.Rules[number]
	return slices.ContainsFunc(p.Rules[number+1:], func(later firewall.Rule) bool {
		return later.Toward == r.Toward && later.Proto == firewall.TCP && later.Action != r.Action
	})
}

// ends writes one side of a rule, once for each network.
func ends(word string, m firewall.Match) []string {
	networks := []string{"any"}
	if len(m.Nets) > 0 {
		networks = firewall.Names(m.Nets)
	}
	var list []string
	for _, ports := range ports(m.Ports) {
		for _, n := range networks {
			list = append(list, word+" "+n+ports)
		}
	}
	return list
}

// portLimit is how many ports a rule of ufw takes; a range counts twice.
const portLimit = 15

// ports writes ranges, in as many lists as they take.
func ports(ranges []firewall.Ports) []string {
	if len(ranges) == 0 || slices.ContainsFunc(ranges, firewall.Ports.Any) {
		return []string{""}
	}
	var lists, names []string
	count := 0
	for _, p := range ranges {
		takes := 2
		if p.Single() {
			takes = 1
		}
		if count+takes > portLimit {
			lists, names, count = append(lists, " port "+strings.Join(names, ",")), nil, 0
		}
		names, count = append(names, p.Text(":", "")), count+takes
	}
	return append(lists, " port "+strings.Join(names, ","))
}

// notes says what is needed besides, and what ufw does by itself.
func notes(p *firewall.Plan) []firewall.Note {
	f := &p.Facts
	use := "run it as root with: sh FILE. The rules go behind those that are there, and the first that fits decides: what an earlier rule allows stays allowed (ufw status numbered; ufw insert 1 puts one before all). To undo a rule say ufw delete and the rest of its line (ufw route delete for routes)"
	if len(f.Keep) == 0 {
		use += ". Say ufw allow 22/tcp before ufw enable if you come by SSH"
		if f.Host() {
			use += ", or --keep 22 here"
		}
	}
	list := []firewall.Note{{Topic: firewall.NoteUse, Text: use}}
	wide := "ufw's own files (/etc/ufw/before.rules and before6.rules) let through ping, errors of ICMP, DHCP and mDNS"
	if slices.ContainsFunc(p.Families, func(f firewall.Family) bool { return f == firewall.IPv6 }) {
		list = append(list, firewall.Note{Topic: firewall.NoteFamilies, Text: "IPV6=yes must be in /etc/default/ufw, as it is by default"})
	}
	list = append(list, firewall.Note{Topic: firewall.NoteWide, Text: wide})
	if f.Tracking == firewall.Helper {
		list = append(list, firewall.Note{Topic: firewall.NoteModule, Text: "load the helper: IPT_MODULES=\"nf_conntrack_ftp\" in /etc/default/ufw loads it whenever ufw starts. Loading alone does nothing: the lines in ufw's files assign it, to connections that are opened from then on. To undo it, take away what stands between \"" + begin + "\" and \"" + end + "\" there, and restart"})
	}
	if !f.Host() {
		var lines []string
		for _, family := range p.Families {
			lines = append(lines, map[firewall.Family]string{firewall.IPv4: "net/ipv4/ip_forward=1", firewall.IPv6: "net/ipv6/conf/all/forwarding=1"}[family])
		}
		list = append(list, firewall.Note{Topic: firewall.NoteForward, Text: fmt.Sprintf(
			"the kernel must forward: write %s into /etc/ufw/sysctl.conf, where it also holds after the next boot, and say ufw reload", strings.Join(lines, " and "))})
		list = append(list, firewall.Note{Topic: firewall.NoteOutgoing, Text: "ufw protects this firewall's own ports too once it is enabled: by default nothing may come in"})
	}
	return append(list, firewall.Note{Topic: firewall.NotePersistence, Text: "ufw keeps its rules over a restart once it is enabled"})
}
