package osfs

import (
	"path/filepath"
	"testing"

	"ferry/internal/sys"
	"ferry/vfs"
	"ferry/vfs/vfstest"
)

// trees are the ways of confinement that this system has.
func trees(t *testing.T) map[string]func(dir string) (tree, error) {
	all := map[string]func(dir string) (tree, error){"os.Root": newRootTree}
	if k, err := newKernelTree(t.TempDir(), Options{}); err == nil {
		all[k.confinement()] = kernelTreeWith(Options{})
		all[k.confinement()+" on several threads"] = kernelTreeWith(Options{Beside: beside})
		if err := k.close(); err != nil {
			t.Error(err)
		}
	}
	return all
}

func beside(f func()) { go f() }

func kernelTreeWith(opts Options) func(dir string) (tree, error) {
	return func(dir string) (tree, error) { return newKernelTree(dir, opts) }
}

// onTrees runs a test for each way, with a store over an empty directory.
func onTrees(t *testing.T, run func(t *testing.T, s store)) {
	for name, newTree := range trees(t) {
		t.Run(name, func(t *testing.T) { run(t, newStore(t, newTree)) })
	}
}

// store is a store with the directory under it.
type store struct {
	*FS
	dir string
}

func newStore(t *testing.T, newTree func(dir string) (tree, error)) store {
	dir := t.TempDir()
	tr, err := newTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	fsys := &FS{tree: tr}
	t.Cleanup(func() {
		if err := fsys.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return store{fsys, dir}
}

// path is where a name of the store is for everybody else.
func (s store) path(name string) string { return filepath.Join(s.dir, filepath.FromSlash(name)) }

func TestSuite(t *testing.T) {
	for name, newTree := range trees(t) {
		t.Run(name, func(t *testing.T) {
			vfstest.Run(t, func(t *testing.T) vfs.FS { return newStore(t, newTree) })
		})
	}
}

// TestSuiteUmask runs the suite where the system takes bits away from what is
// made.
func TestSuiteUmask(t *testing.T) {
	was := sys.Umask(0o077)
	defer sys.Umask(was)
	TestSuite(t)
}
