package interop_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/ftp"
	"ferry/internal/peers"
)

// secureClients are all that the matrix knows.
func secureClients(t *testing.T) []*secureClient {
	t.Helper()
	classes := &javaClasses{dir: t.TempDir()}
	return []*secureClient{
		secureCurl(), secureLftp(), secureWget(), secureFtplib("ftplib", "plain"), secureFtplib("ftplib+reuse", "reuse"),
		secureJlaffaye(), secureJava(classes), secureJavaDrain(classes), secureNode(),
	}
}

// TestFerryTLS is the matrix of the clients that speak TLS, each in every way
// that it knows: AUTH TLS or TLS from the first byte, TLS 1.2 or 1.3, with data
// connections that must resume the session and that need not, private or clear.
func TestFerryTLS(t *testing.T) {
	m := newSecureMatrix(t)
	t.Cleanup(func() { t.Log("\n" + m.String()) })
	for _, c := range secureClients(t) {
		t.Run(strings.ReplaceAll(c.name, "/", "-"), func(t *testing.T) {
			t.Parallel()
			programs := c.need(t)
			// Some clients wait more than they work.
			var rows sync.WaitGroup
			for _, w := range ways() {
				if !c.tries(w) {
					continue
				}
				home := t.TempDir()
				rows.Go(func() {
					m.turns <- struct{}{}
					defer func() { <-m.turns }()
					if err := m.row(t.Context(), c, w, programs, home); err != nil {
						t.Errorf("%v: %v", w, err)
					}
				})
			}
			rows.Wait()
		})
	}
}

// atOnce is the number of rows that are run side by side.
const atOnce = 10

// secureMatrix is what the rows share; only the table and the notes are written
// to.
type secureMatrix struct {
	servers      map[bool]*peers.SecureServer // by require_ssl_reuse
	root         string
	small, large sample
	sums         map[string]digest
	table        *table
	turns        chan struct{}

	mu    sync.Mutex
	notes map[string]bool
}

func newSecureMatrix(t *testing.T) *secureMatrix {
	t.Helper()
	root, cert := peers.NewRoot(t), peers.NewCertificate(t)
	m := &secureMatrix{
		servers: make(map[bool]*peers.SecureServer), root: root,
		small: sample{"200K", "small.bin", 200_000}, large: sample{"3M", "large.bin", 3 << 20},
		table: &table{name: "ferry over TLS", columns: secureColumns}, notes: make(map[string]bool),
		turns: make(chan struct{}, atOnce),
	}
	m.sums = makeSamples(t, root, []sample{m.small, m.large})
	for reuse, value := range map[bool]string{true: "YES", false: "NO"} {
		m.servers[reuse] = peers.FerryTLS(t, peers.Config{
			Root: root, Write: true, Options: []string{
				"require_ssl_reuse=" + value,
			},
		}, cert)
	}
	return m
}

// String is the table, with the notes below.
func (m *secureMatrix) String() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.table.String() + strings.Join(slices.Sorted(maps.Keys(m.notes)), "\n")
}

// row has one client do its errand in one way, and looks at what came of it: the
// files at both ends, the client's trace and the server's log.
func (m *secureMatrix) row(ctx context.Context, c *secureClient, w way, programs found, home string) error {
	server := m.servers[w.reuse]
	addr := server.Addr
	if w.implicit {
		addr = server.Implicit
	}
	// A folder of its own keeps the rows apart, which run side by side.
	dir := peers.Incoming + "/" + strings.NewReplacer(" ", "-", "/", "-").Replace(c.name+" "+w.String())
	e, err := newErrand(w, addr, dir, home)
	e.small, e.large = filepath.Join(m.root, m.small.name), filepath.Join(m.root, m.large.name)
	onDisk := filepath.Join(m.root, filepath.FromSlash(dir))
	if err := errors.Join(
		err,
		os.Mkdir(onDisk, 0o700),
		os.Chmod(onDisk, 0o777), // whatever the umask
		os.Link(e.large, filepath.Join(onDisk, thereName)),
	); err != nil {
		return err
	}

	ctx, cancel := context.WithTimeout(ctx, cellLimit)
	defer cancel()
	trace, ranErr := c.run(ctx, programs, e)
	lines, logErr := settled(ctx, server, e.dir)
	stored, smallErr := m.stored(onDisk)
	results := map[string]error{
		columnList:  m.listed(e),
		columnGet:   compare(e.fetched, m.sums[m.large.name], m.large.size),
		columnSmall: smallErr,
		columnLarge: compare(filepath.Join(onDisk, largeName), m.sums[m.large.name], m.large.size),
	}

	r := m.table.row(c.name, w.String())
	but := c.except(w)
	var failures []error
	for _, column := range secureColumns {
		switch {
		case c.columns != nil && !slices.Contains(c.columns, column):
		case but != nil && slices.Contains(but.columns, column):
			r.cells[column] = but.cell
		default:
			r.set(column, nil, "", results[column])
			if err := results[column]; err != nil {
				failures = append(failures, fmt.Errorf("%s: %w", column, err))
			}
		}
	}
	failures = append(failures, logErr, checkProt(trace, w), checkLogged(lines, w))
	if but != nil {
		m.note(but)
		failures = append(failures, but.check(lines, stored))
	} else {
		failures = append(failures, ranErr, checkLines(lines, c.many))
	}
	if err := errors.Join(failures...); err != nil {
		if !slices.Contains(slices.Collect(maps.Values(r.cells)), "FAIL") {
			r.cells[columnList] += " FAIL" // no cell shows it
		}
		return fmt.Errorf("%w\nthe client's trace:\n%s\nthe server's log:\n%s", err, trace, describe(lines))
	}
	return nil
}

func (m *secureMatrix) note(e *exception) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.notes[e.cell+": "+e.note] = true
}

// listed wants the one file that was there in the listing.
func (m *secureMatrix) listed(e errand) error {
	text, err := os.ReadFile(e.listing)
	if err != nil {
		return err
	}
	return checkNames(string(text), []string{thereName})
}

// stored are the small files that arrived whole; the error is about the others.
func (m *secureMatrix) stored(onDisk string) (whole []int, err error) {
	for i := 1; i <= smallCount; i++ {
		if one := compare(filepath.Join(onDisk, smallName(i)), m.sums[m.small.name], m.small.size); one != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", smallName(i), one))
			continue
		}
		whole = append(whole, i)
	}
	return whole, err
}

// settled returns the server's lines about the folder when the sessions in it
// are over: the client may have gone before the last line is written.
func settled(ctx context.Context, server *peers.SecureServer, dir string) ([]logLine, error) {
	retry := time.NewTicker(20 * time.Millisecond)
	defer retry.Stop()
	for {
		lines, over := transfersIn(server.Output(), dir)
		if over && len(lines) > 0 {
			return lines, nil
		}
		select {
		case <-ctx.Done():
			return lines, fmt.Errorf("the sessions in the server's log do not end, or never were: %w", ctx.Err())
		case <-retry.C:
		}
	}
}

// checkLines wants every transfer to have gone well, on one control connection
// unless the client makes many.
func checkLines(lines []logLine, many bool) error {
	for _, l := range lines {
		if l.Reply != int(ftp.CodeTransferOK) {
			return fmt.Errorf("%s %s ended with %d (%s)", l.Verb, l.Path, l.Reply, l.Cause)
		}
		if !many && l.Session != lines[0].Session {
			return fmt.Errorf("%s %s was in session %d, the first transfer in %d", l.Verb, l.Path, l.Session, lines[0].Session)
		}
	}
	return nil
}

// tracedProt finds the protection of data connections that a client asked for.
var tracedProt = regexp.MustCompile(`PROT ([A-Z])\b`)

// checkProt wants the client to have asked for what the way says. Without a
// PROT it is C.
func checkProt(trace string, w way) error {
	last := "C"
	for _, m := range tracedProt.FindAllStringSubmatch(trace, -1) {
		last = m[1]
	}
	if last != w.prot() {
		return fmt.Errorf("the data connections were PROT %s, not %s", last, w.prot())
	}
	return nil
}

// checkLogged wants the server's lines to name the version and the protection.
func checkLogged(lines []logLine, w way) error {
	for _, l := range lines {
		if l.TLS != w.tls() || l.Prot != w.prot() {
			return fmt.Errorf("%s %s is logged with tls=%s prot=%s, want %s and %s", l.Verb, l.Path, l.TLS, l.Prot, w.tls(), w.prot())
		}
	}
	return nil
}

// describe is the lines in words.
func describe(lines []logLine) string {
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "session %d: %s %s: %d %s %s\n", l.Session, l.Verb, l.Path, l.Reply, l.Cause, l.Err)
	}
	return b.String()
}
