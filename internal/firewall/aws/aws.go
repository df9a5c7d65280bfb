package aws

import (
	"fmt"
	"strings"

	"ferry/internal/firewall"
)

// Dialect is that of security groups.
var Dialect = &firewall.Dialect{
	Name:      "aws",
	Title:     "AWS security groups",
	Places:    []firewall.Place{firewall.AtServer},
	Trackings: []firewall.Tracking{firewall.Conntrack},
	Lacks:     firewall.Lacks{SourcePorts: true, Replies: true, OwnAddress: true},
	Comment:   "#",
	Render:    render,
	Parse:     Parse,
}

// The types of resources of the provider, from its version 5 on.
const (
	group   = "aws_security_group"
	ingress = "aws_vpc_security_group_ingress_rule"
	egress  = "aws_vpc_security_group_egress_rule"
)

// writer numbers the rules.
type writer struct {
	b     strings.Builder
	count int
}

// rule writes one for a network; ports are left out for every protocol.
func (w *writer) rule(kind, reason, cidr string, ports *firewall.Ports) {
	w.count++
	fmt.Fprintf(&w.b, "\nresource %q \"ftp_%d\" {\n  security_group_id = %s.ftp.id\n  description       = %q\n", kind, w.count, group, describe(reason))
	version := "cidr_ipv4"
	if strings.Contains(cidr, ":") {
		version = "cidr_ipv6"
	}
	fmt.Fprintf(&w.b, "  %s         = %q\n", version, cidr)
	if ports == nil {
		w.b.WriteString("  ip_protocol       = \"-1\"\n}\n")
		return
	}
	first, last := ports.From, ports.To
	if ports.Any() {
		first, last = 0, 65535
	}
	fmt.Fprintf(&w.b, "  ip_protocol       = \"tcp\"\n  from_port         = %d\n  to_port           = %d\n}\n", first, last)
}

// describe makes a description of a reason: AWS takes 255 letters of some kinds.
func describe(reason string) string {
	text := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(" ._-:/()#,@[]+=&;{}!$*", r) {
			return r
		}
		return -1
	}, reason)
	return text[:min(len(text), 255)]
}

func render(p *firewall.Plan) (string, []firewall.Note, error) {
	w := &writer{}
	w.b.WriteString(p.Header("#"))
	fmt.Fprintf(&w.b, "\nvariable \"vpc_id\" {\n  type = string\n}\n\nresource %q \"ftp\" {\n  name        = \"ftp\"\n  description = \"FTP\"\n  vpc_id      = var.vpc_id\n}\n", group)
	for i := range p.Rules {
		r := &p.Rules[i]
		if r.Proto != firewall.TCP || r.Action != firewall.Accept {
			continue // loopback and neighbours are none of a group's business
		}
		kind, far := ingress, r.From.Nets
		if r.Toward == firewall.Client {
			kind, far = egress, r.To.Nets
		}
		var cidrs []string
		for _, n := range far {
			cidrs = append(cidrs, n.String())
		}
		if len(cidrs) == 0 {
			cidrs = everywhere(r.Family)
		}
		for _, cidr := range cidrs {
			for _, ports := range r.To.Ports {
				w.rule(kind, r.Reason, cidr, &ports)
			}
		}
	}
	if p.Default[firewall.Client] == firewall.Accept {
		for _, cidr := range everywhere(firewall.Both) {
			w.rule(egress, "what this host opens itself", cidr, nil)
		}
	}
	return w.b.String(), []firewall.Note{
		{Topic: firewall.NoteUse, Text: "attach the group to the instance (vpc_security_group_ids); it adds to what the instance's other groups allow, and cannot take anything away"},
		{Topic: firewall.NoteNAT, Text: "an instance knows only its private address: set pasv_address to its Elastic IP, or clients in passive mode are sent to an address that they cannot reach"},
		{Topic: firewall.NoteUse, Text: "the network ACL of the subnet keeps no state: it must let the same ports in, and answers out; a load balancer in between hides the clients' addresses"},
	}, nil
}

// everywhere are the networks that hold all addresses.
func everywhere(f firewall.Family) []string {
	var all []string
	for _, family := range []firewall.Family{firewall.IPv4, firewall.IPv6} {
		if f == firewall.Both || f == family {
			all = append(all, family.Everything().String())
		}
	}
	return all
}
