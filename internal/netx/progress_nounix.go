//go:build !unix

package netx

func peerClosed(uintptr) bool { return false }
