package shell

import (
	"slices"
	"testing"
)

func TestSplitWords(t *testing.T) {
	plain := func(words ...string) []arg {
		var all []arg
		for _, w := range words {
			all = append(all, arg{text: w})
		}
		return all
	}
	for _, c := range []struct {
		line  string
		toEnd bool
		want  []arg
	}{
		{"", false, nil},
		{"  a  b\t", false, plain("a", "b")},
		{`"a b" c\ d "e\"f" \\ ""`, false, plain("a b", "c d", `e"f`, `\`, "")},
		{`x"y z"w`, false, plain("xy zw")},
		{`trailing\`, false, plain(`trailing\`)},
		{"*.txt \\*.txt \"*.txt\"", false, []arg{{text: "*.txt", pattern: true}, {text: "*.txt"}, {text: "*.txt"}}},
		{`f |grep -v "a b" | wc`, true, []arg{{text: "f"}, {text: `grep -v "a b" | wc`, pipe: true}}},
		{`"|cat f" name`, false, []arg{{text: "cat f", pipe: true}, {text: "name"}}},
		{`|cat name`, false, []arg{{text: "cat", pipe: true}, {text: "name"}}},
		{`\|cat "a|b"`, true, plain("|cat", "a|b")},
		{"größe ü\\ ü", false, plain("größe", "ü ü")},
	} {
		got, err := splitWords(c.line, c.toEnd)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%q: %+v, %v; want %+v", c.line, got, err, c.want)
		}
	}
	for _, bad := range []string{`"a`, `a\"b "c`, "a\x00b", "\\\x00"} {
		if got, err := splitWords(bad, false); err == nil {
			t.Errorf("%q: %+v", bad, got)
		}
	}
}

func TestSplitCommand(t *testing.T) {
	for line, want := range map[string][2]string{
		"": {}, "  # get x": {}, " get  a b": {"get", "a b"}, "!ls -l": {"!", "ls -l"}, "! ls": {"!", "ls"}, "$m a": {"$", "m a"}, "?": {"?", ""}, "pwd": {"pwd", ""},
	} {
		name, rest := splitCommand(line)
		if name != want[0] || rest != want[1] {
			t.Errorf("%q: %q, %q", line, name, rest)
		}
	}
}

// FuzzSplitWords reads any line without a fault, and every word that it gives back
// as itself.
func FuzzSplitWords(f *testing.F) {
	for _, line := range []string{`get "a b" c`, `put |cat x`, `\`, `"`, `a\ b *? [`, "ü \xff"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		_, _ = splitWords(line, true)
		words, err := splitWords(line, false)
		if err != nil {
			return
		}
		for _, w := range words {
			again, err := splitWords(quoteWord(w.text)+" "+quoteArgument(w.text)+"x", false)
			if err != nil || len(again) != 2 || again[0] != (arg{text: w.text}) || again[1].text != w.text+"x" || again[1].pipe {
				t.Errorf("%q comes back as %+v, %v", w.text, again, err)
			}
		}
	})
}

// FuzzMacro puts arguments into a line: none of them becomes several words.
func FuzzMacro(f *testing.F) {
	f.Add("get $1 $i", "a b")
	f.Add(`put \$1 $2`, `"|x`)
	f.Fuzz(func(t *testing.T, line, argument string) {
		_ = expandMacro(line, []string{argument, argument}, 1)
		words, err := splitWords(expandMacro("x$1 $i", []string{argument}, 0), false)
		if err != nil {
			return
		}
		if argument != "" && (len(words) != 2 || words[0].text != "x"+argument || words[1].text != argument || words[1].pipe) {
			t.Errorf("%q becomes %+v", argument, words)
		}
	})
}

func TestExpandMacro(t *testing.T) {
	args := []string{"one", "two words", "*"}
	for line, want := range map[string]string{
		"get $1 $2": `get one two\ words`, "mget $3 $4": "mget * ", `echo \$1 \\ \a`: `echo $1 \\ \a`, "x $i": `x two\ words`, "$10$": "$", "cost 5$ ": "cost 5$ ",
	} {
		if got := expandMacro(line, args, 1); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}
