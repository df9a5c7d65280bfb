package lab

import (
	"regexp"
	"slices"
	"strings"

	"ferry/ftp"
)

// judge says why a cell has failed and where, from what client and server printed
// and from the packets at each host. It does not know what was predicted.
func (n *network) judge(c Cell, said string, seen []packet) Outcome {
	active := c.Mode == "port" || c.Mode == "eprt"
	if !n.controlled(seen) {
		return Outcome{Cause: "no-control-connection"}
	}
	server := n.Hosts[len(n.Hosts)-1]
	if cause := refused(said, active); cause != "" {
		return Outcome{Cause: cause, Hop: server}
	}
	if strings.Contains(said, "Passive mode address mismatch") { // tnftp
		return Outcome{Cause: string(ftp.CausePassiveForeign), Hop: n.Hosts[0]}
	}
	f := n.fate(seen, active)
	hop := n.Hosts[f.hop]
	if at, lost := n.tooBig(seen); lost && (f.established || f.unsent) {
		return Outcome{Cause: string(ftp.CauseDataTimeout), Hop: n.Hosts[at]}
	}
	switch {
	case f.established:
		if cause := causeIn(said); cause != "" {
			return Outcome{Cause: cause, Hop: server}
		}
		if f.leftFirst {
			return Outcome{Cause: string(ftp.CauseDataReset), Hop: n.Hosts[0]}
		}
		if c.TLS != "none" { // the server has ended what it had begun
			return Outcome{Cause: string(ftp.CauseTLSHandshake), Hop: server}
		}
		return Outcome{Cause: Unexplained}
	case !active:
		return Outcome{Cause: string(ftp.CausePassiveNoConnection), Hop: hop}
	case f.reset:
		return Outcome{Cause: string(ftp.CauseActiveRefused), Hop: hop}
	case f.rejected:
		return Outcome{Cause: string(ftp.CauseActiveUnreachable), Hop: hop}
	default:
		return Outcome{Cause: string(ftp.CauseActiveTimeout), Hop: hop}
	}
}

// causeIn finds the name of a cause in a text, as ferry's replies carry it.
func causeIn(text string) string {
	for _, info := range ftp.Causes() {
		if strings.Contains(text, string(info.Cause)) {
			return string(info.Cause)
		}
	}
	return ""
}

// Replies by which servers refuse a mode.
var (
	disabled = regexp.MustCompile(`\b550[ -]Permission denied`)
	illegal  = regexp.MustCompile(`\b500[ -](Illegal (PORT|EPRT) command|I won't open a connection to)`)
)

// refused finds in what was printed that the server has refused the mode by itself.
func refused(said string, active bool) string {
	for _, info := range ftp.Causes() {
		name := string(info.Cause)
		own := strings.HasPrefix(name, "port-") || name == string(ftp.CausePassiveDisabled) || name == string(ftp.CauseTLSNotResumed)
		if own && strings.Contains(said, name) {
			return name
		}
	}
	switch {
	case illegal.MatchString(said):
		return string(ftp.CausePortAddressForeign)
	case disabled.MatchString(said) && active:
		return string(ftp.CausePortDisabled)
	case disabled.MatchString(said):
		return string(ftp.CausePassiveDisabled)
	}
	return ""
}

// controlled says whether the client got an answer from a control port.
func (n *network) controlled(seen []packet) bool {
	return slices.ContainsFunc(seen, func(p packet) bool { return p.host == 0 && !p.outgoing && p.syn && p.ack && isControl(p.src.Port()) })
}

// fate is what became of the first data connection.
type fate struct {
	hop             int  // the host at which it ended
	unsent          bool // there was none
	established     bool
	leftFirst       bool // the client closed it before the server did
	reset, rejected bool
}

// fate follows the first segment of the data connection from host to host, by its
// sequence number, which no translation changes, and then the answer back.
func (n *network) fate(seen []packet, active bool) fate {
	last := len(n.Hosts) - 1
	from, to, step := 0, last, 1
	if active {
		from, to, step = last, 0, -1
	}
	first := slices.IndexFunc(seen, func(p packet) bool {
		return p.host == from && p.syn && !p.ack && p.outgoing && !isControl(p.dst.Port())
	})
	if first < 0 {
		return fate{hop: from, unsent: true}
	}
	seq := seen[first].seq
	hop := travel(seen, from, to, step, func(p *packet) bool { return p.syn && !p.ack && p.icmp == noICMP && p.seq == seq })
	f := fate{hop: hop}
	for i := range seen {
		p := &seen[i]
		if p.host != hop || !p.outgoing {
			continue
		}
		f.reset = f.reset || p.rst && p.ackn == seq+1
		f.rejected = f.rejected || p.icmp == icmpUnreachable && p.innerSeq == seq
	}
	answer := func(p *packet) bool { return p.syn && p.ack && p.ackn == seq+1 }
	if hop != to || !slices.ContainsFunc(seen, func(p packet) bool { return p.host == to && p.outgoing && answer(&p) }) {
		return f
	}
	if f.hop = travel(seen, to, from, -step, answer); f.hop == from {
		f.established, f.leftFirst = true, left(seen, seq)
	}
	return f
}

// left says whether the client was the first of both to end the data connection
// that began with the sequence number.
func left(seen []packet, seq uint32) bool {
	i := slices.IndexFunc(seen, func(p packet) bool { return p.host == 0 && p.syn && !p.ack && p.seq == seq })
	if i < 0 {
		return false
	}
	a, b := seen[i].src, seen[i].dst
	for _, p := range seen[i:] {
		if p.host == 0 && (p.fin || p.rst) && (p.src == a && p.dst == b || p.src == b && p.dst == a) {
			return p.outgoing
		}
	}
	return false
}

// travel finds the host at which a packet has ended: the last in the row that got
// it.
func travel(seen []packet, from, to, step int, is func(*packet) bool) int {
	hop := from
	for h := from + step; ; h += step {
		got := slices.ContainsFunc(seen, func(p packet) bool { return p.host == h && !p.outgoing && is(&p) })
		if !got {
			return hop
		}
		if hop = h; h == to {
			return hop
		}
	}
}

// tooBig finds a message that says that packets are too big, and whether it was
// lost on its way to who must know.
func (n *network) tooBig(seen []packet) (at int, lost bool) {
	i := slices.IndexFunc(seen, func(p packet) bool { return p.icmp == icmpTooBig && p.outgoing })
	if i < 0 {
		return 0, false
	}
	message := seen[i]
	same := func(p *packet) bool { return p.icmp == icmpTooBig && p.dst.Addr() == message.dst.Addr() }
	for _, end := range []int{0, len(n.Hosts) - 1} {
		step := 1
		if end < message.host {
			step = -1
		}
		if end == message.host {
			continue
		}
		next := message.host + step
		if !slices.ContainsFunc(seen, func(p packet) bool { return p.host == next && !p.outgoing && same(&p) }) {
			continue // it went the other way
		}
		hop := travel(seen, message.host, end, step, same)
		return hop, hop != end
	}
	return message.host, true
}
