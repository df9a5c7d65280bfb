package broker

import "ferry/vfs"

// A message is one packet: its first byte says what it is, the rest depends on
// that. Numbers have a fixed width, big endian; a string has its length before
// it. There is one way to write each value.

// What a message may be long. The client's requests for files are shorter: two
// names are the most that they hold.
const (
	maxMessage = 64 << 10
	maxRequest = 2*vfs.MaxName + 64
	// MaxPayload is the most that the request or answer of a login may be long.
	MaxPayload = maxMessage - 64
)

// protocol is the version that both ends must be of: they are one program, so
// that another number means that it was replaced while it ran.
const protocol = 1

// The messages of the connection between the processes. All but hello have a
// number after the first byte by which the answer is told.
const (
	msgHello  byte = iota + 1 // server: version
	msgGrant                  // client: the request; answered with a session
	msgOpen                   // client: key; answered with a file
	msgChown                  // client: with a file
	msgCancel                 // client: nobody waits for that answer any more
	msgAnswer                 // server: ok, and what was asked for
	msgRefuse                 // server: fault
)

// An operation is the first byte of a session's request.
type operation byte

// The operations, each with what follows. A handle is a number that the client
// chooses for a Writer or a listing, until it has ended it.
const (
	opStat       operation = iota + 1 // name
	opLstat                           // name
	opReadLink                        // name
	opOpen                            // name, offset
	opCreate                          // handle, name, options
	opBegin                           // handle: the descriptor to write to
	opCommit                          // handle
	opAbort                           // handle
	opList                            // handle, name
	opNext                            // handle: more of the listing
	opRelease                         // handle: end whatever it is, if it is
	opRemove                          // name
	opRename                          // from, to
	opMkdir                           // name, perm
	opRmdir                           // name
	opChmod                           // name, perm
	opChown                           // name, uid, gid
	opSetModTime                      // name, time
	opEnter                           // name
)

// The first byte of a session's answer.
const (
	answerDone  byte = iota + 1 // what was asked for follows
	answerFault                 // a fault follows
)

// How a batch of a listing ends.
const (
	batchMore  byte = iota + 1 // there may be more
	batchEnd                   // that was all, the handle is free
	batchFault                 // a fault follows, the handle is free
)

// maxHandles bounds the Writers of a session that have not ended, and its
// listings, each.
const maxHandles = 64
