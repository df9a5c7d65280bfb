package certs

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// SelfSignedFile is the file in SelfSignedOptions.Dir that holds certificate and
// key. One file, so that they change in one step.
const SelfSignedFile = "self-signed.pem"

// nextKept is the state that follows current where the pair is kept in a
// directory. Another process may renew it too: then its file is loaded.
func (o SelfSignedOptions) nextKept(current *state) (*state, error) {
	file := filepath.Join(o.Dir, SelfSignedFile)
	now := time.Now()
	_, missing := os.Stat(file)
	if current == nil || missing != nil || o.due(current.pairs[0].cert.Leaf, now) {
		if err := o.keep(file, now); err != nil {
			return nil, fmt.Errorf("self-signed certificate: %w", err)
		}
	}
	return reread(current, []Pair{{Cert: file}}, os.Open)
}

// keep makes sure that file holds a pair that serves for some time, and leaves
// alone one that does. It replaces only what SelfSigned has made.
func (o SelfSignedOptions) keep(file string, now time.Time) error {
	pair, _, err := Pair{Cert: file}.load(os.Open)
	switch {
	case err == nil && !selfMade(pair.cert.Leaf):
		return fmt.Errorf("%s holds another certificate, which is not replaced: "+
			"move it away, or name it as the server's certificate", file)
	case err == nil && !o.due(pair.cert.Leaf, now) && o.covers(pair.cert.Leaf):
		return nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w (remove the file, and a new one is made)", err)
	}
	cert, err := o.generate(now)
	if err != nil {
		return err
	}
	text, err := encode(cert)
	if err != nil {
		return err
	}
	// The directory holds a private key.
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return fmt.Errorf("cannot make the directory to keep it in: %w", err)
	}
	return writeAtomically(file, text)
}

// selfMade recognises certificates of SelfSigned.
func selfMade(leaf *x509.Certificate) bool {
	return bytes.Equal(leaf.RawSubject, leaf.RawIssuer) && slices.Contains(leaf.Subject.Organization, selfSignedBy)
}

// encode writes a pair as PEM, the certificate first.
func encode(cert *tls.Certificate) ([]byte, error) {
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	if err != nil {
		return nil, err
	}
	return slices.Concat(
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
	), nil
}

// writeAtomically puts a file of mode 0600 in place at once: whoever opens the
// name finds the old content or all of the new, after a power failure too.
func writeAtomically(file string, data []byte) (err error) {
	dir := filepath.Dir(file)
	f, err := os.CreateTemp(dir, "."+filepath.Base(file)+".*") // of mode 0600
	if err != nil {
		return fmt.Errorf("cannot write it: %w", err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(data); err != nil {
		return fmt.Errorf("cannot write it: %w", err)
	}
	if err = f.Sync(); err != nil {
		return fmt.Errorf("cannot write it: %w", err)
	}
	if err = f.Close(); err != nil {
		return fmt.Errorf("cannot write it: %w", err)
	}
	if err = os.Rename(f.Name(), file); err != nil {
		return fmt.Errorf("cannot put it in place: %w", err)
	}
	// Some systems cannot sync a directory; the file is in place all the same.
	if d, openErr := os.Open(dir); openErr == nil {
		_ = d.Sync()
		_ = d.Close()
	}
	return nil
}
