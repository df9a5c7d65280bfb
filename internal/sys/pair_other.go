//go:build !linux

package sys

import "errors"

// ErrMessage is given for a message that cannot be meant.
var ErrMessage = errors.New("malformed message")

// Pair would make two connected sockets that keep the borders of messages and
// carry descriptors; no more than Linux is asked for them.
func Pair() (a, b int, err error) { return -1, -1, errors.ErrUnsupported }

// IsPair is false: there are no such sockets.
func IsPair(int) bool { return false }

// SetNonblock has no socket to act on.
func SetNonblock(int) error { return errors.ErrUnsupported }

// CloseOnExec has no socket to act on.
func CloseOnExec(int) {}

// ShutdownPair has no socket to act on.
func ShutdownPair(int) error { return errors.ErrUnsupported }

// SendMessage has no socket to send on.
func SendMessage(int, []byte, int) error { return errors.ErrUnsupported }

// ReceiveMessage has no socket to receive from.
func ReceiveMessage(int, []byte) (n, passed int, err error) { return 0, -1, errors.ErrUnsupported }

// ClosePassed has no descriptor to close.
func ClosePassed(int) error { return errors.ErrUnsupported }
