package words

import (
	"fmt"
	"strconv"

	"ferry/internal/firewall"
)

// Port reads a port, from 1 to 65535. Names of services are not read: each device has
// its own.
func Port(text string) (uint16, error) {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%q is no port (1 to 65535)", text)
	}
	return uint16(n), nil
}

// Operator reads the ports of an access list: eq, gt, lt, neq and one port, or range
// and two. gt and lt leave their own port out.
func Operator(l *Line) ([]firewall.Ports, error) {
	word := l.Take()
	switch word {
	case "eq", "gt", "lt", "neq", "range":
	default:
		return nil, fmt.Errorf("%q is none of eq, gt, lt, neq and range", word)
	}
	n, err := Port(l.Take())
	if err != nil {
		return nil, err
	}
	switch word {
	case "gt":
		return Above(n)
	case "lt":
		return Below(n)
	case "neq":
		return Except(firewall.One(n))
	case "range":
		last, err := Port(l.Take())
		if err != nil {
			return nil, err
		}
		return Between(n, last)
	default:
		return []firewall.Ports{firewall.One(n)}, nil
	}
}

// Above are the ports above one.
func Above(n uint16) ([]firewall.Ports, error) {
	if n == 65535 {
		return nil, fmt.Errorf("there is no port above %d", n)
	}
	return []firewall.Ports{{From: n + 1, To: 65535}}, nil
}

// Below are the ports below one.
func Below(n uint16) ([]firewall.Ports, error) {
	if n <= 1 {
		return nil, fmt.Errorf("there is no port below %d", n)
	}
	return []firewall.Ports{{From: 1, To: n - 1}}, nil
}

// Between are the ports of a range, both ends included.
func Between(from, to uint16) ([]firewall.Ports, error) {
	if from > to {
		return nil, fmt.Errorf("the range %d to %d is upside down", from, to)
	}
	return []firewall.Ports{{From: from, To: to}}, nil
}

// Except are all other ports than those of a range.
func Except(p firewall.Ports) ([]firewall.Ports, error) {
	var others []firewall.Ports
	if p.From > 1 {
		others = append(others, firewall.Ports{From: 1, To: p.From - 1})
	}
	if p.To < 65535 {
		others = append(others, firewall.Ports{From: p.To + 1, To: 65535})
	}
	if len(others) == 0 {
		return nil, fmt.Errorf("there is no port besides %d to %d", p.From, p.To)
	}
	return others, nil
}
