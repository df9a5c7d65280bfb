package ufw

import (
	"fmt"
	"slices"
	"strings"

	"ferry/internal/firewall"
)

// file is where ufw keeps lines for iptables-restore that come before its rules.
type file struct {
	family firewall.Family
	name   string
	chains string // the prefix of its chains
}

var files = []file{
	{firewall.IPv4, "/etc/ufw/before.rules", "ufw"},
	{firewall.IPv6, "/etc/ufw/before6.rules", "ufw6"},
}

// Marks around the lines in those files.
const (
	begin = "# BEGIN ferry"
	end   = "# END ferry"
)

// helped writes commands that put lines into ufw's files: the helper is assigned to
// control connections, and of what it expects only that passes which the plan has. By
// itself ufw would let through all of it, of both modes.
func helped(p *firewall.Plan) string {
	var b strings.Builder
	b.WriteString("\n# ufw has no word for the FTP helper, so lines for it go into files of ufw's.\n")
	for _, f := range files {
		fmt.Fprintf(&b, "sed -i '/^%s$/,/^%s$/d' %s\n", begin, end, f.name)
		if !slices.Contains(p.Families, f.family) {
			continue
		}
		fmt.Fprintf(&b, "cat >>%s <<'LINES'\n%s\n%s%s%s\nLINES\n", f.name, begin, assigned(p, f.family), f.expected(p), end)
	}
	return b.String()
}

// assigned gives the helper to control connections. ufw loads the lines anew without
// taking the old ones away, so that the chain is emptied, and a second jump to it does
// nothing.
func assigned(p *firewall.Plan, family firewall.Family) string {
	hook := "PREROUTING"
	if p.Facts.At == firewall.AtClient {
		hook = "OUTPUT"
	}
	var b strings.Builder
	b.WriteString("# the kernel assigns its FTP helper to no connection by itself (since Linux 6.0)\n*raw\n:ferry-helper - [0:0]\n")
	for i := range p.Rules {
		r := p.Rules[i]
		if r.Serves == firewall.Serves(firewall.ControlOut) && r.Family == family {
			r.From.Ports = nil
			for _, spec := range specs(&r) {
				fmt.Fprintf(&b, "-A ferry-helper %s -j CT --helper ftp\n", spec)
			}
		}
	}
	fmt.Fprintf(&b, "-A %s -j ferry-helper\nCOMMIT\n", hook)
	return b.String()
}

// expected decides about what the helper expects, in chains that come before ufw's own
// line for all that is related to a connection.
func (f *file) expected(p *firewall.Plan) string {
	var declared, lines, jumps strings.Builder
	for _, hook := range []string{"input", "forward", "output"} {
		var rules strings.Builder
		dropped := false
		for i := range p.Rules {
			r := &p.Rules[i]
			if r.Proto != firewall.TCP || r.State&firewall.Related == 0 || !r.Family.Has(f.family.Everything().Addr()) || hookOf(p, r.Toward) != hook {
				continue
			}
			for _, spec := range specs(r) {
				fmt.Fprintf(&rules, "-A ferry-%s %s -j %s\n", hook, spec, strings.ToUpper(r.Action.String()))
			}
		}
		for _, side := range []firewall.Side{firewall.Client, firewall.Server} {
			dropped = dropped || hookOf(p, side) == hook && p.Default[side] == firewall.Drop
		}
		if dropped {
			fmt.Fprintf(&rules, "-A ferry-%s -j DROP\n", hook)
		}
		if rules.Len() == 0 {
			continue
		}
		fmt.Fprintf(&declared, ":ferry-%s - [0:0]\n", hook)
		lines.WriteString(rules.String())
		fmt.Fprintf(&jumps, "-I %s-before-%s -p tcp -m conntrack --ctstate RELATED -m helper --helper ftp -j ferry-%s\n", f.chains, hook, hook)
	}
	return "# of the data connections that the helper expects, those of the modes that are wanted\n*filter\n" +
		declared.String() + lines.String() + jumps.String() + "COMMIT\n"
}

// hookOf is where the firewall meets packets toward a side.
func hookOf(p *firewall.Plan, toward firewall.Side) string {
	switch {
	case !p.Facts.Host():
		return "forward"
	case toward == p.Facts.Inward():
		return "input"
	default:
		return "output"
	}
}

// specs writes what a rule is about in the words of iptables.
func specs(r *firewall.Rule) []string {
	words := func(option string, m firewall.Match) []string {
		nets := ""
		if len(m.Nets) > 0 {
			nets = map[string]string{"--sport": "-s ", "--dport": "-d "}[option] + strings.Join(firewall.Names(m.Nets), ",") + " "
		}
		list := m.Ports
		if len(list) == 0 {
			list = []firewall.Ports{{}}
		}
		var all []string
		for _, p := range list {
			port := ""
			if !p.Any() {
				port = " " + option + " " + p.Text(":", "")
			}
			all = append(all, nets+"-p tcp"+port)
		}
		return all
	}
	var all []string
	for _, from := range words("--sport", r.From) {
		for _, to := range words("--dport", r.To) {
			addresses, port, _ := strings.Cut(to, "-p tcp")
			all = append(all, addresses+from+port)
		}
	}
	return all
}
