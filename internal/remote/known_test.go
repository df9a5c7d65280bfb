package remote

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestKnownRemembers(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", home)
	t.Setenv("HOME", home)
	t.Setenv("AppData", home)
	k, err := OpenKnown()
	if err != nil {
		t.Fatal(err)
	}
	target, err := Parse("ftps://Host/")
	if err != nil {
		t.Fatal(err)
	}
	at, mark := Server(target), FingerprintPrefix+strings.Repeat("0f", 32)
	if at != "host" || k.TLS(at) {
		t.Fatalf("%s is known: %v", at, k.TLS(at))
	}
	for _, p := range []string{"", mark, mark} {
		if err := k.Remember(at, p); err != nil {
			t.Fatal(err)
		}
	}
	if k, err = OpenKnown(); err != nil || !k.TLS("host") || k.Fingerprint("host") != mark || k.TLS("host:2121") {
		t.Fatalf("it reads back as %+v, %v", k, err)
	}
	// A file that is damaged must not count for one that knows nobody.
	if err := os.WriteFile(k.Path(), []byte("host sha256:12\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKnown(); err == nil {
		t.Error("a damaged file is taken")
	}
	if filepath.Base(k.Path()) != "known_hosts" {
		t.Errorf("the file is %s", k.Path())
	}
}
