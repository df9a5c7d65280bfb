package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"ferry/internal/firewall"
	"ferry/internal/firewall/iptables"
	"ferry/internal/firewall/nft"
	"ferry/internal/nsnet"
)

// network is a topology that is up.
type network struct {
	*Topology
	world *nsnet.World
	hosts []*nsnet.Host
	plans map[string]*firewall.Plan // of the hosts whose rules come from facts
}

// left and right are the addresses at both ends of a link.
func (l *Link) ends(six bool) (left, right netip.Prefix, err error) {
	text := l.Net
	if six {
		text = l.Net6
	}
	net, err := netip.ParsePrefix(text)
	if err != nil {
		return left, right, err
	}
	one := net.Addr().Next()
	return netip.PrefixFrom(one, net.Bits()), netip.PrefixFrom(one.Next(), net.Bits()), nil
}

// build makes hosts, cables, ways and filters, these in the job's dialect.
func build(ctx context.Context, w *nsnet.World, t *Topology, job *Job) (*network, error) {
	n := &network{Topology: t, world: w, plans: make(map[string]*firewall.Plan)}
	for _, name := range t.Hosts {
		h, err := w.AddHost(name)
		if err != nil {
			return nil, err
		}
		n.hosts = append(n.hosts, h)
	}
	for i := range t.Links {
		left, right, err := t.Links[i].ends(t.IPv6)
		if err != nil {
			return nil, err
		}
		a := nsnet.Port{Host: n.hosts[i], Name: "to-" + t.Hosts[i+1], Addrs: []netip.Prefix{left}, MTU: t.Links[i].MTU}
		b := nsnet.Port{Host: n.hosts[i+1], Name: "to-" + t.Hosts[i], Addrs: []netip.Prefix{right}, MTU: t.Links[i].MTU}
		if err := w.Connect(a, b); err != nil {
			return nil, err
		}
	}
	for i := range n.hosts {
		if err := n.ways(i); err != nil {
			return nil, err
		}
	}
	for name, filter := range t.Filters {
		if err := n.load(ctx, w.Host(name), filter, job); err != nil {
			return nil, fmt.Errorf("host %s: %w", name, err)
		}
	}
	return n, nil
}

// ways gives a host its routes, and lets a router forward.
func (n *network) ways(i int) error {
	h := n.hosts[i]
	if i > 0 && i < len(n.hosts)-1 {
		for _, key := range []string{"net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"} {
			if err := h.Sysctl(key, "1"); err != nil {
				return err
			}
		}
	}
	for j := range n.Links {
		if n.Links[j].Private || j == i || j == i-1 {
			continue // its own cables need no route, and private networks have none
		}
		left, _, err := n.Links[j].ends(n.IPv6)
		if err != nil {
			return err
		}
		var via netip.Prefix
		if j < i {
			via, _, err = n.Links[i-1].ends(n.IPv6)
		} else {
			_, via, err = n.Links[i].ends(n.IPv6)
		}
		if err != nil {
			return err
		}
		if err := h.Route(left.Masked(), via.Addr()); err != nil {
			return err
		}
	}
	return nil
}

// serverAddress is where clients find the server.
func (n *network) serverAddress() netip.Addr {
	if n.Address != "" {
		return netip.MustParseAddr(n.Address)
	}
	_, right, err := n.Links[len(n.Links)-1].ends(n.IPv6)
	if err != nil {
		return netip.Addr{} // build has read it before
	}
	return right.Addr()
}

// load loads a filter.
func (n *network) load(ctx context.Context, h *nsnet.Host, f Filter, job *Job) error {
	implicit := slices.Contains(job.TLS, "implicit")
	dialect, program := &nft.Dialect, []string{"nft", "-f", "-"}
	if job.Rules == "iptables" && f.Facts != "" {
		dialect, program = iptables.Restore, []string{"iptables-restore"}
		if n.IPv6 {
			dialect, program = iptables.Restore6, []string{"ip6tables-restore"}
		}
	}
	text := f.Text
	if implicit {
		text = strings.ReplaceAll(text, "dport 21 ", "dport { 21, 990 } ")
	}
	if f.Facts != "" {
		facts, err := firewall.ReadFacts(f.Facts)
		if err != nil {
			return err
		}
		if implicit {
			facts.Control = []uint16{21, 990}
		}
		text, n.plans[h.Name()], _, err = dialect.Write(facts)
		var unsupported *firewall.UnsupportedError
		if errors.As(err, &unsupported) {
			return &MissingError{err.Error()}
		}
		if err != nil {
			return err
		}
	}
	path, err := find(program[0])
	if err != nil {
		return err
	}
	cmd := h.Command(ctx, path, program[1:]...)
	cmd.Stdin = strings.NewReader(text)
	if out, err := cmd.CombinedOutput(); err != nil {
		if what := kernelLacks(string(out), text); what != "" {
			return &MissingError{"the kernel has no " + what + ": " + string(bytes.TrimSpace(out))}
		}
		return fmt.Errorf("%s: %w: %s", program[0], err, bytes.TrimSpace(out))
	}
	return nil
}

// kernelLacks tells from what a program printed that a part of the kernel is missing,
// rather than that the rules are wrong: the name of the part, or nothing.
func kernelLacks(said, rules string) string {
	for _, word := range []string{"Operation not supported", "Protocol not supported", "Function not implemented", "Module nf_tables not found"} {
		if strings.Contains(said, word) {
			if strings.Contains(said, "helper") {
				return "FTP helper (nf_conntrack_ftp)"
			}
			return "nf_tables, or a part of it"
		}
	}
	// An object of a type that the kernel has not got is "not there".
	if strings.Contains(said, "No such file or directory") && strings.Contains(said+rules, "helper") {
		return "FTP helper (nf_conntrack_ftp)"
	}
	return ""
}

// A MissingError says that a program or a part of the kernel is missing, so that
// cells are skipped.
type MissingError struct{ What string }

func (e *MissingError) Error() string { return e.What }

// find looks for a program in the search path, and where only root's leads.
func find(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	for _, dir := range []string{"/usr/sbin", "/sbin", "/usr/local/sbin"} {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, nil
		}
	}
	return "", &MissingError{name + " is not installed"}
}
