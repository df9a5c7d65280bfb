// Package windows writes firewall rules for FTP as a script of PowerShell for the firewall
// of Windows (New-NetFirewallRule), and reads its own texts back.
//
// That firewall follows connections: answers pass by themselves. It stands on a host, and
// has nothing to say about what the host says to itself. Its rules have no order: what a
// rule blocks is blocked, whatever another one allows, and what no rule fits has the
// default action of its direction. Plans have an order, so what they drop is written
// without what they let through before ([blocks]).
//
// There is no checker outside of Windows, so [Parse] is the proof: it gives a text the
// meaning that it has there, and knows no other cmdlet, parameter or value than those that
// are written here. A text says in a comment where it stands ("# at server: ..."), as
// inbound and outbound mean another thing on each host.
package windows
