//go:build unix && !linux

package netx

// latePort does nothing: only Linux can choose the source port late.
func latePort(int) {}

// shareQuickly does nothing: it is about a search of Linux's.
func shareQuickly(int) {}
