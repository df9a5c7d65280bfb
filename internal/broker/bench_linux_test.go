package broker

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"ferry/internal/sys"
	"ferry/vfs"
	"ferry/vfs/osfs"
)

// stores are the local store, and the same directory through a broker, in this
// process and in another one.
func stores(b *testing.B) map[string]vfs.FS {
	l, server := login{Root: b.TempDir()}, &Server{Grant: grantAll, asSelf: true}
	if sys.Euid() == 0 {
		l, server = login{Identity: &alice, Root: home(b, alice)}, &Server{Grant: grantAll}
	}
	dir, s := l.Root, enter(b, serve(b, server), l)
	client, _, _ := start(b, AllCapabilities)
	process := enter(b, client, l)
	local, err := osfs.New(dir, osfs.Options{})
	must(b, err)
	b.Cleanup(func() { _ = local.Close() }) // it was only read
	must(b, os.Mkdir(filepath.Join(dir, "d"), 0o777))
	must(b, os.Chmod(filepath.Join(dir, "d"), 0o777))
	must(b, os.WriteFile(filepath.Join(dir, "d", "f"), []byte("content"), 0o644))
	must(b, os.Mkdir(filepath.Join(dir, "many"), 0o755))
	for i := range 1000 {
		must(b, os.WriteFile(filepath.Join(dir, "many", "file-"+strconv.Itoa(i)), nil, 0o644))
	}
	return map[string]vfs.FS{"osfs": local, "broker": s, "process": process}
}

// onStores runs a benchmark on both.
func onStores(b *testing.B, do func(ctx context.Context, fsys vfs.FS) error) {
	all := stores(b)
	for _, name := range []string{"osfs", "broker", "process"} {
		b.Run(name, func(b *testing.B) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			b.ReportAllocs()
			for b.Loop() {
				if err := do(ctx, all[name]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkStat(b *testing.B) {
	onStores(b, func(ctx context.Context, fsys vfs.FS) error {
		_, err := fsys.Stat(ctx, "/d/f")
		return err
	})
}

func BenchmarkOpenClose(b *testing.B) {
	onStores(b, func(ctx context.Context, fsys vfs.FS) error {
		r, err := fsys.Open(ctx, "/d/f", 0)
		if err != nil {
			return err
		}
		return r.Close()
	})
}

func BenchmarkUpload(b *testing.B) {
	onStores(b, func(ctx context.Context, fsys vfs.FS) error {
		w, err := fsys.Create(ctx, "/d/new", vfs.CreateOptions{Perm: 0o666})
		if err != nil {
			return err
		}
		if _, err := w.Write([]byte("content")); err != nil {
			return err
		}
		return w.Commit(ctx)
	})
}

func BenchmarkList1000(b *testing.B) {
	onStores(b, func(ctx context.Context, fsys vfs.FS) error {
		for _, err := range fsys.List(ctx, "/many") {
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// BenchmarkGrant is a login that costs nothing to decide: a session is made,
// asked for one file, and closed.
func BenchmarkGrant(b *testing.B) {
	c := serve(b, &Server{Grant: grantAll, asSelf: true})
	request := login{Root: b.TempDir()}.request(b)
	for b.Loop() {
		s, _, err := c.Grant(context.Background(), request)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Stat(context.Background(), "/"); err != nil {
			b.Fatal(err)
		}
		must(b, s.Close())
	}
}
