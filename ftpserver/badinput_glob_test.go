package ftpserver_test

import (
	"context"
	"fmt"
	"io"
	"iter"
	"strings"
	"testing"

	"ferry/vfs"
)

// orderedFS yields the entries of its root in the order given, whatever else the
// store holds: a directory as large, or as awkward, as a test wants it, without
// files behind it.
type orderedFS struct {
	vfs.FS
	dir     string
	entries iter.Seq[vfs.Info]
}

func (f orderedFS) List(ctx context.Context, name string) iter.Seq2[vfs.Info, error] {
	if name != f.dir {
		return f.FS.List(ctx, name)
	}
	return func(yield func(vfs.Info, error) bool) {
		for info := range f.entries {
			if !yield(info, nil) {
				return
			}
		}
	}
}

// Patterns that grow with every brace, or go back with every star, over names
// that almost match: each is refused after its steps, or matches within them,
// and the session is there for the next (CVE-2011-0762, CVE-2011-0418).
func TestBadInputGlob(t *testing.T) {
	patterns := []string{
		strings.Repeat("{*},", 200),
		"{" + strings.Repeat("{*},", 200) + "{.}}",
		strings.Repeat("{", 2000) + "*" + strings.Repeat("}", 2000),
		strings.Repeat("{", 2000) + "*",
		strings.Repeat("}", 2000) + "*",
		strings.Repeat("{a,b}", 30),
		strings.Repeat("{a,b,c,d,e,f,g,h}", 100),
		strings.Repeat("{*,*}", 30),
		"{" + strings.Repeat("*", 200) + "," + strings.Repeat("?*", 100) + "}",
		strings.Repeat("*", 250),
		strings.Repeat("*a", 120) + "b",
		strings.Repeat("a*", 120) + "b",
		strings.Repeat("?*", 120) + "b",
		strings.Repeat("[a-z]*", 40) + "b",
		"[" + strings.Repeat("a-", 120),
		"[" + strings.Repeat("[", 120) + "*",
		"*{" + strings.Repeat(",", 230) + "}*",
		"\\" + strings.Repeat("\\*", 120),
		strings.Repeat("{a,", 80) + strings.Repeat("}", 80) + "*",
	}
	inWorld(t, nil, func(w *world) {
		_ = w.fs.Mkdir(w.t.Context(), "/d", 0o755)
		for i := range 300 {
			w.put("/d/"+strings.Repeat("a", 255-i%40)[:255-i%40-1]+string(rune('c'+i%20)), "")
		}
		s := w.login()
		for _, pattern := range patterns {
			for _, dir := range []string{"", "d/"} {
				s.send("STAT " + dir + pattern + "\r\n")
				if r, err := s.reply(); err != nil || r.Code != 213 && r.Code != 550 && r.Code != 553 && r.Code != 450 {
					t.Fatalf("STAT %.60s: %v, %v", dir+pattern, r, err)
				}
				for _, verb := range []string{"LIST ", "NLST ", "MLSD ", "LIST -R "} {
					data := s.passive()
					s.send(verb + dir + pattern + "\r\n")
					r, err := s.reply()
					if err == nil && r.Code == 150 {
						_, _ = io.Copy(io.Discard, data) // it is reset when the pattern is refused midway
						r, err = s.reply()
					}
					_ = data.Close()
					if err != nil || r.Code != 226 && r.Code != 550 && r.Code != 553 {
						t.Fatalf("%s%.60s: %v, %v", verb, dir+pattern, r, err)
					}
				}
			}
		}
		s.do("NOOP", "200")
	})
}

// A name on which a pattern has used up its steps is the last that it is tried
// on: else each of a million names could cost as much.
func TestBadInputGlobStopsAtOnce(t *testing.T) {
	names := []string{strings.Repeat("a", 250)}
	for i := range 5000 { // more than is sent at once
		names = append(names, fmt.Sprintf("a%030db", i))
	}
	inWorld(t, func(w *world) {
		w.user.FS = orderedFS{FS: w.fs, dir: "/", entries: func(yield func(vfs.Info) bool) {
			for _, name := range names {
				if !yield(vfs.Info{Name: name, Mode: 0o644, Nlink: 1}) {
					return
				}
			}
		}}
	}, func(w *world) {
		s := w.login()
		data := s.passive()
		s.do("NLST {*a?1,*a?2,*a?3,*a?4,*a?5,*a?6,a*b}", "150")
		got, _ := io.ReadAll(data)
		s.expect("550 That pattern takes too many steps")
		if len(got) > 0 {
			t.Errorf("and went on with %q", got)
		}
		s.do("STAT {*a?1,*a?2,*a?3,*a?4,*a?5,*a?6,a*b}", "550 That pattern takes too many steps")
	})
}
