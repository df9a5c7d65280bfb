package config

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// TestTableIsVsftpds compares the table with the list of vsftpd's options, which
// was written down by itself.
func TestTableIsVsftpds(t *testing.T) {
	data, err := os.ReadFile("testdata/options.tsv")
	if err != nil {
		t.Fatal(err)
	}
	want := make(map[string][2]string)
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		want[f[0]] = [2]string{f[1], f[2]}
	}
	if len(want) != 139 {
		t.Fatalf("the list has %d options, want 139", len(want))
	}
	for name, w := range want {
		o, ok := Lookup(name)
		if !ok {
			t.Errorf("%s is missing", name)
			continue
		}
		if o.Kind.String() != w[0] || o.Default != w[1] || o.Origin != "vsftpd" || o.AliasOf != "" {
			t.Errorf("%s: %s, default %q, of %s, alias of %q; want %s, default %q of vsftpd",
				name, o.Kind, o.Default, o.Origin, o.AliasOf, w[0], w[1])
		}
	}
	own := map[string]string{
		"pasv_turn_timeout": "2", "pasv_bad_peer_timeout": "3", "dot_files": "YES",
		"implicit_ssl_port": "0", "ccc_enable": "NO", "virtual_users_file": "",
		"atomic_uploads": "NO", "landlock_enable": "YES", "virtual_root_base": "",
		"user_max_rate": "0", "total_max_rate": "0", "max_per_user": "0",
		"lockout_per_ip": "30", "lockout_per_user": "0", "lockout_window": "300", "lockout_time": "600",
		"connect_rate_per_ip": "0", "connect_burst_per_ip": "20",
		"tls_handshake_timeout": "30", "login_timeout": "120", "session_timeout": "0", "transfer_timeout": "0",
		"client_charset": "", "client_charset_listeners": "", "client_charset_networks": "",
		"ssl_cert_login": "NO", "ssl_cert_user": "cn", "ssl_cert_match": "NO", "ssl_cert_pairs": "", "ssl_alpn_strict": "NO",
		"acme_domains": "", "acme_agree": "NO", "acme_email": "", "acme_directory": "", "acme_storage": "/var/lib/ferry/acme",
		"acme_ca_file": "", "acme_http_port": "80", "acme_tls_port": "443",
		"ssl_tlsv1_1": "NO", "ssl_tlsv1_2": "YES", "ssl_tlsv1_3": "YES",
	}
	for _, o := range Options() {
		if _, ok := want[o.Name]; ok {
			continue
		}
		if d, ok := own[o.Name]; !ok || d != o.Default {
			t.Errorf("%s with default %q is not expected", o.Name, o.Default)
		}
		delete(own, o.Name)
	}
	if len(own) > 0 {
		t.Errorf("missing: %v", own)
	}
}

// TestTableIsWhole checks what every row must have.
func TestTableIsWhole(t *testing.T) {
	seen := make(map[string]bool)
	fields := make(map[any]string)
	var s Settings
	for _, o := range Options() {
		if seen[o.Name] {
			t.Errorf("%s stands twice", o.Name)
		}
		seen[o.Name] = true
		if !regexp.MustCompile(`^[a-z][a-z0-9_]*$`).MatchString(o.Name) {
			t.Errorf("%q is no name", o.Name)
		}
		if o.Doc == "" || strings.HasSuffix(o.Doc, ".") && !strings.HasSuffix(o.Doc, "connecting.") {
			t.Errorf("%s: doc %q", o.Name, o.Doc)
		}
		if (o.Why == "") != (o.Support == Implemented) {
			t.Errorf("%s: %v with the reason %q", o.Name, o.Support, o.Why)
		}
		if o.Support == Implemented && o.Honoured != "" {
			t.Errorf("%s is implemented and honoured at %q only", o.Name, o.Honoured)
		}
		if o.Support == Refused && o.Honoured == "" {
			t.Errorf("%s is refused at every value", o.Name)
		}
		kind := map[Kind]reflect.Kind{Bool: reflect.Bool, Number: reflect.Uint32, String: reflect.String}[o.Kind]
		if got := reflect.TypeOf(o.ref(&s)).Elem().Kind(); got != kind {
			t.Errorf("%s is a %s, and its field a %s", o.Name, o.Kind, got)
		}
		if o.AliasOf != "" {
			of, _ := Lookup(o.AliasOf)
			if of.AliasOf != "" || of.Default != o.Default || of.Support != o.Support || of.ref(&s) != o.ref(&s) {
				t.Errorf("%s is not the same as %s", o.Name, o.AliasOf)
			}
			continue
		}
		if other, ok := fields[o.ref(&s)]; ok {
			t.Errorf("%s and %s have the same field", o.Name, other)
		}
		fields[o.ref(&s)] = o.Name
	}
	v := reflect.ValueOf(&s).Elem()
	if v.NumField() != len(fields) {
		t.Errorf("%d fields for %d options", v.NumField(), len(fields))
	}
	for i := range v.NumField() {
		name, ok := fields[v.Field(i).Addr().Interface()]
		field := v.Type().Field(i).Name
		if plain := strings.ReplaceAll(name, "_", ""); !ok || !strings.EqualFold(plain, field) {
			t.Errorf("field %s belongs to option %q", field, name)
		}
	}
}

// TestDefaults checks a value of each kind, and that a default is written as it
// is read.
func TestDefaults(t *testing.T) {
	s := Defaults()
	if !s.AnonymousEnable || s.Listen || s.AnonUmask != 0o77 || s.PasvMinPort != 5001 || s.MessageFile != ".message" || !s.DotFiles {
		t.Errorf("defaults: %+v", s)
	}
	for _, o := range Options() {
		if got := o.Value(&s); got != o.Default {
			t.Errorf("%s: default %q is written as %q", o.Name, o.Default, got)
		}
	}
}

// TestHonours checks what counts as done anyway.
func TestHonours(t *testing.T) {
	for _, tt := range []struct {
		name, value string
		want        bool
	}{
		{"listen", "YES", true},
		{"ssl_enable", "1", true},
		{"tcp_wrappers", "no", true},
		{"tcp_wrappers", "0", true},
		{"tcp_wrappers", "1", false},
		{"allow_writeable_chroot", "true", true},
		{"isolate", "NO", true},
		{"isolate", "YES", false},
		{"secure_chroot_dir", "", true},
		{"secure_chroot_dir", "/x", false},
	} {
		o, _ := Lookup(tt.name)
		if got := o.honours(tt.value); got != tt.want {
			t.Errorf("%s=%s: honoured %v, want %v", tt.name, tt.value, got, tt.want)
		}
	}
}

// TestNames checks the words of the documentation, and that an unknown one is
// still told apart.
func TestNames(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{Bool.String(), "boolean"},
		{Number.String(), "number"},
		{String.String(), "string"},
		{Kind(9).String(), "kind(9)"},
		{Implemented.String(), "yes"},
		{NoEffect.String(), "no effect"},
		{Refused.String(), "refused"},
		{Support(9).String(), "support(9)"},
		{Error.String(), "error"},
		{Warning.String(), "warning"},
		{Note.String(), "note"},
		{Severity(9).String(), "severity(9)"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}
