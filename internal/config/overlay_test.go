package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOverlay(t *testing.T) {
	dir := t.TempDir()
	base := Defaults()
	base.WriteEnable, base.LocalUmask = true, 0o22
	for _, tt := range []struct{ name, text, want string }{
		{"anna", "write_enable=NO\nlocal_root=/srv/anna\n", ""},
		{"typo", "write_enabel=NO\n", "typo:1:1: 500 OOPS: unrecognised variable in config file: write_enabel"},
		{"refused", "local_umask=077\ntcp_wrappers=YES\n", "tcp_wrappers is refused"},
	} {
		path := filepath.Join(dir, tt.name)
		if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := Overlay(base, path)
		switch {
		case tt.want != "":
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
			}
		case err != nil:
			t.Errorf("%s: %v", tt.name, err)
		case got.WriteEnable || got.LocalRoot != "/srv/anna" || got.LocalUmask != 0o22:
			t.Errorf("%s: %+v", tt.name, got)
		}
	}
	if got, err := Overlay(base, filepath.Join(dir, "nobody")); got != nil || err != nil {
		t.Errorf("a file that is not there: %v, %v", got, err)
	}
	if _, err := Overlay(base, dir); err == nil {
		t.Error("a directory is no file of settings")
	}
}
