package remote

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
)

// Known is what is remembered of servers, in a file to which lines are added: a
// server, and the fingerprint of the certificate that the user trusts, or a word
// for a server whose certificate needed no such trust. The last line about a
// server counts. Any line says that the server has TLS.
type Known struct {
	path  string
	lines map[string]string
}

// verified stands for a certificate that was not asked about.
const verified = "tls"

// OpenKnown reads the file below the user's configuration; there may be none yet.
func OpenKnown() (*Known, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return nil, fmt.Errorf("no place to remember servers: %w", err)
	}
	k := &Known{path: filepath.Join(dir, "ferry", "known_hosts"), lines: make(map[string]string)}
	text, err := os.ReadFile(k.path)
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	if err != nil {
		return nil, err
	}
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || words[0][0] == '#':
		case len(words) == 2 && (words[1] == verified || isFingerprint(words[1])):
			k.lines[words[0]] = words[1]
		default:
			return nil, fmt.Errorf("%s:%d: want a server, and tls or the fingerprint of its certificate", k.path, n)
		}
	}
	return k, nil
}

// Path is where the file is, or will be.
func (k *Known) Path() string { return k.path }

// Server is the name under which the server at a target is known. The two ports
// of FTP are those of one server.
func Server(t *Target) string {
	if _, port, _ := net.SplitHostPort(t.Addr()); port == "21" || port == "990" {
		return t.Host
	}
	return t.Addr()
}

// TLS reports a server that has been seen with TLS.
func (k *Known) TLS(server string) bool { return k.lines[server] != "" }

// Fingerprint is that of the certificate that is trusted; "" if none had to be.
func (k *Known) Fingerprint(server string) string {
	if line := k.lines[server]; line != verified {
		return line
	}
	return ""
}

// Remember notes that the server has TLS, and a certificate that is trusted if
// that is not "".
func (k *Known) Remember(server, fingerprint string) error {
	line := fingerprint
	if line == "" {
		line = verified
	}
	if k.lines[server] == line {
		return nil
	}
	k.lines[server] = line
	if err := os.MkdirAll(filepath.Dir(k.path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(k.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	// One write of a short line is whole, also beside another process.
	_, err = f.WriteString(server + " " + line + "\n")
	return errors.Join(err, f.Close())
}

// FingerprintPrefix names the hash of a fingerprint, whose hexadecimal digits follow.
const FingerprintPrefix = "sha256:"

func isFingerprint(s string) bool {
	text, ok := strings.CutPrefix(s, FingerprintPrefix)
	sum, err := hex.DecodeString(text)
	return ok && err == nil && len(sum) == sha256.Size
}
