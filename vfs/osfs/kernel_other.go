//go:build !linux

package osfs

import "errors"

// newKernelTree would leave confinement to the kernel; this one does not offer
// it.
func newKernelTree(string, Options) (tree, error) { return nil, errors.ErrUnsupported }
