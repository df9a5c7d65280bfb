package remote

import (
	"slices"
	"testing"
)

func TestParseNetrc(t *testing.T) {
	got, err := ParseNetrc(`# mine
machine ftp.example.com login al password "a \"b\" #c"
machine other
  login bob
  password #hash
  account acc
macdef init
  cd machine

default login anonymous password me@`)
	want := Netrc{
		{Machine: "ftp.example.com", User: "al", Password: `a "b" #c`},
		{Machine: "other", User: "bob", Password: "#hash", Account: "acc"},
		{User: "anonymous", Password: "me@"},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("got %+v, %v, want %+v", got, err, want)
	}
	for _, c := range []struct{ host, user, password string }{
		{"FTP.example.com", "", `a "b" #c`},
		{"other", "bob", "#hash"},
		{"third", "", "me@"},
		{"other", "eve", ""},
	} {
		if l, ok := got.Find(c.host, c.user); l.Password != c.password || ok != (c.password != "") {
			t.Errorf("%s@%s: %+v, %v", c.user, c.host, l, ok)
		}
	}
	for _, bad := range []string{"login al", "machine", "machine a login", `machine "a`, "host a", "machine \"a\nb\"", `machine a password "x\`} {
		if got, err := ParseNetrc(bad); err == nil {
			t.Errorf("%q is taken for %v", bad, got)
		}
	}
}

func FuzzParseNetrc(f *testing.F) {
	f.Add("machine a login \"b\\\"\" macdef x\n\ndefault")
	f.Fuzz(func(_ *testing.T, text string) { _, _ = ParseNetrc(text) })
}
