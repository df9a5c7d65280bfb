package lab

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Topology is a network between one client and one server, in a row.
type Topology struct {
	Name  string // stable, for the command line: "client-nat"
	About string // a sentence
	Hosts []string
	Links []Link // between neighbours of Hosts, one fewer
	// Filters are the firewalls, by the name of their host.
	Filters map[string]Filter
	// Server are options of the server's configuration beside the usual ones.
	Server map[string]string
	// Address is where clients find the server; empty: at its own address.
	Address string
	IPv6    bool
	// Expect predicts, a line each: TLS MODE RESULT [HOP]. TLS and MODE may be *, and
	// words before the result name a client, or a server with @. The last line that
	// fits counts.
	Expect string
}

// A Link is a cable. The left host has address 1 of the network, the right 2.
type Link struct {
	Net     string // IPv4 network
	Net6    string // IPv6 network, in topologies of IPv6
	MTU     int
	Private bool // hosts behind the next router have no way to it
}

// A Filter is what one host does to packets: rules from facts as ferry rules takes
// them, or nftables text where a how-to's rules are tried or a fault is made.
type Filter struct {
	Facts string
	Text  string
}

// Modes are the kinds of data connection, in the order of the tables.
var Modes = []string{"pasv", "epsv", "port", "eprt"}

// An Outcome is what a cell gives: OK, or a cause and the host that it is at.
type Outcome struct {
	OK    bool
	Cause string
	Hop   string
}

// String writes "ok", or "cause at hop".
func (o Outcome) String() string {
	switch {
	case o.OK:
		return "ok"
	case o.Hop == "":
		return o.Cause
	default:
		return o.Cause + " at " + o.Hop
	}
}

// A Cell is one thing to try in a topology.
type Cell struct {
	Topology string `json:"topology"`
	Family   string `json:"family"` // ipv4 or ipv6
	TLS      string `json:"tls"`    // none, explicit or implicit
	Mode     string `json:"mode"`
	Client   string `json:"client"`
	Server   string `json:"server"`
}

// Clients are the programs that can ask, Servers those that can serve.
var (
	Clients = []string{"ferry", "curl", "lftp", "tnftp"}
	Servers = []string{"ferry", "vsftpd", "proftpd", "pure-ftpd"}
	// RuleFormats are the formats in which firewalls can get their rules.
	RuleFormats = []string{"nftables", "iptables"}
	// TLSKinds are what a cell's TLS may be.
	TLSKinds = []string{"none", "explicit", "implicit"}
)

// Family is that of all cells of the topology.
func (t *Topology) Family() string {
	if t.IPv6 {
		return "ipv6"
	}
	return "ipv4"
}

// Modes are the kinds of data connection that the topology's family has.
func (t *Topology) Modes() []string {
	if t.IPv6 {
		return []string{"epsv", "eprt"}
	}
	return Modes
}

// Predict is what the topology says of a cell.
func (t *Topology) Predict(c Cell) (Outcome, error) {
	found := false
	var outcome Outcome
	for line := range strings.Lines(t.Expect) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if len(words) < 3 {
			return outcome, fmt.Errorf("topology %s: the prediction %q is too short", t.Name, line)
		}
		tls, mode, rest := words[0], words[1], words[2:]
		for len(rest) > 1 && (slices.Contains(Clients, rest[0]) || strings.HasPrefix(rest[0], "@")) {
			if rest[0] != c.Client && rest[0] != "@"+c.Server {
				rest = nil
				break
			}
			rest = rest[1:]
		}
		if rest == nil {
			continue
		}
		if tls != "*" && (tls == "none") != (c.TLS == "none") || !covers(mode, c.Mode) {
			continue
		}
		found, outcome = true, Outcome{OK: rest[0] == "ok"}
		if !outcome.OK {
			outcome.Cause = rest[0]
			if len(rest) > 1 {
				outcome.Hop = rest[1]
			}
		}
	}
	if !found {
		return outcome, fmt.Errorf("topology %s predicts nothing for tls %s, mode %s", t.Name, c.TLS, c.Mode)
	}
	if outcome.OK {
		outcome = quirk(c)
	}
	return outcome, nil
}

// Unexplained is the cause of a failure that nothing explains: no refusal, no packet
// that is missing. It is always a surprise.
const Unexplained = "unexplained"

// quirk is what a client makes of a network on which all is well.
func quirk(c Cell) Outcome {
	// curl 7.88 does not begin TLS on a data connection that it has accepted, so that
	// the server gives it up.
	if c.Client == "curl" && c.TLS != "none" && (c.Mode == "port" || c.Mode == "eprt") {
		if c.Server == "pure-ftpd" { // it waits until curl has gone
			return Outcome{Cause: "data-connection-lost", Hop: "client"}
		}
		return Outcome{Cause: "tls-handshake-failed", Hop: "server"}
	}
	return Outcome{OK: true}
}

// covers says whether a word of a prediction means the mode.
func covers(word, mode string) bool {
	switch word {
	case "*":
		return true
	case "passive":
		return mode == "pasv" || mode == "epsv"
	case "active":
		return mode == "port" || mode == "eprt"
	}
	return word == mode
}

// Find gives the topology of a name.
func Find(name string) (*Topology, error) {
	for i := range Topologies {
		if Topologies[i].Name == name {
			return &Topologies[i], nil
		}
	}
	return nil, fmt.Errorf("there is no topology %q; ferry lab list shows them", name)
}

// Describe tells all about the topology: what it is, its hosts and addresses, its
// firewalls, and what is predicted.
func (t *Topology) Describe() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n  %s\n\n  %s\n", t.Name, t.About, t.Sketch())
	for _, h := range t.Hosts {
		f, ok := t.Filters[h]
		switch {
		case ok && f.Facts != "":
			fmt.Fprintf(&b, "  %s: ferry rules %s\n", h, f.Facts)
		case ok:
			fmt.Fprintf(&b, "  %s: %s\n", h, strings.ReplaceAll(strings.TrimSpace(f.Text), "\n", "\n    "))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.Server)) {
		fmt.Fprintf(&b, "  server: %s=%s\n", name, t.Server[name])
	}
	b.WriteString("  predicted (TLS, mode, client or @server, result):\n")
	for line := range strings.Lines(t.Expect) {
		fmt.Fprintf(&b, "    %s\n", strings.TrimSpace(line))
	}
	return b.String() + "\n"
}

// Sketch draws the hosts in a row, those with a firewall in brackets.
func (t *Topology) Sketch() string {
	var b strings.Builder
	for i, h := range t.Hosts {
		name := h
		if _, filters := t.Filters[h]; filters {
			name = "[" + h + "]"
		}
		b.WriteString(name)
		if i < len(t.Links) {
			net := t.Links[i].Net
			if t.IPv6 {
				net = t.Links[i].Net6
			}
			fmt.Fprintf(&b, " --%s-- ", net)
		}
	}
	return b.String()
}
