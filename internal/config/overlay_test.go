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

// The charset of a user holds wherever he comes from.
func TestCharsetOfOneUser(t *testing.T) {
	dir := t.TempDir()
	base := Defaults()
	base.ClientCharset, base.ClientCharsetNetworks, base.ClientCharsetListeners = "GBK", "192.0.2.0/24=Big5", "990=KOI8-R"
	for _, tt := range []struct{ text, charset, networks, ports, complaint string }{
		{"client_charset=EUC-KR\n", "EUC-KR", "", "", ""},
		{"local_umask=077\n", "GBK", "192.0.2.0/24=Big5", "990=KOI8-R", ""},
		{"client_charset=EUC-KR\nclient_charset_listeners=21=GBK\n", "EUC-KR", "", "21=GBK", ""},
		{"client_charset=EUC\n", "", "", "", "client_charset: EUC is no charset"},
	} {
		path := filepath.Join(dir, "user")
		if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := Overlay(base, path)
		if tt.complaint != "" {
			if err == nil || !strings.Contains(err.Error(), tt.complaint) {
				t.Errorf("%q: %v", tt.text, err)
			}
			continue
		}
		if err != nil || got.ClientCharset != tt.charset || got.ClientCharsetNetworks != tt.networks || got.ClientCharsetListeners != tt.ports {
			t.Errorf("%q: %+v, %v", tt.text, got, err)
		}
	}
}
