package lab

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"ferry/ftp"
	"ferry/internal/wire"
)

// A voyage is one packet as several hosts saw it.
type voyage struct {
	first    packet
	last     packet
	from, to int
}

// maxArrows bounds a picture.
const maxArrows = 80

// draw makes the picture of what was seen.
func (n *network) draw(c Cell, seen []packet) *Picture {
	p := &Picture{Title: fmt.Sprintf("%s, %s, TLS %s: %s to %s", n.Name, strings.ToUpper(c.Mode), c.TLS, c.Client, c.Server), Hosts: n.Hosts}
	for i := range n.Hosts {
		p.Roles = append(p.Roles, n.role(i))
	}
	voyages := n.voyages(seen)
	if len(voyages) == 0 {
		return p
	}
	begin := voyages[0].first.at
	quiet, unfinished := 0, false
	for _, v := range voyages {
		text := v.text()
		if text == "" {
			continue
		}
		if p := &v.first; p.text != "" && isControl(p.dst.Port()) {
			// The rest of a line that came in parts may be that of a password.
			if unfinished {
				text = "the rest of a line"
			}
			unfinished = len(p.text) == p.size && !strings.HasSuffix(p.text, "\n")
		}
		goal := len(n.Hosts) - 1
		if v.to < v.from || v.to == v.from && v.toward(n) == 0 {
			goal = 0
		}
		arrow := Arrow{At: v.first.at.Sub(begin), From: v.from, To: v.to, Lost: v.to != goal, Data: !v.control(), Text: text}
		if v.first.icmp != noICMP {
			arrow.Lost = false
		}
		if last := len(p.Rows) - 1; v.first.size > 0 && arrow.Data && last >= 0 && p.Rows[last].Data && strings.HasPrefix(p.Rows[last].Text, "data") && p.Rows[last].From == v.from {
			quiet += v.first.size
			p.Rows[last].Text = fmt.Sprintf("data, %d bytes", quiet)
			continue
		}
		quiet = v.first.size
		if len(p.Rows) == maxArrows {
			break
		}
		p.Rows = append(p.Rows, arrow)
	}
	return p
}

// role is what stands below a host's name.
func (n *network) role(i int) string {
	var addresses []string
	if i > 0 {
		if _, right, err := n.Links[i-1].ends(n.IPv6); err == nil {
			addresses = append(addresses, right.Addr().String())
		}
	}
	if i < len(n.Links) {
		if left, _, err := n.Links[i].ends(n.IPv6); err == nil {
			addresses = append(addresses, left.Addr().String())
		}
	}
	return strings.Join(addresses, " | ")
}

// voyages follows each packet from the host that sent it to the last that got it.
func (n *network) voyages(seen []packet) []voyage {
	seen = slices.Clone(seen)
	slices.SortStableFunc(seen, func(a, b packet) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
	used := make([]bool, len(seen))
	var list []voyage
	for i := range seen {
		p := &seen[i]
		if used[i] || !p.outgoing {
			continue
		}
		used[i] = true
		v := voyage{first: *p, last: *p, from: p.host, to: p.host}
		for {
			in := n.next(seen, used, i, func(q *packet) bool {
				return !q.outgoing && (q.host == v.to+1 || q.host == v.to-1) && v.last.like(q)
			})
			if in < 0 {
				break
			}
			used[in] = true
			step := seen[in].host - v.to
			v.to, v.last = seen[in].host, seen[in]
			// A router sends it on, perhaps with other addresses, and a helper with another
			// text.
			out := n.next(seen, used, in, func(q *packet) bool {
				return q.outgoing && q.host == v.to && v.to > 0 && v.to < len(n.Hosts)-1 && (v.last.like(q) || v.last.rewritten(q)) && n.leads(seen, q, v.to+step)
			})
			if out < 0 {
				break
			}
			used[out] = true
			v.last = seen[out]
		}
		list = append(list, v)
	}
	return list
}

// next finds the next packet that fits.
func (n *network) next(seen []packet, used []bool, after int, is func(*packet) bool) int {
	for i := after + 1; i < len(seen); i++ {
		if !used[i] && is(&seen[i]) {
			return i
		}
	}
	return -1
}

// leads says whether an outgoing packet came in at the host.
func (n *network) leads(seen []packet, out *packet, host int) bool {
	return slices.ContainsFunc(seen, func(q packet) bool { return q.host == host && !q.outgoing && out.like(&q) })
}

// like says whether both are the same packet, whose addresses may have changed.
func (p *packet) like(q *packet) bool {
	if p.icmp != noICMP || q.icmp != noICMP {
		return p.icmp == q.icmp && p.innerSeq == q.innerSeq
	}
	return p.seq == q.seq && p.size == q.size && p.syn == q.syn && p.fin == q.fin && p.rst == q.rst && (p.text == q.text)
}

// rewritten says whether a helper has made q of p: the same connection, another
// text.
func (p *packet) rewritten(q *packet) bool {
	same := p.icmp == noICMP && q.icmp == noICMP && (isControl(p.dst.Port()) && p.dst.Port() == q.dst.Port() || isControl(p.src.Port()) && p.src.Port() == q.src.Port())
	if p.size == 0 && q.size == 0 {
		return same && p.fin && q.fin // later numbers are shifted
	}
	return same && p.text != "" && q.text != "" && verb(p.text) == verb(q.text)
}

func verb(text string) string { word, _, _ := strings.Cut(text, " "); return word }

// control says whether it belongs to a control connection.
func (v *voyage) control() bool {
	if v.first.icmp != noICMP {
		return isControl(v.first.innerDst.Port())
	}
	return isControl(v.first.src.Port()) || isControl(v.first.dst.Port())
}

// toward is the end to which a packet goes that reached nobody.
func (v *voyage) toward(n *network) int {
	if v.from == 0 {
		return len(n.Hosts) - 1
	}
	return 0
}

// text says what a packet is, or nothing for one that is not worth an arrow.
func (v *voyage) text() string {
	p := &v.first
	ports := fmt.Sprintf("%d → %d", p.src.Port(), p.dst.Port())
	switch {
	case p.icmp == icmpTooBig:
		return "ICMP: packet too big"
	case p.icmp == icmpUnreachable:
		return "ICMP: unreachable"
	case p.rst:
		return "RST " + ports
	case p.syn && p.ack:
		return "SYN ACK " + ports + changed(p.src, v.last.src)
	case p.syn:
		return "SYN " + ports + changed(p.src, v.last.src) + changed(p.dst, v.last.dst)
	case p.size > 0 && p.text != "":
		text := spoken(p.text)
		if after := spoken(v.last.text); after != text && v.last.text != "" {
			text += " ⇒ " + after
		}
		return text
	case p.size > 0:
		return fmt.Sprintf("data, %d bytes", p.size)
	case p.fin:
		return "FIN " + ports
	}
	return ""
}

// changed says which address a translation has made of another.
func changed(before, after netip.AddrPort) string {
	if before == after {
		return ""
	}
	return fmt.Sprintf(" (%s ⇒ %s)", before, after)
}

// spoken is a line of a control connection, as far as it can be read and may be.
func spoken(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	line = strings.TrimSuffix(line, "\r")
	for _, r := range line {
		if r != '\t' && (r < ' ' || r > '~') {
			return "TLS, unreadable"
		}
	}
	if len(line) > 3 && line[0] >= '1' && line[0] <= '6' {
		return line // a reply
	}
	return wire.Redact(ftp.ParseCommand(line)).String()
}
