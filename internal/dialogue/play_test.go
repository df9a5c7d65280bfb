package dialogue

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"ferry/ftp"
)

// fake is a server that answers from a table and can move data.
type fake struct {
	conn net.Conn
	data net.Conn
	root string
}

// answers of the fake that need no data connection. An empty one hangs up.
var answers = map[string]string{
	"NOOP":     "200 ok\r\n",
	"TWICE":    "200 one\r\n200 two\r\n",
	"MANY":     "211-a\r\n b\r\n211 c\r\n",
	"BARE":     "200 ok\n",
	"NONSENSE": "hello\r\n",
	"QUIT":     "221 bye\r\n",
	"BYE":      "",
	"DIE":      "500 oops\r\n500 oops again\r\n500 and",
}

// serve answers one control connection until it ends.
func (f *fake) serve() error {
	if _, err := io.WriteString(f.conn, "220 hello\r\n"); err != nil {
		return err
	}
	r := bufio.NewReader(f.conn)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return err
		}
		cmd := ftp.ParseCommand(strings.TrimSuffix(line, "\r\n"))
		answer, known := answers[string(cmd.Verb)]
		if !known {
			if answer, err = f.dataCommand(cmd); err != nil {
				return err
			}
		}
		if _, err := io.WriteString(f.conn, answer); err != nil || answer == "" || cmd.Verb == "QUIT" || cmd.Verb == "DIE" {
			return err
		}
	}
}

// dataCommand agrees on data connections, sends DOWN's argument and stores what
// UP gets.
func (f *fake) dataCommand(cmd ftp.Command) (string, error) {
	switch cmd.Verb {
	case "PASV", "EPSV":
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return "", err
		}
		at := l.Addr().(*net.TCPAddr).AddrPort()
		reply := fmt.Sprintf("227 here (%s)\r\n", ftp.FormatHostPort(at))
		if cmd.Verb == "EPSV" {
			reply = fmt.Sprintf("229 here %s\r\n", ftp.FormatEPSV(at.Port()))
		}
		if _, err := io.WriteString(f.conn, reply); err != nil {
			return "", err
		}
		f.data, err = l.Accept()
		_ = l.Close() // one connection was wanted
		return "200 connected\r\n", err
	case "PORT":
		at, err := ftp.ParseHostPort(cmd.Arg)
		if err != nil {
			return "", err
		}
		f.data, err = net.Dial("tcp", at.String())
		return "200 ok\r\n", err
	case "EPRT":
		at, err := ftp.ParseEPRT(cmd.Arg)
		if err != nil {
			return "", err
		}
		f.data, err = net.Dial("tcp", at.String())
		return "200 ok\r\n", err
	case "DOWN":
		if _, err := io.WriteString(f.data, cmd.Arg+"\r\nlast\n"); err != nil {
			return "", err
		}
		return "226 sent\r\n", f.data.Close()
	case "UP":
		if b, err := io.ReadAll(f.data); err == nil {
			return "226 got\r\n", os.WriteFile(filepath.Join(f.root, "up"), b, 0o600)
		}
		return "426 broken\r\n", nil
	default:
		return "500 what?\r\n", nil
	}
}

// maxSessions is how many sessions the fake has at once.
const maxSessions = 2

// fakePeer starts the fake for one dialogue.
func fakePeer(t *testing.T) Peer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	var running sync.WaitGroup
	var sessions atomic.Int32
	running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				f := &fake{conn: conn, root: root}
				if sessions.Add(1) <= maxSessions {
					_ = f.serve() // the dialogue sees what becomes of it
				} else {
					_, _ = io.WriteString(conn, "421 full\r\n")
				}
				sessions.Add(-1)
				_ = conn.Close()
				if f.data != nil {
					_ = f.data.Close()
				}
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close() // it waits for more
		running.Wait()
	})
	return Peer{Name: "fake", Root: root, Dial: func() (net.Conn, error) { return net.Dial("tcp", l.Addr().String()) }}
}

func TestPlay(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       string // in the error; empty: none
	}{
		{"hello", "S: 220 hello\n", ""},
		{"several lines", "S: 220\nC: MANY\nS: 211-a\nS:  b\nS: 211 c\n", ""},
		{"bytes", "S: 220\nR: NO\nR: OP\\r\\n\nS: 200 ok\n", ""},
		{"hang up", "S: 220\nC: BYE\nEOF\n", ""},
		{"goodbye by hand", "S: 220\nC: QUIT\nS: 221\nEOF\n", ""},
		{"for others", "S: 220\nC[other]: BYE\nEOF[other]\nC: NOOP\nS[other]: 500\nS[fake]: 200\n", ""},
		{"down, passive", "S: 220\nC: PASV\nS: 227 *\nDIAL\nS: 200\nC: DOWN a\nD< a\nD< last\nS: 226\n", ""},
		{"down, extended", "S: 220\nC: EPSV\nS: 229 *\nDIAL\nS: 200\nC: DOWN a\nD= a\\r\\nlast\\n\nS: 226\n", ""},
		{"OPEN", "S: 220\nOPEN pasv\nS: 200\nOPEN epsv\nS: 200\nC: DOWN a\nD< ...\nD< last\nS: 226\n", ""},
		{"down, active", "S: 220\nOPEN port\nC: DOWN a\nD< *\nD< last\nS: 226\n", ""},
		{"up, active", "S: 220\nOPEN eprt\nC: UP\nD> one\\n\nD> two\nCLOSE\nS: 226\nFILE up = one\\ntwo\n", ""},
		{"up, broken", "S: 220\nOPEN port\nC: UP\nD> one\nRESET\nS: 426\nGONE up\n", ""},
		{"another connection", "S: 220\nC: NOOP\nS: 200\nCONNECT\nS: 220\nC: BYE\nEOF\nCONNECT\nS: 220\n", ""},
		{"death", "S: 220\nC: DIE\nS: 500\nDIES\n", ""},
		{"full", "S: 220\nREFUSED 421 f*\nC: NOOP\nS: 200\n", ""},

		{"another connection too early", "S: 220\nC: TWICE\nS: 200 one\nCONNECT\n", "x:4: CONNECT"},
		{"no death", "S: 220\nC: MANY\nDIES[other]\nS[fake]: 200\n", "S: 200"},
		{"full of something else", "S: 220\nREFUSED 421 empty\n", `another connection got ["421 full"]`},
		{"from elsewhere", "S: 220\nOPEN port\nC: DOWN a\nFROM 1\n", "comes from port"},
		{"no TLS", "S: 220\nC: NOOP\nTLS\n", "TLS"},
		{"no owner", "S: 220\nOWNER nosuch = a a 0644\n", "no such file"},

		{"wrong code", "S: 220\nC: NOOP\nS: 500\n", "x:3: S: 500"},
		{"wrong text", "S: 220 hallo\n", `got ["220 hello"]`},
		{"one line for several", "S: 220\nC: MANY\nS: 211 c\n", "x:3:"},
		{"too many replies", "S: 220\nC: TWICE\nS: 200 one\n", "at the end"},
		{"too few replies", "S: 220\nC: BYE\nS: 200\n", "EOF"},
		{"unexpected end", "S: 220\nC: BYE\nC: NOOP\n", "at the end"},
		{"no end", "S: 220\nC: NOOP\nEOF\n", "want the end of the connection, got"},
		{"bare LF", "S: 220\nC: BARE\nS: 200\n", "does not end with CRLF"},
		{"no reply", "S: 220\nC: NONSENSE\nS: 200\n", "is no reply"},
		{"no data connection", "S: 220\nD= x\n", "no data connection is open"},
		{"nothing to dial", "S: 220\nDIAL\n", "no 227 or 229"},
		{"wrong bytes", "S: 220\nOPEN port\nC: DOWN a\nD= a\\nlast\\n\n", `carried "a\r\nlast\n"`},
		{"wrong lines", "S: 220\nOPEN port\nC: DOWN a\nD< a\n", "want lines"},
		{"wrong file", "S: 220\nOPEN port\nC: UP\nD> one\nCLOSE\nS: 226\nFILE up = two\n", `holds "one"`},
		{"no such user", "login: alice\n", `no user: line for "alice"`},
		{"login refused", "login: anonymous\n", "x:1: login anonymous"},
		{"broken for this server", "S: 220\nC: MANY\nS: 211-a\nS[other]: 211 c\n", "has no last line"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := Parse("x", []byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			err = s.Play(fakePeer(t))
			switch {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestPlayDialError(t *testing.T) {
	s, err := Parse("x", []byte("S: 220\n"))
	if err != nil {
		t.Fatal(err)
	}
	p := Peer{Name: "fake", Dial: func() (net.Conn, error) { return nil, io.ErrUnexpectedEOF }}
	if err := s.Play(p); err == nil || !strings.Contains(err.Error(), "unexpected EOF") {
		t.Errorf("got %v", err)
	}
}
