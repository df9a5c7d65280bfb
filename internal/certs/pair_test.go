package certs

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestFromFiles loads every form of pair that administrators have, and shows it
// to a client.
func TestFromFiles(t *testing.T) {
	ec := ecPair(t, "ftp.example")
	rsaPair := sign(t, "ftp.example", rsaKey(), nil, nil)
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ed := sign(t, "ftp.example", edKey, nil, nil)
	sec1, err := x509.MarshalECPrivateKey(ec.key.(*ecdsa.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	ca := sign(t, "Authority", ecKey(t, elliptic.P384()), nil, authority)
	issued := sign(t, "ftp.example", ecKey(t, elliptic.P521()), ca, nil)

	params := pem.EncodeToMemory(&pem.Block{Type: "EC PARAMETERS", Bytes: []byte{6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7}})
	ecText := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: sec1})
	pkcs1 := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(rsaKey())})
	oldName := pem.EncodeToMemory(&pem.Block{Type: "X509 CERTIFICATE", Bytes: ec.cert.Raw})

	tests := []struct {
		name      string
		cert, key []byte // no key: one file
		leaf      *signed
		chain     int
	}{
		{"RSA, PKCS #1", certPEM(rsaPair), pkcs1, rsaPair, 1},
		{"RSA, PKCS #8", certPEM(rsaPair), rsaPair.keyPEM(t), rsaPair, 1},
		{"ECDSA with parameters", certPEM(ec), slices.Concat(params, ecText), ec, 1},
		{"ECDSA, PKCS #8", certPEM(ec), ec.keyPEM(t), ec, 1},
		{"Ed25519", certPEM(ed), ed.keyPEM(t), ed, 1},
		{"one file", ec.bothPEM(t), nil, ec, 1},
		{"one file, key first", slices.Concat(ec.keyPEM(t), certPEM(ec)), nil, ec, 1},
		{"chain", certPEM(issued, ca), issued.keyPEM(t), issued, 2},
		{"chain and key in one file", slices.Concat(certPEM(issued), issued.keyPEM(t), certPEM(ca)), nil, issued, 2},
		{"text around", slices.Concat([]byte("Certificate:\n    Data: of openssl x509 -text\n"), certPEM(ec)), ec.keyPEM(t), ec, 1},
		{"old block name", oldName, ec.keyPEM(t), ec, 1},
		{"CRLF", []byte(strings.ReplaceAll(string(ec.bothPEM(t)), "\n", "\r\n")), nil, ec, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			cert, key := write(t, []string{dir, "cert.pem"}, test.cert), ""
			if test.key != nil {
				key = write(t, []string{dir, "key.pem"}, test.key)
			}
			source, err := FromFiles(cert, key)
			if err != nil {
				t.Fatal(err)
			}
			if got := source.Warnings(); len(got) != 0 {
				t.Errorf("warnings: %q", got)
			}
			if got := source.Leaves(); len(got) != 1 || !got[0].Equal(test.leaf.cert) {
				t.Errorf("leaves: %v", got)
			}
			for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
				seen := handshake(t, source, &tls.Config{MinVersion: version, MaxVersion: version})
				if len(seen.PeerCertificates) != test.chain || !seen.PeerCertificates[0].Equal(test.leaf.cert) {
					t.Errorf("%s: the client sees %d certificates, want %d", tls.VersionName(version), len(seen.PeerCertificates), test.chain)
				}
			}
		})
	}
}

// TestFromFilesErrors wants each error to name the file and the remedy.
func TestFromFilesErrors(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, data []byte) string { return write(t, []string{dir, name}, data) }
	ec, other := ecPair(t, "ftp.example"), ecPair(t, "ftp.example")
	ca := sign(t, "Authority", ecKey(t, elliptic.P256()), nil, authority)
	issued := sign(t, "ftp.example", ecKey(t, elliptic.P256()), ca, nil)
	p224 := sign(t, "ftp.example", ecKey(t, elliptic.P224()), nil, nil)

	cert, key := file("cert.pem", certPEM(ec)), file("key.pem", ec.keyPEM(t))
	chain := certPEM(issued, ca)
	junk := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("no certificate")})
	junkKey := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("no key")})
	ssh := pem.EncodeToMemory(&pem.Block{Type: "OPENSSH PRIVATE KEY", Bytes: []byte("openssh-key-v1")})

	tests := []struct {
		name, cert, key string
		want            []string // parts of the error, besides the file's name in the first
	}{
		{"missing certificate", filepath.Join(dir, "none.pem"), "", []string{"none.pem", "correct its name"}},
		{"missing key", cert, filepath.Join(dir, "none.key"), []string{"none.key", "correct its name"}},
		{"nothing named", "", "", []string{"no certificate file is named"}},
		{"only the key named", "", key, []string{"key.pem", "rsa_cert_file"}},
		{"directory", dir, "", []string{dir, "no regular file"}},
		{"empty", file("empty.pem", nil), "", []string{"empty.pem", "it is empty"}},
		{"text", file("text.pem", []byte("hello\n")), "", []string{"text.pem", "no PEM block"}},
		{"DER", file("cert.der", ec.cert.Raw), key, []string{"cert.der", "openssl x509 -inform der"}},
		{"cut in a block", file("cut.pem", chain[:len(chain)-40]), key, []string{"cut.pem", "2 PEM blocks begin and 1 are whole"}},
		{"key cut", cert, file("cut.key", ec.keyPEM(t)[:100]), []string{"cut.key", "not written to its end"}},
		{"no certificate", file("params.pem", pem.EncodeToMemory(&pem.Block{Type: "DH PARAMETERS", Bytes: []byte{1}})), key, []string{"params.pem", "holds no certificate"}},
		{"exchanged", key, cert, []string{"key.pem", "exchanged"}},
		{"damaged certificate", file("junk.pem", slices.Concat(certPEM(ec), junk)), key, []string{"junk.pem", "certificate 2"}},
		{"damaged key", cert, file("junk.key", junkKey), []string{"junk.key", "cannot be read"}},
		{"no key", cert, "", []string{"cert.pem", "rsa_private_key_file"}},
		{"other key", cert, file("other.key", other.keyPEM(t)), []string{"other.key", "cert.pem", "does not belong"}},
		{"other key in the same file", file("mixed.pem", slices.Concat(certPEM(ec), other.keyPEM(t))), "", []string{"mixed.pem", "does not belong"}},
		{"key of another kind", cert, file("rsa.key", sign(t, "x", rsaKey(), nil, nil).keyPEM(t)), []string{"rsa.key", "does not belong"}},
		{"issuer first", file("turned.pem", certPEM(ca, issued)), file("issued.key", issued.keyPEM(t)), []string{"turned.pem", "certificate 2", "first"}},
		{"encrypted", cert, filepath.Join("testdata", "encrypted-pkcs8.pem"), []string{"encrypted-pkcs8.pem", "passphrase"}},
		{"encrypted in the old way", cert, filepath.Join("testdata", "encrypted-sec1.pem"), []string{"encrypted-sec1.pem", "passphrase"}},
		{"OpenSSH", cert, file("id_ecdsa", ssh), []string{"id_ecdsa", "ssh-keygen"}},
		{"DSA", filepath.Join("testdata", "dsa.pem"), "", []string{"dsa.pem", "DSA keys cannot be used"}},
		{"DSA key", cert, filepath.Join("testdata", "dsa.pem"), []string{"dsa.pem"}},
		{"P-224", file("p224.pem", p224.bothPEM(t)), "", []string{"p224.pem", "P-224"}},
		{"RSA of 512 bits", filepath.Join("testdata", "rsa512.pem"), "", []string{"rsa512.pem", "512 bits"}},
		{"Ed448", filepath.Join("testdata", "ed448.pem"), "", []string{"ed448.pem", "not supported"}},
		{"RSASSA-PSS", filepath.Join("testdata", "rsa-pss.pem"), "", []string{"rsa-pss.pem", "not supported"}},
		{"too large", file("large.pem", make([]byte, maxFileSize+1)), "", []string{"large.pem", "larger than"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := FromFiles(test.cert, test.key)
			if err == nil {
				t.Fatal("no error")
			}
			for _, part := range test.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q is not in: %v", part, err)
				}
			}
		})
	}
	if _, err := FromFiles(filepath.Join(dir, "none.pem"), ""); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v is not fs.ErrNotExist", err)
	}
	if _, err := FromPairs(nil); err == nil {
		t.Error("no error for no pairs")
	}
}

func TestPermissionDenied(t *testing.T) {
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		t.Skip("no file is closed to this user")
	}
	name := write(t, []string{t.TempDir(), "cert.pem"}, ecPair(t, "ftp.example").bothPEM(t))
	if err := os.Chmod(name, 0); err != nil {
		t.Fatal(err)
	}
	_, err := FromFiles(name, "")
	if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "let the user that the server runs as read it") {
		t.Errorf("error: %v", err)
	}
}

func TestWarnings(t *testing.T) {
	day := 24 * time.Hour
	key := ecKey(t, elliptic.P256())
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	lasts := func(from, to time.Duration) *signed {
		return sign(t, "ftp.example", key, nil, func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = time.Now().Add(from), time.Now().Add(to)
		})
	}
	stranger := sign(t, "Stranger", ecKey(t, elliptic.P256()), nil, authority)
	mine := sign(t, "ftp.example", key, nil, nil)

	tests := []struct {
		name string
		leaf *signed
		more []byte // of the file
		mode os.FileMode
		want string // part of the only warning; empty: none
	}{
		{"good", mine, nil, 0o640, ""},
		{"ended", lasts(-10*day, -day), nil, 0o600, "ended on"},
		{"not begun", lasts(day, 100*day), nil, 0o600, "begins on"},
		{"ends soon", lasts(-day, 13*day), nil, 0o600, "ends on"},
		{"ends not so soon", lasts(-day, 15*day), nil, 0o600, ""},
		{"nameless", sign(t, "ftp.example", key, nil, func(c *x509.Certificate) { c.DNSNames = nil }), nil, 0o600, "no subject alternative name"},
		{"weak", sign(t, "ftp.example", weak, nil, nil), nil, 0o600, "only 1024 bits"},
		{"foreign issuer", mine, certPEM(stranger), 0o600, "certificate 2 of the file did not sign certificate 1"},
		{"open to all", mine, nil, 0o644, "chmod o-r"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if runtime.GOOS == "windows" && test.mode == 0o644 {
				t.Skip("the mode says nothing")
			}
			name := write(t, []string{t.TempDir(), "both.pem"}, slices.Concat(test.leaf.bothPEM(t), test.more))
			if err := os.Chmod(name, test.mode); err != nil {
				t.Fatal(err)
			}
			source, err := FromFiles(name, "")
			if err != nil {
				t.Fatal(err)
			}
			got := source.Warnings()
			switch {
			case test.want == "" && len(got) == 0:
			case test.want != "" && len(got) == 1 && strings.Contains(got[0], test.want) && strings.Contains(got[0], name):
			default:
				t.Errorf("warnings %q, want one with %q", got, test.want)
			}
		})
	}
}

// TestFromPairsLeavesDSAOut keeps a server going that has dsa_cert_file too.
func TestFromPairsLeavesDSAOut(t *testing.T) {
	ec := ecPair(t, "ftp.example")
	good := Pair{Cert: write(t, []string{t.TempDir(), "ec.pem"}, ec.bothPEM(t))}
	dsa := Pair{Cert: filepath.Join("testdata", "dsa.pem")}
	for _, pairs := range [][]Pair{{good, dsa}, {dsa, good}} {
		source, err := FromPairs(pairs)
		if err != nil {
			t.Fatal(err)
		}
		if got := source.Leaves(); len(got) != 1 || !got[0].Equal(ec.cert) {
			t.Errorf("leaves: %v", got)
		}
		if got := source.Warnings(); len(got) != 1 || !strings.Contains(got[0], "dsa.pem") {
			t.Errorf("warnings: %q", got)
		}
	}
	if _, err := FromPairs([]Pair{dsa, dsa}); err == nil || !strings.Contains(err.Error(), "DSA") {
		t.Errorf("only DSA: %v", err)
	}
	if _, err := FromPairs([]Pair{good, {Cert: "none.pem"}}); err == nil || !strings.Contains(err.Error(), "none.pem") {
		t.Errorf("a missing second pair: %v", err)
	}
}
