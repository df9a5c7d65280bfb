package vfstest

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync/atomic"
	"testing"

	"ferry/vfs"
)

// needAtomic skips the test where a store cannot publish a file at once.
func needAtomic(t *testing.T, fsys vfs.FS) {
	t.Helper()
	w, err := fsys.Create(t.Context(), "/probe", vfs.CreateOptions{Atomic: true, Perm: 0o644})
	if errors.Is(err, vfs.ErrUnsupported) {
		t.Skip("the store publishes nothing at once")
	}
	if err != nil {
		t.Fatal(err)
	}
	abort(t, w)
}

var atomicTests = append(atomicOntoTests(), []test{
	{"out of sight until Commit", func(t *testing.T, fsys vfs.FS) {
		needAtomic(t, fsys)
		put(t, fsys, "/there", "before")
		for name, kept := range map[string]string{"/there": "before", "/new": ""} {
			w := create(t, fsys, name, vfs.CreateOptions{Atomic: true, Perm: 0o600})
			fill(t, w, "after")
			if kept == "" {
				wantGone(t, fsys, name)
				wantListing(t, fsys, "/", "there")
			} else {
				wantContent(t, fsys, name, kept)
			}
			if err := w.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
			wantContent(t, fsys, name, "after")
			if err := fsys.Remove(t.Context(), name); err != nil {
				t.Fatal(err)
			}
			put(t, fsys, "/there", "before")
		}
		wantListing(t, fsys, "/", "there")
	}},
	{"nothing written", func(t *testing.T, fsys vfs.FS) {
		needAtomic(t, fsys)
		put(t, fsys, "/f", "content")
		write(t, fsys, "/f", "", vfs.CreateOptions{Atomic: true, Append: true, Perm: 0o644})
		wantContent(t, fsys, "/f", "content")
		write(t, fsys, "/f", "", vfs.CreateOptions{Atomic: true, Offset: 3, Perm: 0o644})
		wantContent(t, fsys, "/f", "con")
		write(t, fsys, "/f", "", vfs.CreateOptions{Atomic: true, Perm: 0o644})
		wantContent(t, fsys, "/f", "")
		write(t, fsys, "/g", "", vfs.CreateOptions{Atomic: true, Perm: 0o644})
		wantContent(t, fsys, "/g", "")
		wantListing(t, fsys, "/", "f", "g")
	}},
	{"large", func(t *testing.T, fsys vfs.FS) {
		needAtomic(t, fsys)
		content := strings.Repeat("0123456789abcdef", 100_000)
		write(t, fsys, "/f", content, vfs.CreateOptions{Atomic: true, Perm: 0o644})
		write(t, fsys, "/f", "end", vfs.CreateOptions{Atomic: true, Append: true, Perm: 0o644})
		if got := get(t, fsys, "/f", 0); got != content+"end" {
			t.Errorf("%d bytes came back other than they were written", len(got))
		}
		write(t, fsys, "/f", "end", vfs.CreateOptions{Atomic: true, Offset: 1_000_000, Perm: 0o644})
		if got := get(t, fsys, "/f", 0); got != content[:1_000_000]+"end" {
			t.Errorf("%d bytes came back other than they were written", len(got))
		}
	}},
	{"an aborted one changes nothing", func(t *testing.T, fsys vfs.FS) {
		needAtomic(t, fsys)
		put(t, fsys, "/there", "before")
		for _, name := range []string{"/there", "/new"} {
			for _, opts := range []vfs.CreateOptions{{}, {KeepPartial: true}, {Append: true}, {Lock: true}, {Offset: 3}} {
				if name == "/new" {
					opts.Offset = 0
				}
				opts.Atomic = true
				for _, content := range []string{"", "part"} {
					w := create(t, fsys, name, opts)
					if content != "" {
						fill(t, w, content)
					}
					abort(t, w)
					wantContent(t, fsys, "/there", "before")
					wantListing(t, fsys, "/", "there")
				}
			}
		}
	}},
	{"permission bits", func(t *testing.T, fsys vfs.FS) {
		needAtomic(t, fsys)
		write(t, fsys, "/f", "x", vfs.CreateOptions{Perm: 0o604, Atomic: true})
		if got := lstat(t, fsys, "/f").Mode; got&permBits != 0o604 {
			t.Errorf("a new file has %v, want exactly 0604", got)
		}
		was := lstat(t, fsys, "/f")
		write(t, fsys, "/f", "y", vfs.CreateOptions{Perm: 0o666, Atomic: true})
		is := lstat(t, fsys, "/f")
		if is.Mode&permBits != 0o604 || is.UID != was.UID || is.GID != was.GID {
			t.Errorf("an existing file was %v of %d:%d and is %v of %d:%d after it was replaced", was.Mode, was.UID, was.GID, is.Mode, is.UID, is.GID)
		}
		if was.ID != "" && is.ID == was.ID {
			t.Error("it is the same file still")
		}
	}},
	{"taken meanwhile", func(t *testing.T, fsys vfs.FS) {
		needAtomic(t, fsys)
		w := create(t, fsys, "/f", vfs.CreateOptions{Atomic: true, Exclusive: true, Perm: 0o644})
		fill(t, w, "mine")
		put(t, fsys, "/f", "theirs")
		wantErr(t, "Commit", w.Commit(t.Context()), vfs.ErrExist)
		wantContent(t, fsys, "/f", "theirs")

		w = create(t, fsys, "/g", vfs.CreateOptions{Atomic: true, Perm: 0o644})
		fill(t, w, "mine")
		put(t, fsys, "/g", "theirs")
		if err := w.Commit(t.Context()); err != nil {
			t.Error(err)
		}
		wantContent(t, fsys, "/g", "mine")

		w = create(t, fsys, "/d", vfs.CreateOptions{Atomic: true, Perm: 0o644})
		fill(t, w, "mine")
		mkdir(t, fsys, "/d")
		wantErr(t, "Commit", w.Commit(t.Context()), vfs.ErrIsDir)
		wantListing(t, fsys, "/", "d", "f", "g")
	}},
	{"removed meanwhile", func(t *testing.T, fsys vfs.FS) {
		needAtomic(t, fsys)
		put(t, fsys, "/f", "before")
		w := create(t, fsys, "/f", vfs.CreateOptions{Atomic: true, Existing: true, Perm: 0o644})
		fill(t, w, "after")
		if err := fsys.Remove(t.Context(), "/f"); err != nil {
			t.Fatal(err)
		}
		wantErr(t, "Commit", w.Commit(t.Context()), vfs.ErrNotExist)
		wantListing(t, fsys, "/")

		mkdir(t, fsys, "/d")
		w = create(t, fsys, "/d/f", vfs.CreateOptions{Atomic: true, Perm: 0o644})
		fill(t, w, "after")
		if err := fsys.Rmdir(t.Context(), "/d"); err != nil {
			abort(t, w)
			t.Skipf("the directory of an open file cannot be removed: %v", err)
		}
		wantErr(t, "Commit", w.Commit(t.Context()), vfs.ErrNotExist)
		wantListing(t, fsys, "/")
	}},
	{"directory renamed meanwhile", func(t *testing.T, fsys vfs.FS) {
		needAtomic(t, fsys)
		mkdir(t, fsys, "/d")
		put(t, fsys, "/d/there", "before")
		for _, name := range []string{"there", "new"} {
			w := create(t, fsys, "/d/"+name, vfs.CreateOptions{Atomic: true, Perm: 0o644})
			fill(t, w, "after")
			if err := fsys.Rename(t.Context(), "/d", "/e"); err != nil {
				abort(t, w)
				t.Skipf("the directory of an open file cannot be renamed: %v", err)
			}
			mkdir(t, fsys, "/d")
			if err := w.Commit(t.Context()); err != nil {
				t.Error(err)
			}
			wantListing(t, fsys, "/d")
			wantContent(t, fsys, "/e/"+name, "after")
			if err := fsys.Rmdir(t.Context(), "/d"); err != nil {
				t.Error(err)
			}
			if err := fsys.Rename(t.Context(), "/e", "/d"); err != nil {
				t.Error(err)
			}
		}
	}},
	{"renamed meanwhile", func(t *testing.T, fsys vfs.FS) {
		needAtomic(t, fsys)
		put(t, fsys, "/f", "before")
		w := create(t, fsys, "/f", vfs.CreateOptions{Atomic: true, Perm: 0o644})
		fill(t, w, "after")
		if err := fsys.Rename(t.Context(), "/f", "/g"); err != nil {
			t.Fatal(err)
		}
		if err := w.Commit(t.Context()); err != nil {
			t.Error(err)
		}
		wantContent(t, fsys, "/f", "after")
		wantContent(t, fsys, "/g", "before")
	}},
	{"two at a time", func(t *testing.T, fsys vfs.FS) {
		needAtomic(t, fsys)
		for _, name := range []string{"/there", "/new"} {
			put(t, fsys, "/there", "before")
			first := create(t, fsys, name, vfs.CreateOptions{Atomic: true, Perm: 0o644})
			second := create(t, fsys, name, vfs.CreateOptions{Atomic: true, Perm: 0o644})
			fill(t, second, "second")
			fill(t, first, "first")
			if err := second.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
			wantContent(t, fsys, name, "second")
			if err := first.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
			wantContent(t, fsys, name, "first")
		}
	}},
	{"locked", func(t *testing.T, fsys vfs.FS) {
		needAtomic(t, fsys)
		put(t, fsys, "/there", "before")
		for _, name := range []string{"/there", "/new"} {
			for _, end := range []func(vfs.Writer) error{
				func(w vfs.Writer) error { return w.Abort(nil) },
				func(w vfs.Writer) error { return w.Commit(t.Context()) },
			} {
				w := create(t, fsys, name, vfs.CreateOptions{Atomic: true, Lock: true, Perm: 0o644})
				_, err := fsys.Create(t.Context(), name, vfs.CreateOptions{Atomic: true, Lock: true, Perm: 0o644})
				wantErr(t, "Create of what is about to be replaced", err, vfs.ErrLocked)
				if err := end(w); err != nil {
					t.Fatal(err)
				}
				write(t, fsys, name, "after", vfs.CreateOptions{Atomic: true, Lock: true, Perm: 0o644})
			}
		}
	}},
	{"one exclusive", func(t *testing.T, fsys vfs.FS) {
		needAtomic(t, fsys)
		for i := range 5 {
			name := fmt.Sprintf("/%d", i)
			var made, committed atomic.Int32
			together(4, func(int) {
				w, err := fsys.Create(t.Context(), name, vfs.CreateOptions{Atomic: true, Exclusive: true, Perm: 0o644})
				switch {
				case err == nil:
					made.Add(1)
					if err := w.Commit(t.Context()); err == nil {
						committed.Add(1)
					} else if !errors.Is(err, vfs.ErrExist) {
						t.Error(err)
					}
				case !errors.Is(err, vfs.ErrExist):
					t.Errorf("Create: %v", err)
				}
			})
			if made.Load() != 1 || committed.Load() != 1 {
				t.Errorf("%d of 4 began the file and %d made it, want one", made.Load(), committed.Load())
			}
		}
	}},
	{"always one or the other", func(t *testing.T, fsys vfs.FS) {
		needAtomic(t, fsys)
		contents := []string{strings.Repeat("a", 10_000), strings.Repeat("b", 20_000)}
		put(t, fsys, "/f", contents[0])
		done := make(chan struct{})
		go func() {
			defer close(done)
			for i := range 10 {
				w, err := fsys.Create(t.Context(), "/f", vfs.CreateOptions{Atomic: true, Perm: 0o644})
				if err != nil {
					t.Error(err)
					return
				}
				content := contents[i%2]
				for part := range 10 {
					n := len(content) / 10
					if _, err := w.Write([]byte(content[part*n : (part+1)*n])); err != nil {
						t.Error(err)
					}
				}
				if err := w.Commit(t.Context()); err != nil {
					t.Error(err)
				}
			}
		}()
		for going := true; going; {
			select {
			case <-done:
				going = false
			default:
			}
			if got := get(t, fsys, "/f", 0); got != contents[0] && got != contents[1] {
				t.Errorf("%d bytes are neither the one nor the other", len(got))
			}
		}
	}},
	{"through a link", func(t *testing.T, fsys vfs.FS) {
		needAtomic(t, fsys)
		mkdir(t, fsys, "/d")
		put(t, fsys, "/f", "content")
		symlinks(t, fsys, map[string]string{"/l": "m", "/m": "f", "/dangling": "d/new", "/nowhere": "none/new", "/loop": "loop", "/dir": "d"})
		for _, name := range []string{"/l", "/dangling"} {
			w := create(t, fsys, name, vfs.CreateOptions{Atomic: true, Perm: 0o644})
			fill(t, w, "part")
			abort(t, w)
			wantContent(t, fsys, "/f", "content")
			wantListing(t, fsys, "/d")
		}
		for name, leads := range map[string]string{"/l": "/f", "/dangling": "/d/new", "/dir/other": "/d/other"} {
			write(t, fsys, name, "changed", vfs.CreateOptions{Atomic: true, Perm: 0o644})
			wantContent(t, fsys, leads, "changed")
			if name != "/dir/other" && lstat(t, fsys, name).Target == "" {
				t.Errorf("%s is no link any more", name)
			}
		}
		for name, kind := range map[string]error{"/nowhere": vfs.ErrNotExist, "/loop": vfs.ErrLoop, "/dir": vfs.ErrIsDir} {
			_, err := fsys.Create(t.Context(), name, vfs.CreateOptions{Atomic: true, Perm: 0o644})
			wantErr(t, "Create("+name+")", err, kind)
		}
		_, err := fsys.Create(t.Context(), "/l", vfs.CreateOptions{Atomic: true, Exclusive: true, Perm: 0o644})
		wantErr(t, "Create(Exclusive) of a link", err, vfs.ErrExist)
		wantListing(t, fsys, "/", "d", "dangling", "dir", "f", "l", "loop", "m", "nowhere")
	}},
	{"ended twice", func(t *testing.T, fsys vfs.FS) {
		needAtomic(t, fsys)
		w := create(t, fsys, "/f", vfs.CreateOptions{Atomic: true, Perm: 0o644})
		fill(t, w, "content")
		if err := w.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantErr(t, "Commit after Commit", w.Commit(t.Context()), fs.ErrClosed)
		wantErr(t, "Abort after Commit", w.Abort(nil), fs.ErrClosed)
		_, err := w.Write([]byte("more"))
		wantErr(t, "Write after Commit", err, fs.ErrClosed)
		wantContent(t, fsys, "/f", "content")
	}},
	{"errors", func(t *testing.T, fsys vfs.FS) {
		needAtomic(t, fsys)
		mkdir(t, fsys, "/d")
		put(t, fsys, "/f", "")
		for name, kinds := range map[string][]error{
			"/": {vfs.ErrIsDir}, "/d": {vfs.ErrIsDir}, "/none/f": {vfs.ErrNotExist}, "/f/below": {vfs.ErrNotDir, vfs.ErrNotExist},
		} {
			_, err := fsys.Create(t.Context(), name, vfs.CreateOptions{Atomic: true, Perm: 0o644})
			wantErr(t, "Create("+name+")", err, kinds...)
		}
		wantListing(t, fsys, "/", "d", "f")
	}},
}...)

// atomicOntoTests are those of Create: what is there in the end is the same.
func atomicOntoTests() []test {
	var tests []test
	for _, o := range ontos {
		o.opts.Atomic = true
		tests = append(tests, test{o.name, func(t *testing.T, fsys vfs.FS) {
			needAtomic(t, fsys)
			o.run(t, fsys)
		}})
	}
	return tests
}
