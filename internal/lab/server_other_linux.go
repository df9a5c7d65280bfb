package lab

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// otherCommand is the command line of a server that does not read vsftpd.conf.
func (n *network) otherCommand(name, tls string, s *site, dir string, options map[string]string) ([]string, error) {
	switch {
	case !n.world.Privileged():
		return nil, &MissingError{name + " changes its user, which needs root"}
	case options["pasv_enable"] == "NO" || options["port_enable"] == "NO":
		return nil, &MissingError{name + " cannot switch a mode off"}
	case n.Server["require_ssl_reuse"] != "":
		return nil, &MissingError{"the laboratory does not ask " + name + " for the reuse of sessions"}
	case tls == "implicit":
		return nil, &MissingError{"the laboratory runs " + name + " with explicit TLS only"}
	}
	if err := anonymousUser(dir, s.root); err != nil {
		return nil, err
	}
	if name == "proftpd" {
		return n.proftpd(tls, s, dir, options["pasv_address"])
	}
	args := []string{"-S", "21", "-E", "-H", "-e", "-M", "-p", "50000:50099", "-U", "022:022", "-g", filepath.Join(dir, "pid"), "-I", "1", "-L", "20000:5"}
	if !n.IPv6 {
		args = append(args, "-4")
	}
	if address := options["pasv_address"]; address != "" {
		args = append(args, "-P", address)
	}
	if tls != "none" {
		args = append(args, "-Y", "1", "-2", s.cert)
	}
	return args, nil
}

// proftpd writes its configuration.
func (n *network) proftpd(tls string, s *site, dir, address string) ([]string, error) {
	if tls != "none" {
		return nil, &MissingError{"the laboratory runs proftpd without TLS"}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "ServerName \"ProFTPD\"\nServerType standalone\nPort 21\nPassivePorts 50000 50099\nUser nobody\nGroup nogroup\nPidFile %s/pid\nScoreboardFile %s/scoreboard\n", dir, dir)
	b.WriteString("DelayEngine off\nUseReverseDNS off\nWtmpLog off\nTransferLog none\nRequireValidShell off\nTimeoutStalled 3\nRootRevoke off\n") // port 20 needs root
	if n.IPv6 {
		b.WriteString("UseIPv6 on\nDefaultAddress ::\n")
	} else {
		b.WriteString("UseIPv6 off\nDefaultAddress 0.0.0.0\n")
	}
	if address != "" {
		fmt.Fprintf(&b, "MasqueradeAddress %s\n", address)
	}
	fmt.Fprintf(&b, "<Anonymous %s>\nUser ftp\nGroup nogroup\nUserAlias anonymous ftp\nUmask 022\nAllowOverwrite on\n</Anonymous>\n", s.root)
	file := filepath.Join(dir, "proftpd.conf")
	return []string{"--nodaemon", "--config", file}, os.WriteFile(file, []byte(b.String()), 0o600)
}

// anonymousUser makes sure that the world has a user named ftp, whose home is the
// site: in the world's own view of /etc/passwd, so that the machine's stays as it is.
func anonymousUser(dir, home string) error {
	text, err := os.ReadFile("/etc/passwd")
	if err != nil {
		return err
	}
	var kept [][]byte
	for line := range bytes.Lines(text) {
		if !bytes.HasPrefix(line, []byte("ftp:")) {
			kept = append(kept, line)
		}
	}
	kept = append(kept, fmt.Appendf(nil, "ftp:x:65534:65534:ftp:%s:/bin/false\n", home))
	file := filepath.Join(dir, "passwd")
	if err := os.WriteFile(file, bytes.Join(kept, nil), 0o644); err != nil { //nolint:gosec // as /etc/passwd
		return err
	}
	if err := unix.Mount(file, "/etc/passwd", "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("give the world a user named ftp: %w", err)
	}
	return nil
}
