package ftpclient

import (
	"bufio"
	"bytes"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
)

// FileKnownHosts is a KnownHosts in a file of text, a line for each server:
// "host:port sha256:fingerprint". Lines that begin with "#" are comments. A line
// that somebody takes out is a server that is forgotten.
type FileKnownHosts struct {
	path string
	ask  func(server string, cert *x509.Certificate, why error) error
	mu   sync.Mutex
}

var _ KnownHosts = (*FileKnownHosts)(nil)

// NewFileKnownHosts makes a KnownHosts of a file, which is made with the first
// server that is trusted. ask is called about a server that is not known, and
// returns nil to trust it; a nil ask trusts whom it meets for the first time.
func NewFileKnownHosts(path string, ask func(server string, cert *x509.Certificate, why error) error) *FileKnownHosts {
	return &FileKnownHosts{path: path, ask: ask}
}

// pinPrefix stands before a fingerprint in the file.
const pinPrefix = "sha256:"

// Pin looks a server up.
func (k *FileKnownHosts) Pin(server string) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	text, err := k.read()
	if err != nil {
		return "", err
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for number := 1; lines.Scan(); number++ {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") || !strings.EqualFold(fields[0], server) {
			continue
		}
		pin, ok := "", false
		if len(fields) > 1 {
			pin, ok = strings.CutPrefix(strings.ToLower(fields[1]), pinPrefix)
		}
		if raw, err := hex.DecodeString(pin); !ok || err != nil || len(raw) != 32 {
			return "", fmt.Errorf("%s:%d: want host:port sha256:fingerprint", k.path, number)
		}
		return pin, nil
	}
	return "", lines.Err()
}

// Trust asks, and adds a line.
func (k *FileKnownHosts) Trust(server string, cert *x509.Certificate, why error) error {
	if k.ask != nil {
		if err := k.ask(server, cert, why); err != nil {
			return err
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	text, err := k.read()
	if err != nil {
		return err
	}
	if len(text) > 0 && !bytes.HasSuffix(text, []byte{'\n'}) {
		text = append(text, '\n')
	}
	return replaceFile(k.path, fmt.Appendf(text, "%s %s%s\n", server, pinPrefix, Fingerprint(cert)))
}

// Forget takes a server out of the file.
func (k *FileKnownHosts) Forget(server string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	text, err := k.read()
	if err != nil {
		return err
	}
	lines := slices.DeleteFunc(strings.SplitAfter(string(text), "\n"), func(line string) bool {
		fields := strings.Fields(line)
		return len(fields) > 0 && strings.EqualFold(fields[0], server)
	})
	return replaceFile(k.path, []byte(strings.Join(lines, "")))
}

// read is the text of the file; a file that is not there is empty.
func (k *FileKnownHosts) read() ([]byte, error) {
	text, err := os.ReadFile(k.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return text, err
}
