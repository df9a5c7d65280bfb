//go:build !linux

package sys

import (
	"errors"
	"os"
)

// Clone would let dst share the content of src.
func Clone(_, _ *os.File) error { return errors.ErrUnsupported }
