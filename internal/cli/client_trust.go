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

// tlsConfig trusts what the user has trusted before, and what the authorities of
// this machine vouch for.
func (c *client) tlsConfig(t *remote.Target) *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12, MaxVersion: uint16(c.flags.tlsMax), InsecureSkipVerify: true}
	if c.flags.insecure {
		return config
	}
	config.VerifyConnection = func(state tls.ConnectionState) error {
		if len(state.PeerCertificates) == 0 {
			return errUntrusted
		}
		leaf, expected := state.PeerCertificates[0], c.known.Fingerprint(remote.Server(t))
		found := remote.Fingerprint(leaf.Raw)
		if found == expected {
			return nil
		}
		between := x509.NewCertPool()
		for _, cert := range state.PeerCertificates[1:] {
			between.AddCert(cert)
		}
		host, _, _ := strings.Cut(t.Host, "%")
		_, err := leaf.Verify(x509.VerifyOptions{DNSName: host, Intermediates: between})
		if err == nil {
			return nil
		}
		return &untrustedError{leaf: leaf, found: found, expected: expected, why: err, file: c.known.Path()}
	}
	return config
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
