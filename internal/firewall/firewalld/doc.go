// Package firewalld writes the rules of a plan as commands of firewalld, the firewall of
// Fedora, Red Hat and SUSE.
//
// They make one policy of their own (firewalld 0.9 and later), and for the FTP helper one
// service; zones and the rules in them stay as they are. firewalld's rich rules name
// either the port that packets go to or the one that they come from, so source ports are
// left out; answers, and what a helper expects, pass by themselves; and what a host opens
// is not limited here. The package runs no program; internal/firewall/dialects lists what
// it offers.
package firewalld
