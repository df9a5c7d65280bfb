package ftpclient_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"testing"
	"testing/fstest"

	"ferry/ftpclient"
)

// The view passes the suite of package fstest; where a server has no MLST the
// listing says what a file is.
func TestView(t *testing.T) {
	addr, _ := serve(t, nil)
	c := connect(t, addr, nil)
	for _, dir := range []string{"pub", "pub/empty", "pub/deep", "pub/deep/er"} {
		if err := c.Mkdir(t.Context(), dir); err != nil {
			t.Fatal(err)
		}
	}
	files := []string{"pub/a", "pub/with space", "pub/deep/b", "pub/deep/er/c"}
	for i, name := range files {
		if _, err := c.Store(t.Context(), name, bytes.NewReader(content(i*100_000)), 0); err != nil {
			t.Fatal(err)
		}
	}
	p := ftpclient.NewPool(ftpclient.PoolConfig{Address: addr, User: "anna", Password: "secret"})
	view := p.FS(t.Context(), "/")
	if err := fstest.TestFS(view, files...); err != nil {
		t.Error(err)
	}
	below, err := fs.Sub(view, "pub/deep")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := fs.ReadFile(below, "er/c"); err != nil || !bytes.Equal(text, content(300_000)) {
		t.Errorf("%d bytes, %v", len(text), err)
	}
	if _, err := view.Open("nosuch"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, err := fs.ReadDir(view, "pub/a"); err == nil {
		t.Error("a file is a directory")
	}

	// More files are open than there are connections; each that is closed early
	// gives its one back.
	for range 10 {
		f, err := view.Open("pub/deep/er/c")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.(io.Seeker).Seek(-1000, io.SeekEnd); err != nil {
			t.Fatal(err)
		}
		if end, err := io.ReadAll(f); err != nil || !bytes.Equal(end, content(300_000)[299_000:]) {
			t.Errorf("%d bytes, %v", len(end), err)
		}
		if _, err := f.(io.Seeker).Seek(0, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Read(make([]byte, 10)); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if _, err := view.Open("pub"); !errors.Is(err, ftpclient.ErrPoolClosed) {
		t.Errorf("after Close: %v", err)
	}

	d := rude{}
	old := ftpclient.NewPool(ftpclient.PoolConfig{Address: d.start(t), User: "anna", Size: 1})
	if i, err := fs.Stat(old.FS(t.Context(), "/"), "hello.txt"); err != nil || i.Size() != 5 || i.IsDir() {
		t.Errorf("by LIST: %v, %v", i, err)
	}
	if _, err := fs.Stat(old.FS(t.Context(), "/"), "nosuch"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("by LIST: %v", err)
	}
	if err := old.Close(); err != nil {
		t.Error(err)
	}
}
