package kubernetes

import (
	"fmt"
	"strings"

	"ferry/internal/firewall"
)

// Dialect is that of Kubernetes 1.25 and later, which have ranges of ports.
var Dialect = &firewall.Dialect{
	Name:      "kubernetes",
	Title:     "Kubernetes",
	Places:    []firewall.Place{firewall.AtServer},
	Trackings: []firewall.Tracking{firewall.Conntrack},
	Lacks:     firewall.Lacks{SourcePorts: true, Replies: true, OwnAddress: true},
	Comment:   "#",
	Render:    render,
}

// app is the label of the pods; a note says that it is to be replaced.
const app = "ftp"

// maxServicePorts is how many ports a Service is written with: it has no ranges.
const maxServicePorts = 256

func render(p *firewall.Plan) (string, []firewall.Note, error) {
	var b strings.Builder
	b.WriteString(p.Header("#"))
	closed := p.Default[firewall.Client] == firewall.Drop
	fmt.Fprintf(&b, "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: %s\nspec:\n  podSelector:\n    matchLabels:\n      app: %s\n  policyTypes:\n    - Ingress\n", app, app)
	if closed {
		b.WriteString("    - Egress\n")
	}
	direction(&b, p, firewall.Server, "ingress", "from")
	if closed {
		direction(&b, p, firewall.Client, "egress", "to")
	}
	notes := service(&b, p)
	if closed {
		notes = append(notes, firewall.Note{Topic: firewall.NoteOutgoing, Text: "the pod can ask no DNS server either: a name in pasv_address is not looked up"})
	}
	return b.String(), append(notes,
		firewall.Note{Topic: firewall.NoteUse, Text: "kubectl apply -f FILE; write your pods' label for app: ftp; the cluster's network plug-in must enforce policies, and some do not"},
		firewall.Note{Topic: firewall.NoteNAT, Text: "a pod knows only its own address: set pasv_address to the address of the load balancer or node that clients reach"},
	), nil
}

// direction writes the rules of one.
func direction(b *strings.Builder, p *firewall.Plan, side firewall.Side, name, peers string) {
	there := false
	for i := range p.Rules {
		r := &p.Rules[i]
		if r.Toward != side || r.Proto != firewall.TCP || r.Action != firewall.Accept {
			continue // loopback and neighbours are none of a policy's business
		}
		if !there {
			fmt.Fprintf(b, "  %s:\n", name)
			there = true
		}
		far := r.From.Nets
		if side == firewall.Client {
			far = r.To.Nets
		}
		var cidrs []string
		for _, n := range far {
			cidrs = append(cidrs, n.String())
		}
		for _, family := range []firewall.Family{firewall.IPv4, firewall.IPv6} {
			if len(far) == 0 && (r.Family == firewall.Both || r.Family == family) {
				cidrs = append(cidrs, family.Everything().String())
			}
		}
		fmt.Fprintf(b, "    # %s\n    - %s:\n", r.Reason, peers)
		for _, cidr := range cidrs {
			fmt.Fprintf(b, "        - ipBlock:\n            cidr: %q\n", cidr)
		}
		b.WriteString("      ports:\n")
		for _, ports := range r.To.Ports {
			fmt.Fprintf(b, "        - protocol: TCP\n          port: %d\n", ports.From)
			if !ports.Single() {
				fmt.Fprintf(b, "          endPort: %d\n", ports.To)
			}
		}
	}
	if !there {
		fmt.Fprintf(b, "  %s: []\n", name)
	}
}

// service writes what leads clients to the pod, and says what it needs.
func service(b *strings.Builder, p *firewall.Plan) []firewall.Note {
	f := &p.Facts
	count := len(f.Control)
	if f.Passive {
		count += int(f.PassivePorts.To) - int(f.PassivePorts.From) + 1
	}
	if count > maxServicePorts {
		return []firewall.Note{{Topic: firewall.NoteUse, Text: fmt.Sprintf(
			"no Service is written, as it has no ranges and would list %d ports one by one: narrow the passive range to some hundred, or give the pod the node's network (hostNetwork: true)", count)}}
	}
	fmt.Fprintf(b, "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: %s\nspec:\n  type: LoadBalancer\n", app)
	b.WriteString("  # the pod sees the clients' own addresses, and each session stays on one node\n  externalTrafficPolicy: Local\n  sessionAffinity: ClientIP\n")
	if len(p.Families) == 2 {
		b.WriteString("  ipFamilyPolicy: PreferDualStack\n")
	}
	fmt.Fprintf(b, "  selector:\n    app: %s\n  ports:\n", app)
	port := func(name string, n int) {
		fmt.Fprintf(b, "    - name: %s-%d\n      protocol: TCP\n      port: %d\n      targetPort: %d\n", name, n, n, n)
	}
	for _, n := range f.Control {
		port("control", int(n))
	}
	if f.Passive {
		for n := int(f.PassivePorts.From); n <= int(f.PassivePorts.To); n++ {
			port("passive", n)
		}
	}
	notes := []firewall.Note{{Topic: firewall.NoteUse, Text: "the Service leads to one pod: with more, sessionAffinity keeps a client with its own, but not one whose address changes"}}
	if f.Active {
		notes = append(notes, firewall.Note{Topic: firewall.NoteNAT, Text: "what the pod opens leaves with the node's address: in active mode clients see another address than the Service's, and may refuse it; hostNetwork: true avoids that"})
	}
	return notes
}
