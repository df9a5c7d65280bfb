package certs

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"hash"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// soon is how long before its end a certificate is warned about.
const soon = 14 * 24 * time.Hour

// Source holds the key pairs of a server. All methods may be called by several
// goroutines at once.
type Source struct {
	reloading sync.Mutex // one Reload at a time
	current   atomic.Pointer[state]
	// next makes the state that follows current, which is nil at first: the same
	// one if nothing has changed.
	next func(current *state) (*state, error)
	// open is how next opens files; nil if it has none that can be told.
	open *Opener
}

// A state is all that was loaded at one time. It is never changed.
type state struct {
	pairs []*loaded // at least one
	files []stamp
	sum   [sha256.Size]byte // of all content
	// unsettled: a file is so young that its time cannot tell the next change.
	unsettled bool
	notes     []string // about pairs that were left out
}

// FromFiles loads one key pair. An empty keyFile means that the key is in
// certFile. The error names the file and says what to do.
func FromFiles(certFile, keyFile string) (*Source, error) {
	return FromPairs([]Pair{{Cert: certFile, Key: keyFile}})
}

// FromPairs loads several key pairs, of which GetCertificate chooses for each
// client; the first is the default. All must be usable, but for DSA keys: such a
// pair is left out with a warning if another one is left.
func FromPairs(pairs []Pair) (*Source, error) {
	if len(pairs) == 0 {
		return nil, errors.New("no certificate file is named (rsa_cert_file)")
	}
	pairs = slices.Clone(pairs)
	open := Opener(os.Open)
	s, err := newSource(func(current *state) (*state, error) { return reread(current, pairs, open) })
	if err == nil {
		s.open = &open
	}
	return s, err
}

// OpenBy has Reload open the files of FromFiles and FromPairs by open from now on: a
// process that has given power up may know another one that has kept it. Files are
// looked at (stat) as before.
func (s *Source) OpenBy(open Opener) {
	s.reloading.Lock()
	defer s.reloading.Unlock()
	if s.open != nil {
		*s.open = open
	}
}

// newSource makes a source with its first state.
func newSource(next func(*state) (*state, error)) (*Source, error) {
	first, err := next(nil)
	if err != nil {
		return nil, err
	}
	s := &Source{next: next}
	s.current.Store(first)
	return s, nil
}

// Leaves are the server's certificates in use, the default first, without those of
// their issuers. They must not be changed.
func (s *Source) Leaves() []*x509.Certificate {
	var leaves []*x509.Certificate
	for _, p := range s.current.Load().pairs {
		leaves = append(leaves, p.cert.Leaf)
	}
	return leaves
}

// Warnings says what is wrong with the pairs in use although they work: ended,
// not yet begun or near its end at this moment, weak, readable by all, without
// names, left out. Each is one line for the administrator.
func (s *Source) Warnings() []string {
	current := s.current.Load()
	warnings := slices.Clone(current.notes)
	for _, p := range current.pairs {
		if text := period(p.cert.Leaf, time.Now()); text != "" {
			warnings = append(warnings, p.name()+": "+text)
		}
		warnings = append(warnings, p.notes...)
	}
	return warnings
}

// name is what a person calls the pair.
func (p *loaded) name() string {
	if p.pair.Cert == "" {
		return "self-signed certificate"
	}
	return p.pair.Cert
}

// period describes a certificate outside of its time or near its end, and is
// empty for others.
func period(leaf *x509.Certificate, now time.Time) string {
	const layout = "2006-01-02 15:04 MST"
	switch end := leaf.NotAfter.UTC(); {
	case now.After(end):
		return "the certificate ended on " + end.Format(layout) + ": clients refuse it; renew it"
	case now.Before(leaf.NotBefore):
		return "the certificate begins on " + leaf.NotBefore.UTC().Format(layout) + ": clients refuse it until then; is the clock right?"
	case end.Sub(now) < soon:
		return "the certificate ends on " + end.Format(layout) + ": renew it"
	}
	return ""
}

// within reports whether a certificate is in its time.
func within(leaf *x509.Certificate, now time.Time) bool {
	return !now.Before(leaf.NotBefore) && !now.After(leaf.NotAfter)
}

// loadPairs reads all pairs from their files.
func loadPairs(pairs []Pair, open Opener) (*state, error) {
	began := time.Now()
	next := &state{}
	sum := sha256.New()
	var read []*pemFile
	for _, p := range pairs {
		pair, files, err := p.load(open)
		read = append(read, files...)
		if err != nil && moved(read) != nil {
			// Half of the files are old: what is wrong with them is no matter.
			return nil, moved(read)
		}
		switch {
		case err == nil:
			next.pairs = append(next.pairs, pair)
		case unusableForEver(err) && len(pairs) > 1:
			next.notes = append(next.notes, fmt.Sprintf("left out: %v", err))
		default:
			return nil, err
		}
	}
	if len(next.pairs) == 0 {
		return nil, fmt.Errorf("no key pair can be used: %s", next.notes[0])
	}
	for _, f := range read {
		next.files = append(next.files, stamp{f.name, f.info})
		addSized(sum, f.data)
		next.unsettled = next.unsettled || f.info.ModTime().After(began.Add(-settleTime))
	}
	sum.Sum(next.sum[:0])
	// Content of two times must not be taken for one pair.
	if err := moved(read); err != nil {
		return nil, err
	}
	return next, nil
}

// moved is errMoving for the first file that is not as it was read.
func moved(files []*pemFile) error {
	for _, f := range files {
		if !(stamp{f.name, f.info}).same() {
			return fmt.Errorf("%s: %w", f.name, errMoving)
		}
	}
	return nil
}

// errMoving: a file was replaced between its first and its last look.
var errMoving = errors.New("the file changed while it was read")

// addSized adds content to a sum, so that no two lists of contents have the same.
func addSized(sum hash.Hash, data []byte) {
	_, _ = fmt.Fprintf(sum, "%d:", len(data)) // a hash takes all
	_, _ = sum.Write(data)
}

// memoryState is the state of a pair that is in no file.
func memoryState(cert *tls.Certificate) *state {
	next := &state{pairs: []*loaded{{cert: cert}}}
	next.sum = sha256.Sum256(bytes.Join(cert.Certificate, nil))
	return next
}
