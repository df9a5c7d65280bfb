package interop_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ferry/ftp"
	"ferry/internal/peers"
)

// process is a `ferry serve --write` that a test may kill, trace and limit.
type process struct {
	addr string
	cmd  *exec.Cmd
	once sync.Once
}

// way to start it.
type launch struct {
	dir  string
	wrap []string                 // a program that starts it
	cred *syscall.Credential      // another user
	tls  *peers.Certificate       // explicit TLS with this certificate
	args []string                 // "-oname=value"
	last func(start func() error) // done around its start
}

var urlLine = regexp.MustCompile(`(?m)ftp://(127\.0\.0\.1:\d+)/$`)

// startProcess starts it and waits until it listens.
func startProcess(t *testing.T, l launch) *process {
	t.Helper()
	args := append([]string{}, l.wrap...)
	args = append(
		args, peers.BuildFerry(t), "serve", "--dir", l.dir, "--write",
		"--listen", "127.0.0.1:0", "--passive-ports", "20000-32767", "--log-level", "error",
	)
	if l.tls != nil {
		args = append(args, "--tls", l.tls.CertFile+","+l.tls.KeyFile)
	}
	args = append(args, l.args...)
	p := &process{cmd: exec.Command(args[0], args[1:]...)}
	p.cmd.Dir = l.dir
	var said bytes.Buffer
	p.cmd.Stderr = &said
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: l.cred}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	start := p.cmd.Start
	if l.last != nil {
		l.last(func() error { err = start(); return err })
	} else {
		err = start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("ferry said: %s", &said)
		}
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if m := urlLine.FindStringSubmatch(lines.Text()); m != nil {
			p.addr = m[1]
			break
		}
	}
	if p.addr == "" {
		p.kill()
		t.Fatalf("%q does not serve: %v\n%s", args, lines.Err(), &said)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return p
}

// kill is kill -9, of what has started it too.
func (p *process) kill() {
	p.once.Do(func() {
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		_ = p.cmd.Wait()
	})
}

// patience is for what would hang otherwise.
const patience = time.Minute

// dialog is a control connection of a client that speaks as little FTP as it can
// and tells exactly what it was answered.
type dialog struct {
	conn net.Conn
	r    *bufio.Reader
	tls  *tls.Config
}

// dialFerry logs in as anonymous, with TLS if there is a configuration for it.
func dialFerry(addr string, config *tls.Config) (_ *dialog, err error) {
	conn, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		return nil, err
	}
	d := &dialog{conn: conn, r: bufio.NewReader(conn), tls: config}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.conn.Close())
		}
	}()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	if _, err := d.want("220"); err != nil {
		return nil, err
	}
	lines := []string{"USER ftp", "331", "PASS x", "230", "TYPE I", "200"}
	if config != nil {
		if err := d.do("AUTH TLS", "234"); err != nil {
			return nil, err
		}
		secure := tls.Client(conn, config)
		if err := secure.Handshake(); err != nil {
			return nil, err
		}
		d.conn, d.r = secure, bufio.NewReader(secure)
		lines = append(lines, "PBSZ 0", "200", "PROT P", "200")
	}
	for i := 0; i < len(lines); i += 2 {
		if err := d.do(lines[i], lines[i+1]); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// want reads a reply that must begin so.
func (d *dialog) want(prefix string) (string, error) {
	var p ftp.ReplyParser
	for {
		line, err := d.r.ReadString('\n')
		if err != nil {
			return "", err
		}
		r, done, err := p.Line(strings.TrimRight(line, "\r\n"))
		if err != nil {
			return "", err
		}
		if !done {
			continue
		}
		if !strings.HasPrefix(r.String(), prefix) {
			return r.String(), fmt.Errorf("answered %q, want %s", r, prefix)
		}
		return r.String(), nil
	}
}

func (d *dialog) do(line, prefix string) error {
	if _, err := io.WriteString(d.conn, line+"\r\n"); err != nil {
		return err
	}
	_, err := d.want(prefix)
	if err != nil {
		err = fmt.Errorf("%s: %w", line, err)
	}
	return err
}

// upload stores what content has, and returns the final reply.
func (d *dialog) upload(command string, content io.Reader) (string, error) {
	if _, err := io.WriteString(d.conn, "EPSV\r\n"); err != nil {
		return "", err
	}
	text, err := d.want("229")
	if err != nil {
		return "", err
	}
	port, err := ftp.ParseExtPassive(text)
	if err != nil {
		return "", err
	}
	host, _, err := net.SplitHostPort(d.conn.RemoteAddr().String())
	if err != nil {
		return "", err
	}
	data, err := net.DialTimeout("tcp", net.JoinHostPort(host, fmt.Sprint(port)), patience)
	if err != nil {
		return "", err
	}
	defer func() { _ = data.Close() }()
	if err := data.SetDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	if _, err := io.WriteString(d.conn, command+"\r\n"); err != nil {
		return "", err
	}
	if answer, err := d.want(""); err != nil || !strings.HasPrefix(answer, "150") {
		return answer, err
	}
	if d.tls != nil {
		data = tls.Client(data, d.tls)
	}
	_, _ = io.Copy(data, content) // the reply says how it went
	_ = data.Close()
	return d.want("")
}

func (d *dialog) close() { _ = d.conn.Close() }

// clientTLS trusts the certificate, and resumes.
func clientTLS(cert peers.Certificate) *tls.Config {
	return &tls.Config{RootCAs: cert.Pool, ServerName: "localhost", ClientSessionCache: tls.NewLRUClientSessionCache(4)}
}

// hiddenIn is what an upload has left behind in a directory.
func hiddenIn(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, ".ferry-upload-*"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}
