package ferry_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// rfcs are the documents that the project's comments may cite, with what they are
// cited for. A new one is added by the change that first follows it.
var rfcs = map[string]string{
	"775":  "directory commands: XCUP, XCWD, XMKD, XPWD, XRMD",
	"793":  "TCP, its urgent data",
	"854":  "Telnet protocol: IAC, Synch",
	"855":  "Telnet option negotiation",
	"959":  "File Transfer Protocol",
	"1035": "DNS messages",
	"1123": "requirements for Internet hosts, FTP in §4.1",
	"1579": "firewall-friendly FTP",
	"1635": "anonymous FTP",
	"1639": "LPRT and LPSV",
	"1738": "URLs of FTP",
	"1918": "private IPv4 addresses",
	"1928": "SOCKS version 5",
	"1929": "user and password for SOCKS version 5",
	"1950": "ZLIB, for MODE Z",
	"2228": "security extensions: AUTH, PBSZ, PROT, CCC",
	"2389": "FEAT and OPTS",
	"2428": "EPRT and EPSV",
	"2577": "security considerations: bounce, port stealing",
	"2640": "names in UTF-8, LANG",
	"2663": "NAT terminology",
	"3330": "special IPv4 addresses",
	"3659": "MDTM, SIZE, REST STREAM, MLST, MLSD, TVFS",
	"3849": "IPv6 addresses for documentation",
	"3927": "link-local IPv4 addresses",
	"3986": "URI syntax",
	"4193": "unique local IPv6 addresses",
	"4787": "what address translators do to ports",
	"4217": "FTP over TLS",
	"4291": "IPv6 addresses, IPv4-mapped ones in §2.5.5.2",
	"5280": "X.509 certificates",
	"5737": "IPv4 addresses for documentation",
	"5797": "registry of FTP commands and extensions",
	"5952": "text of IPv6 addresses",
	"6056": "port randomization",
	"6384": "FTP through IPv6 to IPv4 translators",
	"6598": "shared address space 100.64.0.0/10",
	"6890": "special-purpose addresses",
	"7151": "HOST",
	"7617": "Basic authentication of HTTP",
	"8200": "IPv6 and its extension headers",
	"8446": "TLS 1.3",
	"8555": "ACME",
	"9293": "TCP",
	"9110": "HTTP, with CONNECT",
}

var (
	// rfcMention finds whatever looks like the name of an RFC.
	rfcMention = regexp.MustCompile(`(?i)\brfc[-_ #:]*[0-9]+.{0,24}`)
	// rfcCitation is the one form: "RFC 959", "RFC 3659 §4.2", "RFC 959 §5.3.1".
	// Draft and errata texts have no such form and are named in words.
	rfcCitation = regexp.MustCompile(`^RFC ([0-9]+)\b( §[0-9A-Z]+(\.[0-9]+)*\b)?`)
	// wordedSection is a section in words where the sign belongs.
	wordedSection = regexp.MustCompile(`(?i)^,? *(sections?|sec\.|chapter|page|p\.) *[0-9]|^§|^ §[^0-9A-Z]|^, §`)
)

// citations checks the citations of one text and describes the wrong ones.
func citations(text string) []string {
	var wrong []string
	for _, mention := range rfcMention.FindAllString(strings.Join(strings.Fields(text), " "), -1) {
		match := rfcCitation.FindStringSubmatch(mention)
		if match == nil {
			wrong = append(wrong, fmt.Sprintf("%q: write RFC 3659 §4.2", mention))
			continue
		}
		if rest := mention[len(match[0]):]; match[2] == "" && wordedSection.MatchString(rest) {
			wrong = append(wrong, fmt.Sprintf("%q: write RFC 3659 §4.2", mention))
		}
		if _, known := rfcs[match[1]]; !known {
			wrong = append(wrong, fmt.Sprintf("RFC %s is not in the list of rfc_test.go", match[1]))
		}
	}
	return slices.Compact(wrong)
}

// TestCitations checks every RFC that a comment cites: a known one, in one form, so
// that one search finds all places that follow a section.
func TestCitations(t *testing.T) {
	for _, f := range goFiles(t) {
		for _, group := range f.syntax.Comments {
			for _, wrong := range citations(group.Text()) {
				t.Errorf("%s: %s", f.at(group), wrong)
			}
		}
	}
}

func TestCitationForm(t *testing.T) {
	good := []string{
		"see RFC 3659 §4.2.",
		"RFC 959 §5.3.1, RFC 1123 §4.1.2.12",
		"(RFC 2577)",
		"RFC 2428's EPRT",
		"the reply of\nRFC 959\n§4.2 is",
		"RFC 959 (FTP), RFC 1123 §4.1 (requirements)",
		"no citation",
	}
	for _, text := range good {
		if wrong := citations(text); len(wrong) > 0 {
			t.Errorf("citations(%q) = %q, want none", text, wrong)
		}
	}
	bad := []string{
		"RFC959",
		"rfc 959",
		"RFC-959",
		"RFC 959 section 4",
		"RFC 959, section 4",
		"RFC 959§4",
		"RFC 959, §4",
		"RFC 959 § 4",
		"RFC 959 page 12",
		"RFC 99999",
	}
	for _, text := range bad {
		if wrong := citations(text); len(wrong) == 0 {
			t.Errorf("citations(%q) = none, want a complaint", text)
		}
	}
}
