package lab

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
)

// Sort puts results in the order of the topologies, and within one of server,
// client, TLS and mode.
func Sort(results []Result) {
	topology := func(name string) int {
		return slices.IndexFunc(Topologies, func(t Topology) bool { return t.Name == name })
	}
	slices.SortStableFunc(results, func(a, b Result) int {
		return cmp.Or(
			cmp.Compare(topology(a.Topology), topology(b.Topology)),
			cmp.Compare(slices.Index(Servers, a.Server), slices.Index(Servers, b.Server)),
			cmp.Compare(slices.Index(Clients, a.Client), slices.Index(Clients, b.Client)),
			cmp.Compare(slices.Index(TLSKinds, a.TLS), slices.Index(TLSKinds, b.TLS)),
			cmp.Compare(slices.Index(columns, a.Mode), slices.Index(columns, b.Mode)),
		)
	})
}

// WriteTSV writes a line a result: topology, family, tls, mode, client, expected,
// result (ok, fail or skip), cause, hop, after a line with these names.
func WriteTSV(w io.Writer, results []Result) error {
	if _, err := fmt.Fprintln(w, "topology\tfamily\ttls\tmode\tclient\texpected\tresult\tcause\thop"); err != nil {
		return err
	}
	for _, r := range results {
		result := "fail"
		switch {
		case r.Skipped != "":
			result = "skip"
		case r.Outcome.OK:
			result = "ok"
		}
		_, err := fmt.Fprintln(w, strings.Join([]string{
			r.Topology, r.Family, r.TLS, r.Mode, r.Client, r.Expected.String(), result, r.Outcome.Cause, r.Outcome.Hop,
		}, "\t"))
		if err != nil {
			return err
		}
	}
	return nil
}

// WriteJSON writes an object a line.
func WriteJSON(w io.Writer, results []Result) error {
	e := json.NewEncoder(w)
	for i := range results {
		if err := e.Encode(&results[i]); err != nil {
			return err
		}
	}
	return nil
}

// columns are those of the matrix.
var columns = append(Modes[:len(Modes):len(Modes)], Ports)

// A Row is what one pair of client and server made of a topology under one kind of
// TLS: a result for each mode, nil where there is none.
type Row struct {
	Topology, Server, Client, TLS string
	Cells                         []*Result
}

// Rows gathers results into rows, in their order.
func Rows(results []Result) []Row {
	var rows []Row
	for i := range results {
		r := &results[i]
		key := Row{Topology: r.Topology, Server: r.Server, Client: r.Client, TLS: r.TLS}
		at := slices.IndexFunc(rows, func(q Row) bool {
			return q.Topology == key.Topology && q.Server == key.Server && q.Client == key.Client && q.TLS == key.TLS
		})
		if at < 0 {
			key.Cells = make([]*Result, len(columns))
			rows, at = append(rows, key), len(rows)
		}
		if m := slices.Index(columns, r.Mode); m >= 0 {
			rows[at].Cells[m] = r
		}
	}
	return rows
}

// Text is a cell's result for people.
func (r *Result) Text() string {
	switch {
	case r == nil:
		return ""
	case r.Skipped != "":
		return "skipped"
	case r.Surprise():
		return r.Outcome.String() + ", not " + r.Expected.String()
	}
	return r.Outcome.String()
}

// Kind is a cell's result in a word, for its colour: ok, fail, skip, surprise, none.
func (r *Result) Kind() string {
	switch {
	case r == nil:
		return "none"
	case r.Skipped != "":
		return "skip"
	case r.Surprise():
		return "surprise"
	case r.Outcome.OK:
		return "ok"
	}
	return "fail"
}

// colours are those of a terminal.
var colours = map[string]string{"ok": "\x1b[32m", "fail": "\x1b[31m", "skip": "\x1b[90m", "surprise": "\x1b[1;33m"}

// WriteTable writes the matrix of topologies and modes for a terminal.
func WriteTable(w io.Writer, results []Result, colour bool) error {
	rows := Rows(results)
	head := []string{"topology", "server", "client", "tls"}
	head = append(head, columns...)
	widths := make([]int, len(head))
	lines := make([][]string, len(rows))
	for i, row := range rows {
		lines[i] = []string{row.Topology, row.Server, row.Client, row.TLS}
		for _, c := range row.Cells {
			lines[i] = append(lines[i], c.Text())
		}
	}
	for _, line := range slices.Concat(lines, [][]string{head}) {
		for i, word := range line {
			widths[i] = max(widths[i], len(word))
		}
	}
	var b strings.Builder
	for i, word := range head {
		fmt.Fprintf(&b, "%-*s  ", widths[i], word)
	}
	b.WriteString("\n")
	for n, line := range lines {
		for i, word := range line {
			padded := fmt.Sprintf("%-*s", widths[i], word)
			if i >= 4 && colour {
				if code := colours[rows[n].Cells[i-4].Kind()]; code != "" {
					padded = code + padded + "\x1b[0m"
				}
			}
			b.WriteString(padded + "  ")
		}
		b.WriteString("\n")
	}
	text := strings.ReplaceAll(b.String(), "  \n", "\n")
	for strings.Contains(text, " \n") {
		text = strings.ReplaceAll(text, " \n", "\n")
	}
	_, err := io.WriteString(w, text)
	return err
}

// page is the matrix for a browser.
var page = template.Must(template.New("").Parse(`<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>FTP laboratory</title>
<style>
:root { color-scheme: light dark }
body { font: 15px/1.4 system-ui, sans-serif; margin: 2rem }
table { border-collapse: collapse }
th, td { padding: .3rem .6rem; border-bottom: 1px solid #8884; text-align: left; vertical-align: top }
th { position: sticky; top: 0; background: Canvas }
.ok { background: #2a84 } .fail { background: #c433 } .skip { color: #888 } .surprise { background: #fc06; font-weight: bold }
</style>
<h1>FTP laboratory</h1>
<p>Each line is a network, a server, a client and a kind of TLS; each column a kind of data connection.
A cell says that it worked, or why not and at which host.</p>
<table><tr><th>topology<th>server<th>client<th>TLS{{range .Modes}}<th>{{.}}{{end}}</tr>
{{range .Rows}}<tr><td>{{.Topology}}<td>{{.Server}}<td>{{.Client}}<td>{{.TLS}}{{range .Cells}}<td class="{{.Kind}}">{{.Text}}{{end}}</tr>
{{end}}</table>
</html>
`))

// WriteHTML writes the matrix as a page that needs nothing else.
func WriteHTML(w io.Writer, results []Result) error {
	return page.Execute(w, map[string]any{"Modes": columns, "Rows": Rows(results)})
}
