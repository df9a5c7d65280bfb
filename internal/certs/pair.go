package certs

import (
	"crypto"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"runtime"
	"slices"
)

// Pair names the files of one key pair.
type Pair struct {
	// Cert is a PEM file with the server's certificate first, then those between
	// it and the root. Other blocks in it mean nothing, but for Key.
	Cert string
	// Key is a PEM file with the private key, not encrypted. Empty means that Cert
	// holds it too, as without rsa_private_key_file in vsftpd.conf(5).
	Key string
}

// keyFile is the file that holds the key.
func (p Pair) keyFile() string {
	if p.Key == "" {
		return p.Cert
	}
	return p.Key
}

// A loaded pair is ready to be shown to clients.
type loaded struct {
	pair  Pair // zero where it never was in a file
	cert  *tls.Certificate
	notes []string // remarks that time does not change
}

// load reads a pair and checks that its parts belong together. The files it has
// read are returned in any case, as far as it came.
func (p Pair) load(open Opener) (*loaded, []*pemFile, error) {
	if p.Cert == "" {
		return nil, nil, fmt.Errorf("no certificate file is named for the key %s (rsa_cert_file)", p.Key)
	}
	certFile, err := readPEM(p.Cert, open)
	if err != nil {
		return nil, nil, fmt.Errorf("certificate: %w", err)
	}
	files := []*pemFile{certFile}
	chain, err := readChain(certFile)
	if err != nil {
		return nil, files, fmt.Errorf("certificate: %w", err)
	}
	leaf := chain[0]
	if err := usable(leaf); err != nil {
		return nil, files, fmt.Errorf("certificate: %s: %w", p.Cert, err)
	}

	keyFile := certFile
	if p.keyFile() != p.Cert {
		if keyFile, err = readPEM(p.keyFile(), open); err != nil {
			return nil, files, fmt.Errorf("private key: %w", err)
		}
		files = append(files, keyFile)
	}
	key, err := readKey(keyFile)
	if err != nil {
		return nil, files, fmt.Errorf("private key: %w", err)
	}
	if !fits(leaf, key) {
		return nil, files, misfit(p, chain, key)
	}

	cert := &tls.Certificate{PrivateKey: key, Leaf: leaf}
	for _, c := range chain {
		cert.Certificate = append(cert.Certificate, c.Raw)
	}
	return &loaded{p, cert, slices.Concat(chainNotes(p.Cert, chain), fileNotes(keyFile))}, files, nil
}

// readChain returns the certificates of a file, at least one.
func readChain(f *pemFile) ([]*x509.Certificate, error) {
	var chain []*x509.Certificate
	hasKey := false
	for _, block := range f.blocks {
		hasKey = hasKey || isPrivateKey(block)
		if !isCertificate(block) {
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%s: certificate %d of the file cannot be read: %w", f.name, len(chain)+1, err)
		}
		chain = append(chain, cert)
	}
	if len(chain) == 0 {
		if hasKey {
			return nil, fmt.Errorf("%s holds a private key and no certificate: are the names of the two files exchanged?", f.name)
		}
		return nil, fmt.Errorf("%s holds no certificate", f.name)
	}
	return chain, nil
}

// misfit says which key is wrong, or that the order of the chain is.
func misfit(p Pair, chain []*x509.Certificate, key crypto.Signer) error {
	for i, c := range chain {
		if fits(c, key) {
			return fmt.Errorf("the private key belongs to certificate %d of %s: put the server's certificate first, then its issuers", i+1, p.Cert)
		}
	}
	if p.keyFile() == p.Cert {
		return fmt.Errorf("the private key in %s does not belong to the certificate in it: put the right key there", p.Cert)
	}
	return fmt.Errorf("the private key %s does not belong to the certificate %s: name the key that the certificate was requested with", p.Key, p.Cert)
}

// chainNotes are the remarks on certificates with which TLS works and some
// clients do not.
func chainNotes(name string, chain []*x509.Certificate) []string {
	var notes []string
	leaf := chain[0]
	if key, ok := leaf.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() < goodRSABits {
		notes = append(notes, fmt.Sprintf("%s: the RSA key has only %d bits: many clients ask for %d", name, key.N.BitLen(), goodRSABits))
	}
	if len(leaf.DNSNames)+len(leaf.IPAddresses) == 0 {
		notes = append(notes, name+": the certificate has no subject alternative name: clients that check the server's name refuse it")
	}
	for i := 1; i < len(chain); i++ {
		if err := chain[i-1].CheckSignatureFrom(chain[i]); err != nil {
			notes = append(notes, fmt.Sprintf("%s: certificate %d of the file did not sign certificate %d: "+
				"clients may find no way to the root", name, i+1, i))
			break
		}
	}
	return notes
}

// fileNotes warns of a private key that every user of the machine can read. On
// Windows the mode says nothing about that.
func fileNotes(f *pemFile) []string {
	if runtime.GOOS == "windows" || f.info.Mode().Perm()&0o004 == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s: every user of this machine can read the private key (mode %04o): chmod o-r",
		f.name, f.info.Mode().Perm())}
}

// unusableForEver reports errors of a pair that can be left out for others.
func unusableForEver(err error) bool { return errors.Is(err, errDSA) }
