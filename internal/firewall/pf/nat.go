package pf

import (
	"errors"
	"net/netip"

	"ferry/internal/firewall"
	"ferry/internal/firewall/words"
)

// matchStatement reads what follows match: a translation of addresses.
func matchStatement(l *words.Line) (t firewall.Translation, err error) {
	e := &entry{}
	e.in, e.out = l.Next("in"), l.Next("out")
	if err := e.family(l); err != nil {
		return t, err
	}
	if err := e.hosts(l); err != nil {
		return t, err
	}
	from, to := single(e.rule.From.Nets), single(e.rule.To.Nets)
	tcp := e.rule.Proto == firewall.TCP
	t.Family = e.rule.Family
	switch {
	case e.in && l.Next("rdr-to"):
		t.Toward, t.Public, t.Ports = firewall.Server, to, e.rule.To.Ports
		if t.Server, err = address(t.Family, l); err == nil && (!to.IsValid() || !tcp || len(t.Ports) == 0 || len(e.rule.From.Nets)+len(e.rule.From.Ports) > 0) {
			err = errors.New("a redirection is from any, and to one address and ports of tcp")
		}
	case e.out && l.Next("nat-to", "(", "egress", ")"):
		t.Toward, t.Masquerade, t.Clients, t.Server = firewall.Server, true, e.rule.From.Nets, to
		if !to.IsValid() || e.rule.Proto != firewall.AnyProto {
			err = errors.New("a masquerade is to one address, and of every protocol")
		}
	case e.out && l.Next("nat-to"):
		t.Toward, t.Server, t.Ports = firewall.Client, from, e.rule.From.Ports
		t.Public, err = address(t.Family, l)
		if err == nil && (!l.Next("static-port") || !from.IsValid() || !tcp || len(t.Ports) == 0 || len(e.rule.To.Nets)+len(e.rule.To.Ports) > 0) {
			err = errors.New("a source is one address with ports of tcp, goes to any, and keeps its port (static-port)")
		}
	default:
		err = errors.New("match says in and rdr-to, or out and nat-to")
	}
	return t, err
}

// address reads the new one.
func address(family firewall.Family, l *words.Line) (netip.Addr, error) {
	n, err := words.Host(l.Take())
	if err == nil && !family.Has(n.Addr()) {
		err = errors.New("the new address is of another family")
	}
	return n.Addr(), err
}

// single is the one address that networks are; the zero value where they are not.
func single(nets []netip.Prefix) netip.Addr {
	if len(nets) != 1 || !nets[0].IsSingleIP() {
		return netip.Addr{}
	}
	return nets[0].Addr()
}
