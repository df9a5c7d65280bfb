package firewall

import (
	"net/netip"
	"slices"
)

// Action is what becomes of a packet.
type Action uint8

// The actions.
const (
	Drop Action = iota
	Accept
)

// String writes "accept" or "drop".
func (a Action) String() string {
	if a == Accept {
		return "accept"
	}
	return "drop"
}

// Proto is what a rule looks at above IP. The zero value is everything.
type Proto uint8

// The protocols.
const (
	AnyProto Proto = iota
	TCP
	ICMP // ICMP in IPv4, ICMPv6 in IPv6
	UDP  // only in packets that a ruleset is asked about
)

// ICMPKind is a message of ICMP by its meaning.
type ICMPKind uint8

// The kinds that connections need. PacketTooBig is in IPv4 the code 4
// (fragmentation needed) of Unreachable, and a type of its own in IPv6.
const (
	NoICMP ICMPKind = iota
	Unreachable
	PacketTooBig
	TimeExceeded
	ParameterProblem
	NeighborDiscovery // types 133 to 136 of ICMPv6: without them there is no IPv6
	Echo              // only in packets that a ruleset is asked about
)

// State is a set of states of connection tracking. The empty set is: not looked at.
type State uint8

// The states.
const (
	New State = 1 << iota
	Established
	Related
)

// Match is one end of a packet. What is empty matches everything.
type Match struct {
	Nets  []netip.Prefix
	Ports []Ports
}

func (m *Match) has(a netip.AddrPort, ports bool) bool {
	if len(m.Nets) > 0 && !slices.ContainsFunc(m.Nets, func(n netip.Prefix) bool { return n.Contains(a.Addr()) }) {
		return false
	}
	return !ports || len(m.Ports) == 0 || slices.ContainsFunc(m.Ports, func(p Ports) bool { return p.Has(a.Port()) })
}

// Serves says what a rule is there for.
type Serves string

// What rules serve besides flows (whose rules carry their FlowName).
const (
	ServesLoopback Serves = "loopback" // the host speaks to itself
	ServesICMP     Serves = "icmp"     // errors about connections, path MTU, neighbours
	ServesKeep     Serves = "keep"     // another port that stays reachable
	ServesAnswers  Serves = "answers"  // answers to what the host opened itself
	ServesMode     Serves = "mode"     // keeps the mode closed that is not wanted
)

// A Rule lets packets through, or drops them. All that it names must fit.
type Rule struct {
	Serves   Serves
	Toward   Side   // the side to which the packets go
	Family   Family // never Both where Nets are named
	Proto    Proto
	From, To Match
	ICMP     []ICMPKind // for ICMP
	State    State
	Helper   bool // only connections that belong to a control connection with the ftp helper
	Answer   bool // only segments with ACK or RST: they cannot open a connection
	Knocked  bool // only from addresses that have a live control connection
	Local    bool // only packets on the loopback interface
	Action   Action
	Reason   string
}

// A Packet is what a ruleset is asked about.
type Packet struct {
	Toward   Side
	Proto    Proto
	Src, Dst netip.AddrPort
	ICMP     ICMPKind
	State    State // exactly one, or none where there is no tracking
	Helper   bool  // its connection belongs to a control connection with the ftp helper
	Opens    bool  // a segment with SYN and without ACK
	Knocked  bool  // its source has a live control connection
	Local    bool
}

// matches says whether the rule is about the packet.
func (r *Rule) matches(p *Packet) bool {
	switch {
	case r.Toward != p.Toward, r.Local != p.Local && r.Local,
		!r.Family.Has(p.Src.Addr()) || !r.Family.Has(p.Dst.Addr()),
		r.Proto != AnyProto && r.Proto != p.Proto,
		r.State != 0 && r.State&p.State == 0,
		r.Helper && !p.Helper, r.Answer && (p.Opens || p.Proto != TCP), r.Knocked && !p.Knocked,
		r.Proto == ICMP && len(r.ICMP) > 0 && !slices.Contains(r.ICMP, p.ICMP):
		return false
	}
	ports := r.Proto == TCP
	return r.From.has(p.Src, ports) && r.To.has(p.Dst, ports)
}

// A Ruleset is an ordered list of rules; the first that fits decides.
type Ruleset struct {
	Rules   []Rule
	Default [2]Action // by the side to which packets go, where no rule fits
	// Stateful says that answers pass by themselves, as with an AWS security group:
	// a packet of an established connection passes if the connection could be opened.
	Stateful bool
}

// Verdict says what becomes of the packet.
func (s *Ruleset) Verdict(p Packet) Action {
	if s.Stateful && p.State == Established {
		opening := p
		opening.State, opening.Opens = New, true
		turned := opening
		turned.Toward, turned.Src, turned.Dst = p.Toward.Other(), p.Dst, p.Src
		return max(s.first(&opening), s.first(&turned))
	}
	if s.Stateful && p.Proto == ICMP && p.State == Related {
		return Accept // errors about a connection that passes are part of it
	}
	return s.first(&p)
}

func (s *Ruleset) first(p *Packet) Action {
	for i := range s.Rules {
		if s.Rules[i].matches(p) {
			return s.Rules[i].Action
		}
	}
	return s.Default[p.Toward]
}
