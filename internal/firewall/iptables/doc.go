// Package iptables writes the rules of a plan for iptables and ip6tables, in two
// manners: the text that iptables-restore reads, which replaces whole tables, and
// commands for sh, which put chains of their own behind what is there.
//
// It writes for the kernel of today: the FTP helper is assigned to control
// connections by a rule of the table raw, as no kernel since 6.0 does it by itself,
// and connections are told by -m conntrack. It knows nothing of what is loaded, and
// runs no program; internal/firewall/dialects lists what it offers.
package iptables
