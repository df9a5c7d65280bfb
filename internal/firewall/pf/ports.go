package pf

import (
	"strings"

	"ferry/internal/firewall"
	"ferry/internal/firewall/words"
)

// portRange reads a port, or ports with an operator: "1024:4999" has both ends, "1023
// >< 5000" none of them, "21 <> 21" all but them.
func portRange(l *words.Line) ([]firewall.Ports, error) {
	switch op := l.Peek(); op {
	case "=", "!=", "<", "<=", ">", ">=":
		l.Take()
		n, err := words.Port(l.Take())
		if err != nil {
			return nil, err
		}
		switch op {
		case "!=":
			return words.Except(firewall.One(n))
		case "<":
			return words.Below(n)
		case "<=":
			return words.Between(1, n)
		case ">":
			return words.Above(n)
		case ">=":
			return words.Between(n, 65535)
		default:
			return []firewall.Ports{firewall.One(n)}, nil
		}
	}
	first, last, isRange := strings.Cut(l.Take(), ":")
	n, err := words.Port(first)
	if err != nil {
		return nil, err
	}
	op := l.Peek()
	switch {
	case isRange:
		m, err := words.Port(last)
		if err != nil {
			return nil, err
		}
		return words.Between(n, m)
	case op == "><" || op == "<>":
		l.Take()
		m, err := words.Port(l.Take())
		if err != nil {
			return nil, err
		}
		if op == "<>" {
			if n > m {
				return words.Between(n, m) // the error
			}
			return words.Except(firewall.Ports{From: n, To: m})
		}
		if m < 2 || n > 65533 {
			return words.Between(n, 0) // nothing is between them
		}
		return words.Between(n+1, m-1)
	}
	return []firewall.Ports{firewall.One(n)}, nil
}
