package comware

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"

	"ferry/internal/firewall"
	"ferry/internal/firewall/words"
)

// A list is one access list.
type list struct {
	family   firewall.Family
	number   int
	at       int // line
	rules    []firewall.Rule
	said     []string // the statements of the rules, each of which must be the only one
	last     int      // number of the last rule
	messages words.Messages
	bound    []firewall.Side
}

func (li *list) String() string { return fmt.Sprintf("%s %d", li.family, li.number) }

// A reader goes through a text.
type reader struct {
	lists []*list
	list  *list // the view that the lines are in; nil: none
	side  firewall.Side
	port  bool // in the view of an interface
}

// Parse reads a text of [Dialect] back. A word that it does not know is an error, and
// so is a list that is bound to no interface, or bound without being there.
func Parse(text string) (*firewall.Ruleset, error) {
	r := &reader{}
	for _, line := range words.Lines(text, "#") {
		err := r.line(line)
		if err == nil {
			err = line.End()
		}
		if err != nil {
			return nil, line.Wrap(err)
		}
	}
	// What no list is bound for, and what no rule of it fits, is permitted.
	set := &firewall.Ruleset{Default: [2]firewall.Action{firewall.Accept, firewall.Accept}}
	for _, l := range r.lists {
		if len(l.bound) == 0 {
			return nil, fmt.Errorf("line %d: list %s is bound to no interface, so it does nothing: packet-filter %d inbound", l.at, l, l.number)
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

// line reads one command.
func (r *reader) line(l *words.Line) error {
	switch word := l.Take(); word {
	case "acl":
		return r.begin(l)
	case "description":
		if r.list == nil && !r.port {
			return errors.New("a description of nothing")
		}
		l.Rest()
	case "quit":
		r.list, r.port = nil, false
	case "interface":
		name := l.Rest()
		side := slices.Index(interfaces[:], name)
		if side < 0 {
			return fmt.Errorf("interface %q is neither %s nor %s", name, interfaces[firewall.Server], interfaces[firewall.Client])
		}
		r.list, r.port, r.side = nil, true, firewall.Side(side) //nolint:gosec // 0 or 1
	case "packet-filter":
		return r.bind(l)
	case "rule":
		if r.list == nil {
			return errors.New("a rule outside of a list: begin one with acl advanced NUMBER")
		}
		return r.list.rule(l)
	default:
		return fmt.Errorf("%q is no command that is known here", word)
	}
	return nil
}

// name reads the family and number of a list.
func name(l *words.Line) (family firewall.Family, number int, err error) {
	family = firewall.IPv4
	if l.Next("ipv6") {
		family = firewall.IPv6
	}
	if !l.Next("advanced") {
		return 0, 0, fmt.Errorf("an advanced list begins with acl [ipv6] advanced NUMBER, and this has %q", l.Peek())
	}
	number, err = listNumber(l.Take())
	return family, number, err
}

func listNumber(word string) (int, error) {
	n, err := strconv.Atoi(word)
	if err != nil || n < 3000 || n > 3999 {
		return 0, fmt.Errorf("%q is no number of an advanced list (3000 to 3999)", word)
	}
	return n, nil
}

func (r *reader) begin(l *words.Line) error {
	family, number, err := name(l)
	if err != nil {
		return err
	}
	if r.find(family, number) != nil {
		return fmt.Errorf("list %s %d is there twice", family, number)
	}
	r.list, r.port = &list{family: family, number: number, at: l.Number, last: -1}, false
	r.lists = append(r.lists, r.list)
	return nil
}

func (r *reader) find(family firewall.Family, number int) *list {
	for _, l := range r.lists {
		if l.family == family && l.number == number {
			return l
		}
	}
	return nil
}

// bind reads what binds a list to the interface of the view.
func (r *reader) bind(l *words.Line) error {
	if !r.port {
		return errors.New("packet-filter outside of an interface")
	}
	family := firewall.IPv4
	if l.Next("ipv6") {
		family = firewall.IPv6
	}
	number, err := listNumber(l.Take())
	if err != nil {
		return err
	}
	if !l.Next("inbound") {
		return fmt.Errorf("a list is bound with packet-filter [ipv6] NUMBER inbound, and this has %q", l.Peek())
	}
	found := r.find(family, number)
	switch {
	case found == nil:
		return fmt.Errorf("there is no list %s %d to bind", family, number)
	case slices.ContainsFunc(r.lists, func(l *list) bool { return l.family == family && slices.Contains(l.bound, r.side) }):
		return fmt.Errorf("the interface has a list of %s already", family)
	}
	found.bound = append(found.bound, r.side)
	return nil
}

// rule reads what follows the word rule.
func (li *list) rule(l *words.Line) error {
	number := li.last - li.last%step + step
	if li.last < 0 {
		number = 0
	}
	if n, err := strconv.Atoi(l.Peek()); err == nil {
		number = n
		l.Take()
	}
	if number <= li.last || number > 65534 {
		return fmt.Errorf("rule %d after rule %d: rules stand in the order of their numbers, 0 to 65534", number, max(li.last, 0))
	}
	li.last = number
	rule := firewall.Rule{Family: li.family}
	switch word := l.Take(); word {
	case "permit":
		rule.Action = firewall.Accept
	case "deny":
		rule.Action = firewall.Drop
	default:
		return fmt.Errorf("%q is neither permit nor deny", word)
	}
	if err := protocol(&rule, l.Take()); err != nil {
		return err
	}
	message := [2]int{words.AllCodes, words.AllCodes}
	for l.Peek() != "" {
		if err := condition(&rule, &message, l); err != nil {
			return err
		}
	}
	statement := fmt.Sprint(rule, message)
	if slices.Contains(li.said, statement) {
		return errors.New("a rule before this one says the same, which the device refuses")
	}
	li.said = append(li.said, statement)
	if rule.Proto == firewall.ICMP && message[0] != words.AllCodes {
		kind, err := li.messages.Add(rule, message[0], message[1])
		if err != nil || kind == firewall.NoICMP {
			return err
		}
		rule.ICMP = []firewall.ICMPKind{kind}
	}
	li.rules = append(li.rules, rule)
	return nil
}

// protocol reads the word after permit or deny.
func protocol(rule *firewall.Rule, word string) error {
	every, icmp := "ip", "icmp"
	if rule.Family == firewall.IPv6 {
		every, icmp = "ipv6", "icmpv6"
	}
	switch word {
	case every:
	case "tcp":
		rule.Proto = firewall.TCP
	case "udp":
		rule.Proto = firewall.UDP
	case icmp:
		rule.Proto = firewall.ICMP
	default:
		return fmt.Errorf("%q is no protocol of a list for %s: %s, tcp, udp or %s", word, rule.Family, every, icmp)
	}
	return nil
}

// condition reads one thing that a packet must have. They may come in any order.
func condition(rule *firewall.Rule, message *[2]int, l *words.Line) (err error) {
	switch word := l.Take(); word {
	case "source":
		rule.From.Nets, err = end(rule, rule.From.Nets, l)
	case "destination":
		rule.To.Nets, err = end(rule, rule.To.Nets, l)
	case "source-port", "destination-port":
		side := &rule.From
		if word == "destination-port" {
			side = &rule.To
		}
		if rule.Proto != firewall.TCP || len(side.Ports) > 0 {
			return fmt.Errorf("%s is for tcp here, and once in a rule", word)
		}
		side.Ports, err = words.Operator(l)
	case "established":
		if rule.Proto != firewall.TCP {
			return errors.New("established is for tcp")
		}
		rule.Answer = true
	case "icmp-type", "icmp6-type":
		if rule.Proto != firewall.ICMP || (word == "icmp6-type") != (rule.Family == firewall.IPv6) || message[0] != words.AllCodes {
			return fmt.Errorf("%s does not fit the protocol, or is there twice", word)
		}
		*message, err = icmpType(rule.Family, l)
	default:
		return fmt.Errorf("%q is no word of a rule that is known here", word)
	}
	return err
}

// end reads the address of one end.
func end(rule *firewall.Rule, before []netip.Prefix, l *words.Line) ([]netip.Prefix, error) {
	if len(before) > 0 {
		return nil, errors.New("an end is named twice")
	}
	address := l.Take()
	if address == "any" {
		return nil, nil
	}
	var n netip.Prefix
	var err error
	switch {
	case rule.Family == firewall.IPv6:
		if n, err = netip.ParsePrefix(address); err == nil {
			n, err = words.Network(n)
		}
		if err == nil && !n.Addr().Is6() {
			err = fmt.Errorf("%s is not IPv6", n)
		}
	case l.Next("0"):
		if n, err = words.Host(address); err == nil && !n.Addr().Is4() {
			err = fmt.Errorf("%s is not IPv4", n.Addr())
		}
	default:
		n, err = words.Masked(address, l.Take())
	}
	return []netip.Prefix{n}, err
}

// icmpType reads a type and a code, or the type alone, which lists of IPv6 have not.
func icmpType(family firewall.Family, l *words.Line) (message [2]int, err error) {
	message[1] = words.AllCodes
	if message[0], err = octet(l.Take()); err != nil {
		return message, err
	}
	if _, err := strconv.Atoi(l.Peek()); err == nil || family == firewall.IPv6 {
		if message[1], err = octet(l.Take()); err != nil {
			return message, fmt.Errorf("a code: %w", err)
		}
	}
	return message, nil
}

// octet reads a type or code.
func octet(word string) (int, error) {
	n, err := strconv.ParseUint(word, 10, 8)
	if err != nil {
		return 0, fmt.Errorf("%q is no number of ICMP (0 to 255)", word)
	}
	return int(n), nil
}
