package interop_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"ferry/ftpclient"
	"ferry/internal/carry"
	"ferry/internal/peers"
)

// TestCarry takes trees and large files to every real server and back: in
// parallel, in ranges, going on, verified, by patterns; and removes them.
func TestCarry(t *testing.T) {
	for _, server := range libraryServers() {
		for _, secure := range []bool{false, true} {
			if secure && !server.secure {
				continue
			}
			name := server.name
			if secure {
				name += " with TLS"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				tg := server.start(t, secure)
				tryCarry(t, &tg, secure)
			})
		}
	}
}

// carried keeps the events of a job.
type carried struct {
	mu     sync.Mutex
	events []carry.Event
}

func (c *carried) add(e carry.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events = append(c.events, e)
}

// first is the first event of a kind since the last call.
func (c *carried) first(kind string) (found carry.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range c.events {
		if e.Kind == kind && found.Kind == "" {
			found = e
		}
	}
	c.events = nil
	return found
}

// job makes one with up to four connections.
func (tg *libraryTarget) job(t *testing.T, secure bool) (*carry.Job, *carried) {
	cfg := &ftpclient.Config{}
	if secure {
		cfg.TLS, cfg.TLSConfig = ftpclient.TLSExplicit, tg.tls
	}
	pool := ftpclient.NewPool(ftpclient.PoolConfig{Address: tg.addr, Config: cfg, User: tg.user, Password: tg.password})
	t.Cleanup(func() { _ = pool.Close() }) // the server may have gone before
	log := &carried{}
	return &carry.Job{Pool: pool, Recursive: true, Parallel: 4, Verify: carry.VerifySize, Event: log.add}, log
}

func tryCarry(t *testing.T, tg *libraryTarget, secure bool) {
	ctx := t.Context()
	here := t.TempDir()
	large := randomBytes(5<<20 + 7)
	want := map[string][]byte{"big": large, "sub/empty": nil, "sub/deep/x.txt": []byte("x")}
	for i := range 20 {
		want["sub/"+strings.Repeat("s", i+1)+".txt"] = randomBytes(100 * i)
	}
	write := func(name string, content []byte) {
		t.Helper()
		name = filepath.Join(here, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	same := func(name string, content []byte) {
		t.Helper()
		got, err := os.ReadFile(filepath.Join(here, filepath.FromSlash(name)))
		if err != nil || string(got) != string(content) {
			t.Fatalf("%s has %d bytes of %d, %v", name, len(got), len(content), err)
		}
	}
	ok := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	for name, content := range want {
		write("tree/"+name, content)
	}
	j, log := tg.job(t, secure)
	remote := "tree"
	if tg.dir != "" {
		remote = tg.dir + "/tree"
	}

	j.TempName = true
	ok("tree up", j.Upload(ctx, filepath.Join(here, "tree"), remote))
	j.TempName = false
	ok("tree up again", j.Upload(ctx, filepath.Join(here, "tree")+"/sub", remote+"/"))
	j.Segments = 3
	ok("tree down", j.Download(ctx, remote+"/", filepath.Join(here, "back")))
	for name, content := range want {
		same("back/"+name, content)
	}

	// In ranges, alone; then what an interrupted download left, in both ways.
	ok("ranges", j.Download(ctx, remote+"/big", filepath.Join(here, "ranges")))
	same("ranges", large)
	j.Resume = true
	for _, segments := range []int{1, 3} {
		j.Segments = segments
		write("rest", large[:3<<20])
		log.first("start")
		ok("rest", j.Download(ctx, remote+"/big", filepath.Join(here, "rest")))
		same("rest", large)
		if e := log.first("start"); e.From != 3<<20 {
			t.Errorf("%d at a time, it goes on from %d", segments, e.From)
		}
	}
	write("other", large[1<<20:3<<20])
	if err := j.Download(ctx, remote+"/big", filepath.Join(here, "other")); !errors.Is(err, carry.ErrResume) {
		t.Errorf("going on behind another file: %v", err)
	}

	// Up, what the server has the beginning of.
	j.Resume = false
	write("part", large[:2<<20])
	ok("part up", j.Upload(ctx, filepath.Join(here, "part"), remote+"/rest"))
	j.Resume = true
	log.first("start")
	ok("rest up", j.Upload(ctx, filepath.Join(here, "tree", "big"), remote+"/rest"))
	if e := log.first("start"); e.From != 2<<20 {
		t.Errorf("the upload goes on from %d", e.From)
	}
	j.Resume = false
	ok("down again", j.Download(ctx, remote+"/rest", filepath.Join(here, "again")))
	same("again", large)

	ok("pattern", j.Download(ctx, remote+"/s*/ss?.txt", filepath.Join(here, "matched")))
	same("matched/sss.txt", want["sub/sss.txt"])
	ok("stream", j.UploadFrom(ctx, strings.NewReader("stream"), remote+"/stream"))
	var got strings.Builder
	if err := j.DownloadTo(ctx, remote+"/stream", &got); err != nil || got.String() != "stream" {
		t.Errorf("the stream brings %q, %v", got.String(), err)
	}

	ok("remove a pattern", j.Remove(ctx, remote+"/sub/s*.txt"))
	ok("remove", j.Remove(ctx, remote))
	if err := j.Download(ctx, remote+"/", filepath.Join(here, "gone")); err == nil {
		t.Error("the tree is still there")
	}
}

// TestCarryVerified has ProFTPD make checksums of what went over.
func TestCarryVerified(t *testing.T) {
	modules := filepath.Join(filepath.Dir(filepath.Dir(peers.Need(t, peers.NameProFTPD))), "root", "usr", "lib", "proftpd")
	if _, err := os.Stat(filepath.Join(modules, "mod_digest.so")); err != nil {
		modules = "/usr/lib/proftpd" // of the machine's own
	}
	s := peers.ProFTPD(t, peers.Config{Write: true, Options: []string{"ModulePath " + modules, "LoadModule mod_digest.c"}})
	tg := anonymousTarget(s, nil)
	here := t.TempDir()
	file := filepath.Join(here, "file")
	if err := os.WriteFile(file, randomBytes(300_000), 0o666); err != nil {
		t.Fatal(err)
	}
	j, _ := tg.job(t, false)
	j.Verify = carry.VerifyHash
	if err := j.Upload(t.Context(), file, tg.dir+"/file"); err != nil {
		t.Fatal(err)
	}
	if err := j.Download(t.Context(), tg.dir+"/file", filepath.Join(here, "back")); err != nil {
		t.Fatal(err)
	}
	j.TempName = true
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := j.UploadFrom(t.Context(), f, tg.dir+"/stream"); err != nil {
		t.Error(err)
	}
}

// TestCarryCannotVerify says before anything is sent that vsftpd makes no checksums.
func TestCarryCannotVerify(t *testing.T) {
	tg := anonymousTarget(peers.Vsftpd(t, peers.Config{Write: true}), nil)
	j, log := tg.job(t, false)
	j.Verify = carry.VerifyHash
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("content"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := j.Upload(t.Context(), file, tg.dir+"/file"); !errors.Is(err, ftpclient.ErrNoChecksum) {
		t.Errorf("it ends with %v", err)
	}
	if e := log.first("start"); e.Kind != "" {
		t.Errorf("it was sent: %+v", e)
	}
}

// TestUploadRanges is why a file is not sent in several ranges at once: in the middle
// of a file some servers cut it off behind what is stored, and behind its end others
// refuse to store.
func TestUploadRanges(t *testing.T) {
	var mu sync.Mutex
	kept, sparse := make(map[string]bool), make(map[string]bool)
	t.Run("servers", func(t *testing.T) {
		for _, server := range libraryServers() {
			t.Run(server.name, func(t *testing.T) {
				t.Parallel()
				tg := server.start(t, false)
				c := tg.dial(t, ftpclient.Config{}, 0)
				store := func(text string, offset int64) error {
					_, err := c.Store(t.Context(), "file", strings.NewReader(text), offset)
					return err
				}
				if err := store("0123456789", 0); err != nil {
					t.Fatal(err)
				}
				if err := store("ab", 2); err != nil {
					t.Fatal(err)
				}
				n, err := c.Size(t.Context(), "file")
				if err != nil {
					t.Fatal(err)
				}
				behind := store("z", 100)
				t.Logf("after two bytes at 2 the file has %d; one at 100: %v", n, behind)
				mu.Lock()
				defer mu.Unlock()
				kept[server.name], sparse[server.name] = n == 10, behind == nil
			})
		}
	})
	for name := range kept {
		if !kept[name] || !sparse[name] {
			return // ranges would not be safe there, and nothing tells it before
		}
	}
	if len(kept) > 0 {
		t.Error("every server takes ranges in any order")
	}
}
