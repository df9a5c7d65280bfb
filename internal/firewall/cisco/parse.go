package cisco

import (
	"errors"
	"fmt"
	"maps"
	"math/bits"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"ferry/internal/firewall"
)

// A list is one that was read.
type list struct {
	family firewall.Family
	rules  []firewall.Rule
	words  map[firewall.ICMPKind][]string // of messages that are there
	bound  bool
	side   firewall.Side
}

// A reader goes through a text.
type reader struct {
	lists  map[string]*list
	now    *list
	inside bool // in an interface
	side   firewall.Side
}

// Parse reads a text of [Dialect] back. It is an error to use a word that it does not
// know, to bind a list that is not there, or to leave one unbound.
func Parse(text string) (*firewall.Ruleset, error) {
	r := &reader{lists: map[string]*list{}}
	at := 0
	for line := range strings.Lines(text) {
		at++
		words := strings.Fields(line)
		if len(words) == 0 || words[0][0] == '!' {
			continue
		}
		if err := r.line(words); err != nil {
			return nil, fmt.Errorf("line %d: %w", at, err)
		}
	}
	// What is bound to no interface passes there.
	set := &firewall.Ruleset{Default: [2]firewall.Action{firewall.Accept, firewall.Accept}}
	for _, name := range slices.Sorted(maps.Keys(r.lists)) {
		l := r.lists[name]
		if !l.bound {
			return nil, fmt.Errorf("list %s is bound to no interface: it does nothing", name)
		}
		// Each list ends with a deny that nobody writes.
		for _, rule := range append(l.rules, firewall.Rule{Family: l.family, Action: firewall.Drop}) {
			rule.Toward = l.side
			set.Rules = append(set.Rules, rule)
		}
	}
	return set, nil
}

// line reads one.
func (r *reader) line(words []string) error {
	whole := strings.Join(words, " ")
	switch {
	case strings.HasPrefix(whole, "ip access-list extended ") && len(words) == 4:
		return r.begin(words[3], firewall.IPv4)
	case strings.HasPrefix(whole, "ipv6 access-list ") && len(words) == 3:
		return r.begin(words[2], firewall.IPv6)
	case strings.HasPrefix(whole, "no ip access-list extended ") && len(words) == 5, strings.HasPrefix(whole, "no ipv6 access-list ") && len(words) == 4:
		delete(r.lists, words[len(words)-1])
		r.now = nil
		return nil
	case words[0] == "interface":
		side := slices.Index(interfaces[:], strings.Join(words[1:], " "))
		if side < 0 {
			return fmt.Errorf("interface %q is neither %s nor %s", strings.Join(words[1:], " "), interfaces[0], interfaces[1])
		}
		r.now, r.inside, r.side = nil, true, firewall.Side(side) //nolint:gosec // 0 or 1
		return nil
	case strings.HasPrefix(whole, "ip access-group ") && len(words) == 4:
		return r.bind(words[2], words[3], firewall.IPv4)
	case strings.HasPrefix(whole, "ipv6 traffic-filter ") && len(words) == 4:
		return r.bind(words[2], words[3], firewall.IPv6)
	case words[0] == "remark" && r.now != nil:
		return nil
	case (words[0] == "permit" || words[0] == "deny") && r.now != nil:
		return r.rule(words)
	case words[0] == "permit" || words[0] == "deny":
		return errors.New("a rule outside of a list")
	}
	return fmt.Errorf("%q is no command that is known here", whole)
}

func (r *reader) begin(name string, family firewall.Family) error {
	if r.lists[name] != nil {
		return fmt.Errorf("list %s is there twice", name)
	}
	r.now, r.inside = &list{family: family, words: map[firewall.ICMPKind][]string{}}, false
	r.lists[name] = r.now
	return nil
}

func (r *reader) bind(name, direction string, family firewall.Family) error {
	l := r.lists[name]
	switch {
	case !r.inside:
		return errors.New("a list is bound inside of an interface")
	case direction != "in":
		return fmt.Errorf("%q: the lists here are bound in", direction)
	case l == nil || l.family != family:
		return fmt.Errorf("there is no list %s of %s to bind", name, family)
	}
	l.bound, l.side = true, r.side
	return nil
}

// rule reads a rule and keeps it.
func (r *reader) rule(words []string) error {
	six := r.now.family == firewall.IPv6
	rule := firewall.Rule{Family: r.now.family}
	if words[0] == "permit" {
		rule.Action = firewall.Accept
	}
	take := func() string {
		if len(words) == 0 {
			return ""
		}
		word := words[0]
		words = words[1:]
		return word
	}
	take()
	switch protocol := take(); {
	case protocol == "tcp":
		rule.Proto = firewall.TCP
	case protocol == "icmp":
		rule.Proto = firewall.ICMP
	case protocol == "ip" && !six, protocol == "ipv6" && six:
	default:
		return fmt.Errorf("protocol %q is not known here in a list of %s", protocol, r.now.family)
	}
	for _, end := range []*firewall.Match{&rule.From, &rule.To} {
		n, err := address(take, six)
		if err != nil {
			return err
		}
		if n.IsValid() {
			end.Nets = []netip.Prefix{n}
		}
		if len(words) > 0 && slices.Contains([]string{"eq", "gt", "lt", "neq", "range"}, words[0]) {
			if rule.Proto != firewall.TCP {
				return errors.New("ports need the protocol tcp")
			}
			if end.Ports, err = operator(take(), take); err != nil {
				return err
			}
		}
	}
	whole := true
	if len(words) > 0 {
		var err error
		if whole, err = r.rest(&rule, take(), six); err != nil {
			return err
		}
	}
	if len(words) > 0 {
		return fmt.Errorf("%q is too much", words[0])
	}
	if whole {
		r.now.rules = append(r.now.rules, rule)
	}
	return nil
}

// rest reads what follows both ends; whole says that all messages of a kind are there.
func (r *reader) rest(rule *firewall.Rule, word string, six bool) (whole bool, err error) {
	if rule.Proto == firewall.TCP && word == "established" {
		rule.Answer = true
		return true, nil
	}
	if rule.Proto == firewall.ICMP {
		for _, m := range messages {
			if m.word != word || m.six && !six {
				continue
			}
			rule.ICMP = []firewall.ICMPKind{m.kind}
			if !slices.Contains(r.now.words[m.kind], word) {
				r.now.words[m.kind] = append(r.now.words[m.kind], word)
			}
			all := 0
			for _, other := range messages {
				if other.kind == m.kind {
					all++
				}
			}
			return len(r.now.words[m.kind]) == all, nil
		}
	}
	return false, fmt.Errorf("%q is no word of such a rule that is known here", word)
}

// address reads any, host A, A W, or A/N; the zero value is any.
func address(take func() string, six bool) (netip.Prefix, error) {
	word := take()
	if word == "any" {
		return netip.Prefix{}, nil
	}
	if word == "host" {
		a, err := netip.ParseAddr(take())
		if err != nil || a.Is6() != six || a.Zone() != "" {
			return netip.Prefix{}, errors.New("host is followed by an address of the list's family")
		}
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	var n netip.Prefix
	var err error
	if six {
		n, err = netip.ParsePrefix(word)
	} else {
		n, err = masked(word, take())
	}
	if err != nil {
		return n, err
	}
	if n.Masked() != n || n.Addr().Is6() != six {
		return n, fmt.Errorf("%s is no network of this list", n)
	}
	return n, nil
}

// masked reads an address and its wildcard.
func masked(text, wildcard string) (netip.Prefix, error) {
	a, err := netip.ParseAddr(text)
	if err != nil || !a.Is4() {
		return netip.Prefix{}, fmt.Errorf("%q is no IPv4 address", text)
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

// operator reads the ports behind eq, gt, lt, neq or range.
func operator(word string, take func() string) ([]firewall.Ports, error) {
	var n [2]uint16
	for i := range n {
		if i == 1 && word != "range" {
			break
		}
		text := take()
		v, err := strconv.ParseUint(text, 10, 16)
		if err != nil || v == 0 {
			return nil, fmt.Errorf("%q is no port", text)
		}
		n[i] = uint16(v)
	}
	switch {
	case word == "eq":
		return []firewall.Ports{firewall.One(n[0])}, nil
	case word == "gt" && n[0] < 65535:
		return []firewall.Ports{{From: n[0] + 1, To: 65535}}, nil
	case word == "lt" && n[0] > 1:
		return []firewall.Ports{{From: 1, To: n[0] - 1}}, nil
	case word == "neq" && n[0] > 1 && n[0] < 65535:
		return []firewall.Ports{{From: 1, To: n[0] - 1}, {From: n[0] + 1, To: 65535}}, nil
	case word == "range" && n[0] <= n[1]:
		return []firewall.Ports{{From: n[0], To: n[1]}}, nil
	case word == "range":
		return nil, fmt.Errorf("the range %d %d is upside down", n[0], n[1])
	}
	return nil, fmt.Errorf("%s %d leaves no port", word, n[0])
}
