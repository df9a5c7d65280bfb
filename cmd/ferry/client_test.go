package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// client speaks as much FTP as the scripts need: it logs in, and moves files
// over passive data connections.
type client struct {
	ts      *testscript.TestScript
	conn    net.Conn
	replies *bufio.Reader
	data    net.Conn // of a transfer that was begun
}

// newClient reads the greeting.
func newClient(ts *testscript.TestScript, conn net.Conn) *client {
	ts.Check(conn.SetDeadline(time.Now().Add(patience)))
	c := &client{ts: ts, conn: conn, replies: bufio.NewReader(conn)}
	c.want("220")
	return c
}

func dialClient(ts *testscript.TestScript) *client {
	conn, err := net.Dial("tcp", ts.Getenv("ADDR"))
	ts.Check(err)
	c := newClient(ts, conn)
	stageOf(ts).client = c
	return c
}

func (c *client) close() {
	c.conn.Close()
	if c.data != nil {
		c.data.Close()
	}
}

// reply reads a reply of one line or more, and returns the last.
func (c *client) reply() string {
	begin := ""
	for {
		line, err := c.replies.ReadString('\n')
		if err != nil {
			c.ts.Fatalf("the control connection: %v", err)
		}
		if begin == "" {
			if len(line) < 4 {
				c.ts.Fatalf("reply %q", line)
			}
			begin = line[:3] + " "
		}
		if strings.HasPrefix(line, begin) {
			return line
		}
	}
}

// want reads a reply with this code.
func (c *client) want(code string) string {
	r := c.reply()
	if !strings.HasPrefix(r, code) {
		c.ts.Fatalf("reply %q, want %s", r, code)
	}
	return r
}

func (c *client) send(line string) {
	_, err := io.WriteString(c.conn, line+"\r\n")
	c.ts.Check(err)
}

// dialData asks for a passive port and connects to it.
func (c *client) dialData() net.Conn {
	c.send("EPSV")
	r := c.want("229")
	_, r, _ = strings.Cut(r, "(|||")
	port, _, _ := strings.Cut(r, "|")
	host, _, err := net.SplitHostPort(c.conn.RemoteAddr().String())
	c.ts.Check(err)
	_, err = strconv.ParseUint(port, 10, 16)
	c.ts.Check(err)
	c.ts.Setenv("DATAPORT", port)
	data, err := net.Dial("tcp", net.JoinHostPort(host, port))
	c.ts.Check(err)
	c.ts.Check(data.SetDeadline(time.Now().Add(patience)))
	return data
}

func cmdLogin(ts *testscript.TestScript, neg bool, a []string) {
	args(ts, neg, false, a, 0)
	if len(a) == 0 {
		a = []string{"anonymous", "test@example.com"}
	}
	c := stageOf(ts).client
	if c == nil {
		c = dialClient(ts)
	}
	c.send("USER " + a[0])
	c.want("331")
	c.send("PASS " + a[1])
	c.want("230")
	c.send("TYPE I")
	c.want("200")
}

func cmdRefused(ts *testscript.TestScript, neg bool, a []string) {
	args(ts, neg, false, a, 2)
	c := dialClient(ts)
	c.send("USER " + a[0])
	if r := c.reply(); strings.HasPrefix(r, "331") {
		c.send("PASS " + a[1])
		c.want("530")
	} else if !strings.HasPrefix(r, "530") {
		ts.Fatalf("reply %q, want 331 or 530", r)
	}
	c.close()
	stageOf(ts).client = nil
}

func cmdFetch(ts *testscript.TestScript, neg bool, a []string) {
	args(ts, neg, true, a, 1)
	c := stageOf(ts).client
	data := c.dialData()
	defer data.Close()
	c.send("RETR " + a[0])
	if neg {
		c.want("550")
		return
	}
	c.want("150")
	text, err := io.ReadAll(data)
	ts.Check(err)
	c.want("226")
	ts.Check(os.WriteFile(ts.MkAbs(a[1]), text, 0o666))
}

func cmdPut(ts *testscript.TestScript, neg bool, a []string) {
	args(ts, neg, true, a, 2)
	c := stageOf(ts).client
	data := c.dialData()
	defer data.Close()
	c.send("STOR " + a[1])
	if neg {
		c.want("550")
		return
	}
	c.want("150")
	_, err := io.WriteString(data, ts.ReadFile(a[0]))
	ts.Check(err)
	ts.Check(data.Close())
	c.want("226")
}

func cmdBegin(ts *testscript.TestScript, neg bool, a []string) {
	args(ts, neg, false, a, 1)
	c := stageOf(ts).client
	c.data = c.dialData()
	c.send("STOR " + a[0])
	c.want("150")
	_, err := fmt.Fprintln(c.data, "the whole file")
	ts.Check(err)
}

func cmdFinish(ts *testscript.TestScript, neg bool, a []string) {
	args(ts, neg, false, a, 0)
	c := stageOf(ts).client
	ts.Check(c.data.Close())
	c.want("226")
}

func cmdHangup(ts *testscript.TestScript, neg bool, a []string) {
	args(ts, neg, false, a, 0)
	c := stageOf(ts).client
	c.send("QUIT")
	c.want("221")
	if _, err := c.replies.ReadByte(); err == nil {
		ts.Fatalf("the server says more after 221")
	}
	c.close()
	stageOf(ts).client = nil
}

// cmdDismissed waits until a server that stops sends the client away.
func cmdDismissed(ts *testscript.TestScript, neg bool, a []string) {
	args(ts, neg, false, a, 0)
	c := stageOf(ts).client
	c.want("421")
	if _, err := c.replies.ReadByte(); err == nil {
		ts.Fatalf("the server says more after 421")
	}
	c.close()
	stageOf(ts).client = nil
}

func cmdUnreachable(ts *testscript.TestScript, neg bool, a []string) {
	args(ts, neg, false, a, 0)
	conn, err := net.Dial("tcp", ts.Getenv("ADDR"))
	if err == nil {
		conn.Close()
		ts.Fatalf("%s still listens", ts.Getenv("ADDR"))
	}
}
