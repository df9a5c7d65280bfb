package cisco

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"

	"ferry/internal/firewall"
	"ferry/internal/firewall/words"
)

// A list is one access list.
type list struct {
	family   firewall.Family
	name     string
	at       int // line
	last     int // number of the last entry that has one
	entries  int
	rules    []firewall.Rule
	messages words.Messages
	bound    []firewall.Side
}

// A reader goes through a text.
type reader struct {
	lists []*list
	list  *list // the mode that the lines are in; nil: none
	side  firewall.Side
	port  bool // in the mode of an interface
}

// Parse reads a text of [Dialect] back. A word that it does not know is an error, and
// so is a list without entries, or one that is bound to no interface, or bound without
// being there.
func Parse(text string) (*firewall.Ruleset, error) {
	r := &reader{}
	for _, line := range words.Lines(text, "!") {
		err := r.line(line)
		if err == nil {
			err = line.End()
		}
		if err != nil {
			return nil, line.Wrap(err)
		}
	}
	// What no list is bound for passes.
	set := &firewall.Ruleset{Default: [2]firewall.Action{firewall.Accept, firewall.Accept}}
	for _, l := range r.lists {
		switch {
		case l.entries == 0:
			return nil, fmt.Errorf("line %d: list %s has no entries: an empty list lets everything through", l.at, l.name)
		case len(l.bound) == 0:
			return nil, fmt.Errorf("line %d: list %s is bound to no interface, so it does nothing: %s %s in", l.at, l.name, binds[l.family], l.name)
		}
		if err := l.end(); err != nil {
			return nil, err
		}
		for _, side := range l.bound {
			for _, rule := range l.rules {
				rule.Toward = side
				set.Rules = append(set.Rules, rule)
			}
		}
	}
	if len(r.lists) == 0 {
		return nil, errors.New("there is no access list")
	}
	return set, nil
}

// end adds the entries that every list ends with, and that are not written.
func (li *list) end() error {
	if li.family == firewall.IPv6 {
		for _, typ := range []int{136, 135} {
			permit := firewall.Rule{Family: li.family, Proto: firewall.ICMP, Action: firewall.Accept}
			if err := li.message(permit, typ, words.AllCodes); err != nil {
				return err
			}
		}
	}
	li.rules = append(li.rules, firewall.Rule{Family: li.family, Action: firewall.Drop})
	return nil
}

// line reads one command.
func (r *reader) line(l *words.Line) error {
	switch {
	case l.Next("no"):
		return r.remove(l)
	case l.Next("ip", "access-list", "extended"):
		return r.begin(firewall.IPv4, l)
	case l.Next("ipv6", "access-list"):
		return r.begin(firewall.IPv6, l)
	case l.Next("ip", "access-group"):
		return r.bind(firewall.IPv4, l)
	case l.Next("ipv6", "traffic-filter"):
		return r.bind(firewall.IPv6, l)
	case l.Next("interface"):
		name := l.Rest()
		r.list, r.port = nil, true
		for side, known := range interfaces {
			if name == known {
				r.side = firewall.Side(side) //nolint:gosec // 0 or 1
				return nil
			}
		}
		return fmt.Errorf("interface %q is neither %s nor %s", name, interfaces[firewall.Server], interfaces[firewall.Client])
	case l.Next("exit"):
		r.list, r.port = nil, false
		return nil
	case r.list != nil:
		return r.list.entry(l)
	}
	return fmt.Errorf("%q is no command that is known here", l.Rest())
}

// remove reads what takes a list away that is on the router from before.
func (r *reader) remove(l *words.Line) error {
	if !l.Next("ip", "access-list", "extended") && !l.Next("ipv6", "access-list") {
		return fmt.Errorf("no %s is not known here", l.Rest())
	}
	name := l.Take()
	if name == "" || r.find(name) != nil {
		return fmt.Errorf("list %q is taken away after it was made, or has no name", name)
	}
	r.list, r.port = nil, false
	return nil
}

// begin reads the name of a list.
func (r *reader) begin(family firewall.Family, l *words.Line) error {
	name := l.Take()
	if name == "" {
		return fmt.Errorf("a list has a name: %s NAME", begins[family])
	}
	if r.find(name) != nil {
		return fmt.Errorf("list %s is there twice; two families cannot share a name either", name)
	}
	r.list, r.port = &list{family: family, name: name, at: l.Number}, false
	r.lists = append(r.lists, r.list)
	return nil
}

func (r *reader) find(name string) *list {
	for _, l := range r.lists {
		if l.name == name {
			return l
		}
	}
	return nil
}

// bind reads what binds a list to the interface. What goes out at one side has come in
// at the other.
func (r *reader) bind(family firewall.Family, l *words.Line) error {
	if !r.port {
		return fmt.Errorf("%s outside of an interface", binds[family])
	}
	name := l.Take()
	found := r.find(name)
	if found == nil || found.family != family {
		return fmt.Errorf("there is no list %q of %s to bind", name, family)
	}
	side := r.side
	switch {
	case l.Next("in"):
	case l.Next("out"):
		side = side.Other()
	default:
		return fmt.Errorf("%s %s says in or out, and this has %q", binds[family], name, l.Peek())
	}
	for _, other := range r.lists {
		for _, bound := range other.bound {
			if other.family == family && bound == side {
				return fmt.Errorf("packets of %s to the %s have list %s already", family, side, other.name)
			}
		}
	}
	found.bound = append(found.bound, side)
	return nil
}

// entry reads a line of a list.
func (li *list) entry(l *words.Line) error {
	if l.Next("remark") {
		if text := l.Rest(); len(text) > remarkLimit {
			return fmt.Errorf("a remark has up to %d letters, and this has %d", remarkLimit, len(text))
		}
		return nil
	}
	numbered := li.family == firewall.IPv6 && l.Next("sequence")
	if n, err := strconv.Atoi(l.Peek()); err == nil || numbered {
		l.Take()
		if n <= li.last {
			return fmt.Errorf("entry %d after entry %d: entries stand in the order of their numbers, from 1 on", n, li.last)
		}
		li.last = n
	}
	rule := firewall.Rule{Family: li.family}
	switch word := l.Take(); word {
	case "permit":
		rule.Action = firewall.Accept
	case "deny":
		rule.Action = firewall.Drop
	default:
		return fmt.Errorf("%q is none of permit, deny and remark", word)
	}
	if err := protocol(&rule, l.Take()); err != nil {
		return err
	}
	for _, end := range []*firewall.Match{&rule.From, &rule.To} {
		if err := match(&rule, end, l); err != nil {
			return err
		}
	}
	li.entries++
	if rule.Proto == firewall.ICMP && l.Peek() != "" && l.Peek() != "log" {
		typ, code, err := icmpMessage(li.family, l)
		if err != nil {
			return err
		}
		l.Next("log")
		return li.message(rule, typ, code)
	}
	if l.Next("established") {
		if rule.Proto != firewall.TCP {
			return errors.New("established is for tcp")
		}
		rule.Answer = true
	}
	l.Next("log")
	li.rules = append(li.rules, rule)
	return nil
}

// message adds a rule about a message of ICMP, once it is one about a kind.
func (li *list) message(rule firewall.Rule, typ, code int) error {
	kind, err := li.messages.Add(rule, typ, code)
	if err == nil && kind != firewall.NoICMP {
		rule.ICMP = []firewall.ICMPKind{kind}
		li.rules = append(li.rules, rule)
	}
	return err
}

// protocol reads the word after permit or deny.
func protocol(rule *firewall.Rule, word string) error {
	switch word {
	case every[rule.Family]:
	case "tcp":
		rule.Proto = firewall.TCP
	case "udp":
		rule.Proto = firewall.UDP
	case "icmp":
		rule.Proto = firewall.ICMP
	default:
		return fmt.Errorf("%q is no protocol of a list for %s: %s, tcp, udp or icmp", word, rule.Family, every[rule.Family])
	}
	return nil
}

// match reads the address of one end, and its ports.
func match(rule *firewall.Rule, end *firewall.Match, l *words.Line) error {
	n, err := address(rule.Family, l)
	if err != nil {
		return err
	}
	if n.IsValid() {
		if n.Addr().Is6() != (rule.Family == firewall.IPv6) {
			return fmt.Errorf("%s is not %s", n, rule.Family)
		}
		end.Nets = []netip.Prefix{n}
	}
	switch l.Peek() {
	case "eq", "gt", "lt", "neq", "range":
		if rule.Proto != firewall.TCP {
			return fmt.Errorf("%s is for the ports of tcp here", l.Peek())
		}
		end.Ports, err = words.Operator(l)
	}
	return err
}

// address reads any, a host, or a network. The zero value is any.
func address(family firewall.Family, l *words.Line) (netip.Prefix, error) {
	switch {
	case l.Next("any"):
		return netip.Prefix{}, nil
	case l.Next("host"):
		return words.Host(l.Take())
	case family == firewall.IPv4:
		return words.Masked(l.Take(), l.Take())
	}
	n, err := netip.ParsePrefix(l.Peek())
	if err != nil {
		return n, fmt.Errorf("%q is none of any, host ADDRESS and a prefix such as 2001:db8::/32", l.Peek())
	}
	l.Take()
	return words.Network(n)
}

// icmpMessage reads the name of a message, or its type and perhaps its code.
func icmpMessage(family firewall.Family, l *words.Line) (typ, code int, err error) {
	word := l.Take()
	for _, m := range messages[family] {
		if m.name == word {
			return m.typ, m.code, nil
		}
	}
	n, err := strconv.ParseUint(word, 10, 8)
	if err != nil {
		return 0, 0, fmt.Errorf("%q is no message of ICMP that rules for FTP have", word)
	}
	code = words.AllCodes
	if c, err := strconv.ParseUint(l.Peek(), 10, 8); err == nil {
		l.Take()
		code = int(c)
	}
	return int(n), code, nil
}
