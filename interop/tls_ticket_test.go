package interop_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ferry/ftp"
	"ferry/internal/peers"
)

// A data connection that resumes the TLS session of somebody else's control
// connection proves nothing. vsftpd lets it through (require_ssl_reuse asks only
// for some session of the server's), ferry refuses it.
func TestTicketOfAnotherSession(t *testing.T) {
	cert := peers.NewCertificate(t)
	options := []string{
		"ssl_enable=YES", "allow_anon_ssl=YES", "force_local_logins_ssl=NO", "force_anon_data_ssl=YES", "require_ssl_reuse=YES",
		"rsa_cert_file=" + cert.CertFile, "rsa_private_key_file=" + cert.KeyFile, "ssl_ciphers=HIGH",
	}
	for name, tt := range map[string]struct {
		start  func(testing.TB, peers.Config) *peers.Server
		stolen string // how a listing ends with the ticket of another session
	}{
		peers.NameVsftpd: {peers.Vsftpd, "226"},
		peers.NameFerry:  {peers.Ferry, "522"},
	} {
		t.Run(name, func(t *testing.T) {
			peers.NeedConfined(t)
			server := tt.start(t, peers.Config{Options: options})
			if err := os.WriteFile(filepath.Join(server.Root, "of-alice"), nil, 0o644); err != nil {
				t.Fatal(err)
			}
			alice, mallory := newTLSSession(t, server, cert), newTLSSession(t, server, cert)
			if code := alice.list(alice.config); code != "226" {
				t.Errorf("with its own session: %s", code)
			}
			if code := mallory.list(alice.config); code != tt.stolen {
				t.Errorf("with the session of another control connection: %s, want %s", code, tt.stolen)
			}
		})
	}
}

// tlsSession is a control connection under TLS, logged in.
type tlsSession struct {
	t      *testing.T
	conn   *tls.Conn
	r      *bufio.Reader
	config *tls.Config // with a cache of its own
}

func newTLSSession(t *testing.T, server *peers.Server, cert peers.Certificate) *tlsSession {
	t.Helper()
	plain, err := server.Dial()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = plain.Close() })
	_ = plain.SetDeadline(time.Now().Add(time.Minute))
	r := bufio.NewReader(plain)
	for _, step := range []string{"220", "AUTH TLS", "234"} {
		if step[0] == 'A' {
			_, _ = io.WriteString(plain, step+"\r\n")
			continue
		}
		if line, err := r.ReadString('\n'); err != nil || !strings.HasPrefix(line, step) {
			t.Fatalf("%q, %v; want %s", line, err, step)
		}
	}
	s := &tlsSession{t: t, config: &tls.Config{
		RootCAs: cert.Pool, ServerName: "localhost", MaxVersion: tls.VersionTLS12, ClientSessionCache: tls.NewLRUClientSessionCache(4),
	}}
	s.conn = tls.Client(plain, s.config)
	s.r = bufio.NewReader(s.conn)
	for _, step := range [][2]string{{"USER anonymous", "331"}, {"PASS x@example.com", "230"}, {"PBSZ 0", "200"}, {"PROT P", "200"}} {
		if got := s.do(step[0]); !strings.HasPrefix(got, step[1]) {
			t.Fatalf("%s: %s", step[0], got)
		}
	}
	return s
}

// do sends a command, if it is not empty, and reads a reply of one line.
func (s *tlsSession) do(command string) string {
	s.t.Helper()
	if command != "" {
		if _, err := io.WriteString(s.conn, command+"\r\n"); err != nil {
			s.t.Fatal(err)
		}
	}
	line, err := s.r.ReadString('\n')
	if err != nil {
		s.t.Fatalf("behind %q: %q, %v", command, line, err)
	}
	return line
}

// list lists over a data connection with the sessions of config, and gives the code
// of the last reply.
func (s *tlsSession) list(config *tls.Config) string {
	s.t.Helper()
	port, err := ftp.ParseExtPassive(s.do("EPSV"))
	if err != nil {
		s.t.Fatal(err)
	}
	raw, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = raw.Close() }()
	_ = raw.SetDeadline(time.Now().Add(time.Minute))
	first := s.do("NLST")
	data := tls.Client(raw, config)
	text, err := io.ReadAll(data)
	_ = data.Close()
	if strings.HasPrefix(first, "150") {
		first = s.do("")
	}
	if strings.HasPrefix(first, "226") && !strings.Contains(string(text), "of-alice") {
		s.t.Errorf("226 with %q, %v", text, err)
	}
	return first[:3]
}
