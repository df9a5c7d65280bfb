package broker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"ferry/internal/sys"
	"ferry/vfs"
	"ferry/vfs/osfs"
)

// bareSession is a session whose other end the test plays.
func bareSession(t *testing.T) (*Session, *socket) {
	t.Helper()
	needLinux(t)
	a, b, err := sys.Pair()
	must(t, err)
	ours, err := overFD(a)
	must(t, err)
	theirs, err := overFD(b)
	must(t, err)
	s := newSession(ours)
	t.Cleanup(func() {
		_ = s.Close()
		_ = theirs.close()
	})
	return s, theirs
}

// over serves a store of the test's own to a session.
func over(t *testing.T, fsys vfs.FS) *Session {
	t.Helper()
	a, b, err := sys.Pair()
	must(t, err)
	u := &userThread{
		service: &service{ctx: context.Background()}, fd: a, fsys: fsys,
		writers: make(map[uint32]vfs.Writer), lists: make(map[uint32]*listing),
	}
	sock, err := overFD(b)
	must(t, err)
	s := newSession(sock)
	ended := make(chan error, 1)
	go func() { ended <- errors.Join(u.serve(), u.leave(), u.close()) }()
	t.Cleanup(func() {
		_ = s.Close()
		if err := <-ended; err != nil {
			t.Errorf("the broker's end: %v", err)
		}
	})
	return s
}

// gate is a store that does not go on in some calls until it is let.
type gate struct {
	vfs.FS
	entered chan struct{}
	open    chan struct{}
}

func newGate(t *testing.T, dir string) *gate {
	t.Helper()
	local, err := osfs.New(dir, osfs.Options{})
	must(t, err)
	return &gate{local, make(chan struct{}, 10), make(chan struct{})}
}

func (g *gate) pass() {
	g.entered <- struct{}{}
	<-g.open
}

func (g *gate) Close() error { return g.FS.(io.Closer).Close() }

func (g *gate) Open(ctx context.Context, name string, offset int64) (vfs.Reader, error) {
	g.pass()
	return g.FS.Open(ctx, name, offset)
}

func (g *gate) Create(ctx context.Context, name string, opts vfs.CreateOptions) (vfs.Writer, error) {
	g.pass()
	return g.FS.Create(ctx, name, opts)
}

// TestCancelledCall leaves calls while the broker is at work on them: they
// return at once, what they make is given back, and the session goes on.
func TestCancelledCall(t *testing.T) {
	calls := map[string]func(ctx context.Context, s *Session) error{
		"Open": func(ctx context.Context, s *Session) error { _, err := s.Open(ctx, "/f", 0); return err },
		"Create": func(ctx context.Context, s *Session) error {
			_, err := s.Create(ctx, "/new", vfs.CreateOptions{})
			return err
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			must(t, os.WriteFile(filepath.Join(dir, "f"), []byte("content"), 0o644))
			g := newGate(t, dir)
			s := over(t, g)
			files := openFiles(t, dir)
			ctx, cancel := context.WithCancel(t.Context())
			left := make(chan error)
			go func() { left <- call(ctx, s) }()
			<-g.entered
			cancel()
			if err := <-left; !errors.Is(err, context.Canceled) {
				t.Errorf("the call that was left = %v", err)
			}
			// The turn is not free yet, and others need not wait either.
			short, stop := context.WithCancel(t.Context())
			stop()
			if _, err := s.Stat(short, "/f"); !errors.Is(err, context.Canceled) {
				t.Errorf("Stat = %v", err)
			}
			next := make(chan error)
			go func() {
				i, err := s.Stat(t.Context(), "/f")
				if err == nil && i.Size != 7 {
					err = fmt.Errorf("Stat of the file = %+v", i)
				}
				next <- err
			}()
			close(g.open)
			must(t, <-next)
			if _, err := os.Lstat(filepath.Join(dir, "new")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the file that nobody waited for: %v", err)
			}
			if after := openFiles(t, dir); after != files {
				t.Errorf("%d open files became %d", files, after)
			}
		})
	}
}

// openFiles counts the descriptors of this process for what is in dir.
func openFiles(t *testing.T, dir string) int {
	t.Helper()
	n := 0
	for target := range descriptors(t) {
		if strings.HasPrefix(target, dir+"/") {
			n++
		}
	}
	return n
}

// descriptors yields what each descriptor of this process stands for.
func descriptors(t *testing.T) func(yield func(string) bool) {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	must(t, err)
	return func(yield func(string) bool) {
		for _, e := range entries {
			if target, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && !yield(target) {
				return
			}
		}
	}
}

// TestListLeavesTheSessionFree makes calls while a directory is listed, ends
// listings early, and goes on.
func TestListLeavesTheSessionFree(t *testing.T) {
	s, dir := selfSession(t)
	const files = 3000 // several batches
	for i := range files {
		must(t, os.WriteFile(filepath.Join(dir, "a-name-of-some-length-"+strconv.Itoa(i)), nil, 0o644))
	}
	n := 0
	for i, err := range s.List(t.Context(), "/") {
		must(t, err)
		if n++; n%100 == 0 {
			if got, err := s.Stat(t.Context(), "/"+i.Name); err != nil || got.Name != i.Name {
				t.Fatalf("Stat in between = %+v, %v", got, err)
			}
		}
		if n == 200 { // a listing in a listing
			inner := 0
			for _, err := range s.List(t.Context(), "/") {
				must(t, err)
				inner++
			}
			if inner != files {
				t.Errorf("the inner listing has %d entries, want %d", inner, files)
			}
		}
	}
	if n != files {
		t.Errorf("%d entries, want %d", n, files)
	}
	// Listings that were ended early are closed: more than a session may hold.
	for range 3 * maxHandles {
		for _, err := range s.List(t.Context(), "/") {
			must(t, err)
			break
		}
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		var last error
		for _, last = range s.List(ctx, "/") {
			if n++; n == 10 {
				cancel()
			}
		}
		cancel()
		if n != 11 || !errors.Is(last, context.Canceled) {
			t.Fatalf("a cancelled listing yields %d times, in the end %v", n, last)
		}
	}
}

// TestListingsAreBounded nests listings until there are too many.
func TestListingsAreBounded(t *testing.T) {
	s, dir := selfSession(t)
	for i := range 2000 {
		must(t, os.WriteFile(filepath.Join(dir, "a-name-of-some-length-"+strconv.Itoa(i)), nil, 0o644))
	}
	var deeper func(depth int) (int, error)
	deeper = func(depth int) (int, error) {
		for _, err := range s.List(t.Context(), "/") {
			if err != nil {
				return depth, err
			}
			return deeper(depth + 1)
		}
		return depth, nil
	}
	depth, err := deeper(0)
	if depth != maxHandles || !errors.Is(err, syscall.EMFILE) {
		t.Errorf("%d listings at once, then %v", depth, err)
	}
	if _, err := s.Stat(t.Context(), "/"); err != nil {
		t.Error(err)
	}
}

// TestWritersAreBounded opens Writers until there are too many, and sees them
// end with the session: new files go, and what was there before stays.
func TestWritersAreBounded(t *testing.T) {
	s, dir := selfSession(t)
	must(t, os.WriteFile(filepath.Join(dir, "old"), []byte("before"), 0o644))
	var writers []vfs.Writer
	for i := range maxHandles {
		opts := vfs.CreateOptions{Perm: 0o644, KeepPartial: i == 1}
		name := "/" + strconv.Itoa(i)
		if i == 0 {
			name = "/old"
		}
		w, err := s.Create(t.Context(), name, opts)
		must(t, err)
		if i != 0 {
			_, err = w.Write([]byte("part"))
			must(t, err)
		}
		writers = append(writers, w)
	}
	if _, err := s.Create(t.Context(), "/more", vfs.CreateOptions{}); !errors.Is(err, syscall.EMFILE) {
		t.Errorf("one more Create = %v", err)
	}
	must(t, writers[2].Abort(nil))
	w, err := s.Create(t.Context(), "/more", vfs.CreateOptions{Perm: 0o644})
	must(t, err)
	must(t, s.Close())
	eventually(t, "the broker aborts what was not ended", func() bool {
		names := listDir(t, dir)
		return slices.Equal(names, []string{"1", "old"})
	})
	if b, err := os.ReadFile(filepath.Join(dir, "old")); err != nil || string(b) != "before" {
		t.Errorf("the old file holds %q, %v", b, err)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "1")); err != nil || string(b) != "part" {
		t.Errorf("the file to be kept holds %q, %v", b, err)
	}
	for what, err := range map[string]error{
		"Commit": w.Commit(t.Context()), "Abort": writers[3].Abort(nil), "Stat": errOf(s.Stat(t.Context(), "/")), "Close": s.Close(),
	} {
		if !errors.Is(err, fs.ErrClosed) {
			t.Errorf("%s after Close = %v", what, err)
		}
	}
	if n := openFiles(t, dir); n != maxHandles-3 {
		t.Errorf("%d descriptors are open at this end", n) // all but one that did not begin and two that were aborted
	}
	for _, w := range writers[4:] {
		_ = w.Abort(nil) // it closes this end
	}
}

func errOf[T any](_ T, err error) error { return err }

func listDir(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// TestLockLivesWithBothEnds takes a lock through one session and asks for it
// through another.
func TestLockLivesWithBothEnds(t *testing.T) {
	dir := t.TempDir()
	c := serve(t, &Server{Grant: grantAll, asSelf: true})
	one, two := enter(t, c, login{Root: dir}), enter(t, c, login{Root: dir})
	opts := vfs.CreateOptions{Lock: true, Perm: 0o644}
	locked := func(when string) {
		t.Helper()
		if _, err := two.Create(t.Context(), "/f", opts); !errors.Is(err, vfs.ErrLocked) {
			t.Errorf("%s: Create = %v", when, err)
		}
	}
	w, err := one.Create(t.Context(), "/f", opts)
	must(t, err)
	locked("before the first byte")
	_, err = w.Write([]byte("content"))
	must(t, err)
	locked("while it is written")
	must(t, w.Commit(t.Context()))
	w, err = two.Create(t.Context(), "/f", opts)
	must(t, err)
	_, err = w.Write([]byte("other"))
	must(t, err)
	// The descriptor at this end alone holds the lock, when the session is gone.
	must(t, two.Close())
	if _, err := one.Create(t.Context(), "/f", opts); !errors.Is(err, vfs.ErrLocked) && !errors.Is(err, fs.ErrNotExist) && err != nil {
		t.Errorf("after the session ended: Create = %v", err)
	}
	_ = w.Abort(nil) // the session is closed, so it says that
}

// TestMalformedRequestEndsTheSession sends what an honest end does not, beside a
// session that goes on.
func TestMalformedRequestEndsTheSession(t *testing.T) {
	c := serve(t, &Server{Grant: grantAll, asSelf: true})
	dir := t.TempDir()
	good := enter(t, c, login{Root: dir})
	null, err := os.Open(os.DevNull)
	must(t, err)
	defer null.Close()
	long := make([]byte, maxRequest+1)
	for what, bad := range map[string]struct {
		message []byte
		pass    int
	}{
		"no operation":      {[]byte{0}, -1},
		"unknown":           {[]byte{200, 0, 0}, -1},
		"cut":               {[]byte{byte(opStat), 0, 5, '/'}, -1},
		"something behind":  {[]byte{byte(opStat), 0, 1, '/', 0}, -1},
		"unknown handle":    {[]byte{byte(opCommit), 0, 0, 0, 9}, -1},
		"too long":          {long, -1},
		"with a descriptor": {[]byte{byte(opStat), 0, 1, '/'}, int(null.Fd())},
		"empty":             {nil, -1},
	} {
		t.Run(what, func(t *testing.T) {
			s := enter(t, c, login{Root: dir})
			if err := s.sock.send(bad.message, bad.pass); err != nil {
				t.Fatal(err)
			}
			if n, _, err := s.sock.receive(make([]byte, 100)); !errors.Is(err, io.EOF) {
				t.Errorf("an answer of %d bytes, %v, want the end", n, err)
			}
			if _, err := s.Stat(t.Context(), "/"); !errors.Is(err, ErrGone) {
				t.Errorf("Stat = %v", err)
			}
			if _, err := good.Stat(t.Context(), "/"); err != nil {
				t.Errorf("another session: %v", err)
			}
		})
	}
}

// TestSessionIsShared calls from many goroutines at once, some of which leave.
func TestSessionIsShared(t *testing.T) {
	s, dir := selfSession(t)
	for i := range 50 {
		must(t, os.WriteFile(filepath.Join(dir, strconv.Itoa(i)), make([]byte, i), 0o644))
	}
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for round := range 50 {
				i := (g*7 + round) % 50
				ctx, cancel := context.WithCancel(t.Context())
				if round%3 == 0 {
					go cancel()
				}
				info, err := s.Stat(ctx, "/"+strconv.Itoa(i))
				if err == nil && info.Size != int64(i) || err != nil && !errors.Is(err, context.Canceled) {
					t.Errorf("Stat(%d) = %+v, %v", i, info, err)
				}
				r, err := s.Open(ctx, "/"+strconv.Itoa(i), 0)
				if err == nil {
					b, err := io.ReadAll(r)
					if err := errors.Join(err, r.Close()); err != nil || len(b) != i {
						t.Errorf("file %d has %d bytes, %v", i, len(b), err)
					}
				} else if !errors.Is(err, context.Canceled) {
					t.Errorf("Open(%d) = %v", i, err)
				}
				cancel()
			}
		})
	}
	all.Wait()
	if _, err := s.Stat(t.Context(), "/"); err != nil {
		t.Error(err)
	}
	if n := openFiles(t, dir); n != 0 {
		t.Errorf("%d files are still open", n)
	}
}
