package firewalld

import (
	"fmt"
	"slices"
	"strings"

	"ferry/internal/firewall"
)

// Dialect is firewalld's.
var Dialect = &firewall.Dialect{
	Name:      "firewalld",
	Title:     "firewalld",
	Places:    []firewall.Place{firewall.AtServer, firewall.AtClient, firewall.Between},
	Trackings: []firewall.Tracking{firewall.Conntrack, firewall.Helper},
	Comment:   "#",
	Lacks:     firewall.Lacks{SourcePorts: true, Outgoing: true, Replies: true},
	Render:    render,
}

// own is the name of the policy and of the service.
const own = "ferry-ftp"

// priority is that of the policy: before zones, whose priority is 0, and before the
// policies that firewalld brings.
const priority = -20000

// render writes the commands.
func render(p *firewall.Plan) (string, []firewall.Note, error) {
	if err := refuse(&p.Facts); err != nil {
		return "", nil, err
	}
	var b strings.Builder
	b.WriteString("#!/bin/sh\n" + p.Header("#"))
	rules := richRules(p)
	if len(rules) == 0 {
		b.WriteString("\n# Nothing comes in that firewalld would have to be told: the client opens all connections itself.\n")
		return b.String(), nil, nil
	}
	fmt.Fprintf(&b, "#\n# Run as root. Run again, it replaces its own policy and touches nothing else. To undo it:\n"+
		"#   firewall-cmd --permanent --delete-policy=%s; %sfirewall-cmd --reload\n"+
		"set -e\n\n"+
		"# What an earlier run has made. Nothing is in force before the reload at the end.\n", own, undoService(p))
	for _, kind := range []string{"policy", "service"} {
		fmt.Fprintf(&b, "if firewall-cmd --permanent --info-%[1]s=%[2]s >/dev/null 2>&1; then firewall-cmd --permanent --delete-%[1]s=%[2]s; fi\n", kind, own)
	}
	if p.Facts.Tracking == firewall.Helper {
		fmt.Fprintf(&b, "\n# the kernel assigns its FTP helper to no connection by itself (since Linux 6.0): a service does\n"+
			"firewall-cmd --permanent --new-service=%s\n", own)
		for _, port := range p.Facts.Control {
			fmt.Fprintf(&b, "firewall-cmd --permanent --service=%s --add-port=%d/tcp\n", own, port)
		}
		fmt.Fprintf(&b, "firewall-cmd --permanent --service=%s --add-helper=ftp\n", own)
	}
	egress, target, rest := "HOST", "CONTINUE", "the zones decide about everything else"
	if !p.Facts.Host() {
		egress, target, rest = "ANY", "DROP", "everything else that is forwarded is dropped; zones would let it pass within themselves"
	}
	fmt.Fprintf(&b, "\n# %[5]s\n"+
		"firewall-cmd --permanent --new-policy=%[1]s\n"+
		"firewall-cmd --permanent --policy=%[1]s --set-priority=%[2]d\n"+
		"firewall-cmd --permanent --policy=%[1]s --set-target=%[3]s\n"+
		"firewall-cmd --permanent --policy=%[1]s --add-ingress-zone=ANY\n"+
		"firewall-cmd --permanent --policy=%[1]s --add-egress-zone=%[4]s\n", own, priority, target, egress, rest)
	reason := ""
	for _, r := range rules {
		if r.reason != reason {
			reason = r.reason
			fmt.Fprintf(&b, "# %s\n", reason)
		}
		fmt.Fprintf(&b, "firewall-cmd --permanent --policy=%s --add-rich-rule='%s'\n", own, r.text)
	}
	b.WriteString("\nfirewall-cmd --reload\n")
	return b.String(), notes(p), nil
}

// undoService takes the service away, where there is one.
func undoService(p *firewall.Plan) string {
	if p.Facts.Tracking != firewall.Helper {
		return ""
	}
	return "firewall-cmd --permanent --delete-service=" + own + "; "
}

// refuse says what firewalld cannot do of what a dialect may be asked for.
func refuse(f *firewall.Facts) error {
	switch {
	case f.Host() && f.Outgoing == firewall.OutgoingClosed:
		return &firewall.UnsupportedError{Dialect: "firewalld", Text: "these rules are about what comes in to a host: use --outgoing open, or another format"}
	case f.Tracking != firewall.Helper:
		return nil
	case f.At == firewall.AtClient:
		return &firewall.UnsupportedError{Dialect: "firewalld", Text: "it assigns a helper to connections that come in or pass through, not to those that a client opens; use --state conntrack"}
	case !f.Passive, !f.Active && !f.Host():
		return &firewall.UnsupportedError{Dialect: "firewalld", Text: "it lets through whatever the helper expects, in both modes; use --state conntrack, or --mode both"}
	}
	return nil
}

// A richRule is a line of firewalld's rich language.
type richRule struct{ reason, text string }

// richRules writes the rules that the policy needs. What the helper expects passes by
// itself, and so do loopback, errors of ICMP and neighbour discovery.
func richRules(p *firewall.Plan) []richRule {
	var rules []richRule
	for i := range p.Rules {
		r := &p.Rules[i]
		if r.Proto != firewall.TCP || r.Helper {
			continue
		}
		helped := p.Facts.Tracking == firewall.Helper && r.Serves == firewall.Serves(firewall.ControlOut)
		for _, from := range addresses("source", r.From) {
			for _, to := range addresses("destination", r.To) {
				for _, element := range elements(r, helped) {
					words := []string{"rule", family(r.Family), from, to, element, r.Action.String()}
					words = slices.DeleteFunc(words, func(w string) bool { return w == "" })
					rules = append(rules, richRule{r.Reason, strings.Join(words, " ")})
				}
			}
		}
	}
	return rules
}

func family(f firewall.Family) string {
	switch f {
	case firewall.IPv4:
		return `family="ipv4"`
	case firewall.IPv6:
		return `family="ipv6"`
	default:
		return ""
	}
}

// addresses writes one side of a rule, once for each network.
func addresses(word string, m firewall.Match) []string {
	if len(m.Nets) == 0 {
		return []string{""}
	}
	list := firewall.Names(m.Nets)
	for i, n := range list {
		list[i] = fmt.Sprintf(`%s address="%s"`, word, n)
	}
	return list
}

// elements are what a rule is about: one only fits a rich rule.
func elements(r *firewall.Rule, helped bool) []string {
	if helped {
		return []string{fmt.Sprintf(`service name="%s"`, own)}
	}
	if len(r.To.Ports) == 0 || slices.ContainsFunc(r.To.Ports, firewall.Ports.Any) {
		return []string{`protocol value="tcp"`}
	}
	var list []string
	for _, ports := range r.To.Ports {
		list = append(list, fmt.Sprintf(`port port="%s" protocol="tcp"`, ports))
	}
	return list
}

// notes says what is needed besides, and what firewalld does by itself.
func notes(p *firewall.Plan) []firewall.Note {
	f := &p.Facts
	list := []firewall.Note{{Topic: firewall.NoteUse, Text: "run it as root with: sh FILE, while firewalld runs (systemctl enable --now firewalld)"}}
	add := func(topic firewall.Topic, text string) { list = append(list, firewall.Note{Topic: topic, Text: text}) }
	if f.At == firewall.AtServer && !f.Active {
		add(firewall.NoteOutgoing, "active mode stays possible, as the server opens its data connections itself: set port_enable=NO")
	}
	if f.Host() {
		add(firewall.NoteWide, "the zones decide about all that is not FTP: the zone public, which is the usual one, lets in ssh, dhcpv6-client and ping (firewall-cmd --list-all)")
	} else {
		add(firewall.NoteUse, "what is forwarded besides FTP is dropped; a policy of a lower priority number, with the target ACCEPT, lets other things pass. The firewall's own ports are left to the zones")
		for _, family := range p.Families {
			setting := map[firewall.Family]string{firewall.IPv4: "net.ipv4.ip_forward", firewall.IPv6: "net.ipv6.conf.all.forwarding"}[family]
			add(firewall.NoteForward, fmt.Sprintf("the kernel must forward %s: sysctl -w %s=1 now, and the line %s=1 in /etc/sysctl.d/90-ftp.conf for the next boot", family, setting, setting))
		}
	}
	if f.Tracking == firewall.Helper {
		add(firewall.NoteModule, "firewalld loads the module nf_conntrack_ftp itself, now and at boot; it assigns the helper to connections that are opened from then on")
		add(firewall.NoteWide, "firewalld lets through whatever is related to a connection: all that the helper expects, of both modes and to any port")
	}
	add(firewall.NotePersistence, "the rules are permanent: firewalld loads them whenever it starts")
	return list
}
