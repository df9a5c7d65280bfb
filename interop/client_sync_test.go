package interop_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ferry/ftpclient"
	"ferry/internal/carry"
	"ferry/internal/mirror"
	"ferry/internal/peers"
)

// A syncBench is a server and a directory of it to sync with.
type syncBench struct {
	mirror.Mirror
	timeless bool // the server sets no times
}

// startSync starts a server for syncing.
func startSync(t *testing.T, server libraryServer, version uint16) *syncBench {
	t.Helper()
	tg := server.start(t, version != 0)
	cfg := &ftpclient.Config{}
	if version != 0 {
		cfg.TLS, cfg.TLSConfig = ftpclient.TLSExplicit, tg.tls.Clone()
		cfg.TLSConfig.MinVersion, cfg.TLSConfig.MaxVersion = version, version
	}
	pool := ftpclient.NewPool(ftpclient.PoolConfig{Address: tg.addr, Config: cfg, User: tg.user, Password: tg.password, Size: 3})
	t.Cleanup(func() { _ = pool.Close() })
	b := &syncBench{}
	b.Pool, b.Remote, b.Parallel = pool, strings.TrimPrefix(tg.dir+"/tree", "/"), 3
	b.Files = &carry.Job{Pool: pool, TempName: true}
	b.Options = mirror.Options{Times: true, Delete: true, Limit: mirror.Limit{Set: true, N: 100, Percent: true}}
	b.Event = func(e mirror.Event) {
		if e.Err != nil {
			t.Errorf("%s %s: %v", e.Do, e.Path, e.Err)
		} else if e.Kind == "warning" {
			t.Log(e.Why)
			b.timeless = true
		}
	}
	return b
}

// sync does it, and says how many actions that took.
func (b *syncBench) sync(t *testing.T, upload bool, local string) int {
	t.Helper()
	b.Upload, b.Local = upload, local
	p, err := b.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range p.Notes {
		t.Logf("%s: %s", n.Path, n.Why)
	}
	if _, err := b.Apply(t.Context(), p, false); err != nil {
		t.Fatal(err)
	}
	return len(p.Actions)
}

// syncTree is what is synced: name, content, and how long ago it was changed.
var syncTree = []struct {
	name, text string
	age        time.Duration
}{
	{"plain", "plain", 0},
	{"old", "of another year", 900 * 24 * time.Hour},
	{"empty", "", time.Hour},
	{"with space/-dash", "dash", 40 * time.Hour},
	{"with space/deep/er/file.txt", strings.Repeat("0123456789", 5000), 100 * 24 * time.Hour},
	{"grüße", "umlaut", time.Minute},
	{"nothing in it/", "", 0},
}

// growTree writes syncTree.
func growTree(t *testing.T, dir string) {
	t.Helper()
	for _, f := range syncTree {
		name := filepath.Join(dir, f.name)
		if strings.HasSuffix(f.name, "/") {
			if err := os.MkdirAll(name, 0o777); err != nil {
				t.Fatal(err)
			}
			continue
		}
		writeAt(t, name, f.text, time.Now().Add(-f.age))
	}
}

func writeAt(t *testing.T, name, text string, when time.Time) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(name, when, when); err != nil {
		t.Fatal(err)
	}
}

// readTree is a tree as names and contents.
func readTree(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := make(map[string]string)
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || name == dir {
			return err
		}
		rel, _ := filepath.Rel(dir, name)
		if d.IsDir() {
			found[rel+"/"] = ""
			return nil
		}
		text, err := os.ReadFile(name)
		found[rel] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// compareTrees compares two directories.
func compareTrees(t *testing.T, one, other string) {
	t.Helper()
	a, b := readTree(t, one), readTree(t, other)
	for name, text := range a {
		if got, ok := b[name]; !ok || got != text {
			t.Errorf("%s has %.20q in one, %.20q (%v) in the other", name, text, got, ok)
		}
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			t.Errorf("%s is in the other alone", name)
		}
	}
}

// TestClientSync makes trees alike both ways, with every server; the second time
// there is nothing to do.
func TestClientSync(t *testing.T) {
	for _, server := range libraryServers() {
		t.Run(server.name, func(t *testing.T) {
			t.Parallel()
			testSync(t, startSync(t, server, 0))
		})
		if server.name == peers.NameVsftpd || server.name == peers.NameFerry {
			t.Run(server.name+" TLS", func(t *testing.T) {
				t.Parallel()
				testSync(t, startSync(t, server, 0x0304))
			})
		}
	}
}

func testSync(t *testing.T, b *syncBench) {
	here, again := t.TempDir(), filepath.Join(t.TempDir(), "again")
	growTree(t, here)
	if n := b.sync(t, true, here); n == 0 {
		t.Error("there was nothing to do")
	}
	if n := b.sync(t, true, here); n != 0 {
		t.Errorf("up: the second time there were %d things to do", n)
	}
	b.sync(t, false, again)
	if n := b.sync(t, false, again); n != 0 {
		t.Errorf("down: the second time there were %d things to do", n)
	}
	compareTrees(t, here, again)

	// What changes here changes there, and what goes goes.
	if !b.timeless { // else it is as long, and was written in one minute
		writeAt(t, filepath.Join(here, "old"), "of another YEAR", time.Now().Add(3*time.Hour))
	}
	writeAt(t, filepath.Join(here, "plain"), "longer than before", time.Now())
	if err := os.Remove(filepath.Join(here, "empty")); err != nil {
		t.Fatal(err)
	}
	writeAt(t, filepath.Join(here, "empty/is a directory now"), "x", time.Now())
	if err := os.RemoveAll(filepath.Join(here, "with space")); err != nil {
		t.Fatal(err)
	}
	b.Options.Delete = false
	b.Upload, b.Local = true, here
	if p, err := b.Plan(t.Context()); err != nil || p.Count(mirror.DoRemove) > 0 || p.Extra != 5 {
		t.Errorf("without --delete the plan is %+v, %v", p, err)
	}
	b.Options.Delete, b.Options.Limit = true, mirror.Limit{Set: true, N: 5}
	if p, err := b.Plan(t.Context()); err != nil || p.Withheld == nil || p.Withheld.Removals != 6 || p.Count(mirror.DoRemove) > 0 {
		t.Errorf("with --max-delete 5 the plan is %+v, %v", p, err)
	}
	b.Options.Limit.N = 6
	b.sync(t, true, here)
	b.sync(t, false, again)
	compareTrees(t, here, again)
	if n := b.sync(t, true, here) + b.sync(t, false, again); n != 0 {
		t.Errorf("at last there were %d things to do", n)
	}

	// What is not there is not empty.
	whole := readTree(t, again)
	b.Remote += "/none"
	if p, err := b.Plan(t.Context()); !errors.Is(err, mirror.ErrMissing) {
		t.Errorf("of a source that is not there the plan is %+v, %v", p, err)
	}
	if len(readTree(t, again)) != len(whole) {
		t.Error("something has gone")
	}
}

// TestClientSyncInterrupted ends a sync in the middle of a file, both ways: nothing
// half has the name of a file, and the next sync brings the rest.
func TestClientSyncInterrupted(t *testing.T) {
	const size = 4 << 20
	b := startSync(t, libraryServers()[0], 0)
	b.Parallel = 1
	here, again := t.TempDir(), filepath.Join(t.TempDir(), "again")
	writeAt(t, filepath.Join(here, "a"), "a", time.Now())
	writeAt(t, filepath.Join(here, "large"), strings.Repeat("0123456789abcdef", size/16), time.Now())
	writeAt(t, filepath.Join(here, "z"), "z", time.Now())
	for _, upload := range []bool{true, false} {
		b.Upload, b.Local = upload, here
		if !upload {
			b.Local = again
		}
		ctx, cancel := context.WithCancel(t.Context())
		b.Files = &carry.Job{Pool: b.Pool, TempName: true, Limit: 1 << 20, Event: func(e carry.Event) {
			if e.Kind == "progress" && e.Total == size && e.Bytes > 0 && e.Bytes < size {
				cancel()
			}
		}}
		p, err := b.Plan(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if done, err := b.Apply(ctx, p, false); !errors.Is(err, context.Canceled) || done.Copied != 1 || done.Left == 0 {
			t.Errorf("the sync comes to %+v, %v", done, err)
		}
		cancel()
		if text, err := os.ReadFile(filepath.Join(again, "large")); err == nil {
			t.Errorf("half of a file has its name: %d bytes", len(text))
		}
		b.Files = &carry.Job{Pool: b.Pool, TempName: true}
		if n := b.sync(t, upload, b.Local); n != 2 && n != 3 { // and the removal of what is left
			t.Errorf("there were %d things to do", n)
		}
		if n := b.sync(t, upload, b.Local); n != 0 {
			t.Errorf("at last there were %d things to do", n)
		}
	}
	compareTrees(t, here, again)
}

// TestClientSyncTruncated has a server that lists no more than some files, and says
// so behind them with a code of success.
func TestClientSyncTruncated(t *testing.T) {
	server := libraryServer{start: func(t *testing.T, _ bool) libraryTarget {
		return anonymousTarget(peers.PureFTPd(t, peers.Config{Write: true, Options: []string{"--limitrecursion=4:3"}}), nil)
	}}
	b := startSync(t, server, 0)
	here := t.TempDir()
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		writeAt(t, filepath.Join(here, name), name, time.Now())
	}
	b.sync(t, true, here)
	b.Upload, b.Local = false, here
	p, err := b.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if p.Count(mirror.DoRemove) > 0 || !p.Faulty() {
		t.Errorf("the plan is %+v", p)
	}
}

// TestClientSyncUnreadable has a directory that the server may not read, of which
// the one says so, and others list nothing: what was brought of it before stays. A
// name with a dot is seen, though LIST alone does not show it.
func TestClientSyncUnreadable(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("the servers would run as the user who owns the files")
	}
	for name, start := range map[string]func(testing.TB, peers.Config) *peers.Server{
		peers.NameVsftpd: peers.Vsftpd, peers.NameProFTPD: peers.ProFTPD, peers.NamePureFTPd: peers.PureFTPd,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := peers.NewRoot(t)
			server := libraryServer{start: func(t *testing.T, _ bool) libraryTarget {
				return anonymousTarget(start(t, peers.Config{Root: root, Write: true}), nil)
			}}
			b := startSync(t, server, 0)
			here := filepath.Join(t.TempDir(), "here")
			growTree(t, here)
			b.sync(t, true, here)
			closed := filepath.Join(root, b.Remote, "with space", "deep")
			writeAt(t, filepath.Join(root, b.Remote, ".dot"), "dot", time.Now())
			if err := os.Chmod(closed, 0o311); err != nil {
				t.Fatal(err)
			}
			b.Upload, b.Local = false, here
			p, err := b.Plan(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Actions) != 1 || p.Actions[0].Path != ".dot" {
				t.Errorf("the plan does %+v", p.Actions)
			}
			if !slices.ContainsFunc(p.Notes, func(n mirror.Note) bool { return n.Fault && n.Path == "with space/deep" }) {
				t.Errorf("it is not told: %+v", p.Notes)
			}
		})
	}
}
