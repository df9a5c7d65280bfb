package mikrotik

import (
	"errors"
	"fmt"
	"net/netip"

	"ferry/internal/firewall"
	"ferry/internal/firewall/words"
)

// nat reads a translation of addresses.
func (r *reader) nat(family firewall.Family, c *command) (t firewall.Translation, err error) {
	rule := firewall.Rule{Family: family}
	if err := protocol(&rule, c.value("protocol")); err != nil {
		return t, err
	}
	var to netip.Addr
	for _, p := range c.properties {
		switch p[0] {
		case "chain", "action", "protocol", "comment":
		case target[family]:
			n, err := words.Host(p[1])
			if to = n.Addr(); err != nil || !family.Has(to) {
				return t, fmt.Errorf("%s=%s is no address of %s", p[0], p[1], family)
			}
		default:
			if err := r.end(&rule, p[0], p[1]); err != nil {
				return t, err
			}
		}
	}
	t.Family = family
	switch kind := c.value("chain") + " " + c.value("action"); kind {
	case "dstnat dst-nat":
		t.Toward, t.Public, t.Server, t.Ports = firewall.Server, single(rule.To.Nets), to, rule.To.Ports
		if len(rule.From.Nets)+len(rule.From.Ports) > 0 {
			return t, errors.New("dst-nat is for all clients here")
		}
	case "srcnat src-nat":
		t.Toward, t.Public, t.Server, t.Ports = firewall.Client, to, single(rule.From.Nets), rule.From.Ports
		if len(rule.To.Nets)+len(rule.To.Ports) > 0 {
			return t, errors.New("src-nat is for all clients here")
		}
	case "srcnat masquerade":
		t.Toward, t.Masquerade, t.Clients, t.Server = firewall.Server, true, rule.From.Nets, single(rule.To.Nets)
		if to.IsValid() || rule.Proto != firewall.AnyProto || !t.Server.IsValid() {
			return t, errors.New("a masquerade has the address of the server, no new one, and no protocol here")
		}
		return t, nil
	default:
		return t, fmt.Errorf("%q is none of chain=dstnat action=dst-nat, chain=srcnat action=src-nat and chain=srcnat action=masquerade", kind)
	}
	if !t.Public.IsValid() || !t.Server.IsValid() || len(t.Ports) == 0 {
		return t, fmt.Errorf("a translation has the address that it changes, ports of tcp, and %s", target[family])
	}
	return t, nil
}

// single is the one address that networks are; the zero value where they are not.
func single(nets []netip.Prefix) netip.Addr {
	if len(nets) != 1 || !nets[0].IsSingleIP() {
		return netip.Addr{}
	}
	return nets[0].Addr()
}
