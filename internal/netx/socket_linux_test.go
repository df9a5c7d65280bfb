package netx_test

import (
	"io"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"ferry/internal/netx"
)

// onSocket runs f with the descriptor of the connection.
func onSocket(t *testing.T, c net.Conn, f func(fd int) error) {
	t.Helper()
	raw, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = f(int(fd)) }); err != nil || inner != nil {
		t.Fatal(err, inner)
	}
}

func systemPair(t *testing.T, keepAlive bool) (client, server net.Conn) {
	t.Helper()
	b := body{server: netx.System{}, client: netx.System{}, addr: netip.MustParseAddr("127.0.0.1")}
	l := listenAt(t, b.server, netx.ListenConfig{Addr: netip.AddrPortFrom(b.addr, 0), KeepAlive: keepAlive})
	return b.dial(t, l, netx.DialConfig{KeepAlive: keepAlive})
}

// TestUrgentDataInLine sends the abort of RFC 959 §4.1.3 as clients do: a part
// of the Telnet synch is urgent.
func TestUrgentDataInLine(t *testing.T) {
	for _, wrapped := range []bool{false, true} {
		client, server := systemPair(t, false)
		c := server
		if wrapped {
			c = over{server}
		}
		c, err := netx.InlineUrgent(c)
		if err != nil {
			t.Fatal(err)
		}
		onSocket(t, client, func(fd int) error {
			return syscall.Sendto(fd, []byte("\xff\xf4\xff"), syscall.MSG_OOB, nil)
		})
		send(t, client, "\xf2ABOR\r\n")
		closeNow(t, client)
		got, err := io.ReadAll(c)
		if want := "\xff\xf4\xff\xf2ABOR\r\n"; err != nil || string(got) != want {
			t.Errorf("read %q, %v; want %q", got, err, want)
		}
	}
}

func TestUrgentDataOfNoSocket(t *testing.T) {
	a, _ := net.Pipe()
	if got, err := netx.InlineUrgent(a); err != nil || got != a {
		t.Errorf("pipe: %v", err)
	}
	client, _ := systemPair(t, false)
	closeNow(t, client)
	if got, err := netx.InlineUrgent(client); err == nil || got != client {
		t.Error("a closed socket took the option")
	}
}

func TestKeepAlive(t *testing.T) {
	for _, on := range []bool{true, false} {
		client, server := systemPair(t, on)
		for _, c := range []net.Conn{client, server} {
			onSocket(t, c, func(fd int) error {
				n, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_KEEPALIVE)
				if (n != 0) != on {
					t.Errorf("keepalive is %d, want %v", n, on)
				}
				if err != nil || !on {
					return err
				}
				idle, err := syscall.GetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE)
				if want := int(netx.KeepAliveIdle.Seconds()); idle != want {
					t.Errorf("first probe after %d s, want %d", idle, want)
				}
				return err
			})
		}
	}
}

// TestProbeWithoutPrivilege takes CAP_NET_BIND_SERVICE from one thread, which
// ends with the test.
func TestProbeWithoutPrivilege(t *testing.T) {
	first, err := os.ReadFile("/proc/sys/net/ipv4/ip_unprivileged_port_start")
	if err == nil && strings.TrimSpace(string(first)) != "1024" {
		t.Skipf("ports from %s on need no privilege here", first)
	}
	port20 := netip.MustParseAddrPort("127.0.0.1:20")
	errs := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread is not used again
		if err := dropNetBindService(); err != nil {
			t.Errorf("drop the capability: %v", err)
		}
		errs <- netx.ProbePort(port20)
	}()
	wantFailure(t, <-errs, syscall.EACCES, netx.Permission)
}

// dropNetBindService clears the capability in the calling thread's effective
// set (capset(2)).
func dropNetBindService() error {
	const version3, netBindService = 0x20080522, 10
	header := struct {
		version uint32
		pid     int32
	}{version: version3}
	var data [2]struct{ effective, permitted, inheritable uint32 }
	if _, _, errno := syscall.RawSyscall(syscall.SYS_CAPGET,
		uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&data)), 0); errno != 0 {
		return errno
	}
	data[0].effective &^= 1 << netBindService
	if _, _, errno := syscall.RawSyscall(syscall.SYS_CAPSET,
		uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&data)), 0); errno != 0 {
		return errno
	}
	return nil
}

// Without SO_REUSEPORT, bind looks through all that is left over of a shared port.
func TestSharedPortIsQuick(t *testing.T) {
	l := listenAt(t, netx.System{}, netx.ListenConfig{Addr: netip.MustParseAddrPort("127.0.0.1:0")})
	for _, shared := range []bool{false, true} {
		c, err := netx.System{}.Dial(t.Context(), netx.DialConfig{Remote: addrOf(l), ReuseAddr: shared})
		if err != nil {
			t.Fatal(err)
		}
		onSocket(t, c, func(fd int) error {
			value, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT)
			if shared != (value != 0) {
				t.Errorf("shared %v: SO_REUSEPORT is %d", shared, value)
			}
			return err
		})
		closeNow(t, c)
	}
}
