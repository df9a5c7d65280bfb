package ftpserver

import "testing"

func TestTilde(t *testing.T) {
	homes := func(name string) (string, bool) {
		home, ok := map[string]string{"bob": "/home/bob", "root": "/"}[name]
		return home, ok
	}
	for _, tt := range []struct{ arg, want, without string }{
		{"x", "x", "x"},
		{"/~", "/~", "/~"},
		{"", "", ""},
		{"~", "/in/", "/in/"},
		{"~/", "/in/", "/in/"},
		{"~/x", "/in/x", "/in/x"},
		{"~bob", "/home/bob/", "~bob"},
		{"~bob/x/y", "/home/bob/x/y", "~bob/x/y"},
		{"~root/x", "/x", "~root/x"},
		{"~nobody/x", "~nobody/x", "~nobody/x"},
	} {
		s := &session{user: &User{Home: "/in", HomeOf: homes}}
		if got := s.tilde(tt.arg); got != tt.want {
			t.Errorf("%q becomes %q, want %q", tt.arg, got, tt.want)
		}
		s.user.HomeOf = nil
		if got := s.tilde(tt.arg); got != tt.without {
			t.Errorf("without homes %q becomes %q, want %q", tt.arg, got, tt.without)
		}
	}
	at := &session{user: new(User)}
	if got := at.tilde("~/x"); got != "/x" {
		t.Errorf("at the root: %q", got)
	}
}
