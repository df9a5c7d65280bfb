package ftpserver_test

import (
	"context"
	"io"
	"iter"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"ferry/vfs"
)

// deepFS is a tree without an end: each directory holds one more, with the
// longest name that there is. What is too long to be named is refused, as every
// store does.
type deepFS struct{ vfs.FS }

func (f deepFS) Stat(_ context.Context, name string) (vfs.Info, error) {
	if len(name) > vfs.MaxName {
		return vfs.Info{}, vfs.ErrNameTooLong
	}
	return vfs.Info{Name: "d", Mode: 0o755 | 1<<31, Nlink: 1}, nil
}

func (f deepFS) List(_ context.Context, name string) iter.Seq2[vfs.Info, error] {
	return func(yield func(vfs.Info, error) bool) {
		if len(name) > vfs.MaxName {
			yield(vfs.Info{}, vfs.ErrNameTooLong)
			return
		}
		yield(vfs.Info{Name: strings.Repeat("d", vfs.MaxElement), Mode: 0o755 | 1<<31, Nlink: 1}, nil)
	}
}

// What made other servers read and write beyond their buffers: trees deeper than
// a pathname, the longest names, options that nobody has heard of, and a directory
// with a million entries (CVE-2019-20176, CVE-2020-9274, CVE-2020-9365).
func TestBadInputListing(t *testing.T) {
	recurse := func(w *world) { w.srv.Policy.Listing.Recurse = true }
	t.Run("a tree as deep as a pathname", func(t *testing.T) {
		inWorld(t, recurse, func(w *world) {
			const depth = vfs.MaxName/2 - 1
			for i := 1; i <= depth; i++ {
				if err := w.fs.Mkdir(w.t.Context(), strings.Repeat("/d", i), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			s := w.login()
			if n := strings.Count(s.fetch("LIST -R"), ":\r\n"); n < depth {
				t.Errorf("%d directories of %d", n, depth)
			}
			s.do("CWD "+strings.Repeat("/d", depth/2), "250")
			s.do("CWD "+strings.Repeat("d/", depth-depth/2), "250")
			s.do("PWD", "257")
			s.do("MLST", "250")
			s.do("CWD "+strings.Repeat("d/", 2000), "553")
			// The headings alone are eight megabytes, which STAT would hold.
			s.do("STAT -R /", "450 Too many files for STAT")
		})
	})
	t.Run("a tree without an end", func(t *testing.T) {
		inWorld(t, func(w *world) {
			recurse(w)
			w.user.FS = deepFS{w.fs}
		}, func(w *world) {
			s := w.login()
			if got := s.fetch("LIST -R"); strings.Count(got, ":\r\n") < 15 {
				t.Errorf("only %d bytes", len(got))
			}
			s.do("NOOP", "200")
		})
	})
	t.Run("names of four kilobytes", func(t *testing.T) {
		inWorld(t, recurse, func(w *world) {
			dir := ""
			for range 15 {
				dir += "/" + strings.Repeat("n", vfs.MaxElement)
				if err := w.fs.Mkdir(w.t.Context(), dir, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			w.put(dir+"/"+strings.Repeat("f", vfs.MaxElement), "x")
			s := w.login()
			for _, command := range []string{"LIST ", "NLST ", "MLSD ", "LIST -a ", "LIST -R "} {
				if got := s.fetch(command + dir); !strings.Contains(got, "ffff") {
					t.Errorf("%s%.20s: %q", command, dir, got)
				}
			}
			s.do("MLST "+dir, "250")
			s.do("STAT "+dir, "213")
			s.do("CWD "+dir, "250")
			if got := s.fetch("LIST -R"); !strings.Contains(got, "ffff") {
				t.Errorf("LIST -R there: %q", got)
			}
			s.do("CWD "+strings.Repeat("n", vfs.MaxElement+1), "553")
			s.do("MKD "+strings.Repeat("m", vfs.MaxElement), "257")
			s.do("MKD "+strings.Repeat("m", vfs.MaxElement)+"/x", "553") // together too long
		})
	})
	t.Run("odd options", func(t *testing.T) {
		inWorld(t, recurse, func(w *world) {
			w.put("/file", "x")
			w.put("/-dash", "x")
			s := w.login()
			for _, option := range []string{
				"-B", "-C", "-@", "--", "-", "-- ", "---", "-\xff\xff", "-%s", "-" + strings.Repeat("aAlRdFrtS1BC@", 300), strings.Repeat("-l ", 1000), "-a -l -R --",
				"-w 1000000000", "-I *", "-T0", "--color", "--help", "-Z", "-\\", "-\"", "-0", "-1",
			} {
				for _, command := range []string{"LIST ", "NLST "} {
					data := s.passive()
					s.send(command + option + "\r\n")
					r, err := s.reply()
					if err == nil && r.Code == 150 {
						_, _ = io.ReadAll(data)
						r, err = s.reply()
					}
					_ = data.Close()
					if err != nil || r.Code != 226 && r.Code != 550 {
						t.Errorf("%s%.30q: %v, %v", command, option, r, err)
					}
				}
				s.send("STAT " + option + "\r\n")
				if r, err := s.reply(); err != nil || r.Code != 213 && r.Code != 550 {
					t.Errorf("STAT %.30q: %v, %v", option, r, err)
				}
			}
			if got := s.fetch("NLST -- -dash"); got != "-dash\r\n" {
				t.Errorf("NLST -- -dash: %q", got)
			}
		})
	})
	t.Run("a million entries", func(t *testing.T) {
		if testing.Short() {
			t.Skip("lists a million entries some times")
		}
		many, prefix := 1_000_000, strings.Repeat("n", 40)
		var most, before uint64
		inWorld(t, func(w *world) {
			w.user.FS = orderedFS{FS: w.fs, dir: "/", entries: func(yield func(vfs.Info) bool) {
				for i := range many {
					if i%100_000 == 99_999 {
						most = max(most, live())
					}
					if !yield(vfs.Info{Name: prefix + strconv.Itoa((i*7919)%many), Mode: 0o644, ModTime: time.Unix(int64(i), 0), Nlink: 1}) {
						return
					}
				}
			}}
		}, func(w *world) {
			s := w.login()
			before = live()
			for _, tt := range []struct {
				command   string
				of, lines int
			}{{"LIST", many, many}, {"MLSD", many, many + 1}, {"NLST", 200_000, 200_000}, {"NLST *7", 200_000, 20_000}} {
				if many = tt.of; s.countLines(tt.command) != tt.lines {
					t.Errorf("%s: not %d lines", tt.command, tt.lines)
				}
			}
			if most > before+16<<20 {
				t.Errorf("a listing holds %d MB", (most-before)>>20)
			}
			data := s.passive()
			s.do("LIST -t", "150")
			_, _ = io.Copy(io.Discard, data)
			s.expect("450")
			s.do("STAT /", "450")
			if most > before+64<<20 {
				t.Errorf("a sorted listing holds %d MB", (most-before)>>20)
			}
		})
	})
}

// live is how many bytes are in use after a collection.
func live() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// countLines transfers a listing without keeping it.
func (s *session) countLines(command string) int {
	s.w.t.Helper()
	data := s.passive()
	s.do(command, "150")
	lines, buf := 0, make([]byte, 64<<10)
	for {
		n, err := data.Read(buf)
		lines += strings.Count(string(buf[:n]), "\n")
		if err != nil {
			s.expect("226")
			return lines
		}
	}
}
