//go:build !linux

package netx

import "errors"

func unacked(uintptr) (int, error) { return 0, errors.ErrUnsupported }
