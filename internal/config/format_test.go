package config

import (
	"bytes"
	"strings"
	"testing"
)

func TestFormat(t *testing.T) {
	s := Defaults()
	if got, err := Format(s, true); err != nil || len(got) != 0 {
		t.Errorf("defaults: %q, %v", got, err)
	}
	all, err := Format(s, false)
	want := 0
	for _, o := range Options() {
		if o.AliasOf == "" {
			want++
		}
	}
	if got := bytes.Count(all, []byte("\n")); err != nil || got != want {
		t.Errorf("%d lines, want %d: %v", got, want, err)
	}
	s.Listen, s.AnonUmask, s.PasvMinPort, s.MessageFile, s.FTPDBanner = true, 0o22, 4294967295, "", " a=b #"
	text := "listen=YES\npasv_min_port=4294967295\nanon_umask=022\nftpd_banner= a=b #\nmessage_file=\n"
	if got, err := Format(s, true); err != nil || string(got) != text {
		t.Errorf("got %q, %v; want %q", got, err, text)
	}
	for _, banner := range []string{"a\nlisten=NO", "a\x00"} {
		s.FTPDBanner = banner
		if got, err := Format(s, true); err == nil || !strings.Contains(err.Error(), "ftpd_banner") {
			t.Errorf("%q is written as %q, %v", banner, got, err)
		}
	}
}

// TestDocuments checks that both tables have every option and that no row is
// broken.
func TestDocuments(t *testing.T) {
	md, table := string(Markdown()), string(Table())
	for _, o := range Options() {
		if n := strings.Count(md, "\n| `"+o.Name+"` | "+o.Kind.String()+" | "); n != 1 {
			t.Errorf("%s stands %d times in the page", o.Name, n)
		}
		if n := strings.Count(table, "\n"+o.Name+" "); n != 1 {
			t.Errorf("%s stands %d times in the table", o.Name, n)
		}
		if o.Why != "" && !strings.Contains(md, o.Why) {
			t.Errorf("%s: the page does not say why", o.Name)
		}
	}
	for line := range strings.Lines(md) {
		bars := strings.Count(line, "|") - strings.Count(line, `\|`)
		if bars != 0 && bars != 6 && bars != 4 {
			t.Errorf("a row with %d bars: %s", bars, line)
		}
	}
	for _, c := range Causes() {
		if !strings.Contains(md, "| `"+c.Cause+"` | ") {
			t.Errorf("the page does not list %s", c.Cause)
		}
	}
}
