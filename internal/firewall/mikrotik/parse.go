package mikrotik

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"ferry/internal/firewall"
)

// Parse reads a text of [Dialect] back: the filter rules; of the translations it
// checks the form alone.
func Parse(text string) (*firewall.Ruleset, error) {
	set := &firewall.Ruleset{Default: [2]firewall.Action{firewall.Accept, firewall.Accept}}
	menu, at := "", 0
	for line := range strings.Lines(text) {
		at++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if line[0] == '/' {
			menu = line
			if !slices.Contains([]string{"/ip firewall filter", "/ipv6 firewall filter", "/ip firewall nat", "/ipv6 firewall nat", "/ip firewall service-port"}, menu) {
				return nil, fmt.Errorf("line %d: the menu %q is not known here", at, menu)
			}
			continue
		}
		rules, err := command(menu, line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", at, err)
		}
		set.Rules = append(set.Rules, rules...)
	}
	return set, nil
}

// command reads one line of a menu.
func command(menu, line string) ([]firewall.Rule, error) {
	if line == `remove [find where comment~"^`+tag+`"]` {
		return nil, nil
	}
	word, rest, _ := strings.Cut(line, " ")
	if menu == "/ip firewall service-port" {
		if word != "set" {
			return nil, fmt.Errorf("%q: a service port is set", word)
		}
		return nil, nil
	}
	if word != "add" {
		return nil, fmt.Errorf("%q is no command that is known here", word)
	}
	pairs, err := properties(rest)
	if err != nil {
		return nil, err
	}
	family := firewall.IPv4
	if strings.HasPrefix(menu, "/ipv6") {
		family = firewall.IPv6
	}
	switch {
	case strings.HasSuffix(menu, " nat"):
		if pairs["chain"] != "dstnat" && pairs["chain"] != "srcnat" {
			return nil, fmt.Errorf("chain %q is none of dstnat and srcnat", pairs["chain"])
		}
		return nil, nil
	case !strings.HasSuffix(menu, " filter"):
		return nil, errors.New("a rule outside of a menu")
	}
	rule, err := filter(pairs, family)
	if err != nil {
		return nil, err
	}
	// The chain is of both directions.
	up, down := rule, rule
	up.Toward, down.Toward = firewall.Server, firewall.Client
	return []firewall.Rule{up, down}, nil
}

// properties reads name=value, where a value may stand in quotes.
func properties(text string) (map[string]string, error) {
	pairs := make(map[string]string)
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		name, rest, ok := strings.Cut(text, "=")
		if !ok || strings.ContainsAny(name, " \"") {
			return nil, fmt.Errorf("%q is no property", text)
		}
		var value string
		if strings.HasPrefix(rest, `"`) {
			value, text, ok = strings.Cut(rest[1:], `"`)
			if !ok {
				return nil, fmt.Errorf("the quote of %s has no end", name)
			}
		} else {
			value, text, _ = strings.Cut(rest, " ")
		}
		if _, twice := pairs[name]; twice {
			return nil, fmt.Errorf("%s is there twice", name)
		}
		pairs[name] = value
	}
	return pairs, nil
}

// filter makes a rule of its properties.
func filter(pairs map[string]string, family firewall.Family) (firewall.Rule, error) {
	rule := firewall.Rule{Family: family}
	if pairs["chain"] != "forward" {
		return rule, fmt.Errorf("chain %q: the rules here are of forward", pairs["chain"])
	}
	for name, value := range pairs {
		var err error
		switch name {
		case "chain", "comment":
		case "action":
			if value == "accept" {
				rule.Action = firewall.Accept
			} else if value != "drop" {
				err = fmt.Errorf("action %q is neither accept nor drop", value)
			}
		case "protocol":
			switch {
			case value == "tcp":
				rule.Proto = firewall.TCP
			case value == "icmp" && family == firewall.IPv4, value == "icmpv6" && family == firewall.IPv6:
				rule.Proto = firewall.ICMP
			default:
				err = fmt.Errorf("protocol %q is not known here", value)
			}
		case "src-address":
			rule.From.Nets, err = nets(value, family)
		case "dst-address":
			rule.To.Nets, err = nets(value, family)
		case "src-port":
			rule.From.Ports, err = ports(value, pairs["protocol"])
		case "dst-port":
			rule.To.Ports, err = ports(value, pairs["protocol"])
		case "connection-state":
			rule.State, err = state(value)
		case "connection-type":
			if rule.Helper = value == "ftp"; !rule.Helper {
				err = fmt.Errorf("connection-type %q is not ftp", value)
			}
		case "icmp-options":
			rule.ICMP, err = icmp(value, family)
		default:
			err = fmt.Errorf("the property %s is not known here", name)
		}
		if err != nil {
			return rule, err
		}
	}
	return rule, nil
}

func nets(text string, family firewall.Family) ([]netip.Prefix, error) {
	n, err := netip.ParsePrefix(text)
	if err != nil {
		a, addrErr := netip.ParseAddr(text)
		if addrErr != nil || a.Zone() != "" {
			return nil, fmt.Errorf("%q is no address and no network", text)
		}
		n = netip.PrefixFrom(a, a.BitLen())
	}
	if firewall.FamilyOf(n.Addr()) != family || n != n.Masked() {
		return nil, fmt.Errorf("%s is no network of %s", text, family)
	}
	return []netip.Prefix{n}, nil
}

func ports(text, protocol string) ([]firewall.Ports, error) {
	if protocol != "tcp" {
		return nil, errors.New("ports need protocol=tcp")
	}
	var all []firewall.Ports
	for word := range strings.SplitSeq(text, ",") {
		p, err := firewall.ParsePorts(word)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

func state(text string) (firewall.State, error) {
	var all firewall.State
	for word := range strings.SplitSeq(text, ",") {
		found := false
		for _, s := range stateWords {
			if s.word == word {
				all, found = all|s.state, true
			}
		}
		if !found {
			return 0, fmt.Errorf("connection-state %q is not known here", word)
		}
	}
	return all, nil
}

func icmp(text string, family firewall.Family) ([]firewall.ICMPKind, error) {
	number, ok := strings.CutSuffix(text, ":0-255")
	typ, err := strconv.Atoi(number)
	if !ok || err != nil {
		return nil, fmt.Errorf("icmp-options %q is no type with all codes", text)
	}
	for kind := firewall.Unreachable; kind <= firewall.Echo; kind++ {
		if slices.Contains(types(kind, family), typ) {
			return []firewall.ICMPKind{kind}, nil
		}
	}
	return nil, fmt.Errorf("ICMP type %d is not one that FTP needs", typ)
}
