package peers

import (
	"errors"
	"strings"
	"testing"
)

// A server that cannot serve says why, whether it ends at once or only when
// somebody connects.
func TestStartErrorsVsftpd(t *testing.T) {
	path := Need(t, NameVsftpd)
	for _, tt := range []struct {
		name, option, want string
		refuses            bool
	}{
		{"two families", "listen_ipv6=YES", "run two copies of vsftpd for IPv4 and IPv6", false},
		{"unknown option", "nonsense=YES", "unrecognised variable in config file: nonsense", false},
		{"no user", "ftp_username=no-such-user", "cannot locate user specified in 'ftp_username'", true},
		{"nobody may log in", "anonymous_enable=NO", "both local and anonymous access disabled", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := Config{Options: []string{tt.option}}
			cfg.fill(t)
			s, err := vsftpdLike(NameVsftpd, path, nil, cfg).try(t, cfg)
			if err == nil {
				s.Stop()
				t.Fatal("it started")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			if refused := errors.Is(err, errGreeting); refused != tt.refuses {
				t.Errorf("refused: %v", refused)
			}
		})
	}
}
