package lab

import (
	"os"
	"strings"
	"testing"
)

// TestDocument finds in docs/lab.md, which make lab has measured, what the topologies
// predict: for ferry with ferry every topology, and for vsftpd with curl.
func TestDocument(t *testing.T) {
	text, err := os.ReadFile("../../docs/lab.md")
	if err != nil {
		t.Fatal(err)
	}
	server, client, rows := "", "", map[string]int{}
	for line := range strings.Lines(string(text)) {
		switch {
		case strings.HasPrefix(line, "### ferry as server"):
			server, client = "ferry", "ferry"
		case strings.HasPrefix(line, "### vsftpd and curl"):
			server, client = "vsftpd", "curl"
		}
		cells := strings.Split(line, "|")
		if server == "" || len(cells) != 9 {
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		p, err := Find(cells[1])
		if err != nil {
			continue // the head of the table
		}
		rows[server+" "+p.Name+" "+cells[2]]++
		for i, mode := range Modes {
			said := strings.ReplaceAll(cells[3+i], "`", "")
			if said == "" || said == "skipped" {
				continue
			}
			want, err := p.Predict(Cell{Topology: p.Name, TLS: cells[2], Mode: mode, Client: client, Server: server})
			if err != nil || said != want.String() {
				t.Errorf("%s, %s, TLS %s, %s: the page says %s, predicted is %s (%v); run make lab", server, p.Name, cells[2], mode, said, want, err)
			}
		}
		if ports := cells[7]; ports != "" && ports != "ok" && ports != "skipped" { // knocking is nftables alone
			t.Errorf("%s, %s: ports: %s", server, p.Name, ports)
		}
	}
	for i := range Topologies {
		for _, row := range []string{"ferry " + Topologies[i].Name + " none", "ferry " + Topologies[i].Name + " explicit", "vsftpd " + Topologies[i].Name + " none"} {
			if rows[row] != 1 {
				t.Errorf("docs/lab.md has %d rows for %s; run make lab", rows[row], row)
			}
		}
	}
}
