package main

import (
	"strings"
	"testing"
	"testing/iotest"
)

func TestReplies(t *testing.T) {
	for _, c := range []struct {
		name, said, line, err string
		code                  int
	}{
		{"one line", "220 hello\r\n", "220 hello", "", 220},
		{"no text", "200\r\n", "200", "", 200},
		{"several lines", "226-first\r\n 150 inside\r\n226-more\r\n226 last\r\n", "226 last", "", 226},
		{"another code inside", "211-first\r\n220 inside\r\n211 end\r\n", "211 end", "", 211},
		{"without a carriage return", "230 in\n", "230 in", "", 230},
		{"no reply", "hello there\r\n", "", "is no reply", 0},
		{"no code", "999 hello\r\n", "", "is no reply", 0},
		{"the end", "220-hello\r\n", "", "has closed", 0},
		{"a line without an end", strings.Repeat("2", 5000), "", "does not end", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := replies{from: iotest.OneByteReader(strings.NewReader(c.said))}
			code, err := r.next()
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Fatalf("the error is %v, not %q", err, c.err)
				}
				return
			}
			if err != nil || code != c.code || string(r.line) != c.line {
				t.Errorf("%d %q, %v, not %d %q", code, r.line, err, c.code, c.line)
			}
		})
	}
}

func TestRepliesOneAfterTheOther(t *testing.T) {
	r := replies{from: strings.NewReader("150-here\r\n150 now\r\n226 done\r\n221 bye\r\n")}
	for _, want := range []int{150, 226, 221} {
		if code, err := r.next(); err != nil || code != want {
			t.Fatalf("%d, %v, not %d", code, err, want)
		}
	}
}

func TestEPSVPort(t *testing.T) {
	for line, want := range map[string]int{
		"229 Entering Extended Passive Mode (|||42001|)":  42001,
		"229 Extended Passive mode OK (|||65535|) really": 65535,
		"229 (|||0|)":     0,
		"229 (|||65536|)": 0,
		"229 (|||12":      0,
		"229 fine":        0,
	} {
		port, err := epsvPort([]byte(line))
		if port != want || (err == nil) != (want != 0) {
			t.Errorf("%q: %d, %v, not %d", line, port, err, want)
		}
	}
}
