package ftpclient_test

import (
	"slices"
	"strings"
	"testing"

	"ferry/ftp"
	"ferry/ftpclient"
)

// TestSoon counts the commands of transfers behind which others come, or do not.
func TestSoon(t *testing.T) {
	for _, mode := range []ftpclient.Mode{ftpclient.EPSV, ftpclient.PASV, ftpclient.EPRT} {
		t.Run(string(mode), func(t *testing.T) {
			addr, _ := serve(t, nil)
			var sent []string
			var replies []ftp.Code
			c, err := ftpclient.Dial(t.Context(), addr, &ftpclient.Config{Modes: []ftpclient.Mode{mode}, Trace: &ftpclient.Trace{
				Sent:     func(c ftp.Command) { sent = append(sent, string(c.Verb)) },
				Received: func(r ftp.Reply) { replies = append(replies, r.Code) },
			}})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if err := c.Login(t.Context(), "anna", "secret", ""); err != nil {
				t.Fatal(err)
			}
			sent, replies = nil, nil
			soon := ftpclient.Soon(t.Context())
			for _, ctx := range [...]struct {
				name string
				soon bool
			}{{"a", true}, {"b", true}, {"c", false}} {
				with := t.Context()
				if ctx.soon {
					with = soon
				}
				if _, err := c.Store(with, ctx.name, strings.NewReader(ctx.name), 0); err != nil {
					t.Fatal(err)
				}
			}
			verb := map[ftpclient.Mode]string{ftpclient.EPSV: "EPSV", ftpclient.PASV: "PASV", ftpclient.EPRT: "EPRT"}[mode]
			want := []string{"TYPE", verb, "STOR", verb, "STOR", verb, "STOR"}
			if !slices.Equal(sent, want) {
				t.Errorf("sent %q, want %q", sent, want)
			}
			// A port that was asked for in vain: other commands come instead.
			if _, err := c.Store(soon, "d", strings.NewReader("d"), 0); err != nil {
				t.Fatal(err)
			}
			if n, err := c.Size(t.Context(), "d"); n != 1 || err != nil {
				t.Errorf("the size is %d, %v", n, err)
			}
			if err := c.Rename(t.Context(), "d", "e"); err != nil {
				t.Error(err)
			}
			if _, err := c.Store(t.Context(), "f", strings.NewReader("f"), 0); err != nil {
				t.Error(err)
			}
			if err := c.Quit(t.Context()); err != nil {
				t.Error(err)
			}
			if n := len(replies); replies[n-1] != ftp.CodeGoodbye {
				t.Errorf("the last reply was %d", replies[n-1])
			}
		})
	}
}
