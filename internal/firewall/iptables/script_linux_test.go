package iptables

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"ferry/internal/firewall"
	"ferry/internal/firewall/firewallproof"
	"ferry/internal/firewall/firewalltest"
	"ferry/internal/nsnet"
)

// performances are what is tried of commands besides what they let through.
var performances = []firewallproof.Subject{
	{Name: "beside", Programs: []string{"iptables", "iptables-restore"}, Play: playBeside},
	{Name: "beside6", Programs: []string{"ip6tables", "ip6tables-restore"}, Play: playBeside6},
}

// TestScriptBesideOthers runs commands on a host that has rules of others, twice, and
// undoes them.
func TestScriptBesideOthers(t *testing.T) {
	for _, s := range performances {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			firewallproof.Perform(t, s)
		})
	}
}

// others are rules of somebody else: the hook is to stand behind the first and, once
// it has been moved there, before the last.
const others = `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:THEIRS - [0:0]
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -j THEIRS
-A FORWARD -i br0 -j ACCEPT
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A POSTROUTING -o wan0 -j MASQUERADE
COMMIT
`

func playBeside(w *nsnet.World, programs map[string]string) error {
	h, err := w.AddHost("host")
	if err != nil {
		return err
	}
	b := beside{w, h, programs, "iptables"}
	return b.play(Script, "forward-public-helper", "server-both-helper", "server-passive")
}

func playBeside6(w *nsnet.World, programs map[string]string) error {
	h, err := w.AddHost("host")
	if err != nil {
		return err
	}
	b := beside{w, h, programs, "ip6tables"}
	return b.play(Script6, "server-two-families", "client-two-families")
}

// beside is a host with rules of others.
type beside struct {
	w        *nsnet.World
	h        *nsnet.Host
	programs map[string]string
	tool     string
}

// play runs the commands of one case after the other, each twice.
func (b *beside) play(d *firewall.Dialect, names ...string) error {
	err := loadRestore(b.w, b.h, map[string]string{"restore": b.programs[b.tool+"-restore"]}, others)
	if err != nil {
		return err
	}
	before, err := b.list()
	if err != nil {
		return err
	}
	var text string
	for _, name := range names {
		if text, err = write(d, name); err != nil {
			return err
		}
		if err := b.twice(name, text, before); err != nil {
			return err
		}
	}
	if err := b.moved(text); err != nil {
		return err
	}
	if err := b.undo(text); err != nil {
		return err
	}
	after, err := b.list()
	if err == nil && after != before {
		err = fmt.Errorf("after it was undone there is\n%s, before\n%s", after, before)
	}
	return err
}

// twice runs commands two times, and looks that the same is there, the rules of others
// with it.
func (b *beside) twice(name, text, before string) error {
	var lists [2]string
	for i := range lists {
		err := b.run(text)
		if err == nil {
			lists[i], err = b.list()
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if lists[0] != lists[1] {
		return fmt.Errorf("%s: the second time there is\n%s, the first time\n%s", name, lists[1], lists[0])
	}
	var rest strings.Builder
	rules := 0
	for line := range strings.Lines(lists[0]) {
		if strings.Contains(line, "FERRY-") {
			rules++
		} else {
			rest.WriteString(line)
		}
	}
	if rest.String() != before {
		return fmt.Errorf("%s: the rules of others are\n%s, were\n%s", name, rest.String(), before)
	}
	// A chain is made, and jumped to, besides its rules.
	wrote := strings.Count(text, "\n"+b.tool+" ") + 2*strings.Count(text, "\nforce ")
	if rules != wrote {
		return fmt.Errorf("%s: %d rules of its own are there, of an earlier run too; %d were written\n%s", name, rules, wrote, lists[0])
	}
	return nil
}

// moved moves the jump before others' rules, runs the commands again and looks whether
// it stays there.
func (b *beside) moved(text string) error {
	hook, own := "INPUT", "FERRY-IN"
	if _, err := b.call("-D", hook, "-j", own); err != nil {
		return err
	}
	if _, err := b.call("-I", hook, "2", "-j", own); err != nil {
		return err
	}
	if err := b.run(text); err != nil {
		return err
	}
	list, err := b.call("-S", hook)
	if lines := strings.Split(list, "\n"); err == nil && lines[2] != "-A INPUT -j FERRY-IN" {
		err = fmt.Errorf("the jump was moved to the second place, and does not stay there:\n%s", list)
	}
	return err
}

// undo runs what the comment at the top says.
func (b *beside) undo(text string) error {
	var lines []string
	for line := range strings.Lines(text) {
		if command, is := strings.CutPrefix(line, "#   "); is {
			lines = append(lines, command)
		}
	}
	if len(lines) == 0 {
		return errors.New("nothing says how to undo it")
	}
	return b.run("set -e\n" + strings.Join(lines, ""))
}

func (b *beside) run(text string) error {
	return loadScript(b.w, b.h, map[string]string{b.tool: b.programs[b.tool]}, text)
}

func (b *beside) call(args ...string) (string, error) {
	out, err := b.h.Command(context.Background(), b.programs[b.tool], args...).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s %s: %w\n%s", b.tool, strings.Join(args, " "), err, out)
	}
	return string(out), err
}

// list lists all rules.
func (b *beside) list() (string, error) {
	var all strings.Builder
	for _, table := range []string{"raw", "nat", "filter"} {
		list, err := b.call("-t", table, "-S")
		if err != nil {
			return "", err
		}
		all.WriteString(table + "\n" + list)
	}
	return all.String(), nil
}

// write writes the text of a case.
func write(d *firewall.Dialect, name string) (string, error) {
	for _, c := range firewalltest.Cases() {
		if c.Name == name {
			facts, err := c.Read()
			if err != nil {
				return "", err
			}
			text, _, _, err := d.Write(facts)
			return text, err
		}
	}
	return "", fmt.Errorf("no case is named %s", name)
}
