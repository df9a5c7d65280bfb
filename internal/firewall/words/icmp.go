package words

import (
	"fmt"
	"slices"

	"ferry/internal/firewall"
)

// AllCodes stands for every code of a type of ICMP.
const AllCodes = -1

// A message is one type and code.
type message struct{ typ, code int }

// A kind is all that the model means by a kind of ICMP: the types, and the codes that
// are in use.
type kind struct {
	kind  firewall.ICMPKind
	types []int
	codes []int
}

// The codes are those of IANA's registry that routers and hosts send.
var kinds = map[firewall.Family][]kind{
	firewall.IPv4: {
		{firewall.Unreachable, []int{3}, upTo(15)},
		{firewall.TimeExceeded, []int{11}, upTo(1)},
		{firewall.ParameterProblem, []int{12}, upTo(2)},
		{firewall.Echo, []int{8}, upTo(0)},
	},
	firewall.IPv6: {
		{firewall.Unreachable, []int{1}, upTo(6)},
		{firewall.PacketTooBig, []int{2}, upTo(0)},
		{firewall.TimeExceeded, []int{3}, upTo(1)},
		{firewall.ParameterProblem, []int{4}, upTo(2)},
		{firewall.NeighborDiscovery, []int{133, 134, 135, 136}, upTo(0)},
		{firewall.Echo, []int{128}, upTo(0)},
	},
}

func upTo(last int) []int {
	list := make([]int, last+1)
	for i := range list {
		list[i] = i
	}
	return list
}

// Types are the types of ICMP that a kind has in the family.
func Types(family firewall.Family, k firewall.ICMPKind) []int {
	for _, known := range kinds[family] {
		if known.kind == k {
			return known.types
		}
	}
	return nil
}

// Codes are the codes that messages of the kind have in the family.
func Codes(family firewall.Family, k firewall.ICMPKind) []int {
	for _, known := range kinds[family] {
		if known.kind == k {
			return known.codes
		}
	}
	return nil
}

// Messages puts rules for single types and codes of ICMP together to rules for kinds.
// Use one for each list of rules.
type Messages struct {
	seen []group
}

// A group are the messages of rules that differ in nothing else.
type group struct {
	rule     firewall.Rule
	messages []message
}

// Add reads a rule about a type and code, which may be [AllCodes]. It gives the kind
// that the rule completes: a kind passes where all of its messages do. A rule that
// drops one of them drops the kind. NoICMP says that more rules are needed.
func (m *Messages) Add(rule firewall.Rule, typ, code int) (firewall.ICMPKind, error) {
	i := slices.IndexFunc(kinds[rule.Family], func(k kind) bool { return slices.Contains(k.types, typ) })
	if i < 0 {
		return firewall.NoICMP, fmt.Errorf("type %d of ICMP is none that rules for FTP have", typ)
	}
	k := kinds[rule.Family][i]
	if code != AllCodes && !slices.Contains(k.codes, code) {
		return firewall.NoICMP, fmt.Errorf("type %d of ICMP has no code %d", typ, code)
	}
	if rule.Action == firewall.Drop {
		return k.kind, nil
	}
	g := m.group(&rule)
	for _, c := range k.codes {
		if (code == AllCodes || c == code) && !slices.Contains(g.messages, message{typ, c}) {
			g.messages = append(g.messages, message{typ, c})
		}
	}
	for _, t := range k.types {
		for _, c := range k.codes {
			if !slices.Contains(g.messages, message{t, c}) {
				return firewall.NoICMP, nil
			}
		}
	}
	return k.kind, nil
}

// group finds the messages of rules like this one.
func (m *Messages) group(rule *firewall.Rule) *group {
	for i := range m.seen {
		r := &m.seen[i].rule
		if r.Toward == rule.Toward && r.State == rule.State && slices.Equal(r.From.Nets, rule.From.Nets) && slices.Equal(r.To.Nets, rule.To.Nets) {
			return &m.seen[i]
		}
	}
	m.seen = append(m.seen, group{rule: *rule})
	return &m.seen[len(m.seen)-1]
}
