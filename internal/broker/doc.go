// Package broker lets a process that has no power work with the files of many
// users, each of whom the kernel judges by its own rights.
//
// There are two ends. The Server lives in a small process that alone keeps the
// power to become somebody; it reads nothing that came over a network. The
// Client lives in the process that does. They talk over a pair of sockets
// (Start makes it): the Client hands over a login, opaque to both; the Server
// asks its owner, who says whose session it is, and below which directory.
//
// A Session is another pair of sockets. Behind the broker's end stands one OS
// thread that has become that user for good by raw system calls, before the
// first request was read: its goroutine is locked to it and never let go, so
// that the thread ends with the session and nobody else runs on it. It serves
// the calls of vfs.FS with a vfs/osfs.FS. The other end is handed to the Client
// by descriptor passing. Whoever holds it is that user below that directory,
// and nothing more; closing it ends the thread and the identity. Files come back
// as open descriptors, so that their bytes do not pass the broker.
//
// Nothing that arrives is trusted: messages are bounded, decoding is strict, a
// malformed message ends the session or the broker's service, and the broker
// answers one request of a session at a time, so that nobody can make it hold
// more than a few messages. Log, accounts and PAM are the owner's business.
//
// Its caller is internal/daemon. On other systems than Linux all that makes a
// socket or a thread gives errors.ErrUnsupported.
package broker
