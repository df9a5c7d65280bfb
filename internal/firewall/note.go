package firewall

import (
	"fmt"
)

// Topic says what a note is about, stable from release to release.
type Topic string

// The topics.
const (
	NoteForward     Topic = "forwarding"  // packets must be forwarded at all
	NoteModule      Topic = "helper"      // the helper module, now and at boot
	NoteServer      Topic = "server"      // what the server's configuration must say
	NoteFamilies    Topic = "families"    // a family that is left out
	NoteWide        Topic = "wide"        // what is more open than the flows need, and why
	NotePersistence Topic = "persistence" // how rules last over a restart
	NoteNAT         Topic = "nat"         // what address translation needs
	NoteOutgoing    Topic = "outgoing"    // what a host may open besides
	NoteUse         Topic = "use"         // how and where the rules are loaded
)

// A Note is something that an administrator must know besides the rules.
type Note struct {
	Topic Topic
	Text  string
}

// String writes "topic: text".
func (n Note) String() string { return string(n.Topic) + ": " + n.Text }

// note writes down what rules alone cannot do, in any dialect.
func (p *Plan) note() {
	f := &p.Facts
	add := func(topic Topic, format string, args ...any) {
		p.Notes = append(p.Notes, Note{topic, fmt.Sprintf(format, args...)})
	}
	for _, family := range []Family{IPv4, IPv6} {
		if len(p.Families) == 1 && p.Families[0] != family && hasFamily(f, family) {
			add(NoteFamilies, "there is nothing for %s, as only one side has addresses of it", family)
		}
	}
	if f.Passive && f.PassivePorts == Unprivileged && f.Tracking != Helper {
		add(NoteWide, "the server's passive ports are not limited, so every port from 1024 on is open%s: set pasv_min_port and pasv_max_port", p.toWhom())
	}
	if f.Active && f.DataPort == 0 && f.Tracking != Helper {
		add(NoteWide, "the server's active data connections come from any port: connect_from_port_20=YES would let the rules name port 20")
	}
	if f.Active && f.ActivePorts == Unprivileged && f.Tracking != Helper {
		add(NoteWide, "clients choose any port from 1024 on for active mode, so the server may reach all of those; --active-ports narrows it where clients have a range (ferry get --active-ports)")
	}
	if f.Outgoing == OutgoingOpen && f.At == AtServer && !f.Active && f.DataPort == 0 {
		add(NoteOutgoing, "active mode stays possible: the server's data port is not known, so its active data connections cannot be told from others that it opens; use --outgoing closed, or set connect_from_port_20=YES and port_enable=NO")
	}
	if f.Outgoing == OutgoingClosed && f.Host() {
		add(NoteOutgoing, "this host can open nothing but FTP's connections: no DNS, no updates, no mail")
	}
	if len(f.Public) > 0 && f.Passive {
		if f.Tracking == Helper {
			add(NoteNAT, "the helper writes the public address into the 227; pasv_address must stay unset")
		} else {
			add(NoteNAT, "set pasv_address=%s (or pasv_addr_resolve=YES with a name of it): the 227 must name the address that clients can reach", f.Public[0])
		}
	}
}

// toWhom says who can use what is open.
func (p *Plan) toWhom() string {
	if len(p.Facts.Clients) == 0 {
		return " to everybody"
	}
	return " to " + join(Names(p.Facts.Clients))
}

func hasFamily(f *Facts, family Family) bool {
	for _, n := range f.Clients {
		if FamilyOf(n.Addr()) == family {
			return true
		}
	}
	for _, a := range f.Server {
		if FamilyOf(a) == family {
			return true
		}
	}
	return false
}

// Summary says in a line what the plan is for.
func (p *Plan) Summary() string {
	f := &p.Facts
	modes := "active and passive mode"
	switch {
	case !f.Active:
		modes = "passive mode"
	case !f.Passive:
		modes = "active mode"
	}
	where := map[Place]string{AtServer: "on the server", AtClient: "on the client", Between: "between clients and server"}[f.At]
	how := map[Tracking]string{
		Helper: "with the FTP helper", Conntrack: "with connection tracking", Stateless: "without state",
		Knock: "with connection tracking and knocking",
	}[f.Tracking]
	return fmt.Sprintf("FTP, %s, %s, %s", modes, where, how)
}
