package ftpclient_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"ferry/ftp"
	"ferry/ftpclient"
	"ferry/internal/netx"
)

// misbehaving is a server in memory of which the data connections are made as answers
// says: the text of a reply by verb, in which PORT, P1,P2 stand for a port that waits,
// and DEAD, D1,D2 for one that refuses. What it does not say is done as it should be.
type misbehaving struct {
	fake
	answers map[ftp.Verb]string
	passive net.Listener
	active  netip.AddrPort
}

// do is the server's part.
func (m *misbehaving) do(cmd ftp.Command, s *fakeSession) bool {
	answer := m.answers[cmd.Verb]
	switch cmd.Verb {
	case "EPSV", "PASV":
		if answer == "" {
			answer = map[ftp.Verb]string{"EPSV": "229 here (|||PORT|)", "PASV": "227 here (192,0,2,1,P1,P2)"}[cmd.Verb]
		}
		m.close()
		m.passive, _ = m.host.Listen(context.Background(), netx.ListenConfig{Addr: netip.AddrPortFrom(m.addr, 0)})
		port := netx.AddrPort(m.passive.Addr()).Port()
		if strings.Contains(answer, "DEAD") || strings.Contains(answer, "D1,D2") || answer[0] == '5' {
			m.close()
		}
		halves := fmt.Sprintf("%d,%d", port>>8, port&255)
		s.say(strings.NewReplacer("PORT", fmt.Sprint(port), "DEAD", fmt.Sprint(port), "P1,P2", halves, "D1,D2", halves).Replace(answer))
	case "EPRT", "PORT":
		m.close()
		m.active, _ = ftp.ParseHostPort(cmd.Arg)
		if cmd.Verb == "EPRT" {
			m.active, _ = ftp.ParseEPRT(cmd.Arg)
		}
		if answer == "" {
			answer = "200 there"
		}
		s.say(answer)
	case "LIST":
		data := m.data()
		if data == nil {
			s.say("425 nobody there")
			return true
		}
		s.say("150 comes")
		_, _ = data.Write([]byte(rudeListing))
		_ = data.Close()
		s.say("226 done")
	default:
		return false
	}
	return true
}

// data makes the data connection; nil if there is none.
func (m *misbehaving) data() net.Conn {
	var conn net.Conn
	if m.passive != nil {
		conn, _ = m.passive.Accept()
		m.close()
	} else if m.active.IsValid() {
		conn, _ = m.host.Dial(context.Background(), netx.DialConfig{Remote: m.active})
	}
	return conn
}

func (m *misbehaving) close() {
	if m.passive != nil {
		_ = m.passive.Close()
		m.passive = nil
	}
}

// TestWhereOthersFail wants a listing in every way in which servers, firewalls and
// NATs make other clients fail: they were measured row by row.
func TestWhereOthersFail(t *testing.T) {
	refused := map[ftp.Verb]string{"EPSV": "502 no", "PASV": "502 no"}
	for _, row := range []struct {
		name    string
		answers map[ftp.Verb]string
		first   ftpclient.Mode // that the user asked for, the others behind it
		tried   []ftpclient.Mode
	}{
		{"1 default order, IPv4", nil, "", []ftpclient.Mode{"epsv"}},
		{"2 EPSV answered 500", map[ftp.Verb]string{"EPSV": "500 unknown"}, "", []ftpclient.Mode{"epsv", "pasv"}},
		{"3 EPSV OK, its port refuses", map[ftp.Verb]string{"EPSV": "229 here (|||DEAD|)"}, "", []ftpclient.Mode{"epsv", "pasv"}},
		{"4 both passive ports refuse", map[ftp.Verb]string{"EPSV": "229 here (|||DEAD|)", "PASV": "227 here (192,0,2,1,D1,D2)"}, "", []ftpclient.Mode{"epsv", "pasv", "pasv-announced", "eprt"}},
		{"5 EPSV and PASV answered 5xx", refused, "", []ftpclient.Mode{"epsv", "pasv", "pasv-announced", "eprt"}},
		{"5 and EPRT too", map[ftp.Verb]string{"EPSV": "502 no", "PASV": "502 no", "EPRT": "500 no"}, "", []ftpclient.Mode{"epsv", "pasv", "pasv-announced", "eprt", "port"}},
		{"6 227 with another address (10.x)", map[ftp.Verb]string{"EPSV": "500 no", "PASV": "227 here (10,1,2,3,P1,P2)"}, "", []ftpclient.Mode{"epsv", "pasv"}},
		{"7 227 with 0.0.0.0", map[ftp.Verb]string{"EPSV": "500 no", "PASV": "227 here (0,0,0,0,P1,P2)"}, "", []ftpclient.Mode{"epsv", "pasv"}},
		{"8 EPSV answered with 227", map[ftp.Verb]string{"EPSV": "227 here (192,0,2,1,P1,P2)"}, "", []ftpclient.Mode{"epsv"}},
		{"9 active; PORT and EPRT answered 500", map[ftp.Verb]string{"EPRT": "500 Illegal EPRT command.", "PORT": "500 Illegal PORT command."}, ftpclient.EPRT, []ftpclient.Mode{"eprt", "port", "epsv"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &misbehaving{answers: row.answers}
				m.act = m.do
				cfg := m.start(t)
				if cfg.Modes = ftpclient.Auto(); row.first != "" {
					cfg.Modes = append(ftpclient.Active(), ftpclient.Passive()...)
				}
				var tried []ftpclient.Mode
				cfg.Trace = &ftpclient.Trace{Rung: func(mode ftpclient.Mode, err error) {
					if err == nil {
						tried = append(tried, mode)
					}
				}}
				c := login(t, cfg, slowAddr)
				for range 2 { // what worked is first the second time
					if names := namesOf(t, c, ""); !slices.Equal(names, []string{"hello.txt"}) || !slices.Equal(tried, row.tried) {
						t.Errorf("listed %q by %v, want %v", names, tried, row.tried)
					}
					tried, row.tried = nil, row.tried[len(row.tried)-1:]
				}
				if err := c.Quit(t.Context()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// Where nothing helps, all five are tried in their order, and the error says so: a
// PORT that was refused is a refused PORT.
func TestDefaultOrder(t *testing.T) {
	m := &misbehaving{answers: map[ftp.Verb]string{"EPSV": "500 no", "PASV": "500 no", "EPRT": "500 no", "PORT": "500 Illegal PORT command."}}
	m.act = m.do
	var tried []ftpclient.Mode
	cfg := m.start(t)
	cfg.Trace = &ftpclient.Trace{Rung: func(mode ftpclient.Mode, err error) {
		if err == nil {
			tried = append(tried, mode)
		}
	}}
	for _, err := range login(t, cfg, slowAddr).List(t.Context(), "") {
		for _, want := range []string{"no mode is left to try", "port failed", "500 Illegal PORT command."} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v does not say %q", err, want)
			}
		}
	}
	if !slices.Equal(tried, ftpclient.Auto()) {
		t.Errorf("tried %v", tried)
	}
}
