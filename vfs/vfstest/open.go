package vfstest

import (
	"io"
	"strings"
	"testing"

	"ferry/vfs"
)

var openTests = []test{
	{"offsets", func(t *testing.T, fsys vfs.FS) {
		content := strings.Repeat("0123456789", 20_000)
		size := int64(len(content))
		put(t, fsys, "/f", content)
		for _, offset := range []int64{0, 1, 4096, size - 1, size, size + 1, 1 << 40} {
			if got, want := get(t, fsys, "/f", offset), content[min(offset, size):]; got != want {
				t.Errorf("from %d: %d bytes, want %d", offset, len(got), len(want))
			}
		}
		_, err := fsys.Open(t.Context(), "/f", -1)
		wantErr(t, "Open(-1)", err, vfs.ErrInvalid)
	}},
	{"empty", func(t *testing.T, fsys vfs.FS) {
		put(t, fsys, "/f", "")
		wantContent(t, fsys, "/f", "")
	}},
	{"Info", func(t *testing.T, fsys vfs.FS) {
		mkdir(t, fsys, "/d")
		put(t, fsys, "/d/f", "content")
		r, err := fsys.Open(t.Context(), "/d/f", 3)
		if err != nil {
			t.Fatal(err)
		}
		got, want := r.Info(), lstat(t, fsys, "/d/f")
		if got.Name != "f" || got.Size != 7 || got.Mode != want.Mode || got.ID != want.ID || !got.ModTime.Equal(want.ModTime) {
			t.Errorf("Info = %+v, Lstat %+v", got, want)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}},
	{"end stays", func(t *testing.T, fsys vfs.FS) {
		// A Reader past the end stands at the end, not behind it.
		put(t, fsys, "/f", "12345")
		r, err := fsys.Open(t.Context(), "/f", 100)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := r.Read(make([]byte, 10)); n != 0 || err != io.EOF { //nolint:errorlint // the contract of io.Reader
			t.Errorf("Read = %d, %v, want the end", n, err)
		}
		if f, ok := r.(vfs.Filer); ok && f.File() != nil {
			if at, err := f.File().Seek(0, io.SeekCurrent); err != nil || at != 5 {
				t.Errorf("the file stands at %d, %v, want 5", at, err)
			}
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}},
	{"Filer", func(t *testing.T, fsys vfs.FS) {
		put(t, fsys, "/f", "0123456789")
		r, err := fsys.Open(t.Context(), "/f", 4)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = r.Close() }()
		f, ok := r.(vfs.Filer)
		if !ok || f.File() == nil {
			t.Skip("not a local file")
		}
		if _, err := io.ReadFull(r, make([]byte, 2)); err != nil {
			t.Fatal(err)
		}
		if rest, err := io.ReadAll(f.File()); err != nil || string(rest) != "6789" {
			t.Errorf("File holds %q, %v from where the Reader stands, want 6789", rest, err)
		}
	}},
	{"closed", func(t *testing.T, fsys vfs.FS) {
		put(t, fsys, "/f", "content")
		r, err := fsys.Open(t.Context(), "/f", 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if n, err := r.Read(make([]byte, 1)); n != 0 || err == nil {
			t.Errorf("Read of a closed Reader = %d, %v", n, err)
		}
	}},
	{"errors", func(t *testing.T, fsys vfs.FS) {
		mkdir(t, fsys, "/d")
		put(t, fsys, "/f", "")
		for name, kinds := range map[string][]error{
			"/":        {vfs.ErrIsDir},
			"/d":       {vfs.ErrIsDir},
			"/none":    {vfs.ErrNotExist},
			"/d/none":  {vfs.ErrNotExist},
			"/f/below": {vfs.ErrNotDir, vfs.ErrNotExist},
		} {
			_, err := fsys.Open(t.Context(), name, 0)
			wantErr(t, "Open("+name+")", err, kinds...)
		}
	}},
	{"special file", func(t *testing.T, fsys vfs.FS) {
		maker, ok := fsys.(FIFOMaker)
		if !ok {
			t.Skip("the store has regular files only")
		}
		if err := maker.Mkfifo("/fifo"); err != nil {
			t.Fatal(err)
		}
		_, err := fsys.Open(t.Context(), "/fifo", 0)
		wantErr(t, "Open(/fifo)", err, vfs.ErrNotRegular)
		for _, opts := range []vfs.CreateOptions{{}, {Append: true}, {Existing: true}, {Lock: true}, {Offset: 1}} {
			_, err := fsys.Create(t.Context(), "/fifo", opts)
			wantErr(t, "Create(/fifo)", err, vfs.ErrNotRegular)
		}
		_, err = fsys.Create(t.Context(), "/fifo", vfs.CreateOptions{Exclusive: true})
		wantErr(t, "Create(/fifo, Exclusive)", err, vfs.ErrExist)
		if info := lstat(t, fsys, "/fifo"); info.IsRegular() || info.IsDir() {
			t.Errorf("Lstat(/fifo) = %v", info.Mode)
		}
		if err := fsys.Remove(t.Context(), "/fifo"); err != nil {
			t.Error(err)
		}
	}},
}
