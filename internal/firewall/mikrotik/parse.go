package mikrotik

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"ferry/internal/firewall"
	"ferry/internal/firewall/words"
)

// A reader goes through the commands of a text.
type reader struct {
	lists        map[string][]netip.Prefix // by family and name
	helper       bool
	begun        []string // menus that something was added to
	messages     words.Messages
	set          firewall.Ruleset
	translations []firewall.Translation
}

// Parse reads a text of [Dialect] back. A property that it does not know is an error,
// and so are rules of other chains than forward, address lists without addresses, and a
// connection type whose helper is not on.
func Parse(text string) (*firewall.Ruleset, error) {
	r, err := parse(text)
	if err != nil {
		return nil, err
	}
	return &r.set, nil
}

func parse(text string) (*reader, error) {
	list, err := commands(text)
	if err != nil {
		return nil, err
	}
	// What no rule fits is accepted.
	r := &reader{lists: map[string][]netip.Prefix{}, set: firewall.Ruleset{Default: [2]firewall.Action{firewall.Accept, firewall.Accept}}}
	for i := range list {
		if err := r.command(&list[i]); err != nil {
			return nil, fmt.Errorf("line %d: %w", list[i].at, err)
		}
	}
	if len(r.set.Rules) == 0 {
		return nil, errors.New("there is no rule in a filter menu")
	}
	return r, nil
}

// command reads one.
func (r *reader) command(c *command) error {
	family := firewall.IPv4
	if strings.HasPrefix(c.menu, "ipv6 ") {
		family = firewall.IPv6
	}
	if c.verb == "remove" {
		return r.remove(c)
	}
	r.begun = append(r.begun, c.menu)
	switch c.menu + ":" + c.verb {
	case "ip firewall service-port:set":
		return r.servicePort(c)
	case "ip firewall address-list:add", "ipv6 firewall address-list:add":
		return r.addressList(family, c)
	case "ip firewall filter:add", "ipv6 firewall filter:add":
		return r.filter(family, c)
	case "ip firewall nat:add", "ipv6 firewall nat:add":
		t, err := r.nat(family, c)
		r.translations = append(r.translations, t)
		return err
	}
	return fmt.Errorf("%s in the menu %q is not known here", c.verb, c.menu)
}

// remove reads what takes away what is on the router from before.
func (r *reader) remove(c *command) error {
	_, last, _ := strings.Cut(c.menu, " firewall ")
	known, err := split(removals[last])
	switch {
	case err != nil:
		return err
	case len(known) == 0 || c.object != strings.Join(known[1:], " "):
		return fmt.Errorf("remove %s in the menu %q is not known here", c.object, c.menu)
	case slices.Contains(r.begun, c.menu):
		return errors.New("it takes away what was added before it")
	}
	return nil
}

// servicePort reads what switches the helper on.
func (r *reader) servicePort(c *command) error {
	if c.object != "ftp" {
		return fmt.Errorf("the service port of FTP is ftp, and this is %q", c.object)
	}
	for _, p := range c.properties {
		switch p[0] {
		case "disabled":
			if p[1] != "yes" && p[1] != "no" {
				return fmt.Errorf("disabled is yes or no, and this is %q", p[1])
			}
			r.helper = p[1] == "no"
		case "ports":
			for port := range strings.SplitSeq(p[1], ",") {
				if _, err := words.Port(port); err != nil {
					return err
				}
			}
		default:
			return fmt.Errorf("%q is no property of a service port that is known here", p[0])
		}
	}
	return nil
}

func (r *reader) addressList(family firewall.Family, c *command) error {
	for _, p := range c.properties {
		if p[0] != "list" && p[0] != "address" && p[0] != "comment" {
			return fmt.Errorf("%q is no property of an address list that is known here", p[0])
		}
	}
	if c.value("list") == "" {
		return errors.New("an entry of an address list has list=NAME")
	}
	n, err := prefix(family, c.value("address"))
	key := family.String() + " " + c.value("list")
	r.lists[key] = append(r.lists[key], n)
	return err
}

// prefix reads an address or a network.
func prefix(family firewall.Family, text string) (n netip.Prefix, err error) {
	if strings.Contains(text, "/") {
		if n, err = netip.ParsePrefix(text); err != nil {
			return n, fmt.Errorf("%q is no network such as 192.0.2.0/24", text)
		}
		n, err = words.Network(n)
	} else {
		n, err = words.Host(text)
	}
	if err == nil && !family.Has(n.Addr()) {
		err = fmt.Errorf("%s is not %s", n, family)
	}
	return n, err
}

// filter reads a rule. A chain has no direction, so it is one for packets to each side.
func (r *reader) filter(family firewall.Family, c *command) error {
	rule := firewall.Rule{Family: family, Action: firewall.Accept}
	if c.value("chain") != "forward" {
		return fmt.Errorf("chain=%s: only what is forwarded (chain=forward) is known here", c.value("chain"))
	}
	if err := protocol(&rule, c.value("protocol")); err != nil {
		return err
	}
	options := ""
	for _, p := range c.properties {
		var err error
		switch p[0] {
		case "chain", "protocol", "comment":
		case "action":
			switch p[1] {
			case "accept":
			case "drop":
				rule.Action = firewall.Drop
			default:
				err = fmt.Errorf("action=%s is none of accept and drop", p[1])
			}
		case "connection-state":
			rule.State, err = stateSet(p[1])
		case "connection-type":
			if rule.Helper = p[1] == "ftp"; !rule.Helper {
				err = fmt.Errorf("connection-type=%s is not ftp", p[1])
			} else if !r.helper {
				err = errors.New("connection-type=ftp never fits while the helper is off: /ip firewall service-port set ftp disabled=no")
			}
		case "icmp-options":
			if options = p[1]; rule.Proto != firewall.ICMP {
				err = errors.New("icmp-options needs protocol=icmp, or icmpv6 in the menu of IPv6")
			}
		default:
			err = r.end(&rule, p[0], p[1])
		}
		if err != nil {
			return err
		}
	}
	if options != "" {
		return r.icmp(&rule, options)
	}
	r.add(&rule)
	return nil
}

// add adds a rule for packets to both sides.
func (r *reader) add(rule *firewall.Rule) {
	for _, side := range []firewall.Side{firewall.Client, firewall.Server} {
		rule.Toward = side
		r.set.Rules = append(r.set.Rules, *rule)
	}
}

// protocol reads what a rule looks at above IP.
func protocol(rule *firewall.Rule, word string) error {
	icmp := "icmp"
	if rule.Family == firewall.IPv6 {
		icmp = "icmpv6"
	}
	switch word {
	case "":
	case "tcp":
		rule.Proto = firewall.TCP
	case "udp":
		rule.Proto = firewall.UDP
	case icmp:
		rule.Proto = firewall.ICMP
	default:
		return fmt.Errorf("protocol=%s is none of tcp, udp and %s", word, icmp)
	}
	return nil
}

func stateSet(text string) (set firewall.State, err error) {
	for word := range strings.SplitSeq(text, ",") {
		found := false
		for _, s := range stateNames {
			if s.name == word {
				set, found = set|s.state, true
			}
		}
		if !found {
			return set, fmt.Errorf("connection-state=%s: %q is none of established, related and new", text, word)
		}
	}
	return set, nil
}

// end reads a property of one end.
func (r *reader) end(rule *firewall.Rule, name, value string) (err error) {
	which, what, _ := strings.Cut(name, "-")
	var end *firewall.Match
	switch which {
	case "src":
		end = &rule.From
	case "dst":
		end = &rule.To
	default:
		return fmt.Errorf("%q is no property of a rule that is known here", name)
	}
	switch what {
	case "address", "address-list":
		if end.Nets != nil {
			return fmt.Errorf("%s: an end has an address, or an address list", name)
		}
		if what == "address" {
			var n netip.Prefix
			n, err = prefix(rule.Family, value)
			end.Nets = []netip.Prefix{n}
		} else if end.Nets = r.lists[rule.Family.String()+" "+value]; end.Nets == nil {
			err = fmt.Errorf("the address list %q of %s has no addresses yet", value, rule.Family)
		}
	case "port":
		if rule.Proto != firewall.TCP {
			return fmt.Errorf("%s is for protocol=tcp here", name)
		}
		end.Ports, err = portList(value)
	default:
		err = fmt.Errorf("%q is no property of a rule that is known here", name)
	}
	return err
}

// portList reads ports and ranges.
func portList(text string) ([]firewall.Ports, error) {
	var list []firewall.Ports
	count := 0
	for word := range strings.SplitSeq(text, ",") {
		if strings.Contains(word, ":") {
			return nil, fmt.Errorf("%q: a range is written with a dash", word)
		}
		p, err := firewall.ParsePorts(word)
		if err != nil {
			return nil, err
		}
		if count++; p.From != p.To {
			count++
		}
		list = append(list, p)
	}
	if count > portLimit {
		return nil, fmt.Errorf("a rule takes %d ports, a range as two, and %s has %d", portLimit, text, count)
	}
	return list, nil
}

// icmp reads a type and its codes, "3:0-255" or "3:4", and adds the rule once it is
// one about a whole kind.
func (r *reader) icmp(rule *firewall.Rule, options string) error {
	first, codes, given := strings.Cut(options, ":")
	typ, err := strconv.ParseUint(first, 10, 8)
	code := uint64(0)
	all := !given || codes == "0-255"
	if err == nil && !all {
		code, err = strconv.ParseUint(codes, 10, 8)
	}
	if err != nil {
		return fmt.Errorf("icmp-options=%s is no type with a code, such as 3:4 or 3:0-255", options)
	}
	number := int(code) //nolint:gosec // it has 8 bits
	if all {
		number = words.AllCodes
	}
	kind, err := r.messages.Add(*rule, int(typ), number) //nolint:gosec // it has 8 bits
	if err == nil && kind != firewall.NoICMP {
		rule.ICMP = []firewall.ICMPKind{kind}
		r.add(rule)
	}
	return err
}
