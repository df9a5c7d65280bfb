package firewall

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
)

// A FactError says which fact cannot be, why, and what to do.
type FactError struct {
	Fact   string // the name of the fact, as in the command line: "clients", "state"
	Text   string
	Advice string
}

func (e *FactError) Error() string {
	if e.Advice == "" {
		return e.Text
	}
	return e.Text + ": " + e.Advice
}

// checked fills in what is empty and tells everything that cannot be, at once.
func (f Facts) checked() (Facts, error) {
	var found []error
	refuse := func(fact, advice, format string, args ...any) {
		found = append(found, &FactError{fact, fmt.Sprintf(format, args...), advice})
	}
	switch f.At {
	case AtServer, AtClient, Between:
	default:
		refuse("at", "say server, client or forward", "%q is no place of a firewall", f.At)
	}
	switch f.Tracking {
	case "":
		f.Tracking = Conntrack
	case Helper, Conntrack, Stateless, Knock:
	default:
		refuse("state", "say helper, conntrack, none or knock", "%q is no kind of tracking", f.Tracking)
	}
	if !f.Active && !f.Passive {
		refuse("mode", "say active, passive or both", "no mode is wanted")
	}
	f.ports(refuse)
	f.networks(refuse)
	f.translation(refuse)
	f.tracking(refuse)
	if len(found) > 0 {
		return f, errors.Join(found...)
	}
	return f, nil
}

// refuser takes a complaint.
type refuser func(fact, advice, format string, args ...any)

// ports fills in and checks the ports.
func (f *Facts) ports(refuse refuser) {
	if len(f.Control) == 0 {
		f.Control = []uint16{21}
	}
	f.Control = slices.Compact(slices.Sorted(slices.Values(f.Control)))
	if f.ActivePorts == (Ports{}) {
		f.ActivePorts = Unprivileged
	}
	if f.PassivePorts == (Ports{}) {
		f.PassivePorts = Unprivileged
	}
	for name, p := range map[string]Ports{"passive-ports": f.PassivePorts, "active-ports": f.ActivePorts} {
		if p.From == 0 || p.From > p.To {
			refuse(name, "write the lower port first", "the range %d-%d is upside down or has port 0", p.From, p.To)
		}
	}
	for _, port := range f.Control {
		switch {
		case port == 0:
			refuse("control-port", "say a port from 1 to 65535", "0 is no control port")
		case f.Active && port == f.DataPort:
			refuse("data-port", "use another: by tradition the data port is 20", "port %d is both control port and data port", port)
		case f.Passive && f.PassivePorts != Unprivileged && f.PassivePorts.Has(port):
			refuse("passive-ports", "choose a range without it", "the passive ports %s hold the control port %d", f.PassivePorts, port)
		}
	}
	if len(f.Keep) > 0 && !f.Host() {
		refuse("keep", "it is for --at server and --at client", "a firewall between has no ports of its own to keep")
	}
	if slices.Contains(f.Keep, 0) {
		refuse("keep", "say a port from 1 to 65535", "0 is no port")
	}
	f.Keep = slices.Compact(slices.Sorted(slices.Values(f.Keep)))
}

// networks fills in and checks who speaks to whom.
func (f *Facts) networks(refuse refuser) {
	for _, n := range f.Clients {
		if !n.IsValid() {
			refuse("clients", "write it as 192.0.2.0/24 or 2001:db8::/32", "a client network is not valid")
		} else if n != n.Masked() {
			refuse("clients", fmt.Sprintf("write %s, or %s for the one host", n.Masked(), netip.PrefixFrom(n.Addr(), n.Addr().BitLen())),
				"%s is an address inside of a network", n)
		}
	}
	for _, a := range f.Server {
		if !a.IsValid() || a.IsUnspecified() || a.IsMulticast() {
			refuse("server", "say the address that it is reached at", "%s is no address of a server", a)
		}
	}
	if len(f.Server) == 0 && f.At != AtServer {
		refuse("server", "say --server ADDRESS", "rules at the client or between need the server's address")
	}
	if len(f.families()) == 0 {
		refuse("clients", "name client networks and server addresses of one family", "the clients are of another family than the server: IPv4 and IPv6 never speak to each other")
	}
}

// translation checks what the firewall does to addresses.
func (f *Facts) translation(refuse refuser) {
	if (len(f.Public) > 0 || f.Masquerade) && f.Host() {
		refuse("nat", "use --at forward for a router", "only a firewall between translates addresses")
	}
	if len(f.Public) > 0 {
		same := slices.EqualFunc(f.Public, f.Server, func(p, s netip.Addr) bool { return p.Is4() == s.Is4() })
		switch {
		case !same:
			refuse("public", "name as many public addresses as server addresses, in the same order and of the same family", "the public addresses do not fit the server's")
		case f.Tracking == Stateless:
			refuse("public", "use conntrack or helper", "a firewall without state cannot translate addresses")
		case f.Passive && f.Tracking != Helper && f.PassivePorts == Unprivileged:
			refuse("passive-ports", "set pasv_min_port and pasv_max_port, or say --passive-ports", "a range of passive ports must be known to be forwarded")
		}
	}
	if f.Masquerade && f.Tracking == Stateless {
		refuse("masquerade", "use conntrack or helper", "a firewall without state cannot translate addresses")
	}
	if f.Masquerade && f.Active && f.Tracking != Helper {
		refuse("mode", "use passive mode, or --state helper without TLS",
			"active mode does not get through address translation at the clients' side unless a helper reads the control connection: the server would have to dial an address that nobody can reach")
	}
}

// tracking checks what the kind of tracking can do.
func (f *Facts) tracking(refuse refuser) {
	switch {
	case f.Tracking == Helper && f.TLS:
		refuse("state", "use --state conntrack with a narrow passive range, or --state knock; or say --tls none if no client may use TLS",
			"the helper reads PORT and 227 on the control connection, and cannot once TLS encrypts it: data connections would be dropped")
	case f.Tracking == Knock && (f.Active || !f.Passive):
		refuse("state", "use --mode passive", "knock opens passive ports; active mode has none")
	case f.Tracking == Knock && f.At == AtClient:
		refuse("state", "use --state conntrack: the client opens passive data connections itself", "knock protects a server")
	}
	if f.KnockTime == 0 {
		f.KnockTime = DefaultKnockTime
	}
	if f.KnockTime < 0 {
		refuse("knock-time", "say a time such as 5m", "%s is no time to wait", f.KnockTime)
	}
	switch f.Outgoing {
	case "":
		f.Outgoing = OutgoingOpen
		if !f.Stateful() || !f.Host() {
			f.Outgoing = OutgoingClosed
		}
	case OutgoingOpen:
		if !f.Stateful() || !f.Host() {
			refuse("outgoing", "use --outgoing closed, or --state conntrack at a host", "only a host that follows connections can let in the answers to what it opens itself")
		}
	case OutgoingClosed:
	default:
		refuse("outgoing", "say open or closed", "%q is no kind of outgoing", f.Outgoing)
	}
}
