package broker

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"ferry/vfs"
	"ferry/vfs/vfstest"
)

// store is a session whose directory the tests may reach by other ways.
type store struct {
	*Session
	dir   string
	owner *Identity
}

func (s store) Symlink(target, name string) error {
	return os.Symlink(target, filepath.Join(s.dir, name))
}

// TestSuiteAsAnotherUser runs the suite of every store as somebody whom root
// has let in.
func TestSuiteAsAnotherUser(t *testing.T) {
	needRoot(t)
	c := serve(t, &Server{Grant: grantAll})
	vfstest.Run(t, func(t *testing.T) vfs.FS {
		dir := home(t, alice)
		return store{enter(t, c, login{Identity: &alice, Root: dir}), dir, &alice}
	})
}

// TestSuiteAsSelf runs it without a change of identity, which needs no root.
func TestSuiteAsSelf(t *testing.T) {
	needLinux(t)
	c := serve(t, &Server{Grant: grantAll, asSelf: true})
	vfstest.Run(t, func(t *testing.T) vfs.FS {
		dir := t.TempDir()
		return store{enter(t, c, login{Root: dir}), dir, nil}
	})
}

// Mkfifo implements vfstest.FIFOMaker.
func (s store) Mkfifo(name string) error {
	path := filepath.Join(s.dir, name)
	if err := syscall.Mkfifo(path, 0o600); err != nil || s.owner == nil {
		return err
	}
	return os.Chown(path, int(s.owner.UID), int(s.owner.GID))
}
