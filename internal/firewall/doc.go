// Package firewall says what a firewall must let through for FTP, and what it
// need not: a pure model, from a few facts to flows, and from flows to rules that
// a dialect (nftables, iptables, an ACL) can write down.
//
// [Facts] are what is known: where the firewall stands, which modes are wanted,
// the networks and ports, whether it tracks connections. [Make] turns them into a
// [Plan]: the flows, each with its reason, the rules in their order, translations
// of addresses, and notes about what is needed besides rules. A [Ruleset] can be
// asked for its verdict on a [Packet], so that a text that was parsed back can be
// compared with the plan, packet by packet ([Plan.Probes]).
//
// Nothing here reads a file, asks a resolver or calls the kernel.
package firewall
