// Package transaction carries out one PAM transaction: authenticate, account,
// credentials, and where it is asked for a session, which it holds until its input
// ends. It is a process of its own, because a module may hang, crash or change
// the process it runs in, and because PAM is not made for threads.
//
// It asks the C library for the user too (nsswitch.conf), and writes utmp and wtmp.
// It decides nothing: what PAM says goes back to the server.
package transaction
