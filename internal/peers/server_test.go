package peers_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ferry/internal/peers"
)

func TestMain(m *testing.M) { peers.Main(m) }

// starters are the servers that are no part of this program.
var starters = map[string]func(testing.TB, peers.Config) *peers.Server{
	peers.NameVsftpd:    peers.Vsftpd,
	peers.NameProFTPD:   peers.ProFTPD,
	peers.NamePureFTPd:  peers.PureFTPd,
	peers.NamePyftpdlib: peers.Pyftpdlib,
}

// Every server stores a file for anonymous and gives it back, on both families.
func TestServersVsftpdAndOthers(t *testing.T) {
	for name, start := range starters {
		for _, ipv6 := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/ipv6=%v", name, ipv6), func(t *testing.T) {
				t.Parallel()
				peers.NeedConfined(t)
				if ipv6 && !peers.HaveIPv6() {
					t.Skip("no IPv6 on loopback")
				}
				s := start(t, peers.Config{IPv6: ipv6, Write: true})
				if s.Name != name {
					t.Errorf("its name is %q", s.Name)
				}
				roundTrip(t, s)
			})
		}
	}
}

// roundTrip puts a file with curl, looks at it on the disk and gets it back.
func roundTrip(t *testing.T, s *peers.Server) {
	t.Helper()
	curl := client(t, peers.NameCurl)
	curl.Need(t)
	mode := curl.Modes[0]
	for _, m := range curl.Modes {
		if m.Verb == "EPSV" && m.IPv6 == strings.HasPrefix(s.Addr, "[") {
			mode = m
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	home := t.TempDir()
	const text = "over and back\n"
	up, down := filepath.Join(home, "up"), filepath.Join(home, "down")
	if err := os.WriteFile(up, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	job := peers.Job{
		Op: peers.Put, Addr: s.Addr, User: "anonymous", Password: peers.AnonymousPassword,
		Remote: peers.Incoming + "/a b", Local: up, Home: home,
	}
	if r, err := curl.Run(ctx, mode, job); err != nil {
		t.Fatalf("put: %v\n%s", err, r.Output)
	}
	if got := read(t, filepath.Join(s.Root, peers.Incoming, "a b")); got != text {
		t.Errorf("stored %q", got)
	}
	job.Op, job.Local = peers.Get, down
	if r, err := curl.Run(ctx, mode, job); err != nil {
		t.Fatalf("get: %v\n%s", err, r.Output)
	}
	if got := read(t, down); got != text {
		t.Errorf("fetched %q", got)
	}
}

// Without Write nothing can be stored.
func TestReadOnlyVsftpdAndProFTPD(t *testing.T) {
	for _, name := range []string{peers.NameVsftpd, peers.NameProFTPD} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			peers.NeedConfined(t)
			s := starters[name](t, peers.Config{})
			curl := client(t, peers.NameCurl)
			curl.Need(t)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			home := t.TempDir()
			up := filepath.Join(home, "up")
			if err := os.WriteFile(up, []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
			r, err := curl.Run(ctx, curl.Modes[0], peers.Job{
				Op: peers.Put, Addr: s.Addr, User: "anonymous", Password: peers.AnonymousPassword,
				Remote: peers.Incoming + "/up", Local: up, Home: home,
			})
			if err == nil || !strings.Contains(r.Output, "\n< 550 ") {
				t.Errorf("put: %v\n%s", err, r.Output)
			}
		})
	}
}

// After Stop the port is closed, the open sessions are over and no process of
// the server is left.
func TestStopVsftpd(t *testing.T) {
	s := peers.Vsftpd(t, peers.Config{Options: []string{"ftpd_banner=here I am"}})
	c, err := s.Dial()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }() // the server has closed it
	if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(c)
	if line, err := r.ReadString('\n'); err != nil || line != "220 here I am\r\n" {
		t.Fatalf("greeting %q, %v", line, err)
	}
	s.Stop()
	s.Stop() // once more changes nothing
	if _, err := r.ReadString('\n'); !errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the session goes on: %v", err)
	}
	if c, err := net.Dial("tcp", s.Addr); err == nil {
		_ = c.Close() // it should not be there
		t.Error("the port is still open")
	}
}

func client(t *testing.T, name string) peers.Client {
	t.Helper()
	for _, c := range peers.Clients() {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no client %s", name)
	return peers.Client{}
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Error(err)
	}
	return string(b)
}
