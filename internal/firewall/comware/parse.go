package comware

import (
	"fmt"
	"math/bits"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"ferry/internal/firewall"
)

// A reader goes through a text.
type reader struct {
	lists   map[string][]firewall.Rule // by "ipv4 3001"
	list    string
	codes   map[string][]int // types and codes of ICMPv6 seen, by list and kind
	side    firewall.Side
	inside  bool // in an interface
	bound   map[string]firewall.Side
	number  int
	numbers map[int]bool
}

// Parse reads a text of [Dialect] back. It is an error to use a word that it does not
// know, to bind a list that is not there, or to leave one unbound.
func Parse(text string) (*firewall.Ruleset, error) {
	r := &reader{lists: map[string][]firewall.Rule{}, bound: map[string]firewall.Side{}, codes: map[string][]int{}}
	at := 0
	for line := range strings.Lines(text) {
		at++
		words := strings.Fields(line)
		if len(words) == 0 || words[0][0] == '#' {
			continue
		}
		if err := r.line(words); err != nil {
			return nil, fmt.Errorf("line %d: %w", at, err)
		}
	}
	set := &firewall.Ruleset{Default: [2]firewall.Action{firewall.Accept, firewall.Accept}}
	names := make([]string, 0, len(r.lists))
	for name := range r.lists {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		side, ok := r.bound[name]
		if !ok {
			return nil, fmt.Errorf("list %s is bound to no interface: it does nothing", name)
		}
		for _, rule := range r.lists[name] {
			rule.Toward = side
			set.Rules = append(set.Rules, rule)
		}
	}
	return set, nil
}

// line reads one.
func (r *reader) line(words []string) error {
	switch words[0] {
	case "acl":
		family := "ipv4"
		rest := words[1:]
		if len(rest) > 0 && rest[0] == "ipv6" {
			family, rest = "ipv6", rest[1:]
		}
		if len(rest) != 2 || rest[0] != "advanced" {
			return fmt.Errorf("%q: an advanced list is begun with acl [ipv6] advanced NUMBER", strings.Join(words, " "))
		}
		n, err := strconv.Atoi(rest[1])
		if err != nil || n < 3000 || n > 3999 {
			return fmt.Errorf("%q is no number of an advanced list, 3000 to 3999", rest[1])
		}
		r.list, r.inside, r.numbers = family+" "+rest[1], false, map[int]bool{}
		if _, twice := r.lists[r.list]; twice {
			return fmt.Errorf("list %s is there twice", r.list)
		}
		r.lists[r.list] = nil
		return nil
	case "description":
		return nil
	case "quit":
		r.list, r.inside = "", false
		return nil
	case "interface":
		side := slices.Index(interfaces[:], strings.Join(words[1:], " "))
		if side < 0 {
			return fmt.Errorf("interface %q is neither %s nor %s", strings.Join(words[1:], " "), interfaces[0], interfaces[1])
		}
		r.side, r.inside, r.list = firewall.Side(side), true, "" //nolint:gosec // 0 or 1
		return nil
	case "packet-filter":
		return r.bind(words[1:])
	case "rule":
		if r.list == "" {
			return fmt.Errorf("a rule outside of a list")
		}
		return r.rule(words[1:])
	}
	return fmt.Errorf("%q is no command that is known here", words[0])
}

func (r *reader) bind(words []string) error {
	family := "ipv4"
	if len(words) > 0 && words[0] == "ipv6" {
		family, words = "ipv6", words[1:]
	}
	if !r.inside || len(words) != 2 || words[1] != "inbound" {
		return fmt.Errorf("a list is bound inside of an interface, with packet-filter [ipv6] NUMBER inbound")
	}
	name := family + " " + words[0]
	if _, ok := r.lists[name]; !ok {
		return fmt.Errorf("there is no list %s to bind", name)
	}
	r.bound[name] = r.side
	return nil
}

// rule reads what follows the word rule.
func (r *reader) rule(words []string) error {
	if len(words) > 0 {
		if n, err := strconv.Atoi(words[0]); err == nil {
			if n < 0 || n > 65534 || r.numbers[n] {
				return fmt.Errorf("rule number %d is out of 0 to 65534, or there already", n)
			}
			if len(r.numbers) > 0 && n < r.number {
				return fmt.Errorf("rule number %d comes after %d: rules are in the order of their numbers", n, r.number)
			}
			r.number, r.numbers[n] = n, true
			words = words[1:]
		}
	}
	if len(words) < 2 {
		return fmt.Errorf("a rule says permit or deny, and a protocol")
	}
	rule := firewall.Rule{Family: firewall.IPv4, Action: firewall.Accept}
	six := strings.HasPrefix(r.list, "ipv6")
	if six {
		rule.Family = firewall.IPv6
	}
	switch words[0] {
	case "permit":
	case "deny":
		rule.Action = firewall.Drop
	default:
		return fmt.Errorf("%q is neither permit nor deny", words[0])
	}
	switch protocol := words[1]; {
	case protocol == "tcp":
		rule.Proto = firewall.TCP
	case protocol == "icmp" && !six, protocol == "icmpv6" && six:
		rule.Proto = firewall.ICMP
	case protocol == "ip" && !six, protocol == "ipv6" && six:
	default:
		return fmt.Errorf("protocol %q is not known here in a list of %s", protocol, rule.Family)
	}
	return r.matches(rule, words[2:], six)
}

// matches reads the rest of a rule and keeps it.
func (r *reader) matches(rule firewall.Rule, words []string, six bool) error {
	take := func() string {
		if len(words) == 0 {
			return ""
		}
		word := words[0]
		words = words[1:]
		return word
	}
	for len(words) > 0 {
		var err error
		switch word := take(); word {
		case "source", "destination":
			end := &rule.From
			if word == "destination" {
				end = &rule.To
			}
			address := take()
			if address == "any" {
				continue
			}
			var n netip.Prefix
			if six {
				n, err = netip.ParsePrefix(address)
			} else {
				n, err = masked(address, take())
			}
			if err == nil && (n.Masked() != n || six != n.Addr().Is6()) {
				err = fmt.Errorf("%s is no network of this list", n)
			}
			end.Nets = []netip.Prefix{n}
		case "source-port", "destination-port":
			end := &rule.From
			if word == "destination-port" {
				end = &rule.To
			}
			if rule.Proto != firewall.TCP {
				return fmt.Errorf("%s needs the protocol tcp", word)
			}
			end.Ports, err = operator(take(), take)
		case "established":
			if rule.Proto != firewall.TCP {
				return fmt.Errorf("established needs the protocol tcp")
			}
			rule.Answer = true
		case "icmp-type", "icmp6-type":
			if rule.Proto != firewall.ICMP || six != (word == "icmp6-type") {
				return fmt.Errorf("%s does not fit the protocol", word)
			}
			var whole bool
			if whole, err = r.message(&rule, six, take); err == nil && !whole {
				return rest(words)
			}
		default:
			return fmt.Errorf("%q is no word of a rule that is known here", word)
		}
		if err != nil {
			return err
		}
	}
	r.lists[r.list] = append(r.lists[r.list], rule)
	return nil
}

func rest(words []string) error {
	if len(words) > 0 {
		return fmt.Errorf("%q after the code of an ICMP message", words[0])
	}
	return nil
}

// message reads a type and code; whole says that all of the kind were there by now,
// so that the rule is one of the kind.
func (r *reader) message(rule *firewall.Rule, six bool, take func() string) (whole bool, err error) {
	table := icmp4
	if six {
		table = icmp6
	}
	typ, err := strconv.Atoi(take())
	if err != nil {
		return false, fmt.Errorf("an ICMP type is a number here: %w", err)
	}
	at := slices.IndexFunc(table, func(m message) bool { return m.typ == typ })
	if at < 0 {
		return false, fmt.Errorf("ICMP type %d is not one that FTP needs", typ)
	}
	m := table[at]
	rule.ICMP = []firewall.ICMPKind{m.kind}
	if m.codes == nil {
		return true, nil
	}
	code, err := strconv.Atoi(take())
	if err != nil || !slices.Contains(m.codes, code) {
		return false, fmt.Errorf("ICMPv6 type %d needs a code of %v", typ, m.codes)
	}
	key, pair := fmt.Sprintf("%s/%d", r.list, m.kind), typ<<8|code
	if !slices.Contains(r.codes[key], pair) {
		r.codes[key] = append(r.codes[key], pair)
	}
	all := 0
	for _, other := range table {
		if other.kind == m.kind {
			all += len(other.codes)
		}
	}
	return len(r.codes[key]) == all, nil
}

// masked reads an address and its wildcard; 0 is the host alone.
func masked(address, wildcard string) (netip.Prefix, error) {
	a, err := netip.ParseAddr(address)
	if err != nil || !a.Is4() {
		return netip.Prefix{}, fmt.Errorf("%q is no IPv4 address", address)
	}
	if wildcard == "0" {
		return netip.PrefixFrom(a, 32), nil
	}
	w, err := netip.ParseAddr(wildcard)
	if err != nil || !w.Is4() {
		return netip.Prefix{}, fmt.Errorf("%q is no wildcard", wildcard)
	}
	b := w.As4()
	mask := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	if mask&(mask+1) != 0 {
		return netip.Prefix{}, fmt.Errorf("wildcard %s is not that of a network: is it a mask?", wildcard)
	}
	return netip.PrefixFrom(a, bits.LeadingZeros32(mask)), nil
}

// operator reads eq, gt, lt, neq or range, and the ports.
func operator(word string, take func() string) ([]firewall.Ports, error) {
	number := func() (uint16, error) {
		text := take()
		n, err := strconv.ParseUint(text, 10, 16)
		if err != nil {
			return 0, fmt.Errorf("%q is no port", text)
		}
		return uint16(n), nil
	}
	n, err := number()
	if err != nil {
		return nil, err
	}
	switch {
	case word == "eq" && n > 0:
		return []firewall.Ports{firewall.One(n)}, nil
	case word == "gt" && n < 65535:
		return []firewall.Ports{{From: n + 1, To: 65535}}, nil
	case word == "lt" && n > 1:
		return []firewall.Ports{{From: 1, To: n - 1}}, nil
	case word == "neq" && n > 1 && n < 65535:
		return []firewall.Ports{{From: 1, To: n - 1}, {From: n + 1, To: 65535}}, nil
	case word == "range" && n > 0:
		last, err := number()
		if err != nil {
			return nil, err
		}
		if last < n {
			return nil, fmt.Errorf("the range %d %d is upside down", n, last)
		}
		return []firewall.Ports{{From: n, To: last}}, nil
	}
	return nil, fmt.Errorf("%q %d is none of eq, gt, lt, neq and range with ports that there are", word, n)
}
