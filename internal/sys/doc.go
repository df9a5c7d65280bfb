// Package sys holds every call into the operating system that the standard
// library does not make for us: opening names confined to a directory, reading
// directories, file identity, locks, the umask, limits, and sockets inherited
// from a super-server. It is the one place to look at when asking what ferry
// asks of the kernel.
//
// It knows nothing of FTP, stores or configuration, and keeps no state. Errors
// are those of the kernel (syscall.Errno), unwrapped: the caller knows the name
// and the operation and says them. What a system lacks gives
// errors.ErrUnsupported.
//
// Its callers are vfs/osfs (files), internal/daemon (the process) and
// internal/progress (the terminal).
package sys
