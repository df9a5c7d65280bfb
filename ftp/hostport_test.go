package ftp

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
)

func TestHostPort(t *testing.T) {
	tests := []struct{ text, want string }{
		{"127,0,0,1,4,1", "127.0.0.1:1025"},
		{"10,1,2,3,255,255", "10.1.2.3:65535"},
		{"0,0,0,0,0,0", "0.0.0.0:0"},
		{"127,000,0,01,004,1", "127.0.0.1:1025"},
		{"", ""},
		{"1,2,3,4,5", ""},
		{"1,2,3,4,5,6,7", ""},
		{"1,2,3,4,5,6,", ""},
		{"1,2,3,4,5,256", ""},
		{"1,2,3,4,5,-6", ""},
		{"1,2,3,4,5,+6", ""},
		{"1,2,3,4,,6", ""},
		{"1,2,3,4,5, 6", ""},
		{"1,2,3,4,5,0006", ""},
		{"1.2.3.4,5,6", ""},
	}
	for _, tt := range tests {
		ap, err := ParseHostPort(tt.text)
		switch {
		case tt.want == "":
			if !errors.Is(err, ErrHostPort) {
				t.Errorf("ParseHostPort(%q) = %v, %v, want ErrHostPort", tt.text, ap, err)
			}
		case err != nil || ap.String() != tt.want:
			t.Errorf("ParseHostPort(%q) = %v, %v, want %s", tt.text, ap, err, tt.want)
		}
	}
}

func TestFormatHostPort(t *testing.T) {
	tests := []struct{ ap, want string }{
		{"192.168.1.2:2121", "192,168,1,2,8,73"},
		{"[::ffff:10.0.0.1]:20", "10,0,0,1,0,20"},
		{"[2001:db8::1]:65535", "0,0,0,0,255,255"},
	}
	for _, tt := range tests {
		if got := FormatHostPort(netip.MustParseAddrPort(tt.ap)); got != tt.want {
			t.Errorf("FormatHostPort(%s) = %q, want %q", tt.ap, got, tt.want)
		}
	}
}

func TestEPRT(t *testing.T) {
	tests := []struct {
		text, want string
		err        error
	}{
		{"|1|132.235.1.2|6275|", "132.235.1.2:6275", nil},
		{"|2|1080::8:800:200C:417A|5282|", "[1080::8:800:200c:417a]:5282", nil},
		{"!1!10.0.0.1!1!", "10.0.0.1:1", nil},
		{"|2|::ffff:10.0.0.1|21|", "10.0.0.1:21", nil},
		{"|3|x|21|", "", ErrNetworkProtocol},
		{"|0||0|", "", ErrNetworkProtocol},
		{"|1|::1|21|", "", ErrHostPort},
		{"|2|10.0.0.1|21|", "", ErrHostPort},
		{"|2|fe80::1%eth0|21|", "", ErrHostPort},
		{"|1|10.0.0.1|65536|", "", ErrHostPort},
		{"|1|10.0.0.1||", "", ErrHostPort},
		{"|1|10.0.0.1|21", "", ErrHostPort},
		{"|1|10.0.0.1|21|x", "", ErrHostPort},
		{"|x|10.0.0.1|21|", "", ErrHostPort},
		{" 1 10.0.0.1 21 ", "", ErrHostPort},
		{"\xc31\xc310.0.0.1\xc321\xc3", "", ErrHostPort},
		{"", "", ErrHostPort},
	}
	for _, tt := range tests {
		ap, err := ParseEPRT(tt.text)
		if tt.err != nil {
			if !errors.Is(err, tt.err) || !errors.Is(err, ErrHostPort) {
				t.Errorf("ParseEPRT(%q) = %v, %v, want %v", tt.text, ap, err, tt.err)
			}
			continue
		}
		if err != nil || ap.String() != tt.want {
			t.Errorf("ParseEPRT(%q) = %v, %v, want %s", tt.text, ap, err, tt.want)
		}
	}
	if got := FormatEPRT(netip.MustParseAddrPort("[fe80::1%eth0]:21")); got != "|2|fe80::1|21|" {
		t.Errorf("the zone leaves the host: %q", got)
	}
}

func TestParseEPSVArg(t *testing.T) {
	tests := []struct {
		arg   string
		proto int
		all   bool
		err   error
	}{
		{"", 0, false, nil},
		{"1", 1, false, nil},
		{"2", 2, false, nil},
		{"all", 0, true, nil},
		{"ALL ", 0, true, nil},
		{"3", 0, false, ErrNetworkProtocol},
		{"x", 0, false, ErrHostPort},
		{"-1", 0, false, ErrHostPort},
	}
	for _, tt := range tests {
		proto, all, err := ParseEPSVArg(tt.arg)
		if proto != tt.proto || all != tt.all || !errors.Is(err, tt.err) {
			t.Errorf("ParseEPSVArg(%q) = %d, %v, %v", tt.arg, proto, all, err)
		}
	}
}

func TestParsePassive(t *testing.T) {
	tests := []struct{ text, want string }{
		{"Entering Passive Mode (127,0,0,1,4,1).", "127.0.0.1:1025"},
		{"Entering Passive Mode 127,0,0,1,4,1", "127.0.0.1:1025"},
		{"Entering Passive Mode. 127,0,0,1,4,1.", "127.0.0.1:1025"},
		{"=127,0,0,1,4,1", "127.0.0.1:1025"},
		{"1,2 of (127,0,0,1,4,1)", "127.0.0.1:1025"},
		{"mode 7,127,0,0,1,4,1", ""},
		{"Entering Passive Mode (127,0,0,1,4).", ""},
		{"Entering Passive Mode (127,0,0,1,4,999).", ""},
		{"", ""},
	}
	for _, tt := range tests {
		ap, err := ParsePassive(tt.text)
		if tt.want == "" {
			if !errors.Is(err, ErrHostPort) {
				t.Errorf("ParsePassive(%q) = %v, %v, want ErrHostPort", tt.text, ap, err)
			}
			continue
		}
		if err != nil || ap.String() != tt.want {
			t.Errorf("ParsePassive(%q) = %v, %v, want %s", tt.text, ap, err, tt.want)
		}
	}
}

func TestParseExtPassive(t *testing.T) {
	tests := []struct {
		text string
		want uint16
	}{
		{"Entering Extended Passive Mode (|||6446|)", 6446},
		{"Entering Extended Passive Mode (|||6446|).", 6446},
		{"(!!!65535!)", 65535},
		{"(see RFC) (|||21|)", 21},
		{"((|||21|)", 21},
		{"(|||0|)", 0},
		{"(|||65536|)", 0},
		{"(|1|10.0.0.1|21|)", 0},
		{"(|||21)", 0},
		{"(|||21|", 0},
		{"|||21|", 0},
		{"(111211)", 0},
		{"", 0},
	}
	for _, tt := range tests {
		got, err := ParseExtPassive(tt.text)
		if got != tt.want || (tt.want == 0) != errors.Is(err, ErrHostPort) {
			t.Errorf("ParseExtPassive(%q) = %d, %v, want %d", tt.text, got, err, tt.want)
		}
	}
}

func TestHostPortErrorIsShort(t *testing.T) {
	_, err := ParseHostPort(strings.Repeat("x", 10_000))
	if err == nil || len(err.Error()) > 300 {
		t.Errorf("the error repeats all of a long argument: %d bytes", len(err.Error()))
	}
}

func FuzzHostPort(f *testing.F) {
	for _, s := range []string{"127,0,0,1,4,1", "1,2,3,4,5", "255,255,255,255,255,255", "1,2,3,4,5,256"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ap, err := ParseHostPort(s)
		if err != nil {
			if !errors.Is(err, ErrHostPort) {
				t.Fatalf("error of another kind: %v", err)
			}
			return
		}
		if again, err := ParseHostPort(FormatHostPort(ap)); err != nil || again != ap {
			t.Fatalf("%q: %v came back as %v, %v", s, ap, again, err)
		}
	})
}

func FuzzEPRT(f *testing.F) {
	for _, s := range []string{"|1|132.235.1.2|6275|", "|2|::1|1|", "|2|::ffff:1.2.3.4|1|", "212::121", "!1!1.2.3.4!0!"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ap, err := ParseEPRT(s)
		if err != nil {
			if !errors.Is(err, ErrHostPort) {
				t.Fatalf("error of another kind: %v", err)
			}
			return
		}
		if again, err := ParseEPRT(FormatEPRT(ap)); err != nil || again != ap {
			t.Fatalf("%q: %v came back as %v, %v", s, ap, again, err)
		}
	})
}

func FuzzPassive(f *testing.F) {
	for _, s := range []string{"Entering Passive Mode (127,0,0,1,4,1).", "127,0,0,1,4,1", "1,1,1,1,1,1,", ",1,2,3,4,5,6"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ap, err := ParsePassive(s)
		if err != nil {
			if !errors.Is(err, ErrHostPort) {
				t.Fatalf("error of another kind: %v", err)
			}
			return
		}
		text := "Entering Passive Mode (" + FormatHostPort(ap) + ")."
		if again, err := ParsePassive(text); err != nil || again != ap {
			t.Fatalf("%q: %v came back as %v, %v", s, ap, again, err)
		}
	})
}

func FuzzExtPassive(f *testing.F) {
	for _, s := range []string{"Entering Extended Passive Mode (|||6446|)", "(!!!1!)", "(((|||1|)", "(|||1|"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		port, err := ParseExtPassive(s)
		if err != nil {
			if !errors.Is(err, ErrHostPort) || port != 0 {
				t.Fatalf("port %d with the error %v", port, err)
			}
			return
		}
		if again, err := ParseExtPassive("Entering Extended Passive Mode " + FormatEPSV(port)); err != nil || again != port {
			t.Fatalf("%q: %d came back as %d, %v", s, port, again, err)
		}
	})
}
