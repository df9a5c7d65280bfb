package ftpclient_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"ferry/ftp"
	"ferry/ftpclient"
)

// rude is a server that misbehaves in the ways in which servers, firewalls and
// NATs were seen to.
type rude struct {
	// epsv, pasv, eprt and port are what those commands are answered: the text
	// of a reply, in which PORT stands for a port that waits, DEAD for one that
	// refuses, and P1,P2 and D1,D2 for the same in halves. "" does as it should.
	epsv, pasv, eprt, port string
	// list is answered to a listing instead of sending it.
	list string
	// host is where passive ports are, if not at 127.0.0.1.
	host string
	// deaf never connects, in active modes, though it says 150.
	deaf bool
}

const rudeListing = "-rw-r--r-- 1 o g 5 Jan 01 2024 hello.txt\r\n"

// start serves one client after the other.
func (d *rude) start(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			d.serve(conn)
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	return l.Addr().String()
}

// serve talks to one client.
func (d *rude) serve(conn net.Conn) {
	defer conn.Close()
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(conn, format+"\r\n", args...) }
	var passive net.Listener
	var active netip.AddrPort
	defer func() {
		if passive != nil {
			_ = passive.Close()
		}
	}()
	offer := func(answer, usual string) {
		if passive != nil {
			_ = passive.Close()
		}
		host := d.host
		if host == "" {
			host = "127.0.0.1"
		}
		passive, _ = net.Listen("tcp", host+":0")
		port := passive.Addr().(*net.TCPAddr).Port
		if answer == "" {
			answer = usual
		}
		if strings.Contains(answer, "DEAD") || strings.Contains(answer, "D1,D2") {
			_ = passive.Close() // and now it refuses
		}
		halves := fmt.Sprintf("%d,%d", port>>8, port&255)
		say("%s", strings.NewReplacer("PORT", fmt.Sprint(port), "DEAD", fmt.Sprint(port), "P1,P2", halves, "D1,D2", halves).Replace(answer))
	}
	say("220 ready")
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		verb, arg, _ := strings.Cut(lines.Text(), " ")
		switch verb {
		case "USER":
			say("331 password")
		case "PASS":
			say("230 in")
		case "FEAT":
			say("500 what?")
		case "EPSV":
			offer(d.epsv, "229 here (|||PORT|)")
		case "PASV":
			offer(d.pasv, "227 here (127,0,0,1,P1,P2)")
		case "EPRT", "PORT":
			answer := d.port
			active, _ = ftp.ParseHostPort(arg)
			if verb == "EPRT" {
				answer = d.eprt
				active, _ = ftp.ParseEPRT(arg)
			}
			if answer == "" {
				answer = "200 there"
			}
			if passive != nil {
				_ = passive.Close()
				passive = nil
			}
			say("%s", answer)
		case "LIST":
			if d.list != "" {
				say("%s", d.list)
				continue
			}
			say("150 comes")
			data := d.connect(passive, active)
			if data == nil {
				say("425 nobody there")
				continue
			}
			_, _ = io.WriteString(data, rudeListing)
			_ = data.Close()
			say("226 done")
		case "ABOR":
			say("226 aborted")
		case "PWD":
			say(`257 "/"`)
		case "QUIT":
			say("221 bye")
			return
		default: // TYPE, NOOP
			say("200 ok")
		}
	}
}

func (d *rude) connect(passive net.Listener, active netip.AddrPort) net.Conn {
	if passive == nil {
		if d.deaf {
			return nil
		}
		conn, err := net.DialTimeout("tcp", active.String(), time.Second)
		if err != nil {
			return nil
		}
		return conn
	}
	_ = passive.(*net.TCPListener).SetDeadline(time.Now().Add(5 * time.Second))
	conn, err := passive.Accept()
	if err != nil {
		return nil
	}
	return conn
}

// TestLadder wants a listing from every rude server by which other clients fail.
func TestLadder(t *testing.T) {
	for name, tt := range map[string]struct {
		rude
		want  ftpclient.Mode
		modes []ftpclient.Mode
		trust bool
	}{
		"as it should be":             {want: ftpclient.EPSV},
		"EPSV refused":                {rude: rude{epsv: "500 unknown"}, want: ftpclient.PASV},
		"EPSV's port refuses":         {rude: rude{epsv: "229 here (|||DEAD|)"}, want: ftpclient.PASV},
		"both passive ports refuse":   {rude: rude{epsv: "229 here (|||DEAD|)", pasv: "227 here (127,0,0,1,D1,D2)"}, want: ftpclient.EPRT},
		"EPSV and PASV refused":       {rude: rude{epsv: "502 no", pasv: "502 no"}, want: ftpclient.EPRT},
		"EPRT refused too":            {rude: rude{epsv: "502 no", pasv: "502 no", eprt: "500 no"}, want: ftpclient.PORT},
		"227 with a private address":  {rude: rude{epsv: "500 no", pasv: "227 here (10,1,2,3,P1,P2)"}, want: ftpclient.PASV},
		"227 with 0.0.0.0":            {rude: rude{epsv: "500 no", pasv: "227 here (0,0,0,0,P1,P2)"}, want: ftpclient.PASV},
		"227 without parentheses":     {rude: rude{epsv: "500 no", pasv: "227 here 127,0,0,1,P1,P2"}, want: ftpclient.PASV},
		"227 to EPSV":                 {rude: rude{epsv: "227 here (127,0,0,1,P1,P2)"}, want: ftpclient.EPSV},
		"229 to PASV":                 {rude: rude{epsv: "500 no", pasv: "229 here (|||PORT|)"}, want: ftpclient.PASV},
		"garbled 229":                 {rude: rude{epsv: "229 here (|||)"}, want: ftpclient.PASV},
		"garbled 227":                 {rude: rude{epsv: "229 (||)", pasv: "227 somewhere"}, want: ftpclient.EPRT},
		"another machine, trusted":    {rude: rude{epsv: "229 here (|||1|)", pasv: "227 there (127,0,0,2,P1,P2)", host: "127.0.0.2"}, trust: true, want: ftpclient.PASVAnnounced},
		"active wanted, but refused":  {rude: rude{eprt: "500 no", port: "500 no"}, modes: []ftpclient.Mode{ftpclient.PORT, ftpclient.EPRT, ftpclient.PASV}, want: ftpclient.PASV},
		"active wanted, nobody comes": {rude: rude{deaf: true}, modes: []ftpclient.Mode{ftpclient.EPRT, ftpclient.EPSV}, want: ftpclient.EPSV},
	} {
		t.Run(name, func(t *testing.T) {
			var rungs []ftpclient.Mode
			cfg := &ftpclient.Config{
				Modes: tt.modes, TrustAnnounced: tt.trust, StepTimeout: 5 * time.Second,
				Trace: &ftpclient.Trace{Rung: func(m ftpclient.Mode, err error) {
					if err == nil {
						rungs = append(rungs, m)
					}
				}},
			}
			c := connect(t, tt.start(t), cfg)
			for round := range 2 { // the second begins with what worked
				rungs = nil
				var names []string
				for e, err := range c.List(t.Context(), "") {
					if err != nil {
						t.Fatal(err)
					}
					names = append(names, e.Name)
				}
				if !slices.Equal(names, []string{"hello.txt"}) {
					t.Errorf("listed %q", names)
				}
				if len(rungs) == 0 || rungs[len(rungs)-1] != tt.want || round == 1 && len(rungs) > 1 {
					t.Errorf("round %d: tried %v, want %s", round, rungs, tt.want)
				}
			}
			if err := c.Quit(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// An error tells all that was tried; a foreign address is not connected to.
func TestNothingWorks(t *testing.T) {
	d := rude{epsv: "500 no", pasv: "227 there (127,0,0,2,D1,D2)", eprt: "500 no", port: "501 Illegal PORT command"}
	c := connect(t, d.start(t), &ftpclient.Config{StepTimeout: time.Second})
	for range 2 {
		var got error
		for _, err := range c.List(t.Context(), "") {
			got = err
		}
		if got == nil {
			t.Fatal("there is no way")
		}
		for _, want := range []string{"epsv failed", "pasv failed", "pasv-announced failed", "eprt failed", "port failed", "501 Illegal PORT command", string(ftp.CausePassiveForeign)} {
			if !strings.Contains(got.Error(), want) {
				t.Errorf("%v does not say %q", got, want)
			}
		}
	}
}

// What is wrong with a file is no matter of modes.
func TestNoClimbingForFiles(t *testing.T) {
	d := rude{list: "550 no such directory"}
	tried := 0
	c := connect(t, d.start(t), &ftpclient.Config{Trace: &ftpclient.Trace{Rung: func(_ ftpclient.Mode, err error) {
		if err == nil {
			tried++
		}
	}}})
	for _, err := range c.List(t.Context(), "") {
		if ftpclient.Code(err) != 550 {
			t.Error(err)
		}
	}
	if tried != 1 {
		t.Errorf("%d modes were tried", tried)
	}
}
