package firewalld

import (
	"bufio"
	"bytes"
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

var subject = firewallproof.Subject{Dialect: Dialect, Programs: []string{"firewalld", "dbus-daemon"}, Root: true, Load: load, Besides: byItself}

// spoiled lets a port more through.
var spoiled = firewallproof.Subject{
	Name: "spoiled", Dialect: Dialect, Programs: subject.Programs, Root: true, Besides: byItself, Limit: 2 * time.Second,
	Load: func(w *nsnet.World, h *nsnet.Host, programs map[string]string, text string) error {
		return load(w, h, programs, strings.ReplaceAll(text, "3000-4000", "3000-4001"))
	},
}

func TestMain(m *testing.M) { os.Exit(firewallproof.Main(m, subject, spoiled)) }

// byItself says whether firewalld lets a packet through without being told: what is
// related to a connection, and to a host ping, and ssh, which the zone public has.
func byItself(plan *firewall.Plan, p *firewall.Packet) bool {
	if p.Proto == firewall.TCP && p.State == firewall.Related {
		return true
	}
	return plan.Facts.Host() && (p.Proto == firewall.ICMP && p.State != firewall.Related || p.Proto == firewall.TCP && p.Dst.Port() == 22)
}

// bus is the configuration of a message bus on which everybody may do everything: only
// root is there.
const bus = `<busconfig>
	<type>system</type>
	<listen>unix:path=%s</listen>
	<auth>EXTERNAL</auth>
	<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
`

// startLimit bounds the start of firewalld, which takes a second.
const startLimit = 60 * time.Second

// load starts firewalld on a host, on a message bus of its own, and runs the commands.
func load(w *nsnet.World, h *nsnet.Host, programs map[string]string, text string) error {
	if _, err := firewallproof.Install(w, programs["firewalld"]); err != nil {
		return err
	}
	dir := filepath.Join(w.Dir(), h.Name())
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	socket := filepath.Join(dir, "bus")
	m := machine{h, []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "DBUS_SYSTEM_BUS_ADDRESS=unix:path=" + socket}}
	config, script := filepath.Join(dir, "bus.conf"), filepath.Join(dir, "rules.sh")
	for file, text := range map[string]string{config: fmt.Sprintf(bus, socket), script: text} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return err
		}
	}
	var complaint bytes.Buffer
	daemon := m.command(programs["dbus-daemon"], "--config-file="+config, "--nofork", "--print-address")
	daemon.Stderr = &complaint
	address, err := daemon.StdoutPipe()
	if err == nil {
		err = daemon.Start()
	}
	if err == nil {
		_, err = bufio.NewReader(address).ReadString('\n') // it listens by then
	}
	if err != nil {
		_ = daemon.Wait() // it has ended, and its complaint is whole then
		return fmt.Errorf("start a message bus: %w\n%s", err, complaint.Bytes())
	}
	if err := m.start(); err != nil {
		return err
	}
	out, err := m.command("/bin/sh", script).CombinedOutput()
	if err == nil && strings.Contains(string(out), "Warning") {
		err = errors.New("it warns")
	}
	if err != nil {
		return fmt.Errorf("commands of firewalld: %w\n%s", err, out)
	}
	return nil
}

// machine is a host with a message bus.
type machine struct {
	host *nsnet.Host
	env  []string
}

func (m *machine) command(name string, args ...string) *nsnet.Cmd {
	cmd := m.host.Command(context.Background(), name, args...)
	cmd.Env = m.env
	return cmd
}

// start starts firewalld and waits until it serves.
func (m *machine) start() error {
	var log bytes.Buffer
	firewalld := m.command("/usr/bin/python3", "/usr/sbin/firewalld", "--nofork", "--nopid", "--log-target", "console")
	firewalld.Stdout, firewalld.Stderr = &log, &log
	if err := firewalld.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- firewalld.Wait() }()
	limit := time.After(startLimit)
	for {
		out, err := m.command("/usr/bin/firewall-cmd", "--state").CombinedOutput()
		if err == nil && string(out) == "running\n" {
			return nil
		}
		select {
		case err := <-ended:
			return errors.Join(fmt.Errorf("firewalld has ended:\n%s", log.Bytes()), err)
		case <-limit:
			return fmt.Errorf("firewalld does not serve after %v: %s", startLimit, out)
		default:
		}
	}
}

// proved are cases with each kind of command: firewalld takes seconds for each.
var proved = []string{"server-two-families", "server-passive-helper", "client-both", "forward-both-helper"}

// TestProof runs the commands of cases with the real firewalld.
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
	t.Parallel()
	for _, c := range firewalltest.Cases() {
		if c.Name != "forward-passive" {
			continue
		}
		if complaint := firewallproof.Try(t, spoiled, c, false); !strings.Contains(complaint, "not treated as planned") {
			t.Errorf("a port more is let through, and the proof says %q", complaint)
		}
	}
}
