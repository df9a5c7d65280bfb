package certs

import (
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func inMemory(s *signed) tls.Certificate {
	return tls.Certificate{Certificate: [][]byte{s.cert.Raw}, PrivateKey: s.key}
}

// Pairs that somebody else keeps are chosen by name, and renewed while they are in
// use.
func TestFromCurrent(t *testing.T) {
	a, b := ecPair(t, "a.example"), ecPair(t, "b.example")
	pairs := []tls.Certificate{inMemory(a), inMemory(b)}
	var fault error
	source, err := FromCurrent(func() ([]tls.Certificate, error) { return pairs, fault })
	if err != nil {
		t.Fatal(err)
	}
	shown := func(name string) *x509.Certificate {
		t.Helper()
		return handshake(t, source, &tls.Config{ServerName: name}).PeerCertificates[0]
	}
	for name, want := range map[string]*signed{"a.example": a, "b.example": b, "other.example": a} {
		if !shown(name).Equal(want.cert) {
			t.Errorf("%s gets the certificate of %s", name, shown(name).DNSNames)
		}
	}
	if changed, err := source.Reload(); changed || err != nil {
		t.Errorf("changed %v, %v though nothing has", changed, err)
	}
	renewed := ecPair(t, "b.example")
	pairs = []tls.Certificate{inMemory(a), inMemory(renewed)}
	if changed, err := source.Reload(); !changed || err != nil || !shown("b.example").Equal(renewed.cert) {
		t.Errorf("changed %v, %v after the renewal", changed, err)
	}
	// What is of no use leaves the last good ones.
	fault = errors.New("the disk is gone")
	if _, err := source.Reload(); err == nil {
		t.Error("no error")
	}
	fault, pairs = nil, nil
	if _, err := source.Reload(); err == nil {
		t.Error("none at all is no error")
	}
	ended := sign(t, "b.example", ecKey(t, elliptic.P256()), nil, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })
	pairs = []tls.Certificate{inMemory(a), inMemory(ended)}
	if _, err := source.Reload(); err == nil || !strings.Contains(err.Error(), "b.example: the certificate ended") {
		t.Errorf("an old one: %v", err)
	}
	if !shown("b.example").Equal(renewed.cert) {
		t.Error("the last good one is gone")
	}
}

func TestFromCurrentFaults(t *testing.T) {
	for _, pairs := range [][]tls.Certificate{nil, {{}}, {{Certificate: [][]byte{{1}}}}} {
		if _, err := FromCurrent(func() ([]tls.Certificate, error) { return pairs, nil }); err == nil {
			t.Errorf("%v is a source", pairs)
		}
	}
}

func TestParsePairs(t *testing.T) {
	for text, want := range map[string][]Pair{
		"/a.pem":                       {{Cert: "/a.pem"}},
		"/a.pem,/a.key":                {{"/a.pem", "/a.key"}},
		"/a b.pem,/a.key ; C:\\b.pem,": {{"/a b.pem", "/a.key"}, {Cert: `C:\b.pem`}},
		"":                             nil,
		"/a.pem;":                      nil,
		",/a.key":                      nil,
		"/a.pem,/a.key,/b.pem":         nil,
	} {
		got, err := ParsePairs(text)
		if !slices.Equal(got, want) || (err == nil) != (want != nil) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}
