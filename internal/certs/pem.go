package certs

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// maxFileSize bounds what is read of one PEM file, in bytes. The bundle of all
// public authorities has a quarter of a megabyte.
const maxFileSize = 4 << 20

// A pemFile is a file as it was read: its content and what the file system said
// about it at that moment.
type pemFile struct {
	name   string
	data   []byte
	info   fs.FileInfo
	blocks []*pem.Block
}

// readPEM reads a file and takes it apart into blocks. Text around the blocks is
// no mistake, as openssl(1) writes it there; a block that has no end is.
func readPEM(name string, open Opener) (*pemFile, error) {
	data, info, err := readFile(name, open)
	if err != nil {
		return nil, err
	}
	f := &pemFile{name: name, data: data, info: info}
	for rest := data; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		f.blocks = append(f.blocks, block)
	}
	// Decode passes over what it cannot read. A chain without its last certificate
	// would look whole.
	if begun := countBegun(data); begun != len(f.blocks) {
		return nil, fmt.Errorf("%s: %d PEM blocks begin and %d are whole: the file is damaged or not written to its end",
			name, begun, len(f.blocks))
	}
	if len(f.blocks) == 0 {
		return nil, fmt.Errorf("%s holds no PEM block (-----BEGIN …): %s", name, foreignFormat(data))
	}
	return f, nil
}

// Opener opens a file to read it, as os.Open does.
type Opener func(name string) (*os.File, error)

// readFile reads a regular file of reasonable size.
func readFile(name string, open Opener) ([]byte, fs.FileInfo, error) {
	// To open a pipe that nobody writes to would wait forever.
	info, err := os.Stat(name)
	if err != nil {
		return nil, nil, unreadable(name, err)
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s is no regular file (%s): name a PEM file", name, info.Mode().Type())
	}
	f, err := open(name)
	if err != nil {
		return nil, nil, unreadable(name, err)
	}
	defer func() { _ = f.Close() }()
	if info, err = f.Stat(); err != nil {
		return nil, nil, unreadable(name, err)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFileSize+1))
	if err != nil {
		return nil, nil, unreadable(name, err)
	}
	if len(data) > maxFileSize {
		return nil, nil, fmt.Errorf("%s is larger than %d bytes: it is no file of certificates", name, maxFileSize)
	}
	return data, info, nil
}

// unreadable says that a file cannot be read, and what helps.
func unreadable(name string, err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err // the name is said once
	}
	remedy := ""
	switch {
	case errors.Is(err, fs.ErrNotExist):
		remedy = ": make the file or correct its name"
	case errors.Is(err, fs.ErrPermission):
		remedy = ": let the user that the server runs as read it"
	}
	return fmt.Errorf("cannot read %s: %w%s", name, err, remedy)
}

// countBegun counts the lines that begin a PEM block.
func countBegun(data []byte) int {
	n := 0
	for line := range bytes.Lines(data) {
		if bytes.HasPrefix(line, []byte("-----BEGIN ")) {
			n++
		}
	}
	return n
}

// foreignFormat guesses what a file without PEM blocks is, and what to do.
func foreignFormat(data []byte) string {
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return "it is empty"
	case data[0] == 0x30: // an ASN.1 sequence
		return "it looks like DER or PKCS #12: convert it with openssl x509 -inform der or openssl pkcs12 -nodes"
	}
	return "name a PEM file"
}

// isCertificate reports whether a block holds a certificate. OpenSSL reads the
// older name too.
func isCertificate(b *pem.Block) bool {
	return b.Type == "CERTIFICATE" || b.Type == "X509 CERTIFICATE"
}

// isPrivateKey reports whether a block holds a private key of any kind.
func isPrivateKey(b *pem.Block) bool { return strings.HasSuffix(b.Type, "PRIVATE KEY") }
