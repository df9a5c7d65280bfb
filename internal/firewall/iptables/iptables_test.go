package iptables

import (
	"slices"
	"strings"
	"testing"

	"ferry/internal/firewall"
	"ferry/internal/firewall/firewalltest"
)

func TestGolden(t *testing.T) {
	for _, d := range []*firewall.Dialect{Restore, Restore6, Script, Script6} {
		t.Run(d.Name, func(t *testing.T) {
			t.Chdir("testdata/" + d.Name)
			firewalltest.Golden(t, d)
		})
	}
}

// TestScriptSaysTheSame compares the rules of both manners, chain by chain.
func TestScriptSaysTheSame(t *testing.T) {
	for _, pair := range [][2]*firewall.Dialect{{Restore, Script}, {Restore6, Script6}} {
		for _, c := range firewalltest.Cases() {
			restore, _, _, err := pair[0].Write(c.Facts(t))
			if err != nil {
				continue
			}
			script, _, _, err := pair[1].Write(c.Facts(t))
			if err != nil {
				t.Errorf("%s, %s: %v", pair[1].Name, c.Name, err)
				continue
			}
			want, got := restoredRules(restore), scriptedRules(pair[1].Name, script)
			for _, chain := range layout {
				name := chain.table + " " + chain.hook
				rules := want[name]
				// What the policy drops the chain of its own drops at its end, where there is
				// something for FTP at all.
				if used := len(rules) > 0; used && strings.Contains(restore, ":"+chain.hook+" DROP") {
					rules = append(rules, "-m comment --comment ferry:default -j DROP")
				}
				if !slices.Equal(rules, got[name]) {
					t.Errorf("%s, %s, %s:\n%s\n, restored it would be\n%s", pair[1].Name, c.Name, name,
						strings.Join(got[name], "\n"), strings.Join(rules, "\n"))
				}
			}
		}
	}
}

// restoredRules are the rules of a text to restore, by table and chain.
func restoredRules(text string) map[string][]string {
	rules, table := make(map[string][]string), ""
	for line := range strings.SplitSeq(text, "\n") {
		if name, is := strings.CutPrefix(line, "*"); is {
			table = name
		}
		if rest, is := strings.CutPrefix(line, "-A "); is {
			chain, spec, _ := strings.Cut(rest, " ")
			rules[table+" "+chain] = append(rules[table+" "+chain], spec)
		}
	}
	return rules
}

// scriptedRules are the rules of commands, by table and hook.
func scriptedRules(tool, text string) map[string][]string {
	rules := make(map[string][]string)
	for line := range strings.SplitSeq(text, "\n") {
		words := strings.SplitN(line, " ", 7)
		if len(words) < 7 || words[0] != tool || words[4] != "-A" {
			continue
		}
		own := strings.TrimSuffix(words[5], "-NEW")
		i := slices.IndexFunc(layout, func(c chain) bool { return c.table == words[3] && c.own == own })
		name := layout[i].table + " " + layout[i].hook
		rules[name] = append(rules[name], words[6])
	}
	return rules
}

// TestManyPorts has more ports than one match takes.
func TestManyPorts(t *testing.T) {
	var list []firewall.Ports
	for port := uint16(1); port <= 20; port++ {
		list = append(list, firewall.One(port*100))
	}
	list = append(list, firewall.Ports{From: 3000, To: 4000})
	got := ports("--dport", list)
	want := []string{
		"-m multiport --dports 100,200,300,400,500,600,700,800,900,1000,1100,1200,1300,1400,1500",
		"-m multiport --dports 1600,1700,1800,1900,2000,3000:4000",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := ports("--sport", []firewall.Ports{{}}); !slices.Equal(got, []string{""}) {
		t.Errorf("every port: %q", got)
	}
}
