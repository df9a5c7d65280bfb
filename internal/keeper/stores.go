package keeper

import (
	"sync"

	"ferry/vfs"
	"ferry/vfs/osfs"
)

// stores are the directories that sessions see. Sessions of one directory share
// it, as each costs a descriptor.
type stores struct {
	mu     sync.Mutex
	shared map[string]*sharedStore
}

type sharedStore struct {
	fsys *osfs.FS
	uses int
}

// open gives the store of a directory; leave ends its use.
func (s *stores) open(dir string) (fsys vfs.FS, leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	store := s.shared[dir]
	if store == nil {
		fsys, err := osfs.New(dir, osfs.Options{Beside: beside})
		if err != nil {
			return nil, nil, err
		}
		store = &sharedStore{fsys: fsys}
		if s.shared == nil {
			s.shared = make(map[string]*sharedStore)
		}
		s.shared[dir] = store
	}
	store.uses++
	return store.fsys, sync.OnceFunc(func() { s.leave(dir, store) }), nil
}

func (s *stores) leave(dir string, store *sharedStore) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if store.uses--; store.uses > 0 {
		return
	}
	_ = store.fsys.Close()
	if s.shared[dir] == store {
		delete(s.shared, dir)
	}
}

// try opens a directory to see whether it can be.
func (s *stores) try(dir string) error {
	_, leave, err := s.open(dir)
	if err == nil {
		leave()
	}
	return err
}

// close closes every directory, whoever uses it.
func (s *stores) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for dir, store := range s.shared {
		_ = store.fsys.Close()
		delete(s.shared, dir)
	}
}

// beside lets a store work on several threads: all of this process are the same user.
func beside(f func()) { go f() }
