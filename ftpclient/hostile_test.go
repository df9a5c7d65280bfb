package ftpclient_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"ferry/ftpclient"
)

// impatient is the configuration of a client whose limits a test can wait for.
func impatient() *ftpclient.Config {
	return &ftpclient.Config{Timeout: 2 * time.Second, StepTimeout: time.Second, Stall: 2 * time.Second, MaxListing: 1000}
}

// bounds fails if f takes more memory than a client may be made to.
func bounds(t *testing.T, f func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f()
	runtime.GC()
	runtime.ReadMemStats(&after)
	if after.HeapAlloc > before.HeapAlloc+32<<20 {
		t.Errorf("%d MiB are held", (after.HeapAlloc-before.HeapAlloc)>>20)
	}
}

// forever writes text until the client has gone.
func forever(conn net.Conn, text string) {
	chunk := []byte(strings.Repeat(text, 1+64<<10/len(text)))
	for {
		if _, err := conn.Write(chunk); err != nil {
			return
		}
	}
}

// A server that floods the client before the login or behind a command is left.
func TestHostileReplies(t *testing.T) {
	for name, tt := range map[string]struct {
		greeting, reply string
		flood           string // follows without an end
	}{
		"a greeting without an end":       {flood: "220-welcome\r\n"},
		"a line without an end":           {flood: "220 xxxxxxxxxxxxxxx"},
		"preliminary replies":             {flood: "120 wait\r\n"},
		"a reply without an end":          {greeting: "220 ready\r\n", flood: "331-more\r\n"},
		"a line without an end, later":    {greeting: "220 ready\r\n", flood: "xxxxxxxxxxxxxxx"},
		"preliminary replies to a login":  {greeting: "220 ready\r\n", flood: "150 wait\r\n"},
		"a flood of replies to the login": {greeting: "220 ready\r\n", reply: "331 password\r\n", flood: "331 password\r\n"},
		"no FTP at all":                   {flood: "\x00\xff\xfa\x01"},
		"silence":                         {},
		"silence after the greeting":      {greeting: "220 ready\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			addr := listen(t, func(conn net.Conn) {
				_, _ = io.WriteString(conn, tt.greeting)
				if tt.greeting != "" {
					_, _ = bufio.NewReader(conn).ReadString('\n')
				}
				if tt.flood == "" {
					_, _ = io.Copy(io.Discard, conn)
					return
				}
				forever(conn, tt.flood)
			})
			bounds(t, func() {
				c, err := ftpclient.Dial(t.Context(), addr, impatient())
				if err == nil {
					err = c.Login(t.Context(), "anna", "secret", "")
					if err == nil {
						_, err = c.Getwd(t.Context())
					}
					_ = c.Close()
				}
				if err == nil {
					t.Fatal("that is no server")
				}
				if len(err.Error()) > 10_000 || strings.ContainsAny(err.Error(), "\x00\r\x1b") {
					t.Errorf("an error that does harm: %q", err.Error()[:100])
				}
			})
		})
	}
}

// hostileData is a server that sends whatever it likes over data connections.
func hostileData(t *testing.T, send func(net.Conn)) string {
	t.Helper()
	return listen(t, func(conn net.Conn) {
		say := func(format string, args ...any) { _, _ = fmt.Fprintf(conn, format+"\r\n", args...) }
		data, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return
		}
		defer data.Close()
		say("220 ready")
		lines := bufio.NewScanner(conn)
		for lines.Scan() {
			switch verb, _, _ := strings.Cut(lines.Text(), " "); verb {
			case "EPSV":
				say("229 here (|||%d|)", data.Addr().(*net.TCPAddr).Port)
			case "LIST", "RETR":
				say("150 comes")
				if dc, err := data.Accept(); err == nil {
					send(dc)
					_ = dc.Close()
				}
				say("226 done")
			case "PWD":
				say(`257 "/"`)
			case "SIZE":
				say("213 \x1b[2J-1")
			case "FEAT":
				say("500 what?")
			default:
				say("230 ok")
			}
		}
	})
}

// A listing that does not end is given up, and the connection is usable then.
func TestHostileListing(t *testing.T) {
	for name, text := range map[string]string{
		"entries":       "-rw-r--r-- 1 o g 5 Jan 01 2024 hello.txt\r\n",
		"empty lines":   "\n",
		"sums":          "total 12\r\n",
		"one long line": strings.Repeat("x", 1000),
		"nonsense":      "\x1b[2J\x00\x01\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			c := connect(t, hostileData(t, func(dc net.Conn) { forever(dc, text) }), impatient())
			bounds(t, func() {
				count := 0
				var last error
				for _, err := range c.List(t.Context(), "") {
					count++
					last = err
				}
				if count > 70_000 || last == nil || errors.Is(last, ftpclient.ErrLine) || ftpclient.Temporary(last) && name != "one long line" {
					t.Errorf("%d entries, then %v", count, last)
				}
				if name != "one long line" && !errors.Is(last, ftpclient.ErrTooMuch) {
					t.Errorf("%v", last)
				}
			})
			if dir, err := c.Getwd(t.Context()); dir != "/" || err != nil {
				t.Errorf("afterwards: %q, %v", dir, err)
			}
		})
	}
}

// Names that lead out of a directory are no entries, and what stands behind them
// is listed.
func TestHostileNames(t *testing.T) {
	const front = "-rw-r--r-- 1 o g 5 Jan 01 2024 "
	names := []string{"../../etc/passwd", "/etc/passwd", "a/b", "..", ".", "nul\x00l", "good", "\x1b[2Jscreen", " space"}
	c := connect(t, hostileData(t, func(dc net.Conn) {
		for _, n := range names {
			_, _ = io.WriteString(dc, front+n+"\r\n")
		}
	}), impatient())
	var got []string
	bad := 0
	for e, err := range c.List(t.Context(), "") {
		switch {
		case errors.Is(err, ftpclient.ErrLine):
			bad++
		case err != nil:
			t.Fatal(err)
		default:
			got = append(got, e.Name)
		}
	}
	if !slices.Contains(got, "good") || bad != 4 || slices.ContainsFunc(got, func(n string) bool {
		return strings.ContainsAny(n, "/\x00") || n == "." || n == ".." || n == ""
	}) {
		t.Errorf("listed %q, and %d bad lines", got, bad)
	}
	if n, err := c.Size(t.Context(), "file"); err == nil || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("a size of %d, %q", n, err)
	}
}

// A file that does not end goes on for as long as its context, and one that
// stands still for as long as Stall.
func TestHostileFile(t *testing.T) {
	c := connect(t, hostileData(t, func(dc net.Conn) { forever(dc, "x") }), impatient())
	bounds(t, func() {
		ctx, cancel := context.WithCancel(t.Context())
		seen := 0
		_, err := c.Retrieve(ctx, writerFunc(func(b []byte) (int, error) {
			if seen += len(b); seen > 10<<20 {
				cancel()
			}
			return len(b), nil
		}), "file", 0)
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	still := connect(t, hostileData(t, func(dc net.Conn) { _, _ = io.Copy(io.Discard, dc) }), impatient())
	var got bytes.Buffer
	if _, err := still.Retrieve(t.Context(), &got, "file", 0); err == nil {
		t.Error("that is no file")
	}
	if dir, err := still.Getwd(t.Context()); dir != "/" || err != nil {
		t.Errorf("afterwards: %q, %v", dir, err)
	}
}

// No connection is made to where a reply to PASV leads: to a third party.
func TestThirdParty(t *testing.T) {
	victim, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Skip("there is no 127.0.0.2: ", err)
	}
	defer victim.Close()
	came := make(chan struct{}, 1)
	go func() {
		if conn, err := victim.Accept(); err == nil {
			_ = conn.Close()
			came <- struct{}{}
		}
	}()
	port := victim.Addr().(*net.TCPAddr).Port
	d := rude{epsv: "500 no", pasv: fmt.Sprintf("227 there (127,0,0,2,%d,%d)", port>>8, port&255), eprt: "500 no", port: "500 no"}
	c := connect(t, d.start(t), impatient())
	for _, err := range c.List(t.Context(), "") {
		if err == nil {
			t.Error("listed")
		}
	}
	_ = victim.Close()
	select {
	case <-came:
		t.Error("it has connected to a third party")
	default:
	}
}

// A caller that panics within a transfer leaves no goroutine and no Conn that
// hangs.
func TestPanic(t *testing.T) {
	c := connect(t, hostileData(t, func(dc net.Conn) { forever(dc, "x") }), impatient())
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic is lost")
			}
		}()
		_, err := c.Retrieve(t.Context(), writerFunc(func([]byte) (int, error) { panic("the caller's") }), "file", 0)
		t.Error(err)
	}()
	if _, err := c.Getwd(t.Context()); err == nil {
		t.Error("it is out of step, and goes on")
	}
}
