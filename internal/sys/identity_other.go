//go:build !linux

package sys

import "errors"

// BecomeOnThread would give one thread an identity of its own, which only Linux
// has.
func BecomeOnThread(ThreadIdentity) error { return errors.ErrUnsupported }

// OnMainThread is false: no thread is told from another.
func OnMainThread() bool { return false }

// LimitThread would take capabilities from one thread, which only Linux has.
func LimitThread(uint64) error { return errors.ErrUnsupported }
