package lab

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ferry/internal/nsnet"
	"ferry/internal/peers"
)

// ferryFor builds the program, which is both the world and what runs in it, and puts
// the peers in the search path.
func ferryFor(t *testing.T, programs ...string) string {
	t.Helper()
	if _, err := nsnet.Check(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	var folders []string
	for _, name := range append([]string{"nft"}, programs...) {
		folders = append(folders, filepath.Dir(peers.Need(t, name)))
	}
	t.Setenv("PATH", strings.Join(append(folders, os.Getenv("PATH")), ":"))
	program := filepath.Join(t.TempDir(), "ferry")
	build := exec.Command("go", "build", "-o", program, "ferry/cmd/ferry")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return program
}

// measure runs jobs and tells every surprise.
func measure(t *testing.T, program string, jobs []Job) []Result {
	t.Helper()
	var results []Result
	if err := Run(t.Context(), jobs, 12, program, []string{"lab", "world"}, func(r Result) { results = append(results, r) }); err != nil {
		t.Error(err)
	}
	Sort(results)
	for i := range results {
		if r := &results[i]; r.Surprise() {
			t.Errorf("%+v: %s, predicted was %s: %s", r.Cell, r.Outcome, r.Expected, r.Said)
		}
	}
	return results
}

// TestMatrix runs ferry with ferry in every topology, and finds what was predicted;
// where rules come from facts, every port of the server is probed.
func TestMatrix(t *testing.T) {
	program := ferryFor(t)
	var jobs []Job
	for i := range Topologies {
		jobs = append(jobs, Job{Topology: Topologies[i].Name, Server: "ferry", TLS: []string{"none", "explicit"}, Clients: []string{"ferry"}, Rules: "nftables", Ports: true})
	}
	skipped := 0
	for _, r := range measure(t, program, jobs) {
		if r.Skipped != "" {
			skipped++
			t.Logf("%+v: %s", r.Cell, r.Skipped)
		}
	}
	if skipped > 0 && os.Getenv("CI") == "true" {
		t.Errorf("%d cells are skipped", skipped)
	}
}

// TestOthers runs the peers in the topologies of firewalls and NATs, with the rules in
// the other format.
func TestOthers(t *testing.T) {
	program := ferryFor(t, "vsftpd", "curl", "iptables-restore", "ip6tables-restore")
	var jobs []Job
	for _, name := range []string{
		"open", "routed-passive", "routed-active", "routed-helper", "acl-passive", "server-helper", "client-nat-helper", "server-nat",
		"server-nat-helper", "both-nat-helper", "ipv6-helper",
	} {
		jobs = append(jobs, Job{Topology: name, Server: "vsftpd", TLS: []string{"none"}, Clients: []string{"curl"}, Rules: "iptables", Ports: true})
	}
	for _, r := range measure(t, program, jobs) {
		if r.Skipped != "" {
			t.Errorf("%+v: skipped: %s", r.Cell, r.Skipped)
		}
	}
}

// TestPicture sees a helper rewrite a PORT, and a firewall drop a connection.
func TestPicture(t *testing.T) {
	program := ferryFor(t)
	for topology, want := range map[string][]string{
		"client-nat-helper": {"PORT 10,1,0,1,", "⇒ PORT 198,51,100,1,", "SYN 20 → ", "PASS <password>", "═ data connection"},
		"routed-passive":    {"SYN 20 → ", "✗"},
	} {
		var picture *Picture
		job := Job{Topology: topology, Server: "ferry", TLS: []string{"none"}, Modes: []string{"port"}, Clients: []string{"ferry"}, Rules: "nftables", Draw: true}
		if err := Run(t.Context(), []Job{job}, 1, program, []string{"lab", "world"}, func(r Result) { picture = r.Picture }); err != nil {
			t.Fatal(err)
		}
		text, svg := picture.Text(), picture.SVG()
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s: %q is not in\n%s", topology, w, text)
			}
		}
		if !strings.HasPrefix(svg, "<svg ") || strings.Contains(svg, "<script") {
			t.Errorf("%s: the image is %s", topology, svg)
		}
	}
}

// TestShell runs a command on a host, with a server at the other end, and hands its
// exit status on.
func TestShell(t *testing.T) {
	program := ferryFor(t)
	job := Job{Topology: "server-nat", Server: "ferry", TLS: []string{"none"}, Clients: []string{"ferry"}, Rules: "nftables"}
	shell := func(host string, command ...string) (int, string, error) {
		var out, errs strings.Builder
		status, err := Shell(job, host, command, program, []string{"lab", "world"}, &out, &errs)
		return status, out.String() + errs.String(), err
	}
	if status, out, err := shell("nat", "nft", "list", "ruleset"); status != 0 || err != nil || !strings.Contains(out, "dnat ip to 10.2.0.2") {
		t.Errorf("status %d, %v, %s", status, err, out)
	}
	if status, _, err := shell("client", "sh", "-c", "exit 7"); status != 7 || err != nil {
		t.Errorf("status %d, %v", status, err)
	}
	if _, _, err := shell("moon", "true"); err == nil || !strings.Contains(err.Error(), "has no host") {
		t.Errorf("a host that is not there: %v", err)
	}
}

// TestSkipped skips what cannot be, by name: a tracking that the format has not got,
// and TLS with a client that has none.
func TestSkipped(t *testing.T) {
	program := ferryFor(t, "iptables-restore", "tnftp")
	for _, c := range []struct {
		job  Job
		want string
	}{
		{Job{Topology: "routed-knock", Clients: []string{"ferry"}, TLS: []string{"none"}, Rules: "iptables"}, "iptables-restore has no --state knock"},
		{Job{Topology: "open", Clients: []string{"tnftp"}, TLS: []string{"explicit"}, Rules: "nftables"}, "tnftp has no way to ask for this"},
	} {
		c.job.Server = "ferry"
		results := measure(t, program, []Job{c.job})
		if len(results) != 4 {
			t.Errorf("%s: %d results", c.job.Topology, len(results))
		}
		for _, r := range results {
			if !strings.Contains(r.Skipped, c.want) {
				t.Errorf("%s: skipped as %q", c.job.Topology, r.Skipped)
			}
		}
	}
	var missing *MissingError
	if _, err := find("no-such-program"); !errors.As(err, &missing) || !strings.Contains(err.Error(), "no-such-program is not installed") {
		t.Error(err)
	}
}

// TestKernelLacks tells a kernel without a part from rules that are wrong.
func TestKernelLacks(t *testing.T) {
	for _, c := range []struct{ said, rules, want string }{
		{"Error: Could not process rule: Operation not supported\ntable inet ferry {", "", "nf_tables"},
		{"netlink: Error: cache initialization failed: Protocol not supported", "", "nf_tables"},
		{"Error: Could not process rule: No such file or directory\n\tct helper ftp {", "ct helper ftp", "FTP helper"},
		{"iptables-restore v1.8.9 (nf_tables): CHAIN_ADD failed (No such file or directory)", "-j CT --helper ftp", "FTP helper"},
		{"/dev/stdin:2:8-10: Error: syntax error, unexpected dst", "", ""},
		{"Error: Could not process rule: No such file or directory", "table inet lab {}", ""},
	} {
		if got := kernelLacks(c.said, c.rules); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%q: %q, want %q", c.said, got, c.want)
		}
	}
}
