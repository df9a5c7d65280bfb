package ftpclient_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry/ftpclient"
)

func TestFileKnownHosts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "known_hosts")
	k := ftpclient.NewFileKnownHosts(path, nil)
	want := func(server, pin string, tls bool) {
		t.Helper()
		gotPin, err := k.Pin(server)
		if err != nil || gotPin != pin {
			t.Errorf("pin of %s: %q, %v, want %q", server, gotPin, err, pin)
		}
		if gotTLS, err := k.SeenTLS(server); err != nil || gotTLS != tls {
			t.Errorf("%s seen with TLS: %v, %v, want %v", server, gotTLS, err, tls)
		}
	}
	mark, other := strings.Repeat("0f", 32), strings.Repeat("1e", 32)
	want("host", "", false)
	for _, r := range []struct{ server, pin string }{
		{"Host:21", ""}, {"host:990", mark}, {"host:21", mark}, {"host:21", ""}, {"host:2121", ""}, {"[::1]:21", other},
	} {
		if err := k.Remember(r.server, r.pin); err != nil {
			t.Fatal(err)
		}
	}
	want("host:21", mark, true)
	want("HOST", mark, true)
	want("host:2121", "", true)
	want("::1", other, true)
	want("host:2122", "", false)
	text, err := os.ReadFile(path)
	if err != nil || string(text) != "host tls\nhost sha256:"+mark+"\nhost:2121 tls\n::1 sha256:"+other+"\n" {
		t.Errorf("the file is %q, %v", text, err)
	}

	// Comments stay, and all lines of a server go. A last line without an end
	// does not run into the next.
	if err := os.WriteFile(path, []byte("# mine\n"+string(text)+"third tls"), 0o600); err != nil {
		t.Fatal(err)
	}
	if found, err := k.Forget("host:21"); !found || err != nil {
		t.Errorf("forget: %v, %v", found, err)
	}
	if found, err := k.Forget("host:21"); found || err != nil {
		t.Errorf("forget again: %v, %v", found, err)
	}
	if err := k.Remember("fourth", ""); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "# mine\nhost:2121 tls\n::1 sha256:"+other+"\nthird tls\nfourth tls\n" {
		t.Errorf("the file is %q, %v", text, err)
	}

	// A file that is damaged must not count for one that knows nobody.
	for _, bad := range []string{"host\n", "host sha256:12\n", "host " + mark + "\n", "a tls\nhost tls tls\n"} {
		if err := os.WriteFile(path, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := k.Pin("elsewhere"); err == nil || !strings.Contains(err.Error(), path+":") {
			t.Errorf("%q: %v", bad, err)
		}
		if err := k.Remember("elsewhere", ""); err == nil {
			t.Errorf("%q is added to", bad)
		}
	}
}

func TestParsePin(t *testing.T) {
	want := strings.Repeat("0f", 32)
	for _, text := range []string{want, "sha256:" + want, "SHA256:" + strings.ToUpper(want), strings.TrimSuffix(strings.Repeat("0F:", 32), ":")} {
		if got, err := ftpclient.ParsePin(text); got != want || err != nil {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "sha256:", want[1:], want + "00", "md5:" + want, strings.Repeat("x", 64)} {
		if got, err := ftpclient.ParsePin(text); err == nil {
			t.Errorf("%q is taken for %s", text, got)
		}
	}
}
