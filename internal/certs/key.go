package certs

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// Sizes of RSA keys in bits: below the first no handshake succeeds, below the
// second some clients refuse.
const (
	minRSABits  = 1024
	goodRSABits = 2048
)

// errDSA marks a key pair that exists and can never be used.
var errDSA = errors.New("DSA keys cannot be used: TLS 1.3 has dropped them, and no client of today takes one; make an RSA or ECDSA key")

// readKey returns the first private key of a file.
func readKey(f *pemFile) (crypto.Signer, error) {
	for _, block := range f.blocks {
		if !isPrivateKey(block) {
			continue
		}
		key, err := parseKey(block)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		return key, nil
	}
	return nil, fmt.Errorf("%s holds no private key: add the key to it, or name the key's file too (rsa_private_key_file)", f.name)
}

// parseKey reads one block. The block's name is not trusted but where it is the
// only sign: keys are found in blocks of another name.
func parseKey(block *pem.Block) (crypto.Signer, error) {
	switch {
	case block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "":
		return nil, errors.New("the private key is encrypted, and nobody is there to type its passphrase: " +
			"write it without one (openssl pkey -in KEY -out NEWKEY) and let only the server read it")
	case block.Type == "DSA PRIVATE KEY":
		return nil, errDSA
	case block.Type == "OPENSSH PRIVATE KEY":
		return nil, errors.New("the private key has the format of OpenSSH: convert it with ssh-keygen -p -m pkcs8 -f KEY")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	if key, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("the private key cannot be read: %w", err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("a key of type %T cannot sign: make an RSA or ECDSA key", key)
	}
	return signer, nil
}

// usable refuses public keys with which no handshake could succeed, so that it
// is said when the server starts and not to its first client.
func usable(leaf *x509.Certificate) error {
	switch key := leaf.PublicKey.(type) {
	case *rsa.PublicKey:
		if key.N.BitLen() < minRSABits {
			return fmt.Errorf("the RSA key has %d bits, the least is %d: make a new one of %d", key.N.BitLen(), minRSABits, goodRSABits)
		}
		return nil
	case *ecdsa.PublicKey:
		switch key.Curve {
		case elliptic.P256(), elliptic.P384(), elliptic.P521():
			return nil
		}
		return fmt.Errorf("TLS has no signature for the curve %s: make a key on P-256", key.Curve.Params().Name)
	case ed25519.PublicKey:
		return nil
	}
	if leaf.PublicKeyAlgorithm == x509.DSA {
		return errDSA
	}
	return errors.New("the kind of key is not supported: make an RSA or ECDSA key")
}

// fits reports whether a private key belongs to a certificate.
func fits(cert *x509.Certificate, key crypto.Signer) bool {
	public, ok := cert.PublicKey.(interface{ Equal(crypto.PublicKey) bool })
	return ok && public.Equal(key.Public())
}
