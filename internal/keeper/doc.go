// Package keeper decides who may log in with a password, and says what they
// get: which directory as "/", whose rights on the system, and which settings.
//
// It is the half of a server that knows secrets: passwords, hashes and the
// files of the system's accounts. It knows no sessions and no protocol beyond
// the replies to a refused login. A server that keeps no privilege has its
// keeper in another process, behind a broker (Serve and Remote); any other has
// it within (Local). internal/daemon asks it, and makes sessions of what it
// grants.
//
// Anonymous users are no concern of it: they show no secret.
package keeper
