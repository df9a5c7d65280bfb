package ftpclient_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"ferry/ftp"
	"ferry/ftpclient"
)

// facts is a listing of files by MLSD.
func facts(names ...string) string {
	var b strings.Builder
	for _, name := range names {
		fmt.Fprintf(&b, "type=file;size=5; %s\r\n", name)
	}
	return b.String()
}

// TestNames wants names in UTF-8, whatever the server writes, and the server's own
// bytes when they go back.
func TestNames(t *testing.T) {
	for name, tt := range map[string]struct {
		features []string
		charset  string
		wire     []string
		want     []string
	}{
		"UTF-8 by the feature":           {[]string{"MLST", "UTF8"}, "", []string{"caf\xe9", "é"}, []string{"caf\xe9", "é"}},
		"UTF-8 by the looks of it":       {[]string{"MLST"}, "", []string{"a", "日本", "caf\xe9"}, []string{"a", "日本", "caf\xe9"}},
		"of the West by the looks of it": {[]string{"MLST"}, "", []string{"a", "caf\xe9", "\x80", "b\x81\xe9", "é", "%~E9~"}, []string{"a", "café", "€", "b%~81E9~", "Ã©", "%~25~~E9~"}},
		"as the configuration says":      {[]string{"MLST", "UTF8"}, "Shift_JIS", []string{"\x95\x5c", "\x95"}, []string{"表", "%~95~"}},
		"UTF-8 by the configuration":     {[]string{"MLST"}, "utf-8", []string{"caf\xe9", "é"}, []string{"caf\xe9", "é"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fake{features: tt.features, listing: facts(tt.wire...)}
			cfg := f.start(t)
			cfg.Charset = tt.charset
			c := login(t, cfg, slowAddr)
			got := namesOf(t, c, "")
			if !slices.Equal(got, tt.want) {
				t.Errorf("listed %q, want %q", got, tt.want)
			}
			for _, name := range got {
				if _, err := c.Size(t.Context(), name); err != nil {
					t.Error(err)
				}
			}
			if sent := f.seen("SIZE"); !slices.Equal(sent, tt.wire) {
				t.Errorf("sent %q, want %q", sent, tt.wire)
			}
			if on := len(f.seen("OPTS")) == 1; on != (slices.Contains(tt.features, "UTF8") && tt.charset == "") {
				t.Errorf("OPTS %q", f.seen("OPTS"))
			}
		})
	}
}

// TestEveryName lists names of any bytes in any order, and wants each back to the
// byte, from another connection of the Pool too.
func TestEveryName(t *testing.T) {
	random := rand.New(rand.NewPCG(959, 2640))
	pieces := []string{"é", "日本", "\xe9", "\x95\x5c", "\xff", "\x81", "%~", "~", "%~FF~", "\xd6\xd0", "a", " ", "Ã©", "\xc3"}
	name := func() string {
		var b strings.Builder
		b.WriteByte('n')
		for range random.IntN(6) {
			if random.IntN(3) == 0 {
				b.WriteByte(byte(0x80 + random.IntN(0x80)))
			} else {
				b.WriteString(pieces[random.IntN(len(pieces))])
			}
		}
		return b.String()
	}
	for _, charset := range []string{"", "", "", "", "", "", "utf-8", "windows-1252", "GBK", "Shift_JIS", "GB18030", "Big5", "ISO-8859-1"} {
		var wire []string
		for range 60 {
			wire = append(wire, name())
		}
		f := &fake{features: []string{"MLST"}, listing: facts(wire...)}
		if charset == "" && random.IntN(2) == 0 {
			f.features = append(f.features, "UTF8")
		}
		cfg := f.start(t)
		cfg.Charset = charset
		pool := ftpclient.NewPool(ftpclient.PoolConfig{Address: slowAddr.String() + ":21", Config: cfg, Size: 2})
		first, err := pool.Get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		second, err := pool.Get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got := namesOf(t, first, "")
		for _, name := range got {
			if _, err := second.Size(t.Context(), name); err != nil {
				t.Errorf("%s: %q: %v", charset, name, err)
			}
			if charset != "" && charset != "utf-8" && !utf8.ValidString(name) {
				t.Errorf("%s: %q is no UTF-8", charset, name)
			}
		}
		if sent := f.seen("SIZE"); !slices.Equal(sent, wire) {
			t.Errorf("%s: sent %q, want %q", charset, sent, wire)
		}
		pool.Put(first)
		pool.Put(second)
		if err := pool.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Replies are in the charset as well as listings; a name that it lacks is refused
// where it is known, and a charset that is not.
func TestCharsetOfReplies(t *testing.T) {
	f := &fake{features: []string{"MLST"}, answer: func(c ftp.Command) string {
		switch c.Verb {
		case "PWD":
			return "257 \"/caf\xe9\" is the directory"
		case "MLST":
			return "250-here\r\n type=file;size=3; caf\xe9\r\n250 End"
		}
		return ""
	}}
	cfg := f.start(t)
	for _, charset := range []string{"", "latin1"} {
		cfg.Charset = charset
		c := login(t, cfg, slowAddr)
		if dir, err := c.Getwd(t.Context()); dir != "/café" || err != nil {
			t.Errorf("%q, %v", dir, err)
		}
		if e, err := c.Stat(t.Context(), "café"); e.Name != "café" || e.Size != 3 || err != nil {
			t.Errorf("%+v, %v", e, err)
		}
		if args := f.seen("MLST"); args[len(args)-1] != "caf\xe9" {
			t.Errorf("%q was sent", args)
		}
		err := c.Remove(t.Context(), "日本")
		if charset == "" && err != nil || charset != "" && (!errors.Is(err, ftpclient.ErrLacking) || ftpclient.Temporary(err)) {
			t.Errorf("%q: a name that is lacking: %v", charset, err)
		}
		if _, err := c.Cmd(t.Context(), "NOOP", ""); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	}
	cfg.Charset = "klingon"
	if _, err := ftpclient.Dial(t.Context(), slowAddr.String()+":21", cfg); err == nil || !strings.Contains(err.Error(), "windows-1252") {
		t.Errorf("a charset that nobody knows: %v", err)
	}
	if err := ftpclient.CheckCharset("UTF8"); err != nil {
		t.Error(err)
	}
}
