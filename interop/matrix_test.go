package interop_test

import (
	"context"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ferry/internal/peers"
)

// cellLimit is how long one run of a client may take before it is killed: it ends
// clients that hang, and must not end those that wait for a busy machine (Java
// starts slowly).
const cellLimit = 150 * time.Second

// run is the matrix: every client in every mode lists, fetches and stores.
// Each option leaves out the samples for which it is false.
func run(t *testing.T, tg target, options ...func(sample) bool) {
	t.Helper()
	files := slices.Clone(samples)
	for _, keep := range append(options, func(f sample) bool { return !testing.Short() || onlySmall(f) }) {
		files = slices.DeleteFunc(files, func(f sample) bool { return !keep(f) })
	}
	m := &matrix{target: tg, files: files, sums: makeSamples(t, tg.root, files), table: newTable(tg.name, files)}
	t.Cleanup(func() { t.Log("\n" + m.table.String()) })
	for _, c := range peers.Clients() {
		for _, mode := range c.Modes {
			t.Run(strings.ReplaceAll(c.Name+"/"+mode.String(), " ", "-"), func(t *testing.T) {
				t.Parallel()
				m.row(t, c, mode)
			})
		}
	}
}

// matrix is what the rows share; only the table is written to.
type matrix struct {
	target target
	files  []sample
	sums   map[string]digest
	table  *table
}

// row runs one client in one mode, cell by cell. A cell that fails does not
// keep the next from being tried.
func (m *matrix) row(t *testing.T, c peers.Client, mode peers.Mode) {
	c.Need(t)
	addr := m.target.ip4
	if mode.IPv6 {
		addr = m.target.ip6
	}
	if addr == "" {
		t.Skip("no IPv6 on loopback")
	}
	home := t.TempDir()
	r := m.table.row(c.Name, mode.String())
	cell := func(column string, job peers.Job, check func(peers.Result) error) {
		job.Addr, job.User, job.Password, job.Home = addr, "anonymous", peers.AnonymousPassword, home
		ctx, cancel := context.WithTimeout(t.Context(), cellLimit)
		defer cancel()
		res, err := c.Run(ctx, mode, job)
		if err == nil {
			err = check(res)
		}
		if err == nil && !slices.Contains(res.Verbs, mode.Verb) {
			err = fmt.Errorf("it sent no %s, but %q", mode.Verb, res.Verbs)
		}
		r.set(column, res.Verbs, mode.Verb, err)
		if err != nil {
			t.Errorf("%s %q: %v\n%s", column, job.Remote, err, res.Output)
		}
	}

	if c.Can(peers.List) {
		cell("list", peers.Job{Op: peers.List, Local: filepath.Join(home, "list")}, func(res peers.Result) error {
			return checkNames(res.Names, listedNames(m.files))
		})
	}
	local := filepath.Join(home, "got")
	for _, f := range m.files {
		cell("get "+f.label, peers.Job{Op: peers.Get, Remote: f.name, Local: local}, func(peers.Result) error {
			return compare(local, m.sums[f.name], f.size)
		})
		remove(t, local)
	}
	if !c.Can(peers.Put) {
		return
	}
	// A folder of its own keeps the rows apart, which run side by side.
	dir := peers.Incoming + "/" + strings.ReplaceAll(c.Name+" "+mode.String(), " ", "-")
	onDisk := filepath.Join(m.target.root, filepath.FromSlash(dir))
	if err := os.Mkdir(onDisk, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(onDisk, 0o777); err != nil { // whatever the umask
		t.Fatal(err)
	}
	for _, f := range m.files {
		stored := filepath.Join(onDisk, f.name)
		job := peers.Job{Op: peers.Put, Remote: dir + "/" + f.name, Local: filepath.Join(m.target.root, f.name)}
		cell("put "+f.label, job, func(peers.Result) error {
			return compare(stored, m.sums[f.name], f.size)
		})
		remove(t, stored)
	}
}

// checkNames wants every name in the listing, which is lines of names or, as
// wget makes it, a page.
func checkNames(listing string, names []string) error {
	listing = html.UnescapeString(listing)
	for _, n := range names {
		if !strings.Contains(listing, n) {
			return fmt.Errorf("no %q in the listing %q", n, listing)
		}
	}
	return nil
}

// remove makes room for the next cell, and leaves no old file for it to find.
func remove(t *testing.T, name string) {
	t.Helper()
	if err := os.RemoveAll(name); err != nil {
		t.Error(err)
	}
}
