package interop_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"ferry/internal/peers"
)

// proc reads a file of the server's process.
func proc(t *testing.T, s *peers.Server, name string) string {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", s.PID(), name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// procStatus is a line of /proc/PID/status.
func procStatus(t *testing.T, s *peers.Server, key string) string {
	t.Helper()
	for line := range strings.Lines(proc(t, s, "status")) {
		if value, ok := strings.CutPrefix(line, key+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	t.Fatalf("/proc/%d/status has no %s", s.PID(), key)
	return ""
}

// dialogue is a client by hand.
type dialogue struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
}

func dialogueWith(t *testing.T, addr string) *dialogue {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	d := &dialogue{t, conn, bufio.NewReader(conn)}
	d.expect("220")
	return d
}

// expect reads the last line of a reply.
func (d *dialogue) expect(code string) string {
	d.t.Helper()
	for {
		line, err := d.r.ReadString('\n')
		if err != nil {
			d.t.Fatalf("want %s: %q, %v", code, line, err)
		}
		if len(line) > 3 && line[3] == ' ' && line[0] >= '1' && line[0] <= '5' {
			if !strings.HasPrefix(line, code) {
				d.t.Fatalf("%q, want %s", line, code)
			}
			return line
		}
	}
}

func (d *dialogue) do(line, code string) string {
	d.t.Helper()
	if _, err := io.WriteString(d.conn, line+"\r\n"); err != nil {
		d.t.Fatal(err)
	}
	return d.expect(code)
}

func (d *dialogue) login() *dialogue {
	d.t.Helper()
	d.do("USER anonymous", "331")
	d.do("PASS x@example.com", "230")
	d.do("TYPE I", "200")
	return d
}

// data agrees on a passive connection and makes it.
func (d *dialogue) data() *net.TCPConn {
	d.t.Helper()
	_, rest, _ := strings.Cut(d.do("EPSV", "229"), "(|||")
	port, _, _ := strings.Cut(rest, "|")
	n, err := strconv.Atoi(port)
	if err != nil {
		d.t.Fatal(err)
	}
	conn, err := net.DialTCP("tcp", nil, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: n})
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// What a login leaves in the process that another could have: no descriptor that
// a child would inherit, no mode but that of the session's own umask, whatever
// umask and descriptors the server was started with (CVE-2024-48651).
func TestBadInputPrivilegeResidue(t *testing.T) {
	server := peers.Ferry(t, peers.Config{Write: true, Options: []string{"anon_umask=027", "file_open_mode=0666"}})
	var all []*dialogue
	for range 20 {
		all = append(all, dialogueWith(t, server.Addr).login())
	}
	upload := all[0]
	data := upload.data()
	upload.do("STOR incoming/up", "150")
	if _, err := data.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	download := all[1]
	if err := os.WriteFile(filepath.Join(server.Root, "big"), make([]byte, 64<<20), 0o644); err != nil {
		t.Fatal(err)
	}
	download.data()
	download.do("RETR big", "150")

	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fdinfo", server.PID()))
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, e := range entries {
		inherits, open := inheritable(t, server.PID(), e.Name())
		if !open {
			continue // closed meanwhile
		}
		checked++
		// Those that this process would hand to any child came from elsewhere, its
		// standard input, output and error among them.
		if given, _ := inheritable(t, os.Getpid(), e.Name()); inherits && !given {
			target, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%s", server.PID(), e.Name()))
			t.Errorf("a child would inherit descriptor %s: %s", e.Name(), target)
		}
	}
	if checked < 24 {
		t.Errorf("only %d descriptors were seen", checked)
	}
	_ = data.Close()
	upload.expect("226")
	upload.do("MKD incoming/dir", "257")
	for name, want := range map[string]os.FileMode{"incoming/up": 0o640, "incoming/dir": os.ModeDir | 0o750} {
		if info, err := os.Stat(filepath.Join(server.Root, name)); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

// inheritable reports whether a child of a process would have its descriptor,
// and whether there is one of that number.
func inheritable(t *testing.T, pid int, fd string) (yes, open bool) {
	t.Helper()
	info, err := os.ReadFile(fmt.Sprintf("/proc/%d/fdinfo/%s", pid, fd))
	if err != nil {
		return false, false
	}
	for line := range strings.Lines(string(info)) {
		if value, ok := strings.CutPrefix(line, "flags:"); ok {
			flags, err := strconv.ParseUint(strings.TrimSpace(value), 8, 64)
			if err != nil {
				t.Fatal(err)
			}
			return flags&syscall.O_CLOEXEC == 0, true
		}
	}
	return false, false
}

// A session is a goroutine: it makes no process, no thread that stays, and no
// namespace (CVE-2011-2189).
func TestBadInputIsolation(t *testing.T) {
	server := peers.Ferry(t, peers.Config{})
	namespaces := func() string {
		var b strings.Builder
		entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/ns", server.PID()))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			target, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/%s", server.PID(), e.Name()))
			fmt.Fprintln(&b, e.Name(), target, err)
		}
		return b.String()
	}
	before, born := namespaces(), children(t, server.PID())
	for range 300 {
		d := dialogueWith(t, server.Addr).login()
		d.do("PASV", "227")
	}
	if after := namespaces(); after != before {
		t.Errorf("namespaces\n%s\nwere\n%s", after, before)
	}
	if threads, err := strconv.Atoi(procStatus(t, server, "Threads")); err != nil || threads > 60 {
		t.Errorf("%d threads for 300 sessions, %v", threads, err)
	}
	if after := children(t, server.PID()); after != born {
		t.Errorf("processes started for sessions: %s; there were %s", after, born)
	}
}

// children are the processes that a process has started: the broker, where root
// serves.
func children(t *testing.T, pid int) string {
	t.Helper()
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, task := range tasks {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", pid, task.Name()))
		if err == nil { // else the thread has ended
			all = append(all, strings.Fields(string(text))...)
		}
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// ABOR as urgent data, as RFC 959 has it, over real sockets: IP and DM in the
// urgent mode of TCP, in the middle of a transfer of each direction.
func TestBadInputUrgentAbor(t *testing.T) {
	server := peers.Ferry(t, peers.Config{Write: true})
	if err := os.WriteFile(filepath.Join(server.Root, "big"), make([]byte, 256<<20), 0o644); err != nil {
		t.Fatal(err)
	}
	d := dialogueWith(t, server.Addr).login()
	raw, err := d.conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		for _, verb := range []string{"RETR big", "STOR incoming/up"} {
			data := d.data()
			d.do(verb, "150")
			if verb == "RETR big" {
				if _, err := io.CopyN(io.Discard, data, 100_000); err != nil {
					t.Fatal(err)
				}
			} else if _, err := data.Write(make([]byte, 100_000)); err != nil {
				t.Fatal(err)
			}
			var sent error
			if err := raw.Write(func(fd uintptr) bool {
				sent = syscall.Sendto(int(fd), []byte("\xff\xf4\xff\xf2"), syscall.MSG_OOB, nil)
				return true
			}); err != nil || sent != nil {
				t.Fatal(err, sent)
			}
			d.do("ABOR", "426")
			d.expect("226")
			d.do("NOOP", "200")
			_ = data.Close()
		}
	}
}

// Connections that are reset before, at and after they are accepted, in numbers.
func TestBadInputResetAtAccept(t *testing.T) {
	server := peers.Ferry(t, peers.Config{})
	for i := range 2000 {
		conn, err := net.Dial("tcp", server.Addr)
		if err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			_, _ = io.WriteString(conn, "USER anonymous\r\n")
		}
		_ = conn.(*net.TCPConn).SetLinger(0)
		_ = conn.Close()
	}
	dialogueWith(t, server.Addr).login().do("NOOP", "200")
}

// Another application's protocol, another host's name: the program, with the
// settings that an administrator has for it.
func TestBadInputCrossProtocolTLS(t *testing.T) {
	cert := peers.NewCertificate(t)
	server := peers.FerryTLS(t, peers.Config{Options: []string{"ssl_sni_hostname=localhost"}}, cert)
	for _, tt := range []struct {
		name string
		alpn []string
		host string
		let  bool
	}{
		{name: "as it should be", alpn: []string{"ftp"}, host: "localhost", let: true},
		{name: "no ALPN", host: "localhost", let: true},
		{name: "HTTP by ALPN", alpn: []string{"http/1.1"}, host: "localhost"},
		{name: "HTTP/2 by ALPN", alpn: []string{"h2", "http/1.1"}, host: "localhost"},
		{name: "mail by ALPN", alpn: []string{"smtp"}, host: "localhost"},
		{name: "another host", host: "www.example.com"},
		{name: "no host", host: "127.0.0.1"},
	} {
		for _, implicit := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, implicit %v", tt.name, implicit), func(t *testing.T) {
				config := &tls.Config{RootCAs: cert.Pool, ServerName: tt.host, NextProtos: tt.alpn, InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12}
				var raw net.Conn
				if implicit {
					conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Implicit)
					if err != nil {
						t.Fatal(err)
					}
					defer conn.Close()
					raw = conn
				} else {
					d := dialogueWith(t, server.Addr)
					d.do("AUTH TLS", "234")
					raw = d.conn
				}
				err := tls.Client(raw, config).HandshakeContext(t.Context())
				if (err == nil) != tt.let {
					t.Errorf("let in: %v, want %v (%v)", err == nil, tt.let, err)
				}
			})
		}
	}
	t.Run("HTTP over TLS", func(t *testing.T) {
		conn, err := tls.Dial("tcp", server.Implicit, &tls.Config{RootCAs: cert.Pool, ServerName: "localhost"})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: localhost\r\n\r\nUSER anonymous\r\nPASS x\r\n")
		all, _ := io.ReadAll(conn)
		if strings.Contains(string(all), "331") || !strings.Contains(string(all), "500 HTTP") {
			t.Errorf("%q", all)
		}
	})
}

// A client that negotiates TLS 1.2 anew on its connection is cut off
// (CVE-2009-3555), and nobody else is.
func TestBadInputRenegotiation(t *testing.T) {
	path := peers.Need(t, peers.NameOpenssl)
	cert := peers.NewCertificate(t)
	server := peers.FerryTLS(t, peers.Config{}, cert)
	ctx, cancel := context.WithTimeout(t.Context(), cellLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "s_client", "-tls1_2", "-CAfile", cert.CertFile, "-connect", server.Implicit)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// It takes an R for the order to negotiate anew only where that is all it reads.
	var all strings.Builder
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		fmt.Fprintln(&all, lines.Text())
		switch {
		case strings.HasPrefix(lines.Text(), "220 "):
			_, _ = io.WriteString(in, "R\n")
		case lines.Text() == "RENEGOTIATING":
			_, _ = io.WriteString(in, "USER anonymous\nPASS x\nQUIT\n")
		}
	}
	_ = cmd.Wait() // it fails, as it should
	if !strings.Contains(all.String(), "RENEGOTIATING") {
		t.Fatalf("openssl did not try:\n%s", all.String())
	}
	if strings.Contains(all.String(), "331 ") {
		t.Errorf("the session went on:\n%s", all.String())
	}
	d := dialogueWith(t, server.Addr).login()
	d.do("NOOP", "200")
}
