package shell

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCompletion completes by what the command wants, and asks the server once.
func TestCompletion(t *testing.T) {
	s := &scripted{listings: map[string]string{
		"": "type=dir; docs\r\ntype=file; dog\r\ntype=file; with space\r\ntype=file; |pipe\r\ntype=file; .hidden\r\ntype=file; a\x1bb\r\n", "docs/": "type=file; x\"y\r\n",
	}}
	s.start(t)
	x := newTestShell(t, s, "")
	x.Shell.cfg.Sites = func() []string { return []string{"work", "home"} }
	for _, name := range []string{"local one", "dir/"} {
		if strings.HasSuffix(name, "/") {
			if err := os.Mkdir(filepath.Join(x.here, name), 0o755); err != nil {
				t.Fatal(err)
			}
		} else if err := os.WriteFile(filepath.Join(x.here, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.do(t.Context(), "open host"); err != nil {
		t.Fatal(err)
	}
	x.macros["mine"] = nil
	for line, want := range map[string]string{
		"pw": "|pwd ", "mdel": "|mdelete ", "GE": "|get ", "help pw": "help |pwd ",
		"get do": "get |docs/|dog", "get -c dog": "get -c |dog ", "cd do": "cd |docs/", "get wi": `get |with\ space `, `get "wi`: `get "|with space" `,
		`get docs/`: `get docs/|x\"y `, "get |": "get |", "get .h": "get |.hidden ", "get a": "get ",
		"put lo": `put |local\ one `, "lcd ": "lcd |dir/", "put x do": "put x |docs/|dog", "get dog lo": `get dog |local\ one `,
		"open w": "open |work ", "$m": "$|mine ", "!cat lo": `!cat |local\ one `, "passive o": "passive |off|on", "proxy ge": "proxy |get ", "proxy get dog do": "proxy get dog ",
	} {
		head, words := x.completions(line)
		if got := head + strings.Join(append([]string{""}, words...), "|"); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
	if n := strings.Count(s.sent(), "MLSD"); n != 2 {
		t.Errorf("%d listings were asked for, of two directories", n)
	}
	if _, words, _ := x.complete("chmod ", 6); len(words) != 1 || words[0] != "" || !strings.Contains(x.out.String(), "usage: chmod MODE NAME") {
		t.Errorf("no hint: %q, %q", words, &x.out)
	}
	x.names.forget()
	x.completions("get d")
	if n := strings.Count(s.sent(), "MLSD"); n != 3 {
		t.Errorf("what is forgotten is not asked for: %d", n)
	}
	x.leave(t.Context())
}
