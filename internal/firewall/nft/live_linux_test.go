package nft

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry/internal/firewall"
	"ferry/internal/firewall/firewalltest"
	"ferry/internal/nsnet"
	"ferry/internal/peers"
)

// textOf is what is written for a case.
func textOf(t testing.TB, name string) string {
	t.Helper()
	for _, c := range firewalltest.Cases() {
		if c.Name == name {
			text, _, _, err := Dialect.Write(c.Facts(t))
			must(t, err)
			return text
		}
	}
	t.Fatalf("there is no case %s", name)
	return ""
}

// live is the table of a new host. What is done with it must be done on the host.
func live(t *testing.T, w *nsnet.World, name string) (*Live, *nsnet.Host) {
	t.Helper()
	return &Live{
		Path: peers.Need(t, "nft"), StateDir: filepath.Join(w.Dir(), strings.ReplaceAll(name, "/", "-")), Guard: []string{"/proc/self/exe", guardWord},
	}, add(t, w, name)
}

func TestLive(t *testing.T) {
	w := enter(t)
	if w == nil {
		return
	}
	l, h := live(t, w, t.Name())
	ctx := t.Context()
	must(t, h.Do(func() error {
		if _, err := l.Text(ctx); !errors.Is(err, ErrNoTable) {
			t.Errorf("without a table: %v", err)
		}
		if err := l.Remove(ctx); !errors.Is(err, ErrNoTable) {
			t.Errorf("remove nothing: %v", err)
		}
		if err := l.Apply(ctx, textOf(t, "server-both")); err != nil {
			t.Error(err)
		}
		// Another table stays as it is.
		if _, err := l.run(ctx, "table ip other { chain c { tcp dport 1 accept; }; }\n", "-f", "-"); err != nil {
			t.Error(err)
		}
		before, err := l.Text(ctx)
		must(t, err)
		// A text with an error at its end changes nothing.
		broken := strings.Replace(textOf(t, "forward-both"), "\n}\n", "\n\tchain broken { no such rule; }\n}\n", 1)
		var complaint *ProgramError
		if err := l.Apply(ctx, broken); !errors.As(err, &complaint) || !strings.Contains(err.Error(), "syntax error") {
			t.Errorf("a broken text: %v", err)
		}
		if after, err := l.Text(ctx); err != nil || after != before {
			t.Errorf("a broken text has changed the rules: %v\n%s", err, after)
		}
		if err := l.Check(ctx, textOf(t, "forward-both")); err != nil {
			t.Error(err)
		}
		if after, err := l.Text(ctx); err != nil || after != before {
			t.Errorf("checking has changed the rules: %v\n%s", err, after)
		}
		must(t, l.Remove(ctx))
		if _, err := l.Text(ctx); !errors.Is(err, ErrNoTable) {
			t.Errorf("removed: %v", err)
		}
		other, err := l.run(ctx, "", "list", "ruleset")
		if err != nil || !strings.Contains(other, "table ip other") {
			t.Errorf("the other table is not what it was: %v\n%s", err, other)
		}
		return nil
	}))
}

func TestDiff(t *testing.T) {
	w := enter(t)
	if w == nil {
		return
	}
	l, h := live(t, w, t.Name())
	do := func(f func(ctx context.Context)) {
		t.Helper()
		must(t, h.Do(func() error { f(t.Context()); return nil }))
	}
	do(func(ctx context.Context) {
		d, err := l.Diff(ctx, textOf(t, "server-both"))
		must(t, err)
		if !d.Missing || d.Same || !strings.Contains(d.Text, "+ chain input\n+     type filter hook input") {
			t.Errorf("without a table: %+v", d)
		}
		if _, err := l.Text(ctx); !errors.Is(err, ErrNoTable) {
			t.Errorf("comparing has loaded the rules here: %v", err)
		}
	})
	for _, c := range firewalltest.Cases() {
		text, _, _, err := Dialect.Write(c.Facts(t))
		var unsupported *firewall.UnsupportedError
		if errors.As(err, &unsupported) {
			continue
		}
		must(t, err)
		do(func(ctx context.Context) {
			must(t, l.Apply(ctx, text))
			if d, err := l.Diff(ctx, text); err != nil || d != (Difference{Same: true}) {
				t.Errorf("%s: %v %+v", c.Name, err, d)
			}
		})
	}

	const control, data = "tcp sport 1024-65535 tcp dport 21 ct state", "tcp sport 1024-65535 tcp dport 3000-4000 ct state"
	const saddr = "ip saddr 192.0.2.0/24 ip daddr 198.51.100.5 "
	for _, test := range []struct {
		name   string
		change func(text string) string // of what is loaded
		nft    string                   // commands after that
		want   string
	}{
		{"a rule more", nil, "add rule inet ferry input tcp dport 8080 accept", "  chain input\n-     tcp dport 8080 accept\n"},
		{"a rule before", nil, "insert rule inet ferry input counter accept", "  chain input\n-     counter accept\n"},
		{"a rule less", func(text string) string {
			return strings.Replace(text, "ct state invalid drop", "", 1)
		}, "", "  chain input\n+     ct state invalid drop\n"},
		{"a changed rule", func(text string) string {
			return strings.Replace(text, "tcp dport 3000-4000", "tcp dport 3000-5000", 1)
		}, "", "  chain input\n-     " + saddr + strings.Replace(data, "4000", "5000", 1) + " established,new accept\n+     " + saddr + data + " established,new accept\n"},
		{"another policy", nil, "chain inet ferry input { policy accept; }", "  chain input\n-     type filter hook input priority filter; policy accept;\n+     type filter hook input priority filter; policy drop;\n"},
		{"another order", func(text string) string {
			text = strings.Replace(text, "iif \"lo\" accept", "@", 1)
			text = strings.Replace(text, "ct state invalid drop", "iif \"lo\" accept", 1)
			return strings.Replace(text, "@", "ct state invalid drop", 1)
		}, "", "  chain input\n-     ct state invalid drop\n      +"},
		{"a chain more", nil, "add chain inet ferry mine", "- chain mine\n"},
		{"a set more", nil, "add set inet ferry mine { type ipv4_addr; }", "- set mine\n-     type ipv4_addr\n"},
		{"a flag of the table", nil, "add table inet ferry { flags dormant; }", "  table inet ferry\n-     flags dormant\n"},
	} {
		do(func(ctx context.Context) {
			text := textOf(t, "server-both")
			changed := text
			if test.change != nil {
				if changed = test.change(text); changed == text {
					t.Fatalf("%s: nothing is changed", test.name)
				}
			}
			must(t, l.Apply(ctx, changed))
			if test.nft != "" {
				_, err := l.run(ctx, test.nft+"\n", "-f", "-")
				must(t, err)
			}
			d, err := l.Diff(ctx, text)
			must(t, err)
			want, more := strings.CutSuffix(test.want, "      +")
			if d.Same || d.Missing || !strings.HasPrefix(d.Text, want) || !more && d.Text != want || more && strings.Count(d.Text, "\n+ ") != 1 {
				t.Errorf("%s: got %v\n%s\nwant\n%s", test.name, d.Same, d.Text, want)
			}
		})
	}

	// What has knocked is not a rule.
	do(func(ctx context.Context) {
		text := textOf(t, "server-knock")
		must(t, l.Apply(ctx, text))
		_, err := l.run(ctx, "add element inet ferry knocked4 { 192.0.2.1 timeout 1h, 192.0.2.2, 192.0.2.3, 192.0.2.4 }\n", "-f", "-")
		must(t, err)
		if d, err := l.Diff(ctx, text); err != nil || !d.Same {
			t.Errorf("addresses that have knocked: %v %+v", err, d)
		}
	})
	// The networks of a set are.
	do(func(ctx context.Context) {
		text := textOf(t, "forward-many")
		must(t, l.Apply(ctx, text))
		_, err := l.run(ctx, "add element inet ferry clients4 { 192.0.2.128/25 }\n", "-f", "-")
		must(t, err)
		if d, err := l.Diff(ctx, text); err != nil || d.Same || !strings.Contains(d.Text, "  set clients4\n- ") {
			t.Errorf("a network more: %v %+v", err, d)
		}
	})
}

// TestRefused has a program that complains as nft does where something is missing.
func TestRefused(t *testing.T) {
	ctx := t.Context()
	dir := t.TempDir()
	program := filepath.Join(dir, "nft")
	for _, test := range []struct {
		said string
		want error
	}{
		{"Error: Could not process rule: Operation not permitted", ErrNoPrivilege},
		{"netlink: Error: cache initialization failed: Operation not permitted (you must be root)", ErrNoPrivilege},
		{"netlink: Error: cache initialization failed: Protocol not supported", ErrNoKernel},
		{"Error: Could not process rule: No such file or directory\n\tct helper ftp {\n", nil},
	} {
		must(t, os.WriteFile(program, []byte("#!/bin/sh\ncat >&2 <<'X'\n"+test.said+"\nX\nexit 1\n"), 0o755))
		l := &Live{Path: program, StateDir: dir}
		err := l.Apply(ctx, "")
		var complaint *ProgramError
		if !errors.As(err, &complaint) || test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.said, err, test.want)
		}
		if test.want == nil && !strings.Contains(err.Error(), "modprobe nf_conntrack_ftp") {
			t.Errorf("%s: %v", test.said, err)
		}
	}
	must(t, os.Remove(program))
	if err := (&Live{Path: program, StateDir: dir}).Apply(ctx, ""); err == nil || !strings.Contains(err.Error(), "no such file") && !errors.Is(err, ErrNoProgram) {
		t.Errorf("no program: %v", err)
	}
}
