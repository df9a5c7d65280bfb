package certs

import (
	"crypto/tls"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// names are suites in OpenSSL's words.
func names(ids []uint16) []string {
	var names []string
	for _, id := range ids {
		i := slices.IndexFunc(suites, func(s suite) bool { return s.id == id })
		names = append(names, suites[i].name)
	}
	return names
}

func TestCipherSuites(t *testing.T) {
	var all []string
	for _, s := range suites {
		all = append(all, s.name)
	}
	everything := strings.Join(all, " ")
	tests := []struct {
		text, want, unknown string
	}{
		{"ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384", ""}, // vsftpd's default
		{"HIGH", everything, ""},
		{"HIGH:!aNULL:!MD5", everything, ""},
		{"DEFAULT", everything, ""},
		{"DEFAULT:@STRENGTH", everything, ""},
		{"DEFAULT@STRENGTH", everything, ""},
		{"PROFILE=SYSTEM", everything, ""},
		{"ALL:!ADH:!LOW:!EXP:!MD5:!RC4:!SSLv2:@STRENGTH", everything, ""},
		{"ECDHE+AESGCM", "ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-RSA-AES256-GCM-SHA384 ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-RSA-AES128-GCM-SHA256", ""},
		{"ECDHE+AESGCM:!aECDSA:!AES128", "ECDHE-RSA-AES256-GCM-SHA384", ""},
		{"EECDH+AESGCM+aRSA+AES256", "ECDHE-RSA-AES256-GCM-SHA384", ""},
		{"CHACHA20:AES256-SHA", "ECDHE-ECDSA-CHACHA20-POLY1305 ECDHE-RSA-CHACHA20-POLY1305 AES256-SHA", ""},
		{"AES256-SHA AES128-SHA", "AES256-SHA AES128-SHA", ""},
		{"AES256-SHA;AES128-SHA,", "AES256-SHA AES128-SHA", ""},
		{"kRSA:-SHA1:-AESGCM", "AES128-SHA256", ""},
		{"kRSA:-AES:AES128-SHA", "AES128-SHA", ""},
		{"AES128-SHA256:!AES:AES", "", ""},
		{"AES128-SHA256:+AES", "AES128-SHA256", ""},
		{"+AES:AES128-SHA256", "AES128-SHA256", ""},
		{"HIGH!ECDHE!AESGCM!SHA1", "AES128-SHA256", ""},
		{"TLS_AES_256_GCM_SHA384:AES256-SHA", "AES256-SHA", ""},
		{"TLS_AES_256_GCM_SHA384", "", ""},
		{"TLS_RSA_WITH_AES_256_CBC_SHA", "AES256-SHA", ""},
		{"TLS_AES_128_CCM_SHA256:AES256-SHA", "AES256-SHA", "TLS_AES_128_CCM_SHA256"},
		{"SUITEB128", "ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-ECDSA-AES128-GCM-SHA256", ""},
		{"SUITEB128ONLY", "ECDHE-ECDSA-AES128-GCM-SHA256", ""},
		{"SUITEB192", "ECDHE-ECDSA-AES256-GCM-SHA384", ""},
		{"AES128-SHA:AES256-GCM-SHA384:@SECLEVEL=2", "AES256-GCM-SHA384 AES128-SHA", ""},
		{"ECDSA:@SECLEVEL=4", "ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-ECDSA-CHACHA20-POLY1305", ""},
		{"kRSA:@SECLEVEL=3", "", ""},

		{"DHE-RSA-AES256-SHA:AES256-SHA", "AES256-SHA", "DHE-RSA-AES256-SHA"},
		{"DHE-RSA-AES256-SHA:AES256-SHA:DHE-RSA-AES256-SHA", "AES256-SHA", "DHE-RSA-AES256-SHA"},
		{"DES-CBC3-SHA:RC4-SHA", "", "DES-CBC3-SHA RC4-SHA"},
		{"kEDH+AESGCM:AES256-SHA", "AES256-SHA", "kEDH+AESGCM"},
		{"AES256-SHA:!DES-CBC3-SHA:!RC4-SHA:-CAMELLIA:+SEED", "AES256-SHA", ""},
		{"AES256-SHA:!SH1", "AES256-SHA", "SH1"},
		{"AES256-SHA:-SH1:SH1", "AES256-SHA", "SH1"},
		{"high:AES256-SHA", "AES256-SHA", "high"},
		{"ECDHE+FOO:AES256-SHA", "AES256-SHA", "ECDHE+FOO"},
		{"AES256-SHA:DEFAULT", "AES256-SHA", "DEFAULT"},
		{"AES256-SHA:@BEST:@SECLEVEL=9", "AES256-SHA", "@BEST @SECLEVEL=9"},
		{"AES256-SHA:!", "AES256-SHA", "!"},
		{"!:AES256-SHA", "AES256-SHA", "!"},
		{"AES+:AES256-SHA", "AES256-SHA", "AES+"},
		{"$x:AES256-SHA", "AES256-SHA", "$x"},
		{"", "", ""},
		{" : ", "", ""},
	}
	for _, test := range tests {
		got, unknown, err := CipherSuites(test.text)
		if names := strings.Join(names(got), " "); names != test.want {
			t.Errorf("%q selects\n%s\nwant\n%s", test.text, names, test.want)
		}
		if got := strings.Join(unknown, " "); got != test.unknown {
			t.Errorf("%q: unknown %q, want %q", test.text, got, test.unknown)
		}
		if (err != nil) != (test.want == "") {
			t.Errorf("%q: error %v", test.text, err)
		}
	}
}

// TestSuitesAreThoseOfGo: the table is all of TLS 1.2 that crypto/tls has, but RC4 and
// 3DES.
func TestSuitesAreThoseOfGo(t *testing.T) {
	want := make(map[uint16]string)
	for _, s := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
		if slices.Contains(s.SupportedVersions, tls.VersionTLS12) && !strings.Contains(s.Name, "RC4") && !strings.Contains(s.Name, "3DES") {
			want[s.ID] = s.Name
		}
	}
	for _, s := range suites {
		if want[s.id] == "" {
			t.Errorf("%s is none of Go's, or there twice", s.name)
		}
		delete(want, s.id)
	}
	for _, name := range want {
		t.Errorf("%s is missing", name)
	}
}

// askOpenSSL is what openssl(1) selects of our suites, sorted; nil for none.
func askOpenSSL(t *testing.T, text string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "openssl", "ciphers", "-s", "-v", "--", text)
	cmd.Env = append(os.Environ(), "OPENSSL_CONF="+os.DevNull)
	out, err := cmd.Output()
	if err != nil {
		return nil // it ends so when nothing is selected
	}
	var selected []string
	for line := range strings.Lines(string(out)) {
		name, _, _ := strings.Cut(line, " ")
		if slices.ContainsFunc(suites, func(s suite) bool { return s.name == name }) {
			selected = append(selected, name)
		}
	}
	slices.Sort(selected)
	return selected
}

// needOpenSSL skips the test where openssl(1) is missing, or one whose words are
// not those of OpenSSL 3.
func needOpenSSL(t *testing.T) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "openssl", "version").Output()
	if err != nil || !strings.HasPrefix(string(out), "OpenSSL 3.") {
		t.Skipf("no OpenSSL 3 to compare with: %s %v", out, err)
	}
}

// TestCipherSuitesAgainstOpenSSL asks the model itself: every keyword, strings of
// real configurations, and random ones.
func TestCipherSuitesAgainstOpenSSL(t *testing.T) {
	needOpenSSL(t)
	texts := []string{
		"DEFAULT", "DEFAULT:!SHA1", "DEFAULT:-AES:AES128-SHA", "DEFAULT@STRENGTH", "DEFAULTALL",
		"HIGH:!aNULL:!MD5", "HIGH:!aNULL:!eNULL:!EXPORT:!DES:!MD5:!PSK:!RC4:!3DES",
		"ALL:!ADH:!LOW:!EXP:!MD5:@STRENGTH", "ALL:COMPLEMENTOFALL", "ALL:!COMPLEMENTOFDEFAULT:!eNULL",
		"EECDH+AESGCM:EDH+AESGCM:AES256+EECDH:AES256+EDH",
		"ECDHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES256-GCM-SHA384",
		"ECDH+AESGCM:ECDH+CHACHA20:ECDH+AES256:!aNULL:!SHA1:!AESCCM",
		"ECDHE-ECDSA-AES128-GCM-SHA256+AES256:AES128-SHA",
		"ECDHE-ECDSA-AES128-GCM-SHA256+AES128:AES128-SHA",
		"SUITEB128", "SUITEB128ONLY", "SUITEB128C2", "SUITEB192", "SUITEB128:ALL",
		"HIGH:@SECLEVEL=0", "HIGH:@SECLEVEL=1", "HIGH:@SECLEVEL=2", "HIGH:@SECLEVEL=3", "HIGH:@SECLEVEL=4", "HIGH:@SECLEVEL=5",
		"kRSA+SHA", "SSLv3+AES256", "TLSv1:!ECDSA", "TLSv1.0+TLSv1.2:AES128-SHA", "TLSv1.2+SHA256", "HIGH+FIPS", "FIPS:-AES",
		"RSA+AES", "aRSA+ECDHE", "high", "FOO", "AES128-SHA:FOO:!BAR", "ECDHE+FOO:AES128-SHA", "!AES:AES128-SHA:CHACHA20",
		"AES128-SHA,AES256-SHA;CHACHA20 AESGCM", "::AES128-SHA::", "HIGH!kRSA", "HIGH!SHA1!SHA256:+AES256", "-ALL:AES128-SHA",
		"ALL:-SHA384:-SHA1:SHA1+ECDSA", "AES128-SHA:DEFAULT",
	}
	var words []string
	for word := range keywords {
		if !strings.Contains(word, "_") { // 3.0 and 3.1 do not read these
			words = append(words, word)
		}
	}
	slices.Sort(words)
	for _, word := range words {
		if !strings.Contains(absentSuites, word) {
			texts = append(texts, word+":AES128-SHA256", "HIGH:!"+word+":@SECLEVEL=0")
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 150 {
		var elements []string
		for range 1 + random.IntN(6) {
			element := []string{"", "", "", "-", "!", "+"}[random.IntN(6)] + words[random.IntN(len(words))]
			for random.IntN(3) == 0 {
				element += "+" + words[random.IntN(len(words))]
			}
			elements = append(elements, element)
		}
		texts = append(texts, "AES:ECDHE:"+strings.Join(elements, ":"), strings.Join(elements, ":"))
	}
	for _, text := range texts {
		got, _, _ := CipherSuites(text)
		ours := names(got)
		slices.Sort(ours)
		if theirs := askOpenSSL(t, text); !slices.Equal(ours, theirs) {
			t.Errorf("%q:\nwe      %v\nOpenSSL %v", text, ours, theirs)
		}
	}
}

func FuzzCipherSuites(f *testing.F) {
	for _, seed := range []string{
		"HIGH:!aNULL:!MD5", "DEFAULT:@STRENGTH", "ECDHE+AESGCM", "@SECLEVEL=3", "SUITEB192", "PROFILE=SYSTEM",
		"!", "+", "-", "@", "AES+", "++", "!!", "TLS_AES_128_GCM_SHA256+AES", "\x00:\xff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		selected, unknown, err := CipherSuites(text)
		if (err == nil) != (len(selected) > 0) {
			t.Errorf("%d suites and the error %v", len(selected), err)
		}
		for i, id := range selected {
			if !slices.ContainsFunc(suites, func(s suite) bool { return s.id == id }) || slices.Contains(selected[:i], id) {
				t.Errorf("%x is no suite of Go, or there twice", id)
			}
		}
		for i, element := range unknown {
			if element == "" || !strings.Contains(text, element) || slices.Contains(unknown[:i], element) {
				t.Errorf("unknown: %q", unknown)
			}
		}
		if again, _, _ := CipherSuites(text); !slices.Equal(again, selected) {
			t.Error("another result the second time")
		}
	})
}
