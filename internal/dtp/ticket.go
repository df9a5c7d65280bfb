package dtp

import "slices"

// ticketHolder keeps the session ticket of TLS 1.3 back until the server has
// something else to say: after an upload, that is its close_notify. A client
// that only sends never reads the ticket; unread, it would make the client's
// close reset the connection, and the end of the upload would be lost on the way.
//
// A client that does not even ask for tickets in the manner of TLS 1.2 gets the ticket
// at once: it is curl with OpenSSL (SSL_OP_NO_TICKET), which reads what is there just
// before it closes, and would look for a held ticket too early. So its next upload
// can resume.
//
// Package tls sends the ticket as the last record of what it writes during the
// handshake.
type ticketHolder struct {
	*guard
	coming bool // the ticket is in what is written next
	held   []byte
}

// Write passes on what was held and p, but for a ticket.
func (h *ticketHolder) Write(p []byte) (int, error) {
	out := p
	if h.coming {
		h.coming = false
		last := lastRecord(p)
		out, h.held = p[:last], append([]byte(nil), p[last:]...)
		if len(out) == 0 {
			return len(p), nil
		}
	} else if h.held != nil {
		out = slices.Concat(h.held, p)
		h.held = nil
	}
	if _, err := h.guard.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// recordHeader is the length of the header of a TLS record: type, version, and the
// length of the rest in its last two bytes (RFC 8446 §5.1).
const recordHeader = 5

// lastRecord is where the last of the records in p begins.
func lastRecord(p []byte) int {
	for at := 0; ; {
		if len(p)-at < recordHeader {
			return len(p) // no whole record: hold nothing
		}
		next := at + recordHeader + int(p[at+3])<<8 + int(p[at+4])
		if next >= len(p) {
			return at
		}
		at = next
	}
}
