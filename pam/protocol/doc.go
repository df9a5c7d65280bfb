// Package protocol is what ferry's server and ferry-pam say to each other, over
// two pipes: requests one way, answers the other. ferry-pam speaks the same with
// the process of each transaction.
//
// A message is one line of JSON. The password does not stand in it: the line says
// how many bytes it has, and they follow, so that nothing that reads JSON keeps a
// copy. Names are bytes, in base64, as FTP sends them in any encoding.
//
// The server's end is ferry/internal/pam of the other module, which needs no C. The
// two are kept together by that package's tests, which run the real program.
package protocol
