package certs

import (
	"crypto/tls"
	"strings"
)

// A suite is a cipher suite of TLS 1.2 that crypto/tls has, with its name and
// properties in OpenSSL's words. RC4 and 3DES, which crypto/tls has too, are
// missing as they are in OpenSSL since 1.1.0.
type suite struct {
	id       uint16
	name     string
	exchange string // RSA or ECDHE
	signs    string // RSA or ECDSA
	cipher   string // AES (in CBC mode), AESGCM or CHACHA20
	bits     int    // of the key
	mac      string // SHA1, SHA256, SHA384 or AEAD
	since    string // the version that brought it
}

// suites are those that a cipher string can select, the best first.
var suites = []suite{
	{tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE", "ECDSA", "AESGCM", 256, "AEAD", "TLSv1.2"},
	{tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE", "RSA", "AESGCM", 256, "AEAD", "TLSv1.2"},
	{tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE", "ECDSA", "CHACHA20", 256, "AEAD", "TLSv1.2"},
	{tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-RSA-CHACHA20-POLY1305", "ECDHE", "RSA", "CHACHA20", 256, "AEAD", "TLSv1.2"},
	{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE", "ECDSA", "AESGCM", 128, "AEAD", "TLSv1.2"},
	{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE", "RSA", "AESGCM", 128, "AEAD", "TLSv1.2"},
	{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, "ECDHE-ECDSA-AES128-SHA256", "ECDHE", "ECDSA", "AES", 128, "SHA256", "TLSv1.2"},
	{tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, "ECDHE-RSA-AES128-SHA256", "ECDHE", "RSA", "AES", 128, "SHA256", "TLSv1.2"},
	{tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, "ECDHE-ECDSA-AES256-SHA", "ECDHE", "ECDSA", "AES", 256, "SHA1", "TLSv1.0"},
	{tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, "ECDHE-RSA-AES256-SHA", "ECDHE", "RSA", "AES", 256, "SHA1", "TLSv1.0"},
	{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, "ECDHE-ECDSA-AES128-SHA", "ECDHE", "ECDSA", "AES", 128, "SHA1", "TLSv1.0"},
	{tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, "ECDHE-RSA-AES128-SHA", "ECDHE", "RSA", "AES", 128, "SHA1", "TLSv1.0"},
	{tls.TLS_RSA_WITH_AES_256_GCM_SHA384, "AES256-GCM-SHA384", "RSA", "RSA", "AESGCM", 256, "AEAD", "TLSv1.2"},
	{tls.TLS_RSA_WITH_AES_128_GCM_SHA256, "AES128-GCM-SHA256", "RSA", "RSA", "AESGCM", 128, "AEAD", "TLSv1.2"},
	{tls.TLS_RSA_WITH_AES_128_CBC_SHA256, "AES128-SHA256", "RSA", "RSA", "AES", 128, "SHA256", "TLSv1.2"},
	{tls.TLS_RSA_WITH_AES_256_CBC_SHA, "AES256-SHA", "RSA", "RSA", "AES", 256, "SHA1", "SSLv3"},
	{tls.TLS_RSA_WITH_AES_128_CBC_SHA, "AES128-SHA", "RSA", "RSA", "AES", 128, "SHA1", "SSLv3"},
}

// allowedAt reports whether OpenSSL's security level (SSL_CTX_set_security_level(3))
// leaves the suite in.
func (s suite) allowedAt(level int) bool {
	switch level {
	case 0, 1, 2: // up to 112 bits: all of ours
		return true
	case 3:
		return s.exchange == "ECDHE"
	case 4:
		return s.exchange == "ECDHE" && s.bits >= 192 && s.mac != "SHA1"
	default:
		return s.exchange == "ECDHE" && s.bits >= 256 && s.mac != "SHA1"
	}
}

// A suiteSet is a set of suites, bit i for suites[i].
type suiteSet uint32

// allSuites is the set of all.
var allSuites = suiteSet(1)<<len(suites) - 1

// suitesThat is the set of the suites with a property.
func suitesThat(has func(suite) bool) suiteSet {
	var set suiteSet
	for i, s := range suites {
		if has(s) {
			set |= 1 << i
		}
	}
	return set
}

// keywords are the words of a cipher string that stand for several suites
// (openssl-ciphers(1)) or for none that is left here.
var keywords = makeKeywords()

func makeKeywords() map[string]suiteSet {
	words := make(map[string]suiteSet)
	define := func(names string, has func(suite) bool) {
		for name := range strings.FieldsSeq(names) {
			words[name] = suitesThat(has)
		}
	}
	define("ALL HIGH", func(suite) bool { return true })
	define("FIPS", func(s suite) bool { return s.cipher != "CHACHA20" })
	define("kECDHE kEECDH ECDHE EECDH ECDH", func(s suite) bool { return s.exchange == "ECDHE" })
	define("kRSA RSA", func(s suite) bool { return s.exchange == "RSA" })
	define("aRSA", func(s suite) bool { return s.signs == "RSA" })
	define("aECDSA ECDSA", func(s suite) bool { return s.signs == "ECDSA" })
	define("AES", func(s suite) bool { return s.cipher != "CHACHA20" })
	define("AES128", func(s suite) bool { return s.cipher != "CHACHA20" && s.bits == 128 })
	define("AES256", func(s suite) bool { return s.cipher != "CHACHA20" && s.bits == 256 })
	define("AESGCM", func(s suite) bool { return s.cipher == "AESGCM" })
	define("CBC", func(s suite) bool { return s.cipher == "AES" })
	define("CHACHA20", func(s suite) bool { return s.cipher == "CHACHA20" })
	define("SHA1 SHA", func(s suite) bool { return s.mac == "SHA1" })
	define("SHA256", func(s suite) bool { return s.mac == "SHA256" })
	define("SHA384", func(s suite) bool { return s.mac == "SHA384" })
	define("SSLv3", func(s suite) bool { return s.since == "SSLv3" })
	define("TLSv1 TLSv1.0", func(s suite) bool { return s.since == "TLSv1.0" })
	define("TLSv1.2", func(s suite) bool { return s.since == "TLSv1.2" })
	for name := range strings.FieldsSeq(absentKeywords) {
		words[name] = 0
	}
	for name := range strings.FieldsSeq(absentSuites) {
		words[name] = 0
	}
	for i, s := range suites {
		words[s.name] = 1 << i
		words[tls.CipherSuiteName(s.id)] = 1 << i // as OpenSSL since 3.2
	}
	return words
}
