package windows

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"ferry/internal/firewall"
	"ferry/internal/firewall/words"
)

// listOf reads values that commas separate; nil where the parameter is not there.
func listOf[T any](values map[string]string, name string, read func(string) (T, error)) ([]T, error) {
	if _, there := values[name]; !there {
		return nil, nil
	}
	var list []T
	for word := range strings.SplitSeq(values[name], ",") {
		v, err := read(word)
		if err != nil {
			return nil, fmt.Errorf("-%s: %w", name, err)
		}
		list = append(list, v)
	}
	return list, nil
}

// addresses reads an address, a network or a range.
func addresses(text string) ([]netip.Prefix, error) {
	if first, last, is := strings.Cut(text, "-"); is {
		from, err := words.Host(first)
		if err != nil {
			return nil, err
		}
		to, err := words.Host(last)
		if err != nil {
			return nil, err
		}
		s := span{from.Addr(), to.Addr()}
		if s.first.BitLen() != s.last.BitLen() || s.last.Less(s.first) {
			return nil, fmt.Errorf("the range %s is upside down, or of two families", text)
		}
		if s.first == netip.IPv6Unspecified() {
			return nil, fmt.Errorf("the range %s begins with the unspecified address", text)
		}
		return s.prefixes(), nil
	}
	if !strings.Contains(text, "/") {
		n, err := words.Host(text)
		return []netip.Prefix{n}, err
	}
	n, err := netip.ParsePrefix(text)
	if err != nil {
		return nil, fmt.Errorf("%q is no network", text)
	}
	if n, err = words.Network(n); err != nil {
		return nil, err
	}
	if n.Bits() == 0 || n.Addr() == netip.IPv6Unspecified() {
		return nil, fmt.Errorf("%s: Windows takes no such network, write a range", n)
	}
	return []netip.Prefix{n}, nil
}

// portRange reads a port or two with a hyphen between.
func portRange(text string) (firewall.Ports, error) {
	first, last, is := strings.Cut(text, "-")
	from, err := words.Port(first)
	if err != nil || !is {
		return firewall.One(from), err
	}
	to, err := words.Port(last)
	if err != nil {
		return firewall.Ports{}, err
	}
	list, err := words.Between(from, to)
	if err != nil {
		return firewall.Ports{}, err
	}
	return list[0], nil
}

// icmpType reads a type, which stands for all of its codes.
func icmpType(text string) (int, error) {
	n, err := strconv.ParseUint(text, 10, 8)
	if err != nil {
		return 0, fmt.Errorf("%q is no type of ICMP (0 to 255)", text)
	}
	return int(n), nil
}
