package pf

import (
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"strconv"

	"ferry/internal/firewall"
	"ferry/internal/firewall/words"
)

var errHalf = errors.New("flags A/A needs the same rule with flags R/R right after it: answers are segments with ACK or RST")

// rule reads what follows pass or block.
func (r *reader) rule(action firewall.Action, l *words.Line) error {
	e := &entry{at: l.Number, rule: firewall.Rule{Action: action}}
	if action == firewall.Drop && !l.Next("drop") {
		l.Next("return")
	}
	e.in, e.out = l.Next("in"), l.Next("out")
	if !e.in && !e.out {
		e.in, e.out = true, true
	}
	l.Next("log")
	e.quick = l.Next("quick")
	if err := e.family(l); err != nil {
		return err
	}
	if err := e.hosts(l); err != nil {
		return err
	}
	types, err := e.options(l)
	if err != nil {
		return err
	}
	if len(types) > 0 {
		return r.icmp(e, types)
	}
	return r.flags(e)
}

// family reads the family and the protocol.
func (e *entry) family(l *words.Line) error {
	if l.Next("inet") {
		e.rule.Family = firewall.IPv4
	} else if l.Next("inet6") {
		e.rule.Family = firewall.IPv6
	}
	if !l.Next("proto") {
		return nil
	}
	need := firewall.Both
	switch word := l.Take(); word {
	case "tcp":
		e.rule.Proto = firewall.TCP
	case "udp":
		e.rule.Proto = firewall.UDP
	case "icmp":
		e.rule.Proto, need = firewall.ICMP, firewall.IPv4
	case "icmp6":
		e.rule.Proto, need = firewall.ICMP, firewall.IPv6
	default:
		return fmt.Errorf("%q is none of the protocols tcp, udp, icmp and icmp6", word)
	}
	if need != firewall.Both && e.rule.Family != need {
		return fmt.Errorf("this protocol needs %s before it", inet[need])
	}
	return nil
}

// hosts reads both ends.
func (e *entry) hosts(l *words.Line) error {
	if l.Next("all") {
		return nil
	}
	from := l.Next("from")
	if from {
		if self, err := e.end(&e.rule.From, l); err != nil || self {
			return errors.Join(err, onlyTo(self))
		}
	}
	if l.Next("to") {
		var err error
		e.self, err = e.end(&e.rule.To, l)
		return err
	}
	if !from {
		return fmt.Errorf("a rule says all, or from and to, and this has %q", l.Peek())
	}
	return nil
}

func onlyTo(self bool) error {
	if self {
		return errors.New("self is known after to only")
	}
	return nil
}

// end reads the addresses and the ports of one end.
func (e *entry) end(m *firewall.Match, l *words.Line) (self bool, err error) {
	switch {
	case l.Next("any"):
	case l.Next("self"):
		self = true
	default:
		err = members(l, func(l *words.Line) error {
			n, err := network(l.Take())
			if err != nil {
				return err
			}
			if e.rule.Family == firewall.Both {
				e.rule.Family = firewall.FamilyOf(n.Addr())
			}
			if !e.rule.Family.Has(n.Addr()) {
				return fmt.Errorf("%s is not %s", n, e.rule.Family)
			}
			m.Nets = append(m.Nets, n)
			return nil
		})
	}
	if err != nil || !l.Next("port") {
		return self, err
	}
	if e.rule.Proto != firewall.TCP {
		return self, errors.New("port is for proto tcp here")
	}
	return self, members(l, func(l *words.Line) error {
		ports, err := portRange(l)
		m.Ports = append(m.Ports, ports...)
		return err
	})
}

// network reads an address or a network.
func network(text string) (netip.Prefix, error) {
	if n, err := netip.ParsePrefix(text); err == nil {
		return words.Network(n)
	}
	return words.Host(text)
}

// options reads what follows the ends, in any order. It gives the messages of ICMP.
func (e *entry) options(l *words.Line) (types [][2]int, err error) {
	state := ""
	for l.Peek() != "" && err == nil {
		switch word := l.Take(); word {
		case "keep", "no":
			if !l.Next("state") || state != "" || e.rule.Action == firewall.Drop {
				return nil, errors.New("a rule that passes says keep state or no state, once")
			}
			state = word
		case "flags":
			if e.flags != "" || e.rule.Action == firewall.Drop || e.rule.Proto != firewall.TCP && e.rule.Proto != firewall.AnyProto {
				return nil, errors.New("flags are for rules that pass tcp here, once")
			}
			e.flags = l.Take()
		case "icmp-type", "icmp6-type":
			if e.rule.Proto != firewall.ICMP || (word == "icmp6-type") != (e.rule.Family == firewall.IPv6) || types != nil {
				return nil, fmt.Errorf("%s does not fit the protocol, or is there twice", word)
			}
			err = members(l, func(l *words.Line) error {
				message, err := messageType(e.rule.Family, l)
				types = append(types, message)
				return err
			})
		default:
			return nil, fmt.Errorf("%q is no word of a rule that is known here", word)
		}
	}
	e.keep = e.rule.Action == firewall.Accept && state != "no"
	return types, err
}

// messageType reads the name or number of a type, and perhaps a code.
func messageType(family firewall.Family, l *words.Line) (message [2]int, err error) {
	word := l.Take()
	message = [2]int{-1, words.AllCodes}
	for typ, name := range typeNames[family] {
		if name == word {
			message[0] = typ
		}
	}
	if message[0] < 0 {
		if message[0], err = octet(word); err != nil {
			return message, fmt.Errorf("%q is no message of ICMP that rules for FTP have", word)
		}
	}
	if l.Next("code") {
		message[1], err = octet(l.Take())
	}
	return message, err
}

// octet reads a type or code.
func octet(word string) (int, error) {
	n, err := strconv.ParseUint(word, 10, 8)
	if err != nil {
		return 0, fmt.Errorf("%q is no number of ICMP (0 to 255)", word)
	}
	return int(n), nil
}

// icmp adds the rules that the messages make.
func (r *reader) icmp(e *entry, types [][2]int) error {
	if r.half != nil {
		return errHalf
	}
	for _, message := range types {
		kind, err := r.messages.Add(e.rule, message[0], message[1])
		if err != nil {
			return err
		}
		if kind != firewall.NoICMP {
			one := *e
			one.rule.ICMP = []firewall.ICMPKind{kind}
			r.entries = append(r.entries, one)
		}
	}
	return nil
}

// flags adds a rule, by the flags that it asks for.
func (r *reader) flags(e *entry) error {
	half := r.half
	r.half = nil
	if half != nil {
		first, second := *half, *e
		first.at, first.flags = second.at, second.flags
		if e.flags != "R/R" || !reflect.DeepEqual(first, second) {
			return errHalf
		}
		e.rule.Answer = true
		r.entries = append(r.entries, *e)
		return nil
	}
	switch e.flags {
	case "":
		if e.flags = "any"; e.keep {
			e.flags = "S/SA" // so it is where state is kept
		}
	case "any":
	case "S/SA":
		if !e.keep {
			return errors.New("flags S/SA without state lets nothing through but the first segment")
		}
	case "A/A":
		if e.keep {
			return errors.New("flags A/A is for rules without state here")
		}
		r.half = e
		return nil
	default:
		return fmt.Errorf("flags %s is none of any, S/SA, and A/A with R/R after it", e.flags)
	}
	r.entries = append(r.entries, *e)
	return nil
}
