// Package serve is the long-lived part of ferry-pam: it reads requests, runs a
// process for each transaction, and passes answers on. It holds no
// password longer than it takes to hand it to that process.
//
// A process that hangs is ended after a time, with all that it has started; one
// that crashes costs that login only. There is a limit on those that log in at
// once, on those that wait for their turn, and on sessions.
//
// It needs no C and knows nothing of PAM, so its tests put other processes in
// the place of the transaction.
package serve
