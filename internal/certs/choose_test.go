package certs

import (
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"testing"
	"time"
)

func TestGetCertificateChooses(t *testing.T) {
	dir := t.TempDir()
	pair := func(name string, s *signed) Pair {
		return Pair{Cert: write(t, []string{dir, name + ".pem"}, s.bothPEM(t))}
	}
	ended := func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }
	one := sign(t, "one.example", rsaKey(), nil, nil)
	two := sign(t, "two.example", ecKey(t, elliptic.P256()), nil, nil)
	old := sign(t, "one.example", ecKey(t, elliptic.P256()), nil, ended)
	wild := sign(t, "*.two.example", ecKey(t, elliptic.P256()), nil, nil)
	p := map[*signed]Pair{one: pair("one", one), two: pair("two", two), old: pair("old", old), wild: pair("wild", wild)}

	tls12 := func(name string, suite uint16) *tls.Config {
		return &tls.Config{ServerName: name, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{suite}}
	}
	tests := []struct {
		name   string
		pairs  []*signed
		client *tls.Config
		want   *signed
	}{
		{"no name: the first", []*signed{one, two}, &tls.Config{}, one},
		{"no name: the first, other order", []*signed{two, one}, &tls.Config{}, two},
		{"name", []*signed{one, two}, &tls.Config{ServerName: "two.example"}, two},
		{"name in other letters", []*signed{one, two}, &tls.Config{ServerName: "TWO.example"}, two},
		{"pattern", []*signed{one, two, wild}, &tls.Config{ServerName: "ftp.two.example"}, wild},
		{"unknown name: the first", []*signed{one, two}, &tls.Config{ServerName: "three.example"}, one},
		{"the suite decides", []*signed{one, two}, tls12("", tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256), two},
		{"the suite decides against the name", []*signed{two, one}, tls12("two.example", tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256), one},
		{"not the ended one", []*signed{old, one}, &tls.Config{ServerName: "one.example"}, one},
		{"the ended one of the name", []*signed{two, old}, &tls.Config{ServerName: "one.example"}, old},
		{"no name: not the ended one", []*signed{old, two}, &tls.Config{}, two},
		{"one pair", []*signed{two}, &tls.Config{ServerName: "one.example"}, two},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var pairs []Pair
			for _, s := range test.pairs {
				pairs = append(pairs, p[s])
			}
			source, err := FromPairs(pairs)
			if err != nil {
				t.Fatal(err)
			}
			if seen := handshake(t, source, test.client).PeerCertificates[0]; !seen.Equal(test.want.cert) {
				t.Errorf("the client sees %v with %v", seen.DNSNames, seen.PublicKeyAlgorithm)
			}
		})
	}
}

// TestGetCertificateSuitsNobody gives a client that no pair suits the first, from
// which crypto/tls makes the right alert.
func TestGetCertificateSuitsNobody(t *testing.T) {
	dir := t.TempDir()
	first, second := ecPair(t, "one.example"), ecPair(t, "two.example")
	source, err := FromPairs([]Pair{
		{Cert: write(t, []string{dir, "1.pem"}, first.bothPEM(t))},
		{Cert: write(t, []string{dir, "2.pem"}, second.bothPEM(t))},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := source.GetCertificate(&tls.ClientHelloInfo{
		ServerName:        "two.example",
		SupportedVersions: []uint16{tls.VersionTLS13},
		SignatureSchemes:  []tls.SignatureScheme{tls.PSSWithSHA256},
	})
	if err != nil || !got.Leaf.Equal(first.cert) {
		t.Errorf("%v, %v", got.Leaf.DNSNames, err)
	}
}
