package account

import (
	"fmt"
	"net/netip"
	"strings"
)

// ParseNetwork reads one network: an address with a length ("192.0.2.0/24",
// "2001:db8::/32"), or an address alone. Bits behind the length are cut off.
func ParseNetwork(text string) (netip.Prefix, error) {
	text = strings.TrimSpace(text)
	var p netip.Prefix
	if addr, err := netip.ParseAddr(text); err == nil {
		if addr.Zone() != "" {
			return netip.Prefix{}, fmt.Errorf("%q: want a network without a zone", text)
		}
		addr = addr.Unmap()
		p = netip.PrefixFrom(addr, addr.BitLen())
	} else if p, err = netip.ParsePrefix(text); err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is no network: want an address, or one with a length, such as 192.0.2.0/24", text)
	}
	if p.Addr().Is4In6() {
		return netip.Prefix{}, fmt.Errorf("%q: write an IPv4 network as IPv4", text)
	}
	return p.Masked(), nil
}

// ParseNetworks reads networks with commas between them. "" is none.
func ParseNetworks(text string) ([]netip.Prefix, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var list []netip.Prefix
	for one := range strings.SplitSeq(text, ",") {
		p, err := ParseNetwork(one)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

// FormatNetworks writes networks as ParseNetworks reads them.
func FormatNetworks(list []netip.Prefix) string {
	words := make([]string, len(list))
	for i, p := range list {
		words[i] = p.String()
	}
	return strings.Join(words, ",")
}
