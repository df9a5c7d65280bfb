package nft

import (
	"strings"
	"testing"
)

const listed1 = `table inet ferry {
	flags dormant

	set clients4 {
		type ipv4_addr
		flags interval
		elements = { 192.0.2.0/25, 10.1.2.3,
			     203.0.113.0/24 }
	}

	set knocked4 {
		type ipv4_addr
		size 65536
		flags dynamic,timeout
		timeout 5m10s
		elements = { 192.0.2.1 timeout 1h expires 59m59s,
			     192.0.2.2 expires 4m }
	}

	chain input {
		type filter hook input priority filter; policy drop;
		tcp dport { 21, 990 } accept
	}
}
`

func TestBlocks(t *testing.T) {
	var got strings.Builder
	for _, b := range blocks(listed1) {
		got.WriteString(b.name + ": " + strings.Join(b.lines, " | ") + "\n")
	}
	const want = `: flags dormant
set clients4: type ipv4_addr | flags interval | elements = { 10.1.2.3, 192.0.2.0/25, 203.0.113.0/24 }
set knocked4: type ipv4_addr | size 65536 | flags dynamic,timeout | timeout 5m10s
chain input: type filter hook input priority filter; policy drop; | tcp dport { 21, 990 } accept
`
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
}

func TestLines(t *testing.T) {
	for _, test := range []struct{ before, after, want string }{
		{"", "", ""},
		{"a b c", "a b c", ""},
		{"", "a", "+a"},
		{"a", "", "-a"},
		{"a b c", "a c", "-b"},
		{"a c", "a b c", "+b"},
		{"a b c", "b c a", "-a +a"},
		{"a x c", "a y c", "-x +y"},
		{"a a a", "a a", "-a"},
	} {
		got := lines(strings.Fields(test.before), strings.Fields(test.after))
		got = strings.Join(strings.Fields(strings.NewReplacer("-     ", "-", "+     ", "+").Replace(got)), " ")
		if got != test.want {
			t.Errorf("from %q to %q: got %q, want %q", test.before, test.after, got, test.want)
		}
	}
}

// FuzzBlocks reads whatever may come from a program, and compares it with itself and with
// nothing.
func FuzzBlocks(f *testing.F) {
	f.Add(listed1)
	f.Add("table inet ferry {\n\tset s {\n\t\telements = {")
	f.Add("elements = { a }\n}\n}\n{\n")
	f.Fuzz(func(t *testing.T, text string) {
		b := blocks(text)
		if diff := compare(b, b); diff != "" {
			t.Errorf("%q differs from itself:\n%s", text, diff)
		}
		if diff := compare(nil, b); diff == "" && len(b) > 0 {
			t.Errorf("%q is the same as nothing", text)
		}
	})
}
