package netx_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"

	"ferry/internal/netx"
)

// named is an address that is only text, as wrappers have it.
type named string

func (named) Network() string  { return "tcp" }
func (n named) String() string { return string(n) }

func TestAddrPort(t *testing.T) {
	a, _ := net.Pipe()
	tests := []struct {
		addr net.Addr
		want string // empty for none
	}{
		{&net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 21}, "192.0.2.1:21"},
		{&net.TCPAddr{IP: net.ParseIP("::ffff:192.0.2.1"), Port: 21}, "192.0.2.1:21"},
		{&net.TCPAddr{IP: net.ParseIP("2001:db8::1"), Port: 65535}, "[2001:db8::1]:65535"},
		{&net.TCPAddr{IP: net.ParseIP("fe80::1"), Port: 1, Zone: "eth0"}, "[fe80::1%eth0]:1"},
		{&net.UDPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 53}, "192.0.2.1:53"},
		{named("[::ffff:192.0.2.1]:20"), "192.0.2.1:20"},
		{named("somewhere"), ""},
		{&net.UnixAddr{Name: "/run/x", Net: "unix"}, ""},
		{a.LocalAddr(), ""},
		{nil, ""},
	}
	for _, tt := range tests {
		var want netip.AddrPort
		if tt.want != "" {
			want = netip.MustParseAddrPort(tt.want)
		}
		if got := netx.AddrPort(tt.addr); got != want {
			t.Errorf("AddrPort(%v) = %v, want %v", tt.addr, got, want)
		}
	}
}

func TestLocalAddresses(t *testing.T) {
	seen := make(map[netip.Addr]bool)
	loopback := false
	for _, a := range netx.LocalAddresses() {
		if !a.IsValid() || a.Is4In6() || a.IsLinkLocalUnicast() || a.IsUnspecified() || seen[a] {
			t.Errorf("%v is none to print, or a second time", a)
		}
		if loopback && !a.IsLoopback() {
			t.Errorf("%v comes after a loopback address", a)
		}
		seen[a], loopback = true, a.IsLoopback()
		if l, err := (netx.System{}).Listen(t.Context(), netx.ListenConfig{Addr: netip.AddrPortFrom(a, 0)}); err != nil {
			t.Errorf("%v is not this host's: %v", a, err)
		} else {
			closeNow(t, l)
		}
	}
	if len(seen) == 0 {
		t.Error("not even a loopback address")
	}
}

func TestClassify(t *testing.T) {
	tests := []struct {
		err  error
		want netx.Failure
		name string
	}{
		{syscall.ECONNREFUSED, netx.Refused, "refused"},
		{syscall.ETIMEDOUT, netx.Timeout, "timeout"},
		{context.DeadlineExceeded, netx.Timeout, "timeout"},
		{os.ErrDeadlineExceeded, netx.Timeout, "timeout"},
		{syscall.EHOSTUNREACH, netx.Unreachable, "unreachable"},
		{syscall.ENETUNREACH, netx.Unreachable, "unreachable"},
		{syscall.ENETDOWN, netx.Unreachable, "unreachable"},
		{syscall.EHOSTDOWN, netx.Unreachable, "unreachable"},
		{syscall.EADDRINUSE, netx.AddrInUse, "address-in-use"},
		{syscall.EADDRNOTAVAIL, netx.AddrNotAvail, "address-not-available"},
		{syscall.EACCES, netx.Permission, "permission"},
		{syscall.EPERM, netx.Permission, "permission"},
		{syscall.ECONNRESET, netx.Other, "other"},
		{context.Canceled, netx.Other, "other"},
		{errors.New("whatever"), netx.Other, "other"},
		{nil, netx.Other, "other"},
	}
	for _, tt := range tests {
		errs := []error{tt.err}
		if tt.err != nil {
			errs = append(errs,
				&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", tt.err)}, fmt.Errorf("data: %w", tt.err))
		}
		for _, err := range errs {
			if got := netx.Classify(err); got != tt.want || got.String() != tt.name {
				t.Errorf("Classify(%v) = %v, want %v", err, got, tt.want)
			}
		}
	}
}
