package ftpclient_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"ferry/ftpclient"
)

// lateContext is over for its deadline before it is for itself, as every context
// with a time limit may be for a moment.
type lateContext struct {
	context.Context
	until time.Time
}

func (c lateContext) Deadline() (time.Time, bool) { return c.until, true }

// TestDeadlineBeforeItsContext lists at a server that stops to answer, within a
// time limit whose context learns late of its end. That is the end of the caller's
// patience all the same: no other mode is tried, and nobody waits for an ABOR.
func TestDeadlineBeforeItsContext(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	data, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer data.Close()
	got := make(chan []string, 1)
	go func() {
		var commands []string
		defer func() { got <- commands }()
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		_, _ = io.WriteString(c, "220 hello\r\n")
		for lines := bufio.NewScanner(c); lines.Scan(); {
			verb, _, _ := strings.Cut(lines.Text(), " ")
			commands = append(commands, verb)
			switch verb {
			case "USER":
				_, _ = io.WriteString(c, "230 in\r\n")
			case "EPSV":
				fmt.Fprintf(c, "229 (|||%d|)\r\n", data.Addr().(*net.TCPAddr).Port)
			case "LIST", "ABOR":
			default:
				_, _ = io.WriteString(c, "200 fine\r\n")
			}
		}
	}()
	c, err := ftpclient.Dial(t.Context(), l.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Login(t.Context(), "", "", ""); err != nil {
		t.Fatal(err)
	}
	ctx := lateContext{t.Context(), time.Now().Add(200 * time.Millisecond)}
	for _, err := range c.List(ctx, "") {
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the listing ends with %v", err)
		}
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	commands := <-got
	if last := commands[len(commands)-1]; last != "LIST" {
		t.Errorf("sent %q", commands)
	}
}
