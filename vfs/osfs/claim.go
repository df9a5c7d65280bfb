package osfs

import (
	"sync"

	"ferry/vfs"
)

// claim is a name that somebody is about to give to a new file. What has no name
// yet cannot be locked, nor keep another from making it, so the names are told
// apart here: of the whole process, as several stores may have one directory.
type claim struct {
	dev, ino uint64 // of the directory
	fs       *FS    // where the system has no such numbers, the store and
	dir      string // the directory by name
	base     string
}

var claims = struct {
	mu   sync.Mutex
	held map[claim]struct{}
}{held: make(map[claim]struct{})}

// take gives ErrExist or ErrLocked where somebody has the claim, if that matters
// to the options.
func (c claim) take(opts vfs.CreateOptions) (release func(), err error) {
	if !opts.Exclusive && !opts.Lock {
		return func() {}, nil
	}
	claims.mu.Lock()
	defer claims.mu.Unlock()
	if _, held := claims.held[c]; held {
		if opts.Exclusive {
			return nil, vfs.ErrExist
		}
		return nil, vfs.ErrLocked
	}
	claims.held[c] = struct{}{}
	return func() {
		claims.mu.Lock()
		defer claims.mu.Unlock()
		delete(claims.held, c)
	}, nil
}

// claimOn is the claim on base in the directory d, whose name is dir.
func (f *FS) claimOn(id identity, dir, base string) claim {
	if id.Dev == 0 && id.Ino == 0 {
		return claim{fs: f, dir: dir, base: base}
	}
	return claim{dev: id.Dev, ino: id.Ino, base: base}
}
