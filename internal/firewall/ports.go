package firewall

import (
	"fmt"
	"strconv"
	"strings"
)

// Ports is a range of TCP ports, both ends included. The zero value is every port.
type Ports struct{ From, To uint16 }

// Unprivileged are the ports that programs without special rights use: 1024 to
// 65535. A client's own ports are among them, and an address translator keeps
// them there (RFC 4787 §4.2.2).
var Unprivileged = Ports{1024, 65535}

// One is the range of a single port.
func One(port uint16) Ports { return Ports{port, port} }

// Any says whether every port is meant.
func (p Ports) Any() bool { return p == Ports{} || p == Ports{0, 65535} }

// Single says whether there is one port only.
func (p Ports) Single() bool { return !p.Any() && p.From == p.To }

// Has says whether the port is in the range.
func (p Ports) Has(port uint16) bool { return p.Any() || p.From <= port && port <= p.To }

// Overlaps says whether a port is in both ranges.
func (p Ports) Overlaps(q Ports) bool {
	return p.Any() || q.Any() || p.From <= q.To && q.From <= p.To
}

// Text writes the range with the dialect's separator, and the word for every port.
func (p Ports) Text(separator, every string) string {
	switch {
	case p.Any():
		return every
	case p.Single():
		return strconv.Itoa(int(p.From))
	default:
		return fmt.Sprintf("%d%s%d", p.From, separator, p.To)
	}
}

// String writes "21" or "3000-4000".
func (p Ports) String() string { return p.Text("-", "any") }

// ParsePorts reads "21", "3000-4000" or, as iptables writes it, "3000:4000".
// Port 0 is no port, and a range must not be upside down.
func ParsePorts(text string) (Ports, error) {
	first, last, isRange := strings.Cut(strings.ReplaceAll(text, ":", "-"), "-")
	from, err := strconv.ParseUint(strings.TrimSpace(first), 10, 16)
	to := from
	if err == nil && isRange {
		to, err = strconv.ParseUint(strings.TrimSpace(last), 10, 16)
	}
	switch {
	case err != nil || from == 0 || to == 0:
		return Ports{}, fmt.Errorf("%q is no port (1 to 65535) and no range of ports such as 3000-4000", text)
	case from > to:
		return Ports{}, fmt.Errorf("the range %s is upside down: %d is above %d; write %d-%d", text, from, to, to, from)
	}
	return Ports{uint16(from), uint16(to)}, nil
}
