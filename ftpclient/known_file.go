package ftpclient

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// FileKnownHosts is a KnownHosts in a file of text: lines "SERVER sha256:DIGITS"
// for a certificate that was trusted, and "SERVER tls" for a server that was seen
// with TLS and a certificate for which nobody had to be asked. The last line about
// a server counts; lines that begin with "#" are comments. SERVER is as ServerName
// has it. Several programs may use one file: what they note they add to it. A file
// that cannot be understood is an error, and does not count for one that knows
// nobody.
type FileKnownHosts struct {
	path string
	ask  func(server string, cert *x509.Certificate, why error) error
	mu   sync.Mutex
}

var _ KnownHosts = (*FileKnownHosts)(nil)

// NewFileKnownHosts makes a KnownHosts of a file, which is made with the first
// server that is noted. ask is called about a server that is not known, and
// returns nil to trust it; a nil ask trusts whom it meets for the first time.
func NewFileKnownHosts(path string, ask func(server string, cert *x509.Certificate, why error) error) *FileKnownHosts {
	return &FileKnownHosts{path: path, ask: ask}
}

const (
	// PinPrefix stands before the digits of a Fingerprint, in the file and
	// wherever people read one.
	PinPrefix = "sha256:"
	// seenTLS stands for a certificate that was not asked about.
	seenTLS = "tls"
	// knownFileSize is more than anybody keeps in such a file, in bytes.
	knownFileSize = 16 << 20
)

// ServerName is the name under which the server at "host:port" is known: in lower
// case, and without the ports 21 and 990, which are those of one server.
func ServerName(address string) string {
	address = strings.ToLower(address)
	if host, port, err := net.SplitHostPort(address); err == nil && (port == "21" || port == "990") {
		return host
	}
	return address
}

// ParsePin reads a fingerprint, "sha256:" and 64 hexadecimal digits or those alone,
// and gives the digits as Fingerprint does. Colons between the digits, as openssl
// prints them, are left out.
func ParsePin(text string) (fingerprint string, err error) {
	digits := strings.ToLower(text)
	digits = strings.ReplaceAll(strings.TrimPrefix(digits, PinPrefix), ":", "")
	if sum, err := hex.DecodeString(digits); err != nil || len(sum) != sha256.Size {
		return "", fmt.Errorf("want the SHA-256 of a certificate, %sand 64 hexadecimal digits", PinPrefix)
	}
	return digits, nil
}

// Path is where the file is, or will be.
func (k *FileKnownHosts) Path() string { return k.path }

// Pin implements KnownHosts.
func (k *FileKnownHosts) Pin(server string) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	word, err := k.find(server)
	if err != nil || word == seenTLS {
		return "", err
	}
	return word, nil
}

// SeenTLS reports a server that has been seen with TLS.
func (k *FileKnownHosts) SeenTLS(server string) (bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	word, err := k.find(server)
	return word != "", err
}

// Trust implements KnownHosts: it asks, and notes the certificate.
func (k *FileKnownHosts) Trust(server string, cert *x509.Certificate, why error) error {
	if k.ask != nil {
		if err := k.ask(server, cert, why); err != nil {
			return err
		}
	}
	return k.Remember(server, Fingerprint(cert))
}

// Remember notes that a server has TLS, and the fingerprint of the certificate
// that is trusted if that is not "". Without one, what is noted already stays.
func (k *FileKnownHosts) Remember(server, fingerprint string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	old, err := k.find(server)
	switch {
	case err != nil:
		return err
	case old == fingerprint && old != "", old != "" && fingerprint == "":
		return nil
	}
	word := seenTLS
	if fingerprint != "" {
		word = PinPrefix + fingerprint
	}
	if err := os.MkdirAll(filepath.Dir(k.path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(k.path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	line := ServerName(server) + " " + word + "\n"
	if end := make([]byte, 1); endOf(f, end) && end[0] != '\n' {
		line = "\n" + line // somebody's editor left the last line open
	}
	// One write of a short line is whole, also beside another process.
	_, err = f.WriteString(line)
	return errors.Join(err, f.Close())
}

// endOf reads the last byte of a file that has one.
func endOf(f *os.File, last []byte) bool {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return false
	}
	_, err = f.ReadAt(last, info.Size()-1)
	return err == nil
}

// Forget takes a server out of the file, and reports whether it was there.
func (k *FileKnownHosts) Forget(server string) (bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	text, err := k.read()
	if err != nil {
		return false, err
	}
	var kept strings.Builder
	found := false
	for line := range strings.Lines(text) {
		if name, _, ok := knownLine(line); ok && name == ServerName(server) {
			found = true
			continue
		}
		kept.WriteString(line)
	}
	if !found {
		return false, nil
	}
	return true, replaceFile(k.path, []byte(kept.String()))
}

// find gives the digits of the fingerprint of a server, or seenTLS, or "".
func (k *FileKnownHosts) find(server string) (word string, err error) {
	text, err := k.read()
	if err != nil {
		return "", err
	}
	server = ServerName(server)
	n := 0
	for line := range strings.Lines(text) {
		n++
		name, found, ok := knownLine(line)
		switch {
		case !ok:
			return "", fmt.Errorf("%s:%d: want a server, and tls or the fingerprint of its certificate", k.path, n)
		case name != "" && name == server:
			word = found
		}
	}
	return word, nil
}

// knownLine reads a line: one without a server has the name "".
func knownLine(line string) (name, word string, ok bool) {
	words := strings.Fields(line)
	switch {
	case len(words) == 0 || words[0][0] == '#':
		return "", "", true
	case len(words) != 2:
		return "", "", false
	case words[1] == seenTLS:
		return ServerName(words[0]), seenTLS, true
	}
	pin, err := ParsePin(words[1])
	return ServerName(words[0]), pin, err == nil && strings.HasPrefix(words[1], PinPrefix)
}

// read is the text of the file; a file that is not there is empty.
func (k *FileKnownHosts) read() (string, error) {
	f, err := os.Open(k.path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // only read from
	text, err := io.ReadAll(io.LimitReader(f, knownFileSize+1))
	if err == nil && len(text) > knownFileSize {
		err = fmt.Errorf("%s is longer than %d bytes: it is no file of known servers", k.path, knownFileSize)
	}
	return string(text), err
}
