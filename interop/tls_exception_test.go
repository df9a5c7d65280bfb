package interop_test

import (
	"crypto/tls"
	"fmt"
	"slices"

	"ferry/ftp"
)

// exception is a way in which a client fails, exactly so: a client or a server
// that gets better is noticed.
type exception struct {
	// cell stands in the table, note once below it.
	cell, note string
	columns    []string // in which it shows
	// check wants the failure: the lines are the server's of this errand, stored
	// the small files that arrived.
	check func(lines []logLine, stored []int) error
}

// refusals counts the transfers that ended with 522 because they did not resume,
// and the others.
func refusals(lines []logLine) (refused, others int) {
	for _, l := range lines {
		if l.notResumed() {
			refused++
		} else {
			others++
		}
	}
	return refused, others
}

// neverResumes is the exception of clients that resume nothing: a server that
// wants it refuses each of their data connections.
func neverResumes(note string) *exception {
	return &exception{
		cell: "522", note: note, columns: secureColumns,
		check: func(lines []logLine, stored []int) error {
			if refused, others := refusals(lines); others > 0 || refused == 0 || len(stored) > 0 {
				return fmt.Errorf("%d transfers were refused with 522 (%s), %d were not, and %d small files were stored; want the first alone",
					refused, ftp.CauseTLSNotResumed, others, len(stored))
			}
			return nil
		},
	}
}

// onceEach is the exception of clients for which a ticket of TLS 1.3 is good
// for one connection, and which do not read the next one during an upload: the
// second of two uploads in a row does not resume.
func onceEach(note string) *exception {
	return &exception{
		cell: "2nd 522", note: note, columns: []string{columnSmall, columnLarge},
		check: func(lines []logLine, stored []int) error {
			refused := 0
			for i, l := range lines {
				if !l.notResumed() {
					if l.Reply != int(ftp.CodeTransferOK) {
						return fmt.Errorf("%s %s ended with %d (%s)", l.Verb, l.Path, l.Reply, l.Cause)
					}
					continue
				}
				refused++
				before := slices.IndexFunc(lines[:i], func(o logLine) bool { return o.Session == l.Session && o.Verb == "STOR" })
				if l.Verb != "STOR" || before < 0 {
					return fmt.Errorf("%s %s was refused, which is no second upload of its session", l.Verb, l.Path)
				}
			}
			if refused == 0 || len(stored) == 0 {
				return fmt.Errorf("%d transfers were refused with 522 and %d of %d small files stored; want some of both", refused, len(stored), smallCount)
			}
			return nil
		},
	}
}

// wantsReuse says whether a way is private, under a server that wants reuse, by
// the version of TLS.
func (w way) wantsReuse(version uint16) bool { return w.reuse && !w.clear && w.version == version }

// curlExceptions are those of curl with OpenSSL.
func curlExceptions(w way) *exception {
	if w.wantsReuse(tls.VersionTLS12) {
		return neverResumes("curl asks for no session tickets (SSL_OP_NO_TICKET), and in TLS 1.2 the server resumes by nothing else")
	}
	return nil
}
