package iptables

import (
	"fmt"
	"strings"

	"ferry/internal/firewall"
)

// use says how the text is loaded, and what it does to what is there.
func (t *tool) use(p *firewall.Plan, chains []chain, restores bool) []firewall.Note {
	var text string
	names := strings.Join(tables(chains), " and ")
	switch {
	case restores:
		text = fmt.Sprintf("load it with: %s-restore FILE. Each table that it names (%s) is replaced: what others have put there (a container engine, fail2ban) is gone until they do it again", t.command, names)
	default:
		text = fmt.Sprintf("run it with: sh FILE. It adds chains of its own behind the rules that are there (tables %s): what those accept or drop they decide first, so a last rule that drops or rejects everything must be moved behind", names)
	}
	switch {
	case !p.Facts.Host() && restores:
		text += ". What is forwarded besides FTP is dropped; the firewall's own ports are left open, as these rules know nothing of them"
	case !p.Facts.Host():
		text += ". What is forwarded besides FTP and was not accepted before is dropped; the firewall's own ports are left as they are"
	case restores:
		text += ". No other port of this host is reachable then, port 22 no more than others: --keep 22 keeps it"
	default:
		text += ". No port of this host is reachable then that was not accepted before, port 22 no more than others: --keep 22 keeps it"
	}
	if len(p.Facts.Keep) > 0 {
		text, _, _ = strings.Cut(text, ". No ")
	}
	return []firewall.Note{{Topic: firewall.NoteUse, Text: text}}
}

// besides says what is needed besides the rules.
func (t *tool) besides(p *firewall.Plan) []firewall.Note {
	var notes []firewall.Note
	add := func(topic firewall.Topic, format string, args ...any) {
		notes = append(notes, firewall.Note{Topic: topic, Text: fmt.Sprintf(format, args...)})
	}
	if !p.Facts.Host() {
		add(firewall.NoteForward, "the kernel must forward %s: sysctl -w %s=1 now, and the line %s=1 in /etc/sysctl.d/90-ftp.conf for the next boot", t.family, t.forward, t.forward)
	}
	if p.Facts.Tracking == firewall.Helper {
		modules := []string{"nf_conntrack_ftp"}
		if len(p.Translations) > 0 {
			modules = append(modules, "nf_nat_ftp")
		}
		add(firewall.NoteModule, "load the helper: modprobe -a %s now, and its name, a line each, in /etc/modules-load.d/ftp.conf for the next boot. Loading alone does nothing: the rule in the table raw assigns it, to connections that are opened from then on", strings.Join(modules, " "))
	}
	add(firewall.NotePersistence, "rules are gone with a restart: on Debian and Ubuntu install iptables-persistent, and write them with: netfilter-persistent save (into %s)", t.file)
	return notes
}
