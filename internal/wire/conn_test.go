package wire_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ferry/internal/wire"
)

func TestBufferedAndDiscard(t *testing.T) {
	c, _ := play("AUTH TLS\r\nUSER a\r\nPA", os.ErrDeadlineExceeded, "SS b\r\nNOOP\r\n")
	if c.Buffered() || c.Discard() != 0 {
		t.Error("something is buffered before the first read")
	}
	if line, err := c.ReadLine(); line != "AUTH TLS" || err != nil {
		t.Fatalf("read %q, %v", line, err)
	}
	if !c.Buffered() {
		t.Error("the next line is not buffered")
	}
	wantErr(t, c.Upgrade(nil), wire.ErrUnread)
	if line, err := c.ReadLine(); line != "USER a" || err != nil {
		t.Fatalf("read %q, %v", line, err)
	}
	_, err := c.ReadLine()
	wantErr(t, err, os.ErrDeadlineExceeded)
	if !c.Buffered() {
		t.Error("part of a line is not buffered")
	}
	wantErr(t, c.Upgrade(nil), wire.ErrUnread)
	if n := c.Discard(); n != len("PA") || c.Buffered() {
		t.Errorf("discarded %d", n)
	}
	if line, err := c.ReadLine(); line != "SS b" || err != nil {
		t.Fatalf("read %q, %v", line, err)
	}
	if n := c.Discard(); n != len("NOOP\r\n") {
		t.Errorf("discarded %d", n)
	}
	_, err = c.ReadLine()
	wantErr(t, err, io.EOF)
}

func TestUpgrade(t *testing.T) {
	c, plain := play("AUTH TLS\r\n")
	if _, err := c.ReadLine(); err != nil {
		t.Fatal(err)
	}
	secure := &script{steps: []any{"USER a\r\n"}}
	if err := c.Upgrade(secure); err != nil {
		t.Fatal(err)
	}
	if c.NetConn() != net.Conn(secure) {
		t.Error("the connection is not replaced")
	}
	if line, err := c.ReadLine(); line != "USER a" || err != nil {
		t.Errorf("read %q, %v", line, err)
	}
	if err := c.WriteReply(reply(331, "password")); err != nil {
		t.Fatal(err)
	}
	if len(plain.out) != 0 || string(secure.out) != "331 password\r\n" {
		t.Errorf("wrote %q and %q", plain.out, secure.out)
	}
}

// TestDeadlinesAndAddresses runs on a pipe, on a clock that costs no time.
func TestDeadlinesAndAddresses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		c := wire.New(near)
		if c.LocalAddr() != near.LocalAddr() || c.RemoteAddr() != near.RemoteAddr() {
			t.Error("addresses are not the connection's")
		}
		start := time.Now()
		go func() { _, _ = io.WriteString(far, "NO") }()
		if err := c.SetReadDeadline(start.Add(5 * time.Minute)); err != nil {
			t.Fatal(err)
		}
		_, err := c.ReadLine()
		wantErr(t, err, os.ErrDeadlineExceeded)
		if d := time.Since(start); d != 5*time.Minute {
			t.Errorf("waited %v", d)
		}
		if err := c.SetReadDeadline(time.Time{}); err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = io.WriteString(far, "OP\r\n") }()
		if line, err := c.ReadLine(); line != "NOOP" || err != nil {
			t.Errorf("read %q, %v", line, err)
		}
		if err := c.SetWriteDeadline(start.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		wantErr(t, c.WriteReply(reply(200, "ok")), os.ErrDeadlineExceeded)
		if d := time.Since(start); d != time.Hour {
			t.Errorf("waited %v", d)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		_, err = c.ReadLine()
		wantErr(t, err, io.ErrClosedPipe)
	})
}

// TestWritersTakeTurns has many writers at once, one of whom waits for the peer:
// whole lines arrive, and the wait is durable.
func TestWritersTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		c := wire.New(near)
		const n = 10
		errs := make(chan error)
		for range n {
			go func() { errs <- c.WriteReply(reply(211, "first", "middle", "last")) }()
		}
		synctest.Wait()
		time.Sleep(time.Hour) // passes only if all of them wait durably
		peer := wire.New(far)
		for range n {
			r, err := peer.ReadReply()
			if err != nil || strings.Join(r.Lines, " ") != "first middle last" {
				t.Errorf("read %v, %v", r, err)
			}
		}
		for range n {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		_ = c.Close()
		_ = peer.Close()
	})
}

// TestAnswersWaitForTheWriter asks for a Telnet option while a reply is being
// written: reading goes on, and the refusal comes after the reply.
func TestAnswersWaitForTheWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		c := wire.New(near)
		written := make(chan error)
		go func() { written <- c.WriteReply(reply(226, "done")) }()
		synctest.Wait()
		first := make([]byte, 4)
		if _, err := io.ReadFull(far, first); err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = io.WriteString(far, "\xff\xfd\x06NOOP\r\n") }()
		if line, err := c.ReadLine(); line != "NOOP" || err != nil {
			t.Errorf("read %q, %v", line, err)
		}
		rest := make([]byte, len("done\r\n\xff\xfc\x06"))
		if _, err := io.ReadFull(far, rest); err != nil {
			t.Fatal(err)
		}
		if all := slices.Concat(first, rest); !bytes.Equal(all, []byte("226 done\r\n\xff\xfc\x06")) {
			t.Errorf("wrote %q", all)
		}
		if err := <-written; err != nil {
			t.Error(err)
		}
		_ = c.Close()
	})
}

func TestAnswerToNobody(t *testing.T) {
	c, s := play("\xff\xfb\x01NOOP\r\n")
	s.fail = errors.New("gone")
	if line, err := c.ReadLine(); line != "NOOP" || err != nil {
		t.Errorf("read %q, %v", line, err)
	}
}
