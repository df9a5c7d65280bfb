package firewalltest

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry/internal/firewall"
)

var update = flag.Bool("update", false, "write the golden files anew")

// A Case is one input.
type Case struct {
	Name string
	Args string // facts as in the command line
}

// Facts reads the case's facts.
func (c Case) Facts(t testing.TB) firewall.Facts {
	t.Helper()
	facts, err := c.Read()
	if err != nil {
		t.Fatal(err)
	}
	return facts
}

// Read reads the case's facts where no test is running.
func (c Case) Read() (firewall.Facts, error) {
	facts, err := firewall.ReadFacts(c.Args)
	if err != nil {
		return facts, fmt.Errorf("%s: %w", c.Name, err)
	}
	return facts, nil
}

// Cases are inputs that every dialect is tried with, as far as it serves them. A
// case without --state takes the dialect's default.
func Cases() []Case {
	const (
		v4  = " --clients 192.0.2.0/24 --server 198.51.100.5"
		two = " --clients 192.0.2.0/24,2001:db8:1::/48 --server 198.51.100.5,2001:db8:2::5"
	)
	var cases []Case
	for _, at := range []string{"server", "client", "forward"} {
		for _, state := range []string{"", "helper", "none"} {
			for _, mode := range []string{"active", "passive", "both"} {
				args := "--at " + at + " --mode " + mode + " --data-port 20 --passive-ports 3000-4000" + v4
				name := at + "-" + mode
				if state != "" {
					args, name = args+" --state "+state, name+"-"+state
				}
				cases = append(cases, Case{name, args})
			}
		}
	}
	return append(cases,
		Case{"server-everybody", "--at server --mode passive --passive-ports 50000-50099 --data-port 20"},
		Case{"server-unlimited", "--at server --mode both --data-port any"},
		Case{"server-two-families", "--at server --mode both --data-port 20 --passive-ports 3000-4000 --keep 22,443" + two},
		Case{"server-closed", "--at server --mode both --data-port 20 --passive-ports 3000-4000 --outgoing closed --keep 22" + v4},
		Case{"server-passive-closed", "--at server --mode passive --data-port 20 --passive-ports 3000-4000 --outgoing closed" + v4},
		Case{"server-tls", "--at server --mode passive --tls explicit --control-port 21,990 --data-port 20 --passive-ports 3000-3000" + two},
		Case{"server-ipv6", "--at server --mode both --data-port 20 --passive-ports 3000-4000 --clients 2001:db8:1::/48,2001:db8:7::/48 --server 2001:db8:2::5"},
		Case{"client-closed", "--at client --mode both --data-port 20 --active-ports 40000-40100 --passive-ports 3000-4000 --outgoing closed" + v4},
		Case{"client-two-families", "--at client --mode both --data-port 20 --active-ports 40000-40100 --passive-ports 3000-4000" + two},
		Case{"forward-two-families", "--at forward --mode both --data-port 20 --passive-ports 3000-4000" + two},
		Case{"forward-none-two-families", "--at forward --mode both --state none --data-port 20 --passive-ports 3000-4000 --active-ports 1024-4999" + two},
		Case{"forward-everybody", "--at forward --mode passive --server 198.51.100.5 --data-port 20 --passive-ports 3000-4000"},
		Case{"forward-many", "--at forward --mode both --clients 192.0.2.0/25,203.0.113.0/24,10.1.2.3 --server 198.51.100.5,198.51.100.6 --control-port 21,2121 --data-port 20 --passive-ports 3000-4000"},
		Case{"forward-public", "--at forward --mode both --server 10.0.0.5 --public 198.51.100.5 --data-port 20 --passive-ports 3000-4000"},
		Case{"forward-public-helper", "--at forward --mode both --state helper --server 10.0.0.5 --public 198.51.100.5 --data-port 20 --passive-ports 3000-4000"},
		Case{"forward-masquerade", "--at forward --mode passive --clients 10.1.0.0/16 --server 198.51.100.5 --masquerade --data-port 20 --passive-ports 3000-4000"},
		Case{"forward-masquerade-helper", "--at forward --mode both --state helper --clients 10.1.0.0/16 --server 198.51.100.5 --masquerade --data-port 20 --passive-ports 3000-4000"},
		Case{"server-knock", "--at server --mode passive --state knock --tls explicit --data-port 20 --passive-ports 3000-4000" + two},
		Case{"forward-knock", "--at forward --mode passive --state knock --tls explicit --knock-time 2m --data-port 20 --passive-ports 3000-4000" + v4},
	)
}

// Golden writes each case that the dialect serves, and compares text and notes with
// testdata/CASE.golden: the facts, the text and the notes, with lines of dashes
// between. It gives the texts by the name of the case. Run the tests with -update to
// write the files, and read what has changed.
func Golden(t *testing.T, d *firewall.Dialect) map[string]string {
	t.Helper()
	texts, files := make(map[string]string), make(map[string]bool)
	for _, c := range Cases() {
		text, _, notes, err := d.Write(c.Facts(t))
		var unsupported *firewall.UnsupportedError
		var fact *firewall.FactError
		switch {
		case errors.As(err, &unsupported):
			continue
		case errors.As(err, &fact) && d.Trackings[0] == firewall.Stateless && !strings.Contains(c.Args, "--state"):
			continue // the case is for those that have state unless told otherwise
		}
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		texts[c.Name] = text
		const dashes = "----------\n"
		got := c.Args + "\n" + dashes + text + dashes
		for _, n := range notes {
			got += n.String() + "\n"
		}
		file := filepath.Join("testdata", c.Name+".golden")
		files[file] = true
		if *update {
			if err := os.MkdirAll("testdata", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Errorf("%v (go test -update writes it)", err)
		} else if got != string(want) {
			t.Errorf("%s is not what is written now:\n%s", file, got)
		}
	}
	if len(texts) == 0 {
		t.Fatalf("%s serves none of the cases", d.Name)
	}
	there, err := filepath.Glob(filepath.Join("testdata", "*.golden"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range there {
		if !files[file] && *update {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		} else if !files[file] {
			t.Errorf("%s belongs to no case that %s serves", file, d.Name)
		}
	}
	return texts
}

// SameMatrix reads the text of each case back and asks plan and text for their
// verdict on the same packets.
func SameMatrix(t *testing.T, d *firewall.Dialect) {
	t.Helper()
	for _, c := range Cases() {
		text, plan, _, err := d.Write(c.Facts(t))
		if err != nil {
			continue // Golden has told it
		}
		parsed, err := d.Parse(text)
		if err != nil {
			t.Errorf("%s: read back: %v\n%s", c.Name, err, text)
			continue
		}
		wrong, accepted := 0, 0
		probes := plan.Probes()
		for _, probe := range probes {
			want, got := plan.Verdict(probe), parsed.Verdict(probe)
			if want == firewall.Accept {
				accepted++
			}
			if want != got {
				if wrong++; wrong <= 5 {
					t.Errorf("%s: %+v: the plan says %s, the text %s", c.Name, probe, want, got)
				}
			}
		}
		if wrong > 0 {
			t.Errorf("%s: %d of %d packets differ:\n%s", c.Name, wrong, len(probes), text)
		}
		if accepted == 0 || accepted == len(probes) {
			t.Errorf("%s: %d of %d packets are let through: nothing is proved", c.Name, accepted, len(probes))
		}
	}
}
