package interop_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"ferry/internal/peers"
)

// way is one way to hold a session over TLS.
type way struct {
	implicit bool   // TLS from the first byte, instead of AUTH TLS
	version  uint16 // the only version of TLS that the client offers
	reuse    bool   // the server wants data connections to resume (require_ssl_reuse)
	clear    bool   // PROT C instead of PROT P
}

// String is "explicit 1.3 reuse P".
func (w way) String() string {
	words := []string{"explicit", w.tls(), "no-reuse", w.prot()}
	if w.implicit {
		words[0] = "implicit"
	}
	if w.reuse {
		words[2] = "reuse"
	}
	return strings.Join(words, " ")
}

func (w way) start() string { start, _, _ := strings.Cut(w.String(), " "); return start }

// tls is "1.2" or "1.3".
func (w way) tls() string { return strings.TrimPrefix(tls.VersionName(w.version), "TLS ") }

// prot is "P" or "C".
func (w way) prot() string {
	if w.clear {
		return "C"
	}
	return "P"
}

// ways are all of them, PROT C last. With PROT C there is nothing to resume, so
// it is tried where that must not be missed.
func ways() []way {
	var all []way
	for _, notPrivate := range []bool{false, true} {
		for _, implicit := range []bool{false, true} {
			for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
				for _, reuse := range []bool{true, false} {
					if notPrivate && !reuse {
						continue
					}
					all = append(all, way{implicit, version, reuse, notPrivate})
				}
			}
		}
	}
	return all
}

// errand is what a client is to do in a session: list dir into the file listing,
// get dir/there.bin into the file fetched, and put the file small twenty times and
// the file large once.
type errand struct {
	way
	host, port       string
	dir              string // at the server, relative to where the login leads
	home             string // a folder for the client's own files
	small, large     string
	listing, fetched string
}

// The names at the server.
const (
	thereName = "there.bin"
	largeName = "large.bin"
	// smallCount is the number of uploads in a row.
	smallCount = 20
)

// smallName is the name of upload number i, from 1 on.
func smallName(i int) string { return fmt.Sprintf("small-%02d.bin", i) }

// newErrand is an errand at the server at addr, host:port. The folder home is
// there and empty.
func newErrand(w way, addr, dir, home string) (errand, error) {
	host, port, err := net.SplitHostPort(addr)
	return errand{
		way: w, host: host, port: port, dir: dir, home: home,
		listing: filepath.Join(home, "listing"), fetched: filepath.Join(home, "fetched"),
	}, err
}

// url is the address of a name in dir.
func (e errand) url(scheme, name string) string {
	return fmt.Sprintf("%s://%s/%s/%s", scheme, net.JoinHostPort(e.host, e.port), e.dir, name)
}

// The columns of the table.
const (
	columnList  = "list"
	columnGet   = "get 3M"
	columnSmall = "put 20x200K"
	columnLarge = "put 3M"
)

var secureColumns = []string{columnList, columnGet, columnSmall, columnLarge}

// secureClient is a real client that speaks TLS.
type secureClient struct {
	name string
	// columns are what it can do; nil: all.
	columns []string
	// only says which ways it is tried in; nil: all.
	only func(w way) bool
	// many says that it makes a session for each transfer.
	many bool
	// need finds the client's programs; it skips the test where one is absent.
	need func(t *testing.T) found
	// run does the errand with them; it returns the client's trace, and an error
	// if the client reports failure.
	run func(ctx context.Context, p found, e errand) (string, error)
	// but says what a way ends in where that is not success: nil if it is.
	but func(w way) *exception
}

// found are the paths of what a client needs.
type found []string

// needPeers needs programs of make peers.
func needPeers(names ...string) func(*testing.T) found {
	return func(t *testing.T) (p found) {
		t.Helper()
		for _, name := range names {
			p = append(p, peers.Need(t, name))
		}
		return p
	}
}

// tries says whether the client is tried in the way.
func (c *secureClient) tries(w way) bool { return c.only == nil || c.only(w) }

// private is for the clients that know no PROT C.
func private(w way) bool { return !w.clear }

// except is but, which may be nil.
func (c *secureClient) except(w way) *exception {
	if c.but == nil {
		return nil
	}
	return c.but(w)
}
