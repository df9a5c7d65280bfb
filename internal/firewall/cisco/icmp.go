package cisco

import (
	"ferry/internal/firewall"
	"ferry/internal/firewall/words"
)

// A message is what a name of IOS stands for.
type message struct {
	name      string
	typ, code int
}

// The names of messages of ICMP, of both families. Those that stand for a whole type
// are first, as they are what is written.
var messages = map[firewall.Family][]message{
	firewall.IPv4: {
		{"unreachable", 3, words.AllCodes},
		{"time-exceeded", 11, words.AllCodes},
		{"parameter-problem", 12, words.AllCodes},
		{"echo", 8, words.AllCodes},
		{"net-unreachable", 3, 0},
		{"host-unreachable", 3, 1},
		{"protocol-unreachable", 3, 2},
		{"port-unreachable", 3, 3},
		{"packet-too-big", 3, 4},
		{"administratively-prohibited", 3, 13},
		{"ttl-exceeded", 11, 0},
		{"reassembly-timeout", 11, 1},
	},
	firewall.IPv6: {
		{"unreachable", 1, words.AllCodes},
		{"packet-too-big", 2, words.AllCodes},
		{"time-exceeded", 3, words.AllCodes},
		{"parameter-problem", 4, words.AllCodes},
		{"router-solicitation", 133, words.AllCodes},
		{"router-advertisement", 134, words.AllCodes},
		{"nd-ns", 135, words.AllCodes},
		{"nd-na", 136, words.AllCodes},
		{"echo-request", 128, words.AllCodes},
		{"no-route", 1, 0},
		{"no-admin", 1, 1},
		{"port-unreachable", 1, 4},
		{"hop-limit", 3, 0},
		{"reassembly-timeout", 3, 1},
		{"header", 4, 0},
		{"next-header", 4, 1},
		{"parameter-option", 4, 2},
	},
}

// messageNames are the names that together are a kind.
func messageNames(family firewall.Family, kind firewall.ICMPKind) []string {
	var names []string
	for _, typ := range words.Types(family, kind) {
		for _, m := range messages[family] {
			if m.typ == typ && m.code == words.AllCodes {
				names = append(names, m.name)
			}
		}
	}
	return names
}
