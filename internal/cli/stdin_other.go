//go:build !unix

package cli

// stdinIsSocket reports a socket as standard input; no super-server starts
// processes so on this system.
func stdinIsSocket() bool { return false }
