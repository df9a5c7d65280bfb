//go:build !unix

package sys

import "errors"

// Umask would set the mask of permission bits for new files; there is none
// here, and 0 comes back.
func Umask(int) int { return 0 }

// SetRlimitNofile would raise the limit of open descriptors; there is none
// here.
func SetRlimitNofile() (limit uint64, err error) { return 0, errors.ErrUnsupported }
