package certs

import (
	"crypto/tls"
	"fmt"
	"slices"
	"strings"
)

// CipherSuites are the suites of TLS 1.2 that a cipher string of OpenSSL selects
// (openssl-ciphers(1), ssl_ciphers in vsftpd.conf(5)) among those that Go has, by
// OpenSSL's rules: suites and keywords, joined by "+" to what all of them have,
// after "!" (out for good), "-" (out) or "+" (moved to the end); @STRENGTH and
// @SECLEVEL=0 to 5; DEFAULT and SUITEB… at the start, and PROFILE=SYSTEM, which
// Fedora's OpenSSL reads as the default. RC4 and 3DES are never selected.
//
// The order of the result is fixed and of no consequence: crypto/tls puts the
// suites in its own order, strong and fast ones with forward secrecy first. Suites
// of TLS 1.3 are always on; their names are known and change nothing.
//
// unknown lists once each what adds no suite that is available, such as
// DHE-RSA-AES256-SHA, what is no word of OpenSSL, after an operator too, and what
// breaks the rules of the notation: OpenSSL passes over most of this in silence.
// err is not nil only when no suite is left.
func CipherSuites(openssl string) (selected []uint16, unknown []string, err error) {
	s := &cipherString{text: openssl}
	s.prefix()
	for s.element() {
	}
	for i, suite := range suites {
		if s.active&(1<<i) != 0 && suite.allowedAt(s.level) {
			selected = append(selected, suite.id)
		}
	}
	if len(selected) == 0 {
		return nil, s.unknown, fmt.Errorf("the cipher string %q selects no suite of TLS 1.2 that is available: "+
			"HIGH:!aNULL selects all good ones (suites of TLS 1.3 are always on; ssl_tlsv12=NO offers TLS 1.3 alone)", openssl)
	}
	return selected, s.unknown, nil
}

// A cipherString is read from its start to its end, as OpenSSL does it.
type cipherString struct {
	text    string
	at      int
	active  suiteSet
	killed  suiteSet // cannot be added again
	level   int
	unknown []string
}

// wholeStrings are beginnings that stand for a string, whatever follows: the
// profiles of Suite B. The longer come before those that they begin with.
var wholeStrings = []struct{ begin, meaning string }{
	{"SUITEB128ONLY", "ECDHE-ECDSA-AES128-GCM-SHA256"},
	{"SUITEB128C2", "ECDHE-ECDSA-AES256-GCM-SHA384"},
	{"SUITEB128", "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"},
	{"SUITEB192", "ECDHE-ECDSA-AES256-GCM-SHA384"},
}

// prefix reads the words that mean something only at the start.
func (s *cipherString) prefix() {
	for _, whole := range wholeStrings {
		if strings.HasPrefix(s.text, whole.begin) {
			s.text = whole.meaning
			return
		}
	}
	for _, word := range []string{"DEFAULT", "PROFILE=SYSTEM"} {
		if strings.HasPrefix(s.text, word) {
			s.active = allSuites // ALL:!COMPLEMENTOFDEFAULT:!eNULL, all of ours
			s.at = len(word)
			return
		}
	}
}

// element reads one element and carries it out. It returns false at the end.
func (s *cipherString) element() bool {
	for s.at < len(s.text) && isSeparator(s.text[s.at]) {
		s.at++
	}
	if s.at == len(s.text) {
		return false
	}
	operator := byte(0)
	switch c := s.text[s.at]; c {
	case '!', '-', '+', '@':
		operator = c
		s.at++
	}
	begin := s.at
	if operator == '@' {
		if !s.special(s.name()) {
			s.passOver(begin - 1)
			return true
		}
		s.at = s.end()
		return true
	}
	set := allSuites
	strength := ""
	for {
		name := s.name()
		members, known := keywords[name]
		if !known && !isTLS13(name) {
			s.passOver(begin)
			return true
		}
		set &= members
		// To OpenSSL these are two degrees of strength, and a suite has one.
		if name == "HIGH" || name == "FIPS" {
			if strength != "" && strength != name {
				set = 0
			}
			strength = name
		}
		if s.at == len(s.text) || s.text[s.at] != '+' {
			break
		}
		s.at++
	}
	element := s.text[begin:s.at]
	switch operator {
	case 0:
		if set == 0 && !isTLS13(element) {
			s.note(element)
		}
		s.active |= set &^ s.killed
	case '-':
		s.active &^= set
	case '!':
		s.active &^= set
		s.killed |= set
	case '+': // only the order changes
	}
	return true
}

// name reads a name, which may be empty.
func (s *cipherString) name() string {
	begin := s.at
	for s.at < len(s.text) && isNameByte(s.text[s.at]) {
		s.at++
	}
	return s.text[begin:s.at]
}

// special carries out what follows an "@" and reports whether it is known.
func (s *cipherString) special(name string) bool {
	if name == "STRENGTH" {
		return true
	}
	level, ok := strings.CutPrefix(name, "SECLEVEL=")
	if !ok || len(level) != 1 || level[0] < '0' || level[0] > '5' {
		return false
	}
	s.level = int(level[0] - '0')
	return true
}

// end is where the element ends in which the reader stands.
func (s *cipherString) end() int {
	for i := s.at; i < len(s.text); i++ {
		if isSeparator(s.text[i]) {
			return i
		}
	}
	return len(s.text)
}

// passOver leaves out the element that begins at begin, as OpenSSL does with a
// word that it does not know, and notes it.
func (s *cipherString) passOver(begin int) {
	s.at = s.end()
	s.note(s.text[begin:s.at])
}

// note lists an element as unknown, an empty one, of an operator alone, with it.
func (s *cipherString) note(element string) {
	if element == "" {
		element = s.text[s.at-1 : s.at]
	}
	if !slices.Contains(s.unknown, element) {
		s.unknown = append(s.unknown, element)
	}
}

// isTLS13 recognises the suites of TLS 1.3 that Go has.
func isTLS13(name string) bool {
	for _, s := range tls.CipherSuites() {
		if s.Name == name {
			return slices.Equal(s.SupportedVersions, []uint16{tls.VersionTLS13})
		}
	}
	return false
}

func isSeparator(c byte) bool { return c == ':' || c == ' ' || c == ';' || c == ',' }

func isNameByte(c byte) bool {
	return 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' ||
		c == '-' || c == '.' || c == '=' || c == '_' // "_": since OpenSSL 3.2
}
