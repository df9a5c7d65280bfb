//go:build unix

package osfs

import (
	"os"
	"syscall"
)

func (s store) Symlink(target, name string) error { return os.Symlink(target, s.path(name)) }
func (s store) Mkfifo(name string) error          { return syscall.Mkfifo(s.path(name), 0o666) }
