package windows

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"ferry/internal/firewall"
	"ferry/internal/firewall/words"
)

// A reader goes through the statements of a text.
type reader struct {
	inward        firewall.Side
	removed, done bool // the first and the last statement have been read
	messages      words.Messages
	rules         []firewall.Rule
	defaults      [2]firewall.Action
}

// Parse reads a text of [Dialect] back. It is an error if a word is not known, if the
// text does not say where it stands, or if it does not begin with the removal of what was
// there before and end with the default actions.
func Parse(text string) (*firewall.Ruleset, error) {
	list, place, err := statements(text)
	if err != nil {
		return nil, err
	}
	if place == "" {
		return nil, fmt.Errorf("the text does not say where it stands: a line that begins with %q is missing", placeMark+"server:")
	}
	facts := firewall.Facts{At: place}
	r := &reader{inward: facts.Inward()}
	for _, l := range list {
		if err := r.statement(l); err != nil {
			return nil, l.Wrap(err)
		}
	}
	if !r.done {
		return nil, errors.New("Set-NetFirewallProfile is missing: nothing says what becomes of the rest")
	}
	return r.ruleset(), nil
}

// ruleset puts what blocks before what allows.
func (r *reader) ruleset() *firewall.Ruleset {
	set := &firewall.Ruleset{Stateful: true, Default: r.defaults}
	for _, side := range []firewall.Side{firewall.Server, firewall.Client} {
		set.Rules = append(set.Rules, firewall.Rule{Toward: side, Local: true, Action: firewall.Accept})
	}
	for _, action := range []firewall.Action{firewall.Drop, firewall.Accept} {
		for _, rule := range r.rules {
			if rule.Action == action {
				set.Rules = append(set.Rules, rule)
			}
		}
	}
	return set
}

// statement reads one.
func (r *reader) statement(l *words.Line) error {
	if r.done {
		return errors.New("Set-NetFirewallProfile is not last")
	}
	switch cmdlet := l.Take(); cmdlet {
	case "Get-NetFirewallRule":
		if r.removed {
			return errors.New("rules are removed twice")
		}
		if rest := cmdlet + " " + l.Rest(); rest != strings.ReplaceAll(remove, "'"+group+"'", "'"+group) {
			return fmt.Errorf("this is known as %q only", remove)
		}
		r.removed = true
		return nil
	case "New-NetFirewallRule":
		if !r.removed {
			return errors.New("the rules that were there before are not removed")
		}
		values, err := parameters(l, ruleParameters)
		if err != nil {
			return err
		}
		return r.rule(values)
	case "Set-NetFirewallProfile":
		if !l.Next("-All") {
			return errors.New("the default actions are not for all profiles: -All is missing")
		}
		values, err := parameters(l, profileParameters)
		if err != nil {
			return err
		}
		r.done = true
		r.defaults[r.inward] = actionOf[values["DefaultInboundAction"]]
		r.defaults[r.inward.Other()] = actionOf[values["DefaultOutboundAction"]]
		if !r.removed {
			return errors.New("the rules that were there before are not removed")
		}
		return nil
	default:
		return fmt.Errorf("%q is no cmdlet that is known here", cmdlet)
	}
}

// A parameter is one that a cmdlet may have.
type parameter struct {
	needed bool
	text   bool     // in quotes
	values []string // all that there are; nil: any
}

var (
	stop           = parameter{needed: true, values: []string{"Stop"}}
	action         = parameter{needed: true, values: []string{"Allow", "Block"}}
	ruleParameters = map[string]parameter{
		"Group":        {needed: true, text: true, values: []string{group}},
		"DisplayName":  {needed: true, text: true},
		"Description":  {text: true},
		"Direction":    {needed: true, values: []string{"Inbound", "Outbound"}},
		"Action":       action,
		"Profile":      {needed: true, values: []string{"Any"}},
		"Protocol":     {needed: true, values: []string{"TCP", "ICMPv4", "ICMPv6"}},
		"LocalAddress": {}, "LocalPort": {}, "RemoteAddress": {}, "RemotePort": {}, "IcmpType": {},
		"ErrorAction": stop,
	}
	profileParameters = map[string]parameter{
		"Enabled":              {needed: true, values: []string{"True"}},
		"DefaultInboundAction": action, "DefaultOutboundAction": action,
		"ErrorAction": stop,
	}
)

var actionOf = map[string]firewall.Action{"Allow": firewall.Accept, "Block": firewall.Drop}

// parameters reads names and values, in any order.
func parameters(l *words.Line, known map[string]parameter) (map[string]string, error) {
	values := make(map[string]string)
	for l.Peek() != "" {
		word := l.Take()
		name, is := strings.CutPrefix(word, "-")
		p, there := known[name]
		if !is || !there {
			return nil, fmt.Errorf("%q is no parameter that is known here", word)
		}
		if _, twice := values[name]; twice {
			return nil, fmt.Errorf("-%s is there twice", name)
		}
		value, inQuotes := strings.CutPrefix(l.Peek(), "'")
		if inQuotes != p.text || value == "" || !inQuotes && value[0] == '-' {
			return nil, fmt.Errorf("-%s has no value, or one with the wrong quotes", name)
		}
		l.Take()
		if p.values != nil && !slices.Contains(p.values, value) {
			return nil, fmt.Errorf("-%s %s is not known here, only %s", name, value, strings.Join(p.values, ", "))
		}
		values[name] = value
	}
	for name, p := range known {
		if _, there := values[name]; p.needed && !there {
			return nil, fmt.Errorf("-%s is missing", name)
		}
	}
	return values, nil
}

// rule makes a rule of the values.
func (r *reader) rule(values map[string]string) error {
	rule := firewall.Rule{Toward: r.inward.Other(), Action: actionOf[values["Action"]], Proto: firewall.TCP}
	local, remote := &rule.From, &rule.To
	if values["Direction"] == "Inbound" {
		rule.Toward, local, remote = r.inward, &rule.To, &rule.From
	}
	switch values["Protocol"] {
	case "ICMPv4":
		rule.Proto, rule.Family = firewall.ICMP, firewall.IPv4
	case "ICMPv6":
		rule.Proto, rule.Family = firewall.ICMP, firewall.IPv6
	}
	for name, nets := range map[string]*[]netip.Prefix{"LocalAddress": &local.Nets, "RemoteAddress": &remote.Nets} {
		list, err := listOf(values, name, addresses)
		if err != nil {
			return err
		}
		for _, n := range list {
			family := firewall.FamilyOf(n[0].Addr())
			if rule.Family != firewall.Both && rule.Family != family {
				return fmt.Errorf("-%s %s is not of the family that the rest is of", name, values[name])
			}
			rule.Family, *nets = family, append(*nets, n...)
		}
	}
	for name, ports := range map[string]*[]firewall.Ports{"LocalPort": &local.Ports, "RemotePort": &remote.Ports} {
		list, err := listOf(values, name, portRange)
		if err != nil {
			return err
		}
		if *ports = list; list != nil && rule.Proto != firewall.TCP {
			return fmt.Errorf("-%s is for TCP", name)
		}
	}
	types, err := listOf(values, "IcmpType", icmpType)
	if err != nil {
		return err
	}
	if (types != nil) != (rule.Proto == firewall.ICMP) {
		return errors.New("-IcmpType is for ICMP, and ICMP is for some types only")
	}
	for _, typ := range types {
		kind, err := r.messages.Add(rule, typ, words.AllCodes)
		if err != nil {
			return err
		}
		if kind != firewall.NoICMP {
			rule.ICMP = append(rule.ICMP, kind)
		}
	}
	if rule.Proto != firewall.ICMP || len(rule.ICMP) > 0 {
		r.rules = append(r.rules, rule)
	}
	return nil
}
