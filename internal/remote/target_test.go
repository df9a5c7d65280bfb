package remote

import (
	"errors"
	"testing"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]Target{
		"ftp://host":                       {Scheme: Offered, Host: "host"},
		"host":                             {Scheme: Offered, Host: "host"},
		"HOST:2121/a/b":                    {Scheme: Offered, Host: "host", Port: 2121, Path: "a/b"},
		"ftps://host/a%20b":                {Scheme: Implicit, Host: "host", Path: "a b"},
		"FTPES://al:p%40ss@host//etc/motd": {Scheme: Explicit, User: "al", Password: "p@ss", HasPassword: true, Host: "host", Path: "/etc/motd"},
		"ftp://al:@host/%2Fetc":            {Scheme: Offered, User: "al", HasPassword: true, Host: "host", Path: "/etc"},
		"ftp://a@b:c@host/":                {Scheme: Offered, User: "a@b", Password: "c", HasPassword: true, Host: "host"},
		"ftp://[2001:DB8::1]:21/x;type=A":  {Scheme: Offered, Host: "2001:db8::1", Port: 21, Path: "x", Type: 'a'},
		"ftp://[fe80::1%25eth0]/":          {Scheme: Offered, Host: "fe80::1%eth0"},
		"ftp://host/~/x":                   {Scheme: Offered, Host: "host", Path: "x"},
		"ftp://host/~bob/x":                {Scheme: Offered, Host: "host", Path: "~bob/x"},
		"ftp://host/a?b":                   {Scheme: Offered, Host: "host", Path: "a?b"},
		"host/a://b":                       {Scheme: Offered, Host: "host", Path: "a://b"},
	} {
		got, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if *got != want {
			t.Errorf("%s: got %+v, want %+v", text, *got, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{
		"", "ftp://", "http://host/", "sftp://host/", "ftp://host:0/", "ftp://host:99999/", "ftp://host:x/", "ftp://::1/",
		"ftp://[::1/", "ftp://[::1]x/", "ftp://[127.0.0.1]/", "ftp://@host/", "ftp://a b/", "ftp://h%0Aost/", "ftp://u%0d:p@host/",
		"ftp://u:p%00@host/", "ftp://host/a%0D%0ADELE%20b", "ftp://host/a\nb", "ftp://host/%", "ftp://host/%zz", "ftp://host/a#b",
		"ftp://host/a;type=x", "ftp://b\u00fccher/", "-host/x", "ftp://host/%7f",
	} {
		if got, err := Parse(text); !errors.Is(err, ErrTarget) {
			t.Errorf("%q is taken for %+v, %v", text, got, err)
		}
	}
}

// TestStringHidesThePassword keeps passwords out of messages.
func TestStringHidesThePassword(t *testing.T) {
	got, err := Parse("ftp://al:secret@host/x")
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != "ftp://al@host/x" {
		t.Errorf("got %s", got)
	}
}

// FuzzParse writes whatever was understood, and reads it back.
func FuzzParse(f *testing.F) {
	f.Add("ftp://a:b@host:21//x/y;type=i")
	f.Add("[fe80::1%25eth0]/~/~/x")
	f.Add("host/%3btype=a")
	f.Fuzz(func(t *testing.T, text string) {
		first, err := Parse(text)
		if err != nil {
			return
		}
		second, err := Parse(first.URL())
		if err != nil {
			t.Fatalf("%q became %q: %v", text, first.URL(), err)
		}
		if *first != *second {
			t.Fatalf("%q became %q: %+v and %+v", text, first.URL(), first, second)
		}
	})
}
