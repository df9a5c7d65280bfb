package interop_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
)

// table gathers the cells and prints them, a line per client and mode.
type table struct {
	name    string
	columns []string

	mu   sync.Mutex
	rows []*row
}

// row is one line of the table. A row belongs to one goroutine until it is
// printed.
type row struct {
	client, mode string
	cells        map[string]string
	fallback     string // another way of data connection that the client went on to
}

// newTable has a column for the listing and two for each sample.
func newTable(name string, files []sample) *table {
	columns := []string{"list"}
	for _, op := range []string{"get ", "put "} {
		for _, f := range files {
			columns = append(columns, op+f.label)
		}
	}
	return &table{name: name, columns: columns}
}

// row adds a line.
func (tb *table) row(client, mode string) *row {
	r := &row{client: client, mode: mode, cells: make(map[string]string)}
	tb.mu.Lock()
	defer tb.mu.Unlock()
	tb.rows = append(tb.rows, r)
	return r
}

// set fills a cell: verbs are what the client sent, wanted what it was to send.
func (r *row) set(column string, verbs []string, wanted string, err error) {
	r.cells[column] = "ok"
	if err != nil {
		r.cells[column] = "FAIL"
	}
	if n := len(verbs); n > 0 && verbs[n-1] != wanted {
		r.fallback = verbs[n-1]
	}
}

// String is the table; "-" stands where the client cannot or was not run.
func (tb *table) String() string {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	rows := slices.SortedFunc(slices.Values(tb.rows), func(a, b *row) int {
		return strings.Compare(a.client+" "+a.mode, b.client+" "+b.mode)
	})
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	line := func(cells ...string) { _, _ = fmt.Fprintln(w, strings.Join(cells, "\t")) } // to memory
	line(append([]string{tb.name, "mode"}, tb.columns...)...)
	for _, r := range rows {
		cells := []string{r.client, r.mode}
		for _, c := range tb.columns {
			if r.cells[c] == "" {
				cells = append(cells, "-")
				continue
			}
			cells = append(cells, r.cells[c])
		}
		if r.fallback != "" {
			cells = append(cells, "went on to "+r.fallback)
		}
		line(cells...)
	}
	_ = w.Flush() // to memory
	return b.String()
}

func TestTable(t *testing.T) {
	tb := newTable("server", []sample{{label: "1"}})
	tb.row("b", "PORT ip4").set("get 1", []string{"EPRT", "EPSV"}, "EPRT", nil)
	r := tb.row("a", "PASV ip4")
	r.set("list", []string{"PASV"}, "PASV", nil)
	r.set("put 1", nil, "PASV", fmt.Errorf("no"))
	got := strings.Fields(tb.String())
	want := strings.Fields("server mode list get 1 put 1 a PASV ip4 ok - FAIL b PORT ip4 - ok - went on to EPSV")
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}
