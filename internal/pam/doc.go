// Package pam asks PAM whether a user may log in, through ferry-pam, a program of its
// own: PAM is C, and its modules may hang, crash, or change the process that they
// run in. This package needs no C.
//
// Find looks for the program, Start starts it, Client.Authenticate runs one
// transaction and gives a Session, which is to be closed. A RefusedError is PAM's
// no; other errors are faults.
//
// The program must be started while the process is still privileged: modules
// read /etc/shadow, and some become the user. Which service is asked, and
// whether the user may log in by ferry's own rules (package system), is for the
// caller: the process that grants sessions.
package pam
