package nft

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"ferry/internal/firewall"
	"ferry/internal/nsnet"
)

// forgedClient are addresses that lie in a network of the client's, and that no host
// has: nobody refuses the answers to what is sent in their name.
var forgedClient = map[firewall.Family]netip.Addr{firewall.IPv4: netip.MustParseAddr("192.0.2.66"), firewall.IPv6: netip.MustParseAddr("2001:db8:1::66")}

// TestKnock opens passive ports by control connections and sees them close.
func TestKnock(t *testing.T) {
	w := enter(t)
	if w == nil {
		return
	}
	for _, at := range []firewall.Place{firewall.AtServer, firewall.Between} {
		for i, family := range []firewall.Family{firewall.IPv4, firewall.IPv6} {
			name := fmt.Sprintf("%s %s", at, family)
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				k := &knocking{network: newNetwork(t, w, name), at: at, family: family}
				k.client = netip.MustParsePrefix(clientAddrs[i*3]).Addr()
				k.server = netip.MustParsePrefix(serverAddrs[i*3]).Addr()
				k.opens(t)
				k.ends(t)
				k.expires(t)
				k.full(t)
			})
		}
	}
}

// knocking is the test of one place and family.
type knocking struct {
	*network
	at             firewall.Place
	family         firewall.Family
	client, server netip.Addr
	sport          uint16
	ack            uint32 // of segments with ACK
}

const knockPort = 3003

// load loads the rules for a knock time. change may alter the text.
func (k *knocking) load(t *testing.T, timeout time.Duration, change func(string) string) {
	t.Helper()
	text, _, _, err := Dialect.Write(firewall.Facts{
		At: k.at, Passive: true, Tracking: firewall.Knock, TLS: true, Server: []netip.Addr{k.server}, DataPort: 20,
		PassivePorts: firewall.Ports{From: 3000, To: 4000}, KnockTime: timeout,
	})
	must(t, err)
	if change != nil {
		text = change(text)
	}
	nftOn(t, k.firewall(k.at), text, "-f", "-")
}

// reaches says whether a segment from the address to the port comes in at the server.
func (k *knocking) reaches(t *testing.T, src netip.Addr, port uint16, flags byte, forged bool, end *session) bool {
	t.Helper()
	if !forged {
		k.sport++
	}
	s := scan{from: k.network.client, to: k.network.server, src: src, dst: k.server, sport: 50000 + k.sport, flags: flags, forged: forged, ports: []uint16{port}, end: end.client, ack: k.ack}
	return s.run(t)[port]
}

// opens: nothing but a command on an established control connection opens the ports,
// and only for its own address.
func (k *knocking) opens(t *testing.T) {
	k.load(t, 2*time.Hour, nil)
	stranger := strangeClient[k.family]
	witness := open(t, k.network, stranger, k.server, k.server, 21)
	s := open(t, k.network, k.client, k.server, k.server, 21)
	if k.reaches(t, k.client, knockPort, flagSYN, false, witness) {
		t.Error("a control connection without a command has opened the ports")
	}
	// The witness has said something now, the client has not.
	if k.reaches(t, k.client, knockPort, flagSYN, false, s) {
		t.Error("the command of another address has opened the ports")
	}
	if !k.reaches(t, k.client, knockPort, flagSYN, false, s) {
		t.Error("a command has not opened the ports")
	}
	if k.reaches(t, k.client, 4001, flagSYN, false, s) {
		t.Error("a port outside of the range is open")
	}

	// Somebody sends in the name of an address that never answers: SYN twice, and the
	// middle of a connection.
	listener, err := listenOn(t.Context(), k.network.server, netip.AddrPortFrom(k.server, 21))
	must(t, err)
	defer listener.Close()
	forged := forgedClient[k.family]
	if !k.reaches(t, forged, 21, flagSYN, true, s) {
		t.Error("a forged SYN does not come in")
	}
	for _, flags := range []byte{flagSYN, flagSYN | flagPSH, flagACK, flagACK | flagPSH, flagACK | flagPSH, flagACK} {
		k.ack ^= 1 << 31 // one of the two is below what the server has sent: it counts as delayed, not as invalid
		k.reaches(t, forged, 21, flags, true, s)
		if elements := k.elements(t); elements[forged] != (element{}) || len(elements) != 2 {
			t.Errorf("forged segments (the last with the flags %#x) have opened the ports: %v", flags, elements)
		}
	}
	if k.reaches(t, forged, knockPort, flagSYN, true, s) {
		t.Error("the ports are open to a forged address")
	}
	s.close()
	witness.close()
}

// ends: the end of a control connection closes the ports soon, whichever side ends
// it, unless another session of the address goes on.
func (k *knocking) ends(t *testing.T) {
	k.load(t, 2*time.Hour, nil)
	witness := open(t, k.network, strangeClient[k.family], k.server, k.server, 21)
	leaving := func(e map[netip.Addr]element) bool { return e[k.client].Expires <= 10 && e[k.client].Expires > 0 }
	for _, first := range []string{"client", "server"} {
		s := open(t, k.network, k.client, k.server, k.server, 21)
		other := open(t, k.network, k.client, k.server, k.server, 21)
		s.say(t, false, "USER anonymous")
		if got := k.elements(t)[k.client]; got.Expires < 7000 {
			t.Fatalf("after a command: %+v", got)
		}
		one, two := s.client, s.server
		if first == "server" {
			one, two = two, one
		}
		one.Close()
		k.await(t, "the address is on its way out", leaving)
		two.Close()
		k.reaches(t, k.client, 2, flagSYN, false, witness)
		if got := k.elements(t)[k.client]; got.Expires > 10 {
			t.Errorf("the %s has closed first: the last segment has opened the ports again: %+v", first, got)
		}
		other.say(t, false, "NOP")
		if got := k.elements(t)[k.client]; got.Expires < 7000 {
			t.Errorf("another session has not kept the ports open: %+v", got)
		}
		// RST ends it as well.
		must(t, other.client.(interface{ SetLinger(int) error }).SetLinger(0))
		other.close()
		k.await(t, "the address is on its way out after RST", leaving)
	}
	witness.close()
}

// expires: without a control connection the ports close, and what is open goes on.
func (k *knocking) expires(t *testing.T) {
	k.load(t, time.Second, nil)
	s := open(t, k.network, k.client, k.server, k.server, 21)
	s.say(t, false, "PASV")
	near, far, err := connect(k.network.client, k.network.server, netip.AddrPortFrom(k.client, 0), netip.AddrPortFrom(k.server, knockPort), netip.AddrPortFrom(k.server, knockPort))
	must(t, err)
	defer near.Close()
	defer far.Close()
	k.await(t, "the address has gone", func(e map[netip.Addr]element) bool { return len(e) == 0 })
	if err := pass(near, far); err != nil {
		t.Errorf("the data connection ends with the knock: %v", err)
	}
	if k.reaches(t, k.client, knockPort, flagSYN, false, s) {
		t.Error("the ports are open after the time")
	}
	s.close()
}

// full: where the set is full no address more gets in, but control connections do.
func (k *knocking) full(t *testing.T) {
	k.load(t, 2*time.Hour, func(text string) string {
		small := strings.ReplaceAll(text, fmt.Sprintf("size %d", knockSize), "size 1")
		if small == text {
			t.Fatal("the text has no size of the set")
		}
		return small
	})
	witness := open(t, k.network, strangeClient[k.family], k.server, k.server, 21)
	witness.say(t, false, "NOP")
	s := open(t, k.network, k.client, k.server, k.server, 21)
	s.say(t, false, "USER anonymous")
	s.say(t, true, "331 Password.")
	if e := k.elements(t); len(e) != 1 {
		t.Errorf("the full set has %v", e)
	}
	if k.reaches(t, k.client, knockPort, flagSYN, false, witness) {
		t.Error("the ports are open to an address that is not in the set")
	}
	s.close()
	witness.close()
}

// An element is what the kernel says of an address in a set, in seconds.
type element struct{ Expires int }

// elements lists the set of addresses that have knocked.
func (k *knocking) elements(t testing.TB) map[netip.Addr]element {
	t.Helper()
	return setElements(t, k.firewall(k.at), knockName(k.family))
}

func setElements(t testing.TB, h *nsnet.Host, set string) map[netip.Addr]element {
	t.Helper()
	var list struct {
		Nftables []struct {
			Set *struct {
				Elem []struct {
					Elem struct {
						Val netip.Addr
						element
					}
				}
			}
		}
	}
	out := nftOn(t, h, "", "-j", "list", "set", "inet", "ferry", set)
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	found := make(map[netip.Addr]element)
	for _, o := range list.Nftables {
		if o.Set != nil {
			for _, e := range o.Set.Elem {
				found[e.Elem.Val] = e.Elem.element
			}
		}
	}
	return found
}

// await asks the kernel until the set is as it must become.
func (k *knocking) await(t *testing.T, what string, done func(map[netip.Addr]element) bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(3 * patience)
	for !done(k.elements(t)) {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%s: not so, the set has %v", what, k.elements(t))
		}
	}
}
