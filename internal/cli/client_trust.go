package cli

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/term"

	"ferry/ftpclient"
)

var (
	// errUntrusted is a certificate that nobody vouches for.
	errUntrusted = errors.New("the certificate of the server is not trusted")
	// errNoTLS is a server without TLS that had it before.
	errNoTLS = errors.New("the server offers no TLS, and has done so before: somebody may stand between")
)

// An untrustedError is errUntrusted with what a person must know to decide.
type untrustedError struct {
	server   string // host:port
	leaf     *x509.Certificate
	expected string // the fingerprint that was trusted before; "" is none
	pinned   bool   // it is the flag's, or the site's
	why      error
}

// found is the fingerprint, as people read it.
func (e *untrustedError) found() string { return ftpclient.PinPrefix + ftpclient.Fingerprint(e.leaf) }

// Error implements error.
func (e *untrustedError) Error() string {
	switch expected := ftpclient.PinPrefix + e.expected; {
	case e.pinned:
		return fmt.Sprintf("%v: it is %s, and the pin is %s", errUntrusted, e.found(), expected)
	case e.expected != "":
		return fmt.Sprintf("%v: it is %s, and %s was trusted before; if the change is right, forget the old one: ferry site forget %s",
			errUntrusted, e.found(), expected, ftpclient.ServerName(e.server))
	}
	return fmt.Sprintf("%v: %v (%s)", errUntrusted, e.why, e.found())
}

// Unwrap implements error.
func (e *untrustedError) Unwrap() error { return errUntrusted }

// untrusted is what the library has refused.
func untrusted(refused *ftpclient.CertificateError, via *route, f *clientFlags) *untrustedError {
	return &untrustedError{server: via.address, leaf: refused.Cert, expected: refused.Pinned, pinned: f.pin != "", why: refused.Err}
}

// knownPath is where it is remembered which servers have TLS, and which
// certificates are trusted.
func knownPath() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("no place to remember servers: %w", err)
	}
	return filepath.Join(dir, "ferry", "known_hosts"), nil
}

// openKnown opens what is remembered. The library asks nobody: a person is asked
// between two connections, as no server waits for the answer in a handshake.
func (c *client) openKnown() error {
	if c.known != nil {
		return nil
	}
	path, err := knownPath()
	if err != nil {
		return err
	}
	c.known = ftpclient.NewFileKnownHosts(path, func(_ string, _ *x509.Certificate, why error) error { return why })
	return nil
}

// remember notes a server that has TLS, and a certificate to trust if that is not
// "". That it cannot is no reason to stop.
func (c *client) remember(server, fingerprint string) {
	if err := c.known.Remember(server, fingerprint); err != nil {
		fmt.Fprintf(c.stderr, "ferry: warning: %s cannot be remembered: %v\n", server, err)
	}
}

var errPinned = errors.New("it is not the pinned one")

// security puts into cfg who is trusted: the pin alone, or the authorities of a
// file alone, or else the authorities of this machine and what the user has
// trusted before.
func (c *client) security(via *route, f *clientFlags, cfg *ftpclient.Config) error {
	host, _, _ := strings.Cut(via.host, "%")
	cfg.TLSConfig = &tls.Config{
		MinVersion: tls.VersionTLS12, MaxVersion: uint16(f.tlsMax), ServerName: host, InsecureSkipVerify: f.insecure,
	}
	if f.cert != "" {
		pair, err := clientCertificate(f.cert, f.key)
		if err != nil {
			return err
		}
		cfg.TLSConfig.Certificates = []tls.Certificate{pair}
	}
	switch {
	case f.insecure:
	case f.pin != "":
		cfg.TLSConfig.InsecureSkipVerify = true // the pin says it all
		cfg.TLSConfig.VerifyConnection = func(cs tls.ConnectionState) error {
			if leaf := cs.PeerCertificates[0]; ftpclient.Fingerprint(leaf) != f.pin {
				return &ftpclient.CertificateError{Server: via.address, Cert: leaf, Pinned: f.pin, Err: errPinned}
			}
			return nil
		}
	case f.ca != "":
		text, err := os.ReadFile(f.ca)
		if err != nil {
			return &usageError{fmt.Errorf("--ca: %w", err)}
		}
		cfg.TLSConfig.RootCAs = x509.NewCertPool()
		if !cfg.TLSConfig.RootCAs.AppendCertsFromPEM(text) {
			return wrongUsage("--ca: %s holds no certificate (PEM)", f.ca)
		}
	default:
		cfg.KnownHosts = c.known
	}
	return nil
}

// clientCertificate reads a certificate and its key.
func clientCertificate(cert, key string) (tls.Certificate, error) {
	if key == "" {
		key = cert
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return pair, &usageError{fmt.Errorf("--cert %s, --key %s: %w", cert, key, err)}
	}
	return pair, nil
}

// askTrust asks about a certificate that is seen for the first time, on a
// terminal; elsewhere the answer is no.
func (c *client) askTrust(e *untrustedError) (bool, error) {
	if e.expected != "" || !isTerminal(c.stdin) {
		return false, nil
	}
	fmt.Fprintf(c.stderr, `The certificate of %s is not known, and %v.
  of           %s
  issued by    %s
  valid        %s to %s
  fingerprint  %s
`, e.server, e.why, printable(e.leaf.Subject.String()), printable(e.leaf.Issuer.String()),
		e.leaf.NotBefore.Format(time.DateOnly), e.leaf.NotAfter.Format(time.DateOnly), e.found())
	answer, err := askLine(c.stdin, c.stderr, "Trust it from now on (yes or no)? ")
	if err != nil {
		return false, err
	}
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "yes" || answer == "y", nil
}

// askLine asks on the terminal, with echo.
func askLine(terminal *os.File, stderr io.Writer, question string) (answer string, err error) {
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
