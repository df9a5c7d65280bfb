package ftpclient_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"ferry/ftp"
	"ferry/ftpclient"
)

// timed is a line of LIST of a file that was changed so long ago, by a clock so far
// east of UTC.
func timed(name string, ago, east time.Duration) string {
	when := time.Now().UTC().Add(east - ago)
	return fmt.Sprintf("-rw-r--r-- 1 o g 5 %s %s\r\n", when.Format("Jan _2 15:04"), name)
}

// TestZone wants LIST in UTC, whatever the clock on the server's wall says.
func TestZone(t *testing.T) {
	const hour = time.Hour
	big := strings.Repeat("-rw-r--r-- 1 o g 5 Jan 01 2020 old\r\n", 40_000)
	for name, tt := range map[string]struct {
		east  time.Duration
		after string // in the listing
		mdtm  string // "" is right
		want  time.Duration
		asked int
	}{
		"UTC":                      {0, "", "", 0, 1},
		"New York":                 {-5 * hour, "", "", 0, 1},
		"Kathmandu":                {5*hour + 45*time.Minute, "", "", 0, 1},
		"far in the east":          {14 * hour, "", "", 0, 1},
		"a listing of 1.4 MB":      {9 * hour, big, "", 0, 1},
		"no MDTM":                  {2 * hour, "", "500 what?", 2 * hour, 3},
		"a file that is no more":   {2 * hour, "", "550 gone", 2 * hour, 9}, // three of three listings
		"a time that is not close": {2 * hour, "", "213 20010101000000", 2 * hour, 9},
	} {
		t.Run(name, func(t *testing.T) {
			const ago = 30 * time.Hour
			// MDTM has seconds, of which LIST shows the minute.
			exact := time.Now().UTC().Add(-ago)
			f := &fake{answer: func(c ftp.Command) string {
				switch {
				case c.Verb != "MDTM":
					return ""
				case tt.mdtm != "":
					return tt.mdtm
				case c.Arg != "dir/new":
					return "550 not that one"
				}
				return "213 " + exact.Format("20060102150405")
			}}
			f.listing = timed("older", ago+20*hour, tt.east) + timed("new", ago, tt.east) + timed("oldest", ago+200*hour, tt.east) + tt.after
			pool := ftpclient.NewPool(ftpclient.PoolConfig{Address: slowAddr.String() + ":21", Config: f.start(t), Size: 2})
			defer pool.Close()
			var conns [2]*ftpclient.Conn
			for i := range conns {
				var err error
				if conns[i], err = pool.Get(t.Context()); err != nil {
					t.Fatal(err)
				}
				defer pool.Put(conns[i])
			}
			for i := range 6 {
				seen := 0
				for e, err := range conns[i%2].List(t.Context(), "dir/") {
					if err != nil {
						t.Fatal(err)
					}
					if seen++; e.Name != "new" {
						continue
					}
					if off := e.ModTime.Sub(exact) - tt.want; off > 0 || off < -time.Minute || e.ModTime.Location() != time.UTC {
						t.Errorf("%v instead of %v", e.ModTime, exact)
					}
				}
				if want := strings.Count(f.listing, "\n"); seen != want {
					t.Errorf("%d entries of %d", seen, want)
				}
			}
			if n := len(f.seen("MDTM")); n != tt.asked {
				t.Errorf("MDTM was asked %d times, want %d", n, tt.asked)
			}
		})
	}
}

// A zone that is given is not looked for; a listing that does not end ends.
func TestZoneGiven(t *testing.T) {
	f := &fake{listing: timed("new", time.Hour, 2*time.Hour)}
	cfg := f.start(t)
	cfg.Location = time.FixedZone("", 2*3600)
	c := login(t, cfg, slowAddr)
	for e, err := range c.List(t.Context(), "") {
		if ago := time.Since(e.ModTime); err != nil || ago < time.Hour || ago > 62*time.Minute {
			t.Errorf("%v ago, %v", ago, err)
		}
	}
	if args := f.seen("MDTM"); len(args) > 0 {
		t.Errorf("MDTM was asked: %q", args)
	}
	cfg.Location, cfg.MaxListing = nil, 10
	f.listing = strings.Repeat(timed("new", time.Hour, 0), 50)
	c = login(t, cfg, slowAddr)
	n := 0
	var last error
	for _, err := range c.List(t.Context(), "") {
		if last = err; err == nil {
			n++
		}
	}
	if !errors.Is(last, ftpclient.ErrTooMuch) || n < 10 {
		t.Errorf("%d entries, %v", n, last)
	}
}

// A size in blocks is rough.
func TestRough(t *testing.T) {
	f := &fake{listing: "WELCOME.TXT;1  2/3  12-MAR-2020 08:42  [SYSTEM]  (RWED,RWED,RE,)\r\n"}
	c := login(t, f.start(t), slowAddr)
	for e, err := range c.List(t.Context(), "") {
		if err != nil || e.Size != -1 || e.Rough != 2*512 {
			t.Errorf("%+v, %v", e, err)
		}
	}
}
