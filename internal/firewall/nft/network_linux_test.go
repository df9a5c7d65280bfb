package nft

import (
	"net/netip"
	"testing"

	"ferry/internal/firewall"
	"ferry/internal/nsnet"
)

// A network is client, router and server in a row, the router forwarding.
type network struct {
	client, router, server *nsnet.Host
}

// The addresses of the hosts. Each side has one that no case names.
var (
	clientAddrs = []string{"192.0.2.10/24", "10.1.2.3/16", "100.64.9.9/24", "2001:db8:1::10/64", "2001:db8:7::10/64", "2001:db8:ffff::77/64"}
	serverAddrs = []string{"198.51.100.5/24", "10.0.0.5/24", "100.64.8.8/24", "2001:db8:2::5/64", "2001:db8:fffe::77/64"}

	strangeClient = map[firewall.Family]netip.Addr{firewall.IPv4: netip.MustParseAddr("100.64.9.9"), firewall.IPv6: netip.MustParseAddr("2001:db8:ffff::77")}
	strangeServer = map[firewall.Family]netip.Addr{firewall.IPv4: netip.MustParseAddr("100.64.8.8"), firewall.IPv6: netip.MustParseAddr("2001:db8:fffe::77")}
)

// newNetwork makes the three hosts; the name must be new in the world.
func newNetwork(t *testing.T, w *nsnet.World, name string) *network {
	t.Helper()
	n := &network{add(t, w, name+" client"), add(t, w, name+" router"), add(t, w, name+" server")}
	for _, side := range []struct {
		host  *nsnet.Host
		addrs []string
		cable string
	}{{n.client, clientAddrs, "clients"}, {n.server, serverAddrs, "servers"}} {
		host, router := nsnet.Port{Host: side.host, Name: "eth0"}, nsnet.Port{Host: n.router, Name: side.cable}
		for _, text := range side.addrs {
			p := netip.MustParsePrefix(text)
			host.Addrs = append(host.Addrs, p)
			router.Addrs = append(router.Addrs, netip.PrefixFrom(p.Masked().Addr().Next(), p.Bits()))
		}
		must(t, w.Connect(router, host))
		must(t, side.host.Route(netip.MustParsePrefix("0.0.0.0/0"), router.Addrs[0].Addr()))
		for _, p := range router.Addrs {
			if p.Addr().Is6() {
				must(t, side.host.Route(netip.MustParsePrefix("::/0"), p.Addr()))
				break
			}
		}
	}
	must(t, n.router.Sysctl("net.ipv4.ip_forward", "1"))
	must(t, n.router.Sysctl("net.ipv6.conf.all.forwarding", "1"))
	return n
}

// firewall is the host whose rules are tried.
func (n *network) firewall(at firewall.Place) *nsnet.Host {
	switch at {
	case firewall.AtServer:
		return n.server
	case firewall.AtClient:
		return n.client
	default:
		return n.router
	}
}

func add(t *testing.T, w *nsnet.World, name string) *nsnet.Host {
	t.Helper()
	h, err := w.AddHost(name)
	must(t, err)
	return h
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
