package vfstest

import (
	"io/fs"
	"strings"
	"testing"

	"ferry/vfs"
)

// onto is one way to open a file for writing that holds "0123456789", or is
// not there, and to write "ab".
type onto struct {
	name   string
	opts   vfs.CreateOptions
	there  string // content afterwards, if the file was there
	missed string // content afterwards, if it was not
	// errors instead
	thereErr, missedErr error
}

var ontos = []onto{
	{name: "anew", there: "ab", missed: "ab"},
	{name: "append", opts: vfs.CreateOptions{Append: true}, there: "0123456789ab", missed: "ab"},
	{name: "append ignores offset", opts: vfs.CreateOptions{Append: true, Offset: 3}, there: "0123456789ab", missed: "ab"},
	{name: "offset", opts: vfs.CreateOptions{Offset: 4}, there: "0123ab", missedErr: vfs.ErrInvalid},
	{name: "offset at the end", opts: vfs.CreateOptions{Offset: 10}, there: "0123456789ab", missedErr: vfs.ErrInvalid},
	{name: "offset past the end", opts: vfs.CreateOptions{Offset: 11}, thereErr: vfs.ErrInvalid, missedErr: vfs.ErrInvalid},
	{name: "negative offset", opts: vfs.CreateOptions{Offset: -1}, thereErr: vfs.ErrInvalid, missedErr: vfs.ErrInvalid},
	{name: "exclusive", opts: vfs.CreateOptions{Exclusive: true}, thereErr: vfs.ErrExist, missed: "ab"},
	{name: "exclusive append", opts: vfs.CreateOptions{Exclusive: true, Append: true}, thereErr: vfs.ErrExist, missed: "ab"},
	{name: "exclusive offset", opts: vfs.CreateOptions{Exclusive: true, Offset: 4}, thereErr: vfs.ErrExist, missedErr: vfs.ErrInvalid},
	{name: "existing", opts: vfs.CreateOptions{Existing: true}, there: "ab", missedErr: vfs.ErrNotExist},
	{name: "existing append", opts: vfs.CreateOptions{Existing: true, Append: true}, there: "0123456789ab", missedErr: vfs.ErrNotExist},
	{name: "existing offset", opts: vfs.CreateOptions{Existing: true, Offset: 2}, there: "01ab", missedErr: vfs.ErrNotExist},
	{name: "existing exclusive", opts: vfs.CreateOptions{Existing: true, Exclusive: true}, thereErr: vfs.ErrInvalid, missedErr: vfs.ErrInvalid},
	{name: "locked", opts: vfs.CreateOptions{Lock: true}, there: "ab", missed: "ab"},
}

func (o onto) run(t *testing.T, fsys vfs.FS) {
	const before = "0123456789"
	put(t, fsys, "/there", before)
	o.opts.Perm = 0o644 // without, not even the owner could read it
	for _, c := range []struct {
		name, content string
		err           error
	}{
		{"/there", o.there, o.thereErr},
		{"/missed", o.missed, o.missedErr},
	} {
		w, err := fsys.Create(t.Context(), c.name, o.opts)
		if c.err != nil {
			wantErr(t, "Create("+c.name+")", err, c.err)
			if c.name == "/there" {
				wantContent(t, fsys, c.name, before)
			} else {
				wantGone(t, fsys, c.name)
			}
			continue
		}
		if err != nil {
			t.Errorf("Create(%s): %v", c.name, err)
			continue
		}
		fill(t, w, "a")
		fill(t, w, "b")
		if err := w.Commit(t.Context()); err != nil {
			t.Errorf("Commit(%s): %v", c.name, err)
		}
		wantContent(t, fsys, c.name, c.content)
	}
}

var createTests = append(ontoTests(), []test{
	{"nothing written", func(t *testing.T, fsys vfs.FS) {
		put(t, fsys, "/f", "")
		wantContent(t, fsys, "/f", "")
		put(t, fsys, "/f", "content")
		put(t, fsys, "/f", "")
		wantContent(t, fsys, "/f", "")
	}},
	{"large", func(t *testing.T, fsys vfs.FS) {
		content := strings.Repeat("0123456789abcdef", 100_000)
		put(t, fsys, "/f", content)
		if got := get(t, fsys, "/f", 0); got != content {
			t.Errorf("%d bytes came back other than they were written", len(got))
		}
	}},
	{"permission bits", func(t *testing.T, fsys vfs.FS) {
		for _, perm := range []fs.FileMode{0, 0o400, 0o644, 0o666, 0o777, 0o604} {
			name := "/" + perm.String()
			write(t, fsys, name, "x", vfs.CreateOptions{Perm: perm})
			if got := lstat(t, fsys, name).Mode; got&permBits != perm || !got.IsRegular() {
				t.Errorf("a new file has %v, want exactly %v", got, perm)
			}
		}
		write(t, fsys, "/kept", "x", vfs.CreateOptions{Perm: 0o640})
		write(t, fsys, "/kept", "x", vfs.CreateOptions{Perm: 0o666})
		if got := lstat(t, fsys, "/kept").Mode; got&permBits != 0o640 {
			t.Errorf("an existing file has %v after it was replaced, want what it had", got)
		}
	}},
	{"ended twice", func(t *testing.T, fsys vfs.FS) {
		w := create(t, fsys, "/f", vfs.CreateOptions{Perm: 0o644})
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
		mkdir(t, fsys, "/d")
		put(t, fsys, "/f", "")
		for _, c := range []struct {
			name  string
			opts  vfs.CreateOptions
			kinds []error
		}{
			{"/", vfs.CreateOptions{}, []error{vfs.ErrIsDir}},
			{"/", vfs.CreateOptions{Exclusive: true}, []error{vfs.ErrExist}},
			{"/d", vfs.CreateOptions{}, []error{vfs.ErrIsDir}},
			{"/d", vfs.CreateOptions{Append: true}, []error{vfs.ErrIsDir}},
			{"/d", vfs.CreateOptions{Exclusive: true}, []error{vfs.ErrExist}},
			{"/none/f", vfs.CreateOptions{}, []error{vfs.ErrNotExist}},
			{"/none/f", vfs.CreateOptions{Offset: 1}, []error{vfs.ErrNotExist}},
			{"/f/below", vfs.CreateOptions{}, []error{vfs.ErrNotDir, vfs.ErrNotExist}},
		} {
			_, err := fsys.Create(t.Context(), c.name, c.opts)
			wantErr(t, "Create("+c.name+")", err, c.kinds...)
		}
		wantListing(t, fsys, "/", "d", "f")
		_, err := fsys.Create(canceled(t), "/new", vfs.CreateOptions{})
		if err == nil {
			t.Error("Create with a context that has ended succeeds")
		}
		wantGone(t, fsys, "/new")
	}},
	{"lock", func(t *testing.T, fsys vfs.FS) {
		put(t, fsys, "/f", "before")
		w := create(t, fsys, "/f", vfs.CreateOptions{Lock: true, Append: true})
		other, err := fsys.Create(t.Context(), "/f", vfs.CreateOptions{Lock: true})
		if err == nil {
			_ = other.Abort(nil)
			_ = w.Abort(nil)
			t.Skip("the store has no locks")
		}
		wantErr(t, "Create of a locked file", err, vfs.ErrLocked)
		wantContent(t, fsys, "/f", "before") // it was not emptied
		fill(t, w, "!")
		if err := w.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		write(t, fsys, "/f", "after", vfs.CreateOptions{Lock: true})
		wantContent(t, fsys, "/f", "after")

		w = create(t, fsys, "/f", vfs.CreateOptions{Lock: true, KeepPartial: true})
		if err := w.Abort(nil); err != nil {
			t.Fatal(err)
		}
		write(t, fsys, "/f", "last", vfs.CreateOptions{Lock: true})
		wantContent(t, fsys, "/f", "last")
	}},
}...)

func ontoTests() []test {
	var tests []test
	for _, o := range ontos {
		tests = append(tests, test{o.name, o.run})
	}
	return tests
}
