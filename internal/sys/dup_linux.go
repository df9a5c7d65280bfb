package sys

import "golang.org/x/sys/unix"

// dupTo makes to a duplicate of from. Not every Linux has dup2(2), all have
// dup3(2).
func dupTo(from, to int) error {
	return retry(func() error { return unix.Dup3(from, to, 0) })
}
