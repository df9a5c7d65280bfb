package mikrotik

import (
	"fmt"
	"slices"

	"ferry/internal/firewall"
)

// notes says what is needed besides.
func notes(p *firewall.Plan) []firewall.Note {
	var list []firewall.Note
	add := func(topic firewall.Topic, format string, args ...any) {
		list = append(list, firewall.Note{Topic: topic, Text: fmt.Sprintf(format, args...)})
	}
	if p.Facts.Tracking == firewall.Helper {
		add(firewall.NoteModule, "the helper sees only control connections that begin after it is on: sessions that are open now must log on again")
	}
	if p.Facts.Tracking == firewall.Conntrack {
		add(firewall.NoteModule, "the FTP helper (/ip firewall service-port) is on by default, and data connections that it expects are related instead of new: the rules take both, on the same ports, and do without it as well")
	}
	if slices.Contains(p.Families, firewall.IPv6) {
		add(firewall.NoteForward, "packets of IPv6 are forwarded where /ipv6 settings has disable-ipv6=no and forward=yes")
	}
	for _, t := range p.Translations {
		if t.Toward == firewall.Server && !t.Masquerade {
			add(firewall.NoteNAT, "%s must be an address of this router, or be routed to it", t.Public)
		}
	}
	for _, t := range p.Translations {
		if t.Masquerade {
			add(firewall.NoteNAT, "a rule that translates the clients already, such as the masquerade of the default configuration, makes the one here needless")
			break
		}
	}
	add(firewall.NoteUse, "copy it to the router as ferry.rsc and say /import file-name=ferry.rsc; in safe mode (Ctrl-X) it is undone when the session breaks")
	add(firewall.NoteUse, "the rules go behind those that are there, and the first that fits decides: what an earlier rule accepts or drops stays so (print shows them, move changes their order)")
	add(firewall.NoteUse, "the last rule drops whatever else this router would forward, also the way to the internet: put rules for that before it; packets to the router itself (chain=input) are not touched")
	add(firewall.NoteUse, "it can be entered again, and takes away what it made before; the lines that begin with remove are also what undoes it")
	add(firewall.NotePersistence, "RouterOS keeps what is entered, nothing needs to be saved")
	return list
}
