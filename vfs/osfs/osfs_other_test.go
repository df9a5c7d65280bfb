//go:build !linux

package osfs

import (
	"errors"

	"ferry/vfs"
)

func isNotEmpty(err error) bool { return errors.Is(err, vfs.ErrNotEmpty) }
