package lab

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"os/exec"
	"path/filepath"
	"strings"

	"ferry/internal/firewall"
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

// build makes hosts, cables, ways and filters. rules is the dialect in which rules
// of facts are loaded.
func build(ctx context.Context, w *nsnet.World, t *Topology, rules string) (*network, error) {
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
		if err := n.load(ctx, w.Host(name), filter, rules); err != nil {
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
func (n *network) load(ctx context.Context, h *nsnet.Host, f Filter, rules string) error {
	dialect, program := &nft.Dialect, []string{"nft", "-f", "-"}
	_ = rules
	text := f.Text
	if f.Facts != "" {
		var facts firewall.Facts
		words := strings.Fields(f.Facts)
		for i := 0; i < len(words); i++ {
			name, value := strings.TrimPrefix(words[i], "--"), "true"
			if name != "masquerade" && i+1 < len(words) {
				i++
				value = words[i]
			}
			if err := facts.Set(name, value); err != nil {
				return err
			}
		}
		var err error
		if text, n.plans[h.Name()], _, err = dialect.Write(facts); err != nil {
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
		return fmt.Errorf("%s: %w: %s", program[0], err, bytes.TrimSpace(out))
	}
	return nil
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
