package aws

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"ferry/internal/firewall"
)

// Parse reads a text of [Dialect] back.
func Parse(text string) (*firewall.Ruleset, error) {
	set := &firewall.Ruleset{Stateful: true}
	for _, side := range []firewall.Side{firewall.Server, firewall.Client} {
		set.Rules = append(set.Rules,
			// A group does not see what a host says to itself, nor how neighbours find each other.
			firewall.Rule{Toward: side, Local: true, Action: firewall.Accept},
			firewall.Rule{Toward: side, Family: firewall.IPv6, Proto: firewall.ICMP, ICMP: []firewall.ICMPKind{firewall.NeighborDiscovery}, Action: firewall.Accept})
	}
	var kind string
	var pairs map[string]string
	groups, at := 0, 0
	for line := range strings.Lines(text) {
		at++
		line = strings.TrimSpace(line)
		var err error
		switch {
		case line == "" || line[0] == '#':
		case pairs == nil:
			kind, err = head(line)
			pairs = map[string]string{}
		case line == "}":
			switch kind {
			case group:
				groups++
			case ingress, egress:
				var rule firewall.Rule
				rule, err = ruleOf(kind, pairs)
				set.Rules = append(set.Rules, rule)
			}
			pairs = nil
		default:
			name, value, ok := strings.Cut(line, "=")
			name = strings.TrimSpace(name)
			if _, twice := pairs[name]; !ok || twice {
				err = fmt.Errorf("%q is no new NAME = VALUE", line)
			}
			pairs[name] = strings.TrimSpace(value)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", at, err)
		}
	}
	if pairs != nil {
		return nil, errors.New("the last block has no end")
	}
	if groups != 1 {
		return nil, fmt.Errorf("there are %d security groups, not one", groups)
	}
	return set, nil
}

// head reads the first line of a block.
func head(line string) (kind string, err error) {
	words := strings.Fields(line)
	if len(words) == 3 && words[0] == "variable" && words[2] == "{" {
		return "variable", nil
	}
	if len(words) != 4 || words[0] != "resource" || words[3] != "{" {
		return "", fmt.Errorf("%q begins no block that is known here", line)
	}
	kind, err = strconv.Unquote(words[1])
	if err != nil || kind != group && kind != ingress && kind != egress {
		return "", fmt.Errorf("the resource %s is not known here", words[1])
	}
	return kind, nil
}

// ruleOf makes a rule of a block.
func ruleOf(kind string, pairs map[string]string) (firewall.Rule, error) {
	rule := firewall.Rule{Toward: firewall.Server, Action: firewall.Accept, State: firewall.New}
	far := &rule.From
	if kind == egress {
		rule.Toward, far = firewall.Client, &rule.To
	}
	for name, value := range pairs {
		switch name {
		case "security_group_id":
			if value != group+".ftp.id" {
				return rule, fmt.Errorf("the group %s is another", value)
			}
		case "description", "from_port", "to_port":
		case "ip_protocol":
			switch value {
			case `"tcp"`:
				rule.Proto = firewall.TCP
			case `"-1"`:
			default:
				return rule, fmt.Errorf("ip_protocol %s is not known here", value)
			}
		case "cidr_ipv4", "cidr_ipv6":
			text, err := strconv.Unquote(value)
			if err != nil {
				return rule, fmt.Errorf("%s is no text in quotes", value)
			}
			n, err := netip.ParsePrefix(text)
			if err != nil || n != n.Masked() || n.Addr().Is4() != (name == "cidr_ipv4") {
				return rule, fmt.Errorf("%s is no network for %s", text, name)
			}
			far.Nets, rule.Family = append(far.Nets, n), firewall.FamilyOf(n.Addr())
		default:
			return rule, fmt.Errorf("%s is not known here", name)
		}
	}
	if len(far.Nets) != 1 || pairs["ip_protocol"] == "" || pairs["security_group_id"] == "" {
		return rule, errors.New("a rule needs security_group_id, ip_protocol, and one of cidr_ipv4 and cidr_ipv6")
	}
	if rule.Proto != firewall.TCP {
		return rule, nil
	}
	first, err := strconv.ParseUint(pairs["from_port"], 10, 16)
	last, lastErr := strconv.ParseUint(pairs["to_port"], 10, 16)
	if err = errors.Join(err, lastErr); err != nil || first > last {
		return rule, fmt.Errorf("from_port %q to to_port %q is no range of ports", pairs["from_port"], pairs["to_port"])
	}
	rule.To.Ports = []firewall.Ports{{From: uint16(first), To: uint16(last)}} //nolint:gosec // both have 16 bits
	return rule, nil
}
