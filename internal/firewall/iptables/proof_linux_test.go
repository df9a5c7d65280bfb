package iptables

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ferry/internal/firewall"
	"ferry/internal/firewall/firewallproof"
	"ferry/internal/firewall/firewalltest"
	"ferry/internal/nsnet"
)

// subjects are the dialects as they are put in force.
var subjects = []firewallproof.Subject{
	{Dialect: Restore, Programs: []string{"iptables-restore"}, Load: loadRestore},
	{Dialect: Restore6, Programs: []string{"ip6tables-restore"}, Load: loadRestore},
	{Dialect: Script, Programs: []string{"iptables"}, Load: loadScript},
	{Dialect: Script6, Programs: []string{"ip6tables"}, Load: loadScript},
}

// spoiled are subjects that put something else in force than what was written: each
// must be found out with its case.
var spoiled = []struct {
	name, test string
	old, new   string
	want       string
}{
	{"port more", "forward-passive", "--dport 3000:4000", "--dport 3000:4001", "not treated as planned"},
	{"port less", "server-both", "--dport 3000:4000", "--dport 3001:4000", "not treated as planned"},
	{"network wider", "forward-passive", "192.0.2.0/24", "192.0.2.0/23", "not treated as planned"},
	{"gt 1024", "forward-none-two-families", "--dport 1024:", "--dport 1025:", "not treated as planned"},
	{"no helper assigned", "forward-both-helper", "-j CT --helper ftp", "-j ACCEPT", "active mode true: "},
	{"mode not wanted", "forward-active-helper", "--dport 20 -m conntrack --ctstate ", "-m conntrack --ctstate RELATED,", "announced on the control connection"},
	{"data port not looked at", "forward-active-helper", "--sport 20 ", "", "announced on the control connection"},
	{"no answers", "forward-active", "ferry:active-data-reply -j ACCEPT", "ferry:active-data-reply -j DROP", "active mode true: "},
	{"SYN taken for an answer", "forward-passive-none", "! --tcp-flags ACK,RST NONE ", "", "not treated as planned"},
	{"no errors", "client-passive", "destination-unreachable", "echo-reply", "errors about a connection"},
	{"all errors", "forward-passive", "--ctstate RELATED", "--ctstate RELATED,INVALID", "errors about a connection (is it there: false)"},
	{"not translated", "forward-public", "--to-source 198.51.100.5", "--to-source 198.51.100.6", "comes from 198.51.100.6"},
	{"policy", "server-both", ":INPUT DROP", ":INPUT ACCEPT", "not treated as planned"},
	{"loopback", "server-both", "-A INPUT -i lo", "-A INPUT -i eth9", "the host with itself"},
	{"everything outgoing", "server-closed", ":OUTPUT DROP", ":OUTPUT ACCEPT", "not treated as planned"},
	{"no COMMIT", "server-both", "COMMIT\n", "", "iptables-restore: "},
	{"unknown target", "server-both", "-j ACCEPT", "-j ACEPT", "iptables-restore: "},
}

func TestMain(m *testing.M) {
	all := slices.Concat(subjects, performances)
	for _, s := range spoiled {
		all = append(all, firewallproof.Subject{
			Name: s.name, Dialect: Restore, Programs: []string{"iptables-restore"}, Limit: 2 * time.Second,
			Load: func(w *nsnet.World, h *nsnet.Host, programs map[string]string, text string) error {
				if !strings.Contains(text, s.old) {
					return fmt.Errorf("%q is not in the text", s.old)
				}
				return loadRestore(w, h, programs, strings.ReplaceAll(text, s.old, s.new))
			},
		})
	}
	os.Exit(firewallproof.Main(m, all...))
}

// loadRestore gives a text to iptables-restore.
func loadRestore(_ *nsnet.World, h *nsnet.Host, programs map[string]string, text string) error {
	for name, path := range programs {
		cmd := h.Command(context.Background(), path)
		cmd.Stdin = strings.NewReader(text)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", name, err, out)
		}
	}
	return nil
}

// loadScript runs commands in sh.
func loadScript(_ *nsnet.World, h *nsnet.Host, programs map[string]string, text string) error {
	for name, path := range programs {
		cmd := h.Command(context.Background(), "/bin/sh", "-s")
		cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(path)+":"+os.Getenv("PATH"))
		cmd.Stdin = strings.NewReader(text)
		out, err := cmd.CombinedOutput()
		if err == nil && len(out) > 0 {
			err = errors.New("it speaks")
		}
		if err != nil {
			return fmt.Errorf("script of %s: %w\n%s", name, err, out)
		}
	}
	return nil
}

// scripted are the cases that are proved for commands too; of all others
// TestScriptSaysTheSame shows that they are the same rules.
var scripted = []string{"server-two-families", "client-closed", "forward-public-helper", "forward-none-two-families"}

// TestProof puts each case in force. In one of them each port is knocked at.
func TestProof(t *testing.T) {
	for _, s := range subjects {
		t.Run(s.Dialect.Name, func(t *testing.T) {
			for _, c := range firewalltest.Cases() {
				if !serves(t, s.Dialect, c) || (s.Dialect == Script || s.Dialect == Script6) && !slices.Contains(scripted, c.Name) {
					continue
				}
				t.Run(c.Name, func(t *testing.T) {
					t.Parallel()
					scan := s.Dialect == Restore && c.Name == "forward-public-helper" || s.Dialect == Restore6 && c.Name == "server-ipv6"
					firewallproof.Prove(t, s, c, scan)
				})
			}
		})
	}
}

// TestProofFindsWrongRules shows that the proof does not hold for others.
func TestProofFindsWrongRules(t *testing.T) {
	for _, s := range spoiled {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			for _, c := range firewalltest.Cases() {
				if c.Name != s.test {
					continue
				}
				complaint := firewallproof.Try(t, firewallproof.Subject{Name: s.name, Programs: []string{"iptables-restore"}}, c, false)
				if !strings.Contains(complaint, s.want) {
					t.Errorf("%s: want %q, got %q", c.Name, s.want, complaint)
				}
				return
			}
			t.Errorf("no case is named %s", s.test)
		})
	}
}

func serves(t *testing.T, d *firewall.Dialect, c firewalltest.Case) bool {
	_, _, _, err := d.Write(c.Facts(t))
	return err == nil
}
