package mirror

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ferry/ftpclient"
)

// here makes the local tree of a mirror.
func here(t *testing.T, m *Mirror, files ...string) {
	t.Helper()
	for _, name := range append(files, "") {
		full := filepath.Join(m.Local, name)
		var err error
		if name == "" || strings.HasSuffix(name, "/") {
			err = os.MkdirAll(full, 0o777)
		} else if err = os.MkdirAll(filepath.Dir(full), 0o777); err == nil {
			err = os.WriteFile(full, []byte("x"), 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// planned makes a plan, which must succeed.
func planned(t *testing.T, m *Mirror) []string {
	t.Helper()
	p, err := m.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return told(p)
}

// TestMissingSource has a server that lists what is not there as empty, as vsftpd
// does, and others.
func TestMissingSource(t *testing.T) {
	empty := func(string) (text, reply string) { return "", "226 done" }
	for name, s := range map[string]*scripted{
		"MLSD": {list: listings(nil)},
		"LIST": {list: empty, features: []string{"SIZE"}, say: func(verb, _ string) string {
			if verb == "CWD" {
				return "550 no such directory"
			}
			return ""
		}},
		"a file": {list: empty, say: func(verb, _ string) string {
			switch verb {
			case "CWD":
				return "550 no directory"
			case "MLST":
				return "250-\r\n type=file; base\r\n250 end"
			}
			return ""
		}},
	} {
		t.Run(name, func(t *testing.T) {
			m := s.start(t)
			here(t, m, "old")
			if _, err := m.Plan(t.Context()); err == nil || name != "a file" && !errors.Is(err, ErrMissing) {
				t.Errorf("the plan: %v", err)
			}
		})
	}
	t.Run("here", func(t *testing.T) {
		m := (&scripted{list: listings(map[string]string{"/base": "type=file;size=1; old\r\n"})}).start(t)
		m.Upload = true
		if _, err := m.Plan(t.Context()); !errors.Is(err, ErrMissing) {
			t.Errorf("the plan: %v", err)
		}
	})
}

// TestDoubtKeeps has listings that are not what they seem: below them nothing may
// be removed.
func TestDoubtKeeps(t *testing.T) {
	self := "type=cdir; .\r\n"
	for _, tt := range []struct {
		name, text, reply string
		want              []string
	}{
		{"refused", "", "550 permission denied", []string{"remove gone", "fault d"}},
		{"empty without itself", "", "226 done", []string{"remove gone", "fault d"}},
		{"empty with itself", self, "226 done", []string{"remove d/old", "remove gone"}},
		{"truncated", self + "type=file;size=1; new\r\n", "226-Output truncated to 2 matches\r\n226 2 matches total", []string{"copy d/new new", "remove gone", "fault d"}},
		{"a line of nonsense", self + "nonsense\r\n", "226 done", []string{"remove gone", "fault d"}},
		{"a name that leads out", self + "type=file;size=1; ../up\r\n", "226 done", []string{"remove gone", "fault d"}},
		{"a name twice", self + "type=file;size=1; new\r\ntype=file;size=2; new\r\n", "226 done", []string{"copy d/new new", "remove gone", "fault d"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &scripted{list: func(dir string) (text, reply string) {
				switch dir {
				case "/base":
					return self + "type=dir; d\r\n", "226 done"
				case "/base/d":
					return tt.text, tt.reply
				}
				return "", "550 no such directory"
			}}
			m := s.start(t)
			m.Options.Limit = Limit{Set: true, N: 100, Percent: true}
			here(t, m, "d/old", "gone")
			if got := planned(t, m); !slices.Equal(got, tt.want) {
				t.Errorf("the plan is %q, want %q", got, tt.want)
			}
		})
	}
}

// TestBrokenListing has listings that end before their end: there is no plan.
func TestBrokenListing(t *testing.T) {
	for _, reply := range []string{"", "426 broken off", "451 disk error"} {
		s := &scripted{list: func(dir string) (text, r string) {
			if dir == "/base" {
				return "type=dir; d\r\n", "226 done"
			}
			return "type=file;size=1; a\r\n", reply
		}}
		m := s.start(t)
		here(t, m, "d/old")
		if p, err := m.Plan(t.Context()); err == nil {
			t.Errorf("%q: the plan is %q", reply, told(p))
		}
	}
}

// TestEndlessTree has a server that makes up directories.
func TestEndlessTree(t *testing.T) {
	t.Run("deep", func(t *testing.T) {
		m := (&scripted{list: func(string) (string, string) { return "type=dir; d\r\ntype=file;size=1; f\r\n", "226 done" }}).start(t)
		here(t, m, "old")
		got := planned(t, m)
		if last := got[len(got)-1]; !strings.HasPrefix(last, "fault d/d/d") {
			t.Errorf("the plan ends with %q", last)
		}
		if slices.Contains(got, "remove d/old") || len(got) > 3*maxDepth {
			t.Errorf("the plan is %q", got)
		}
	})
	t.Run("itself", func(t *testing.T) {
		m := (&scripted{list: func(string) (string, string) { return "type=dir;unique=1; d\r\n", "226 done" }}).start(t)
		here(t, m)
		if got := planned(t, m); !slices.Equal(got, []string{"mkdir d", "mkdir d/d", "fault d/d"}) {
			t.Errorf("the plan is %q", got)
		}
	})
	t.Run("a listing", func(t *testing.T) {
		s := &scripted{list: func(string) (string, string) {
			return strings.Repeat("type=file;size=1; f\r\n", 200), "226 done"
		}}
		m := s.start(t)
		m.Pool = ftpclient.NewPool(ftpclient.PoolConfig{Address: s.addr, Size: 1, Retries: -1, Config: &ftpclient.Config{MaxListing: 100}})
		t.Cleanup(func() { _ = m.Pool.Close() })
		here(t, m)
		if _, err := m.Plan(t.Context()); !errors.Is(err, ftpclient.ErrTooMuch) {
			t.Errorf("the plan: %v", err)
		}
	})
}

// TestListWithoutFacts has a server that knows LIST alone: with dots and without
// options, and with -a taken for a name.
func TestListWithoutFacts(t *testing.T) {
	lines := func(names ...string) string {
		text := ""
		for _, name := range names {
			kind := "-"
			if strings.TrimRight(name, ".") == "" || name == "d" {
				kind = "d"
			}
			text += kind + "rw-r--r--   1 0 0        1 Mar 01  2026 " + name + "\r\n"
		}
		return text
	}
	options := map[string]bool{}
	s := &scripted{features: []string{"SIZE"}, list: func(dir string) (text, reply string) {
		switch dir {
		case "/base":
			return lines("d", "f"), "226 done"
		case "/base/d":
			return "", "226 Transfer done (but failed to open directory)."
		}
		return "", "550 no such directory"
	}}
	plain := s.list
	s.say = func(verb, arg string) string {
		if verb == "LIST" {
			options[arg] = true
		}
		return ""
	}
	t.Run("without options", func(t *testing.T) {
		m := s.start(t)
		m.Parallel = 1
		here(t, m, "d/old", "f", "gone")
		if got := planned(t, m); !options["-a"] || !slices.Equal(got, []string{"copy f time", "remove gone", "fault d"}) {
			t.Errorf("the plan is %q", got)
		}
	})
	t.Run("with itself", func(t *testing.T) {
		s.list = func(dir string) (text, reply string) {
			text, reply = plain(dir)
			if dir == "/base" {
				text = lines(".", "..") + text
			}
			return text, reply
		}
		m := s.start(t)
		m.Parallel = 1
		here(t, m, "d/old", "gone")
		if got := planned(t, m); !slices.Contains(got, "fault d") || slices.Contains(got, "remove d/old") {
			t.Errorf("the plan is %q", got)
		}
	})
}
