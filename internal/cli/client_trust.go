package cli

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"ferry/ftpclient"
	"ferry/internal/remote"
)

var (
	// errUntrusted is a certificate that nobody vouches for.
	errUntrusted = errors.New("the certificate of the server is not trusted")
	// errNoTLS is a server without TLS that had it before.
	errNoTLS = errors.New("the server offers no TLS, and has done so before: somebody may stand between")
)

// An untrustedError is errUntrusted with what a person must know to decide.
type untrustedError struct {
	leaf     *x509.Certificate
	found    string // its fingerprint
	expected string // the one that was trusted before; "" is none
	why      error
	file     string
}

// Error implements error.
func (e *untrustedError) Error() string {
	if e.expected != "" {
		return fmt.Sprintf("%v: it is %s, and %s was trusted before; if the change is right, remove the server's line from %s",
			errUntrusted, e.found, e.expected, e.file)
	}
	return fmt.Sprintf("%v: %v (%s)", errUntrusted, e.why, e.found)
}

// Unwrap implements error.
func (e *untrustedError) Unwrap() error { return errUntrusted }

// pins are the certificates that the user has trusted, as the library asks for
// them: it verifies, and a person is asked between two connections, as no server
// waits for the answer in a handshake.
type pins struct {
	known  *remote.Known
	server string
}

var _ ftpclient.KnownHosts = pins{}

// Pin implements ftpclient.KnownHosts.
func (p pins) Pin(string) (string, error) {
	return strings.TrimPrefix(p.known.Fingerprint(p.server), remote.FingerprintPrefix), nil
}

// Trust implements ftpclient.KnownHosts.
func (pins) Trust(_ string, _ *x509.Certificate, why error) error { return why }

// untrusted is what the library has refused.
func (c *client) untrusted(refused *ftpclient.CertificateError) *untrustedError {
	e := &untrustedError{
		leaf: refused.Cert, found: remote.FingerprintPrefix + ftpclient.Fingerprint(refused.Cert), why: refused.Err, file: c.known.Path(),
	}
	if refused.Pinned != "" {
		e.expected = remote.FingerprintPrefix + refused.Pinned
	}
	return e
}

// security puts into cfg what is trusted: what the user has trusted before, and what
// the authorities of this machine vouch for.
func (c *client) security(t *remote.Target, cfg *ftpclient.Config) {
	host, _, _ := strings.Cut(t.Host, "%")
	cfg.TLSConfig = &tls.Config{
		MinVersion: tls.VersionTLS12, MaxVersion: uint16(c.flags.tlsMax), ServerName: host, InsecureSkipVerify: c.flags.insecure,
	}
	if !c.flags.insecure {
		cfg.KnownHosts = pins{c.known, remote.Server(t)}
	}
}

// askTrust asks about a certificate that is seen for the first time, on a
// terminal; elsewhere the answer is no.
func (c *client) askTrust(t *remote.Target, e *untrustedError) (bool, error) {
	if e.expected != "" || !isTerminal(c.stdin) {
		return false, nil
	}
	fmt.Fprintf(c.stderr, `The certificate of %s is not known, and %v.
  of           %s
  issued by    %s
  valid        %s to %s
  fingerprint  %s
`, t.Addr(), e.why, printable(e.leaf.Subject.String()), printable(e.leaf.Issuer.String()),
		e.leaf.NotBefore.Format(time.DateOnly), e.leaf.NotAfter.Format(time.DateOnly), e.found)
	answer, err := askLine(c.stdin, c.stderr, "Trust it from now on (yes or no)? ")
	if err != nil {
		return false, err
	}
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "yes" || answer == "y", nil
}

// askLine asks on the terminal, with echo.
func askLine(terminal *os.File, stderr io.Writer, question string) (answer string, err error) {
	defer quiet(stderr)()
	prompt := stderr
	if !isTerminal(stderr) {
		prompt = terminal // a question in a file is not seen
	}
	fd := int(terminal.Fd())
	before, err := term.MakeRaw(fd)
	if err != nil {
		return "", &failure{fmt.Errorf("cannot ask: %w", err)}
	}
	defer func() {
		if restoreErr := term.Restore(fd, before); restoreErr != nil && err == nil {
			err = &failure{fmt.Errorf("cannot give the terminal its echo back: %w", restoreErr)}
		}
	}()
	answer, err = term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{terminal, prompt}, question).ReadLine()
	if errors.Is(err, io.EOF) {
		fmt.Fprint(prompt, "\r\n")
		return "", &failure{errors.New("interrupted")}
	}
	return answer, err
}
