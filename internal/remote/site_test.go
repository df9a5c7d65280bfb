package remote

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"ferry/internal/sys"
)

const someSites = `# mine
[work]
url = ftpes://alice@ftp.example.com/in
# they have no EPSV
mode=pasv
  local-dir =   /srv/a = b

; old
[Play_2]
url = play.example.com:2121
`

func parseSites(t *testing.T, text string) *Sites {
	t.Helper()
	s, err := ParseSites("sites.conf", text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestParseSites(t *testing.T) {
	s := parseSites(t, someSites)
	if s.Text() != someSites {
		t.Errorf("it reads back as %q", s.Text())
	}
	all := s.All()
	if len(all) != 2 || all[0].Name != "work" || all[1].Place != "sites.conf:9" {
		t.Fatalf("got %+v", all)
	}
	want := []Setting{{"mode", "pasv", "sites.conf:5"}, {"local-dir", "/srv/a = b", "sites.conf:6"}}
	if !slices.Equal(all[0].Settings, want) || all[0].Target.URL() != "ftpes://alice@ftp.example.com/in" {
		t.Errorf("got %+v", all[0])
	}
}

func TestParseSitesRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"url = a":                             "f:1: a setting stands behind the name",
		"[a]\n":                               "f:1: the site a has no url",
		"[a]\nmode = pasv\n[b]\nurl = b":      "f:1: the site a has no url",
		"[a]\nurl = a\n[A]\nurl = b":          "f:3: the site A is there already, at f:1",
		"[a]\nurl = a\nurl = b":               "f:3: url is there twice",
		"[a]\nurl = a\npin = 1\npin = 1":      "f:4: pin is there twice",
		"[a]\nurl = a\n\nmod = pasv":          `f:4: "mod" is no setting of a site: want one of url, account`,
		"[a]\nurl = a\nmode":                  "f:3: want key = value",
		"[a]\nurl = a\nmode =":                "f:3: mode has no value",
		"[a\nurl = a":                         "f:1: want the name of a site in brackets",
		"[a.b]\nurl = a":                      `f:1: "a.b" is no name of a site`,
		"[]\nurl = a":                         "f:1: a site needs a name",
		"[-a]\nurl = a":                       `f:1: "-a" is no name`,
		"[a]\nurl = http://a":                 "f:2: bad URL",
		"[a]\nurl = ftp://u:p@a":              "f:2: a site has no password in its URL",
		"[a]\nurl = ftp://a/b;type=a":         "f:2: ;type= belongs to",
		"[a]\nurl = a\naccount = a\x1b[2J":    "f:3: account has a control character",
		"[a]\nurl = a\npassword = secret":     `f:3: "password" is no setting`,
		"[" + strings.Repeat("a", 65) + "]\n": "is too long",
	} {
		if s, err := ParseSites("f", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %+v, %v, want %s", text, s, err, want)
		}
	}
}

func TestEditSites(t *testing.T) {
	s := parseSites(t, someSites)
	for _, step := range []struct {
		name string
		do   func() error
		want string // "" is a failure that changes nothing
	}{
		{"set", func() error {
			return s.Set("WORK", Setting{Key: "mode", Value: "eprt"}, Setting{Key: "local-dir"}, Setting{Key: "tls-max", Value: "1.2"}, Setting{Key: "pin"})
		}, "# mine\n[work]\nurl = ftpes://alice@ftp.example.com/in\n# they have no EPSV\nmode = eprt\ntls-max = 1.2\n\n; old\n[Play_2]\nurl = play.example.com:2121\n"},
		{"unknown key", func() error { return s.Set("work", Setting{Key: "x", Value: "y"}) }, ""},
		{"no url left", func() error { return s.Set("work", Setting{Key: URLKey}) }, ""},
		{"new line", func() error { return s.Set("work", Setting{Key: "account", Value: "a\n[b]"}) }, ""},
		{"unknown site", func() error { return s.Set("none", Setting{Key: "pin", Value: "1"}) }, ""},
		{"rename to another's", func() error { return s.Rename("work", "play_2") }, ""},
		{"rename badly", func() error { return s.Rename("work", "a/b") }, ""},
		{
			"rename", func() error { return s.Rename("work", "Work") },
			"# mine\n[Work]\nurl = ftpes://alice@ftp.example.com/in\n# they have no EPSV\nmode = eprt\ntls-max = 1.2\n\n; old\n[Play_2]\nurl = play.example.com:2121\n",
		},
		{"remove", func() error { return s.Remove("work") }, "# mine\n; old\n[Play_2]\nurl = play.example.com:2121\n"},
		{"remove again", func() error { return s.Remove("work") }, ""},
		{
			"add", func() error {
				return s.Add("new", Setting{Key: "mode", Value: "port"}, Setting{Key: URLKey, Value: "h"})
			},
			"# mine\n; old\n[Play_2]\nurl = play.example.com:2121\n\n[new]\nurl = h\nmode = port\n",
		},
		{"add again", func() error { return s.Add("New", Setting{Key: URLKey, Value: "h"}) }, ""},
		{"add without a URL", func() error { return s.Add("other") }, ""},
		{"add with a password", func() error { return s.Add("other", Setting{Key: URLKey, Value: "ftp://a:b@c"}) }, ""},
	} {
		before := s.Text()
		err := step.do()
		switch {
		case step.want == "" && (err == nil || s.Text() != before):
			t.Errorf("%s: %v, and the text is %q", step.name, err, s.Text())
		case step.want != "" && (err != nil || s.Text() != step.want):
			t.Fatalf("%s: %v, and the text is %q", step.name, err, s.Text())
		}
	}
}

func TestResolve(t *testing.T) {
	s := parseSites(t, "[w]\nurl = ftpes://al@h:2121/in/\n[root]\nurl = h\n[abs]\nurl = h//srv\n")
	for text, want := range map[string]struct {
		site, url string
	}{
		"w":              {"w", "ftpes://al@h:2121/in/"},
		"W/a%20b":        {"w", "ftpes://al@h:2121/in/a%20b"},
		"w/":             {"w", "ftpes://al@h:2121/in/"},
		"w//etc":         {"w", "ftpes://al@h:2121//etc"},
		"w/~/x;type=a":   {"w", "ftpes://al@h:2121/x;type=a"},
		"w/~":            {"w", "ftpes://al@h:2121/"},
		"w/~bob":         {"w", "ftpes://al@h:2121/in/~bob"},
		"root/a/b":       {"root", "ftp://h/a/b"},
		"abs/a":          {"abs", "ftp://h//srv/a"},
		"ftp://w/a":      {"", "ftp://w/a"},
		"w:21/a":         {"", "ftp://w:21/a"},
		"al@w":           {"", "ftp://al@w/"},
		"w.example.com/": {"", "ftp://w.example.com/"},
	} {
		got, err := s.Resolve(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		site := ""
		if got.Site != nil {
			site = got.Site.Name
		}
		if site != want.site || got.URL() != want.url {
			t.Errorf("%s: site %q, %s, want %q, %s", text, site, got.URL(), want.site, want.url)
		}
	}
	for _, text := range []string{"w/a#b", "w/%0a", "w/a\nb", "w/;type=x"} {
		if got, err := s.Resolve(text); !errors.Is(err, ErrTarget) {
			t.Errorf("%q is taken for %v, %v", text, got, err)
		}
	}
}

// TestChangeSitesAtOnce loses no entry of writers that write at once.
func TestChangeSitesAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ferry", sitesFile)
	const writers = 20
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			err := ChangeSites(t.Context(), path, func(s *Sites) error {
				return s.Add(fmt.Sprintf("site%d", i), Setting{Key: URLKey, Value: "h"})
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	s, err := ReadSites(path)
	if err != nil {
		t.Fatal(err)
	}
	locks := true
	if f, err := os.Create(filepath.Join(t.TempDir(), "lock")); err == nil {
		locks = !errors.Is(sys.TryLock(f), errors.ErrUnsupported)
		f.Close()
	}
	if len(s.All()) != writers && locks {
		t.Errorf("%d sites of %d are left", len(s.All()), writers)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the file has %v, %v", info.Mode(), err)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 2 {
		t.Errorf("there are %v, %v", left, err)
	}
}

// TestChangeSitesWaits ends with the context, and leaves what is there as it is.
func TestChangeSitesWaits(t *testing.T) {
	path := filepath.Join(t.TempDir(), sitesFile)
	unlock, err := lockSites(t.Context(), path+".lock")
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	called := false
	err = ChangeSites(ctx, path, func(*Sites) error { called = true; return nil })
	if !called && (err == nil || !strings.Contains(err.Error(), "another program changes the sites")) {
		t.Errorf("got %v", err)
	}
}

// TestChangeSitesThroughLink keeps a link to the file a link.
func TestChangeSitesThroughLink(t *testing.T) {
	dir := t.TempDir()
	path, real := filepath.Join(dir, sitesFile), filepath.Join(dir, "dotfiles")
	if err := os.WriteFile(real, []byte(someSites), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real, path); err != nil {
		t.Skip(err)
	}
	if err := ChangeSites(t.Context(), path, func(s *Sites) error { return s.Remove("work") }); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(real); err != nil || string(text) != "# mine\n; old\n[Play_2]\nurl = play.example.com:2121\n" {
		t.Errorf("got %q, %v", text, err)
	}
	failed := errors.New("no")
	if err := ChangeSites(t.Context(), path, func(*Sites) error { return failed }); !errors.Is(err, failed) {
		t.Errorf("got %v", err)
	}
}

// FuzzParseSites reads, changes and writes whatever was understood.
func FuzzParseSites(f *testing.F) {
	f.Add(someSites)
	f.Add("[a]\r\nurl = a\r\n\r\n[b]\nurl=ftps://u@[::1]:990/~/x\n;")
	f.Add("[a]\nurl = a\n[new]\nurl=b")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSites("f", text)
		if err != nil {
			return
		}
		n := len(s.All())
		again, err := ParseSites("f", s.Text())
		if err != nil || len(again.All()) != n {
			t.Fatalf("%q became %q: %v", text, s.Text(), err)
		}
		for _, site := range s.All() {
			if got, err := s.Resolve(site.Name + "/x"); err != nil || got.Site.Name != site.Name {
				t.Fatalf("%s: %v, %v", site.Name, got, err)
			}
			if err := s.Set(site.Name, Setting{Key: "tls-max", Value: "1.2"}); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			if got := s.Find(site.Name).Get("tls-max"); got != "1.2" {
				t.Fatalf("%q: tls-max is %q", s.Text(), got)
			}
		}
		if s.Find("new") == nil {
			if err := s.Add("new", Setting{Key: URLKey, Value: "h"}); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
		}
		for _, site := range s.All() {
			if err := s.Remove(site.Name); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
		}
		if len(s.All()) != 0 {
			t.Fatalf("%q is left of %q", s.Text(), text)
		}
	})
}
