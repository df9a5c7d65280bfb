package ftpclient_test

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ferry/ftp"
	"ferry/ftpclient"
	"ferry/internal/netx"
)

// walled is a server behind a firewall, or whose client is, which loses the packets
// that would open connections.
type walled struct {
	fake
	active netip.AddrPort
	// deaf reads no command while it tries to connect, for serverTries; others
	// answer ABOR.
	deaf bool
	// before says 150 before it tries.
	before bool
}

// serverTries is how long a server tries to connect.
const serverTries = time.Minute

// TestSteps wants no rung to cost more than its step, whichever side's firewall
// loses packets.
func TestSteps(t *testing.T) {
	const step = 10 * time.Second
	for name, tt := range map[string]struct {
		modes        []ftpclient.Mode
		toServer     bool // what the client opens beyond the control connection is lost
		toClient     bool
		deaf, before bool
		within       time.Duration
		want         ftpclient.Mode
	}{
		"passive ports are dropped":                {toServer: true, within: 2 * step, want: ftpclient.EPRT},
		"the client's are":                         {modes: []ftpclient.Mode{ftpclient.EPRT, ftpclient.PORT, ftpclient.EPSV}, toClient: true, within: 2 * step, want: ftpclient.EPSV},
		"the client's are, behind the 150":         {modes: []ftpclient.Mode{ftpclient.EPRT, ftpclient.PORT, ftpclient.EPSV}, toClient: true, before: true, within: 2 * step, want: ftpclient.EPSV},
		"the client's are, and the server is deaf": {modes: []ftpclient.Mode{ftpclient.PORT, ftpclient.EPSV}, toClient: true, deaf: true, within: 2*step + 2*time.Second, want: ftpclient.EPSV},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				network := netx.NewMem()
				client := network.Host(clientAddr)
				w := &walled{deaf: tt.deaf, before: tt.before}
				w.listing = rudeListing
				cfg := w.startAt(t, network, slowAddr, client)
				cfg.Modes, cfg.StepTimeout = tt.modes, step
				if tt.toServer {
					network.DropFunc(func(_, to netip.AddrPort) bool { return to.Addr() == slowAddr && to.Port() != 21 })
				}
				if tt.toClient {
					network.Drop(slowAddr, clientAddr)
				}
				w.act = w.connect
				var rungs []ftpclient.Mode
				cfg.Trace = &ftpclient.Trace{Rung: func(m ftpclient.Mode, err error) {
					if err == nil {
						rungs = append(rungs, m)
					}
				}}
				pool := ftpclient.NewPool(ftpclient.PoolConfig{Address: slowAddr.String() + ":21", Config: cfg})
				start := time.Now()
				var names []string
				err := pool.Do(t.Context(), func(c *ftpclient.Conn) error {
					for e, err := range c.List(t.Context(), "") {
						if err != nil {
							return err
						}
						names = append(names, e.Name)
					}
					return nil
				})
				took := time.Since(start)
				if err != nil || !slices.Equal(names, []string{"hello.txt"}) || took > tt.within || rungs[len(rungs)-1] != tt.want {
					t.Errorf("listed %q after %v by %v: %v", names, took, rungs, err)
				}
				if err := pool.Close(); err != nil {
					t.Error(err)
				}
				<-time.NewTimer(serverTries).C // until the server has given up too
			})
		})
	}
}

// The last rung has as long as Timeout, and no longer.
func TestLastStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := netx.NewMem()
		client := network.Host(clientAddr)
		w := &walled{deaf: true}
		cfg := w.startAt(t, network, slowAddr, client)
		cfg.Modes, cfg.Timeout = []ftpclient.Mode{ftpclient.PORT}, 20*time.Second
		network.Drop(slowAddr, clientAddr)
		w.act = w.connect
		c := login(t, cfg, slowAddr)
		start := time.Now()
		for _, err := range c.List(t.Context(), "") {
			if ftpclient.CauseOf(err) != ftp.CausePassiveNoConnection || !strings.Contains(err.Error(), "neither connected nor answered") {
				t.Error(err)
			}
		}
		if took := time.Since(start); took != 30*time.Second { // ten of them for ABOR
			t.Errorf("it took %v", took)
		}
		_ = c.Close()
		<-time.NewTimer(serverTries).C
	})
}

// connect is the server's part of active modes.
func (w *walled) connect(cmd ftp.Command, s *fakeSession) bool {
	switch cmd.Verb {
	case "EPRT":
		w.active, _ = ftp.ParseEPRT(cmd.Arg)
	case "PORT":
		w.active, _ = ftp.ParseHostPort(cmd.Arg)
	case "EPSV":
		w.active = netip.AddrPort{}
		return false
	case "LIST":
		if !w.active.IsValid() {
			return false
		}
		if w.before {
			s.say("150 comes")
		}
		ctx, cancel := context.WithTimeout(context.Background(), serverTries)
		defer cancel()
		dialled := make(chan net.Conn, 1)
		go func() {
			data, _ := w.host.Dial(ctx, netx.DialConfig{Remote: w.active})
			dialled <- data
		}()
		var commands <-chan ftp.Command
		if !w.deaf {
			commands = s.commands
		}
		var data net.Conn
		select {
		case data = <-dialled:
		case cmd := <-commands:
			cancel()
			<-dialled
			s.say("426 given up")
			if cmd.Verb == "ABOR" {
				s.say("226 aborted")
			}
			return true
		}
		if data == nil {
			s.say("425 cannot connect")
			return true
		}
		if !w.before {
			s.say("150 comes")
		}
		_, _ = data.Write([]byte(w.listing))
		_ = data.Close()
		s.say("226 done")
		return true
	default:
		return false
	}
	s.say("200 there")
	return true
}
