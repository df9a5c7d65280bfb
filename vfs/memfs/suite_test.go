package memfs_test

import (
	"testing"

	"ferry/vfs"
	"ferry/vfs/memfs"
	"ferry/vfs/vfstest"
)

func TestSuite(t *testing.T) {
	vfstest.Run(t, func(*testing.T) vfs.FS { return memfs.New() })
}

// restricted is a store that allows everything, with the links of the one
// below.
type restricted struct {
	vfs.FS
	below *memfs.FS
}

func (r restricted) Unwrap() vfs.FS                    { return r.FS }
func (r restricted) Symlink(target, name string) error { return r.below.Symlink(target, name) }

func TestSuiteRestricted(t *testing.T) {
	no := func(string) bool { return false }
	yes := func(string) bool { return true }
	vfstest.Run(t, func(*testing.T) vfs.FS {
		below := memfs.New()
		return restricted{vfs.Restrict(below, vfs.Policy{
			Allow: vfs.PermAll, Denied: no, Hidden: no, MayRead: yes, MayWrite: yes,
		}), below}
	})
}
