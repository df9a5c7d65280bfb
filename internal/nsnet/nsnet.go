package nsnet

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// How says by which right a world is made.
type How int

// The zero How is none.
const (
	// AsRoot is a world whose root is the root of the machine.
	AsRoot How = iota + 1
	// InUserNamespace is a world whose root is the user who made it, in a user
	// namespace that knows no other user.
	InUserNamespace
)

// String says it in words.
func (h How) String() string {
	switch h {
	case AsRoot:
		return "as root"
	case InUserNamespace:
		return "in a user namespace"
	}
	return "not at all"
}

// ErrNoWorld is what Enter says in a process that Command has not started.
var ErrNoWorld = errors.New("not in a world: only a process that nsnet.Command has started can enter one")

// A Port is one end of a cable: an interface of a host.
type Port struct {
	// Host has the interface.
	Host *Host
	// Name is the interface's: 1 to 15 bytes, no blank, slash or colon, and new
	// on that host.
	Name string
	// Addrs are the interface's addresses, each with the length of its network's
	// prefix. It may be empty.
	Addrs []netip.Prefix
	// MTU is the largest packet in bytes, 68 to 65535, 1280 or more with an IPv6
	// address. 0 is the kernel's default, 1500.
	MTU int
}

// longestInterface is the kernel's limit, IFNAMSIZ less the NUL.
const longestInterface = 15

// check finds what the kernel would refuse without a reason.
func (p Port) check() error {
	switch {
	case p.Host == nil:
		return errors.New("a port without a host")
	case p.Name == "" || len(p.Name) > longestInterface:
		return fmt.Errorf("interface name %q: 1 to %d bytes are needed", p.Name, longestInterface)
	case strings.ContainsAny(p.Name, "/: \t\r\n\v\f\x00"):
		return fmt.Errorf("interface name %q: it has a blank, a slash or a colon", p.Name)
	case p.Name == "." || p.Name == ".." || p.Name == "all" || p.Name == "default" || p.Name == "lo":
		return fmt.Errorf("interface name %q means something else to the kernel", p.Name)
	case p.MTU != 0 && (p.MTU < 68 || p.MTU > 65535):
		return fmt.Errorf("MTU %d: 68 to 65535 is possible", p.MTU)
	}
	for _, addr := range p.Addrs {
		switch {
		case !addr.IsValid():
			return errors.New("an address that is empty or has a wrong prefix length")
		case addr.Addr().Is4In6():
			return fmt.Errorf("address %s: write it as an IPv4 address", addr)
		case addr.Addr().Is6() && p.MTU != 0 && p.MTU < 1280:
			return fmt.Errorf("address %s: IPv6 needs an MTU of 1280 or more, not %d", addr, p.MTU)
		}
	}
	return nil
}

// String names the port: "router:wan".
func (p Port) String() string {
	if p.Host == nil {
		return "?:" + p.Name
	}
	return p.Host.Name() + ":" + p.Name
}

// sysctlPath gives the file of a setting of sysctl(8), as that program does: where
// the first separator is a dot, dots and slashes change places, so that
// net.ipv4.conf.eth0/7.forwarding is of the interface eth0.7. Only what is below
// net is of a host; the rest is of the whole machine, and refused.
func sysctlPath(key string) (string, error) {
	name := key
	if i := strings.IndexAny(key, "./"); i >= 0 && key[i] == '.' {
		name = strings.Map(func(r rune) rune {
			switch r {
			case '.':
				return '/'
			case '/':
				return '.'
			}
			return r
		}, key)
	}
	if !strings.HasPrefix(name, "net/") {
		return "", fmt.Errorf("setting %q: only those that begin with net. belong to a host", key)
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part == "." || part == ".." || strings.ContainsRune(part, 0) {
			return "", fmt.Errorf("setting %q: not a name of sysctl(8)", key)
		}
	}
	return "/proc/sys/" + name, nil
}

// literal refuses an address that is not an IP address with a port: a name would
// be looked up from outside of the host.
func literal(address string) error {
	if _, err := netip.ParseAddrPort(address); err != nil {
		return fmt.Errorf("address %q: an IP address and a port are needed: %w", address, err)
	}
	return nil
}
