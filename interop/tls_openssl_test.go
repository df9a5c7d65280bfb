package interop_test

import (
	"context"
	"crypto/tls"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ferry/internal/peers"
)

// sClient holds a dialogue by openssl s_client, which must end with QUIT, and
// returns the codes of the replies, but for the greeting: whether s_client shows
// that depends. It trusts the certificate alone; more are further arguments.
func sClient(t *testing.T, w way, server *peers.SecureServer, cert peers.Certificate, more []string, commands ...string) (codes []string, output string, err error) {
	t.Helper()
	addr := server.Addr
	args := []string{
		"s_client", "-quiet", "-crlf", "-CAfile", cert.CertFile, "-verify_return_error", "-verify_ip", "127.0.0.1",
		"-tls" + strings.ReplaceAll(w.tls(), ".", "_"),
	}
	args = append(args, more...)
	if w.implicit {
		addr = server.Implicit
	} else {
		args = append(args, "-starttls", "ftp")
	}
	ctx, cancel := context.WithTimeout(t.Context(), cellLimit)
	defer cancel()
	output, err = peers.Command{
		Path: peers.Need(t, peers.NameOpenssl), Args: append(args, "-connect", addr),
		Stdin: strings.Join(commands, "\n") + "\n", Home: t.TempDir(),
	}.Run(ctx)
	for _, m := range finalReply.FindAllStringSubmatch(output, -1) {
		if m[1] != "220" {
			codes = append(codes, m[1])
		}
	}
	return codes, output, err
}

// finalReply is the code of a reply's last line.
var finalReply = regexp.MustCompile(`(?m)^([1-5][0-9]{2})(?: |\r?$)`)

// The control connection by hand: the certificate is the one of the settings,
// and the commands of RFC 4217 have the replies that it gives them.
func TestFerryTLSDialogueByOpenssl(t *testing.T) {
	peers.Need(t, peers.NameOpenssl)
	cert := peers.NewCertificate(t)
	server := peers.FerryTLS(t, peers.Config{}, cert)
	dialogue := []struct{ command, code string }{
		{"PROT P", "200"}, // before login and PBSZ, as vsftpd has it
		{"USER anonymous", "331"},
		{"PASS ftp@example.com", "230"},
		{"PBSZ 0", "200"},
		{"PROT P", "200"},
		{"PROT S", "536"},
		{"PROT X", "504"},
		{"PROT C", "200"},
		{"AUTH TLS", "503"}, // it has had its TLS
		{"CCC", "534"},      // is not allowed
		{"FEAT", "211"},
		{"PWD", "257"},
		{"NLST", "425"}, // no data port
		{"QUIT", "221"},
	}
	var commands, want []string
	for _, d := range dialogue {
		commands, want = append(commands, d.command), append(want, d.code)
	}
	for _, w := range ways() {
		if !w.reuse || w.clear {
			continue // nothing of the control connection
		}
		t.Run(w.start()+"-"+w.tls(), func(t *testing.T) {
			t.Parallel()
			got, output, err := sClient(t, w, server, cert, nil, commands...)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%v: replies %q, want %q\n%s", err, got, want, output)
			}
			for _, line := range []string{"AUTH TLS", "PBSZ", "PROT"} {
				if !regexp.MustCompile(`(?m)^ ` + line + `\r?$`).MatchString(output) {
					t.Errorf("no %s in FEAT:\n%s", line, output)
				}
			}
		})
	}
}

// A version that the settings switch off is refused, and the other is not: so
// the matrix is what it says.
func TestFerryTLSVersionsByOpenssl(t *testing.T) {
	peers.Need(t, peers.NameOpenssl)
	cert := peers.NewCertificate(t)
	for option, off := range map[string]uint16{"ssl_tlsv12=NO": tls.VersionTLS12, "ssl_tlsv13=NO": tls.VersionTLS13} {
		t.Run(option, func(t *testing.T) {
			t.Parallel()
			server := peers.FerryTLS(t, peers.Config{Options: []string{option}}, cert)
			for _, w := range ways() {
				if !w.reuse || w.clear {
					continue
				}
				got, output, err := sClient(t, w, server, cert, nil, "QUIT")
				served := err == nil && slices.Contains(got, "221")
				if want := w.version != off; served != want {
					t.Errorf("%v: served %v, want %v: %v\n%s", w, served, want, err, output)
				}
			}
		})
	}
}
