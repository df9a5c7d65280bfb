package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ferry/internal/certs"
	"ferry/internal/nsnet"
)

// site is what a server serves: a file to fetch, and a folder to store into.
type site struct {
	root, cert string
	file       []byte
}

// fileSize is large enough that a path whose packets must be smaller than the
// sender thinks is noticed.
const fileSize = 100_000

// newSite makes the files and a certificate in the world's folder.
func newSite(dir string) (*site, error) {
	s := &site{root: filepath.Join(dir, "site"), file: make([]byte, fileSize)}
	for i := range s.file {
		s.file[i] = byte(i * 7 >> 3)
	}
	if err := os.MkdirAll(filepath.Join(s.root, "incoming"), 0o755); err != nil {
		return nil, err
	}
	// Servers that change their user write there too.
	if err := os.Chmod(filepath.Join(s.root, "incoming"), 0o777); err != nil { //nolint:gosec // the world is the server's own
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(s.root, "file"), s.file, 0o644); err != nil { //nolint:gosec // the server's user is another
		return nil, err
	}
	pki := filepath.Join(dir, "pki")
	if _, err := certs.SelfSigned(certs.SelfSignedOptions{Dir: pki}); err != nil {
		return nil, err
	}
	s.cert = filepath.Join(pki, certs.SelfSignedFile)
	return s, nil
}

// serverProcess is a server at work on its host.
type serverProcess struct {
	cmd    *nsnet.Cmd
	said   *strings.Builder
	cancel context.CancelFunc
}

// vsftpdOptions are the options of a server in the laboratory, which ferry and
// vsftpd share.
func (n *network) vsftpdOptions(s *site, dir, tls string) map[string]string {
	options := map[string]string{
		"listen": "YES", "listen_port": "21", "ftp_username": "root",
		"anonymous_enable": "YES", "anon_root": s.root, "write_enable": "YES", "anon_upload_enable": "YES", "anon_other_write_enable": "YES",
		"anon_umask": "022", "run_as_launching_user": "YES", "secure_chroot_dir": dir,
		"connect_from_port_20": "YES", "pasv_min_port": "50000", "pasv_max_port": "50099",
		"connect_timeout": "2", "accept_timeout": "3", "data_connection_timeout": "3",
		"xferlog_enable": "NO", "require_ssl_reuse": "NO", "delay_failed_login": "0",
	}
	if n.IPv6 {
		delete(options, "listen")
		options["listen_ipv6"] = "YES"
	}
	if tls != "none" {
		maps.Copy(options, map[string]string{"ssl_enable": "YES", "allow_anon_ssl": "YES", "rsa_cert_file": s.cert, "ssl_ciphers": "HIGH"})
	}
	if tls == "implicit" {
		options["implicit_ssl"], options["listen_port"] = "YES", "990"
	}
	maps.Copy(options, n.Server)
	return options
}

// serve starts a server and waits until it answers on its own host.
func (n *network) serve(ctx context.Context, name, tls string, s *site, self string) (*serverProcess, error) {
	dir, err := os.MkdirTemp(n.world.Dir(), "server-")
	if err != nil {
		return nil, err
	}
	h := n.hosts[len(n.hosts)-1]
	ctx, cancel := context.WithCancel(ctx)
	path, args, err := n.serverCommand(name, tls, s, dir, self)
	if err != nil {
		cancel()
		return nil, err
	}
	p := &serverProcess{cmd: h.Command(ctx, path, args...), said: &strings.Builder{}, cancel: cancel}
	p.cmd.Stdout, p.cmd.Stderr = p.said, p.said
	p.cmd.WaitDelay = time.Second
	if err := p.cmd.Start(); err != nil {
		cancel()
		return nil, err
	}
	port := "21"
	if tls == "implicit" {
		port = "990"
	}
	address := "127.0.0.1"
	if n.IPv6 {
		address = "::1"
	}
	if err := await(ctx, h, net.JoinHostPort(address, port), tls == "implicit"); err != nil {
		p.stop()
		return nil, fmt.Errorf("%s does not answer: %w; it says: %s", name, err, strings.TrimSpace(p.said.String()))
	}
	return p, nil
}

// serverCommand writes a configuration and gives the command line.
func (n *network) serverCommand(name, tls string, s *site, dir, self string) (path string, args []string, err error) {
	options := n.vsftpdOptions(s, dir, tls)
	path = self
	if name != "ferry" {
		if path, err = find(name); err != nil {
			return "", nil, err
		}
	}
	switch name {
	case "ferry", "vsftpd":
		if name == "vsftpd" {
			maps.Copy(options, map[string]string{"seccomp_sandbox": "NO", "isolate": "NO", "isolate_network": "NO"})
		}
		var b strings.Builder
		for _, option := range slices.Sorted(maps.Keys(options)) {
			fmt.Fprintf(&b, "%s=%s\n", option, options[option])
		}
		file := filepath.Join(dir, name+".conf")
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			return "", nil, err
		}
		if name == "ferry" {
			return path, []string{"serve", file}, nil
		}
		return path, []string{file}, nil
	}
	args, err = n.otherCommand(name, tls, s, dir, options)
	return path, args, err
}

// await waits until something greets at the address, as seen by the host itself.
func await(ctx context.Context, h *nsnet.Host, address string, implicit bool) error {
	var last error
	for range 250 {
		conn, err := h.Dial(ctx, "tcp", address)
		if err == nil {
			_ = conn.SetDeadline(time.Now().Add(2 * time.Second)) // it is young
			if !implicit {
				_, err = io.ReadFull(conn, make([]byte, 4))
			}
			_ = conn.Close() // it was only a question
			if err == nil {
				return nil
			}
		}
		if last = err; ctx.Err() != nil {
			return ctx.Err()
		}
		time.Sleep(10 * time.Millisecond)
	}
	return last
}

// stop ends the server.
func (p *serverProcess) stop() {
	p.cancel()
	var exited *exec.ExitError
	if err := p.cmd.Wait(); err != nil && !errors.As(err, &exited) {
		return // it was killed, as it was meant to be
	}
}
