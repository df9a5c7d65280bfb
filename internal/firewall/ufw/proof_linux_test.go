package ufw

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

var subject = firewallproof.Subject{Dialect: Dialect, Programs: []string{"ufw", "iptables"}, Root: true, Load: load, Besides: byItself}

// spoiled loses a rule on the way.
var spoiled = firewallproof.Subject{
	Name: "spoiled", Dialect: Dialect, Programs: subject.Programs, Root: true, Besides: byItself, Limit: 2 * time.Second,
	Load: func(w *nsnet.World, h *nsnet.Host, programs map[string]string, text string) error {
		return load(w, h, programs, strings.ReplaceAll(text, "ufw deny out proto tcp from any port 20", ": "))
	},
}

func TestMain(m *testing.M) { os.Exit(firewallproof.Main(m, subject, spoiled)) }

// byItself says whether ufw's own files let a packet through: of ICMP they know nothing
// but types, and no difference between what is wanted and what is not.
func byItself(_ *firewall.Plan, p *firewall.Packet) bool {
	return p.Proto == firewall.ICMP && p.State != firewall.Related
}

// load runs the commands on a machine with ufw.
func load(w *nsnet.World, h *nsnet.Host, programs map[string]string, text string) error {
	if err := install(w, programs); err != nil {
		return err
	}
	file := filepath.Join(w.Dir(), "ufw.sh")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return err
	}
	cmd := h.Command(context.Background(), "/bin/sh", file)
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"}
	cmd.Stdin = strings.NewReader("y\n")
	out, err := cmd.CombinedOutput()
	if err == nil && strings.Contains(text, "ferry-helper") {
		// Once more, on a ufw that is enabled: nothing must be there twice but the jump.
		out, err = again(h, cmd)
	}
	if err == nil && strings.Contains(string(out), "WARN") {
		err = errors.New("it warns")
	}
	if err != nil {
		return fmt.Errorf("commands of ufw: %w\n%s", err, out)
	}
	return nil
}

// again runs the commands once more, and looks how often the helper is assigned.
func again(h *nsnet.Host, first *nsnet.Cmd) ([]byte, error) {
	cmd := h.Command(context.Background(), first.Path, first.Args[1:]...)
	cmd.Env = first.Env
	if out, err := cmd.CombinedOutput(); err != nil {
		return out, err
	}
	list := h.Command(context.Background(), "/usr/sbin/iptables", "-t", "raw", "-S", "ferry-helper")
	list.Env = first.Env
	out, err := list.CombinedOutput()
	if n := strings.Count(string(out), "-j CT"); err == nil && n != 1 {
		err = fmt.Errorf("the helper is assigned by %d rules", n)
	}
	return out, err
}

// install unpacks ufw, and does what the package's script does after that: the rules
// that are ufw's own come to /etc/ufw.
func install(w *nsnet.World, programs map[string]string) error {
	if fresh, err := firewallproof.Install(w, programs["ufw"]); !fresh {
		return err // or it is there: the host of the second family is on the same machine
	}
	const share = "/usr/share/ufw"
	for from, to := range map[string]string{
		"iptables/before.rules": "before.rules", "iptables/before6.rules": "before6.rules",
		"iptables/after.rules": "after.rules", "iptables/after6.rules": "after6.rules",
		"iptables/user.rules": "user.rules", "iptables/user6.rules": "user6.rules",
		"before.init": "before.init", "after.init": "after.init", "ufw.conf": "ufw.conf",
	} {
		text, err := os.ReadFile(filepath.Join(share, from))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join("/etc/ufw", to), text, 0o640); err != nil {
			return err
		}
	}
	return nil
}

// proved are cases with each kind of command: ufw takes a second for a few of them.
var proved = []string{"server-closed", "server-two-families", "forward-two-families", "server-passive-helper", "client-active-helper"}

// TestProof runs the commands of cases with the real ufw.
func TestProof(t *testing.T) {
	for _, c := range firewalltest.Cases() {
		if slices.Contains(proved, c.Name) {
			t.Run(c.Name, func(t *testing.T) {
				t.Parallel()
				firewallproof.Prove(t, subject, c, false)
			})
		}
	}
}

// TestProofFindsWrongRules shows that the proof does not hold for others.
func TestProofFindsWrongRules(t *testing.T) {
	for _, c := range firewalltest.Cases() {
		if c.Name != "server-passive" {
			continue
		}
		if complaint := firewallproof.Try(t, spoiled, c, false); !strings.Contains(complaint, "not treated as planned") {
			t.Errorf("active mode is let out, and the proof says %q", complaint)
		}
	}
}
