package sandbox

import (
	"log/slog"
	"strings"
	"testing"

	"ferry/internal/sys"
)

func TestReportLine(t *testing.T) {
	tests := []struct {
		report Report
		want   string
	}{
		{
			Report{User: "ftp", UID: 7, Known: true, NoNewPrivs: true, Landlock: 7, paths: 3},
			`user=ftp capabilities=none no_new_privs=true landlock="abi 7, 3 paths"`,
		},
		{
			Report{
				Stays: "because", Known: true, Capabilities: sys.Capabilities(sys.CapChown, sys.CapNetBindService), Landlock: 2, paths: 1,
				Off: []string{"x: y"}, Open: []string{"a", "b"}, Missing: []string{"/m", "/n"},
			},
			`user=0 capabilities=chown,net_bind_service no_new_privs=false landlock="abi 2, 1 paths" off="the change of the user: because; x: y" unrestricted="a; b" missing="/m; /n"`,
		},
		{Report{UID: 1000, Off: []string{"Landlock: landlock_enable=NO"}}, `user=1000 landlock=off off="Landlock: landlock_enable=NO"`},
	}
	for _, tt := range tests {
		var out strings.Builder
		log := slog.New(slog.NewTextHandler(&out, nil))
		log.LogAttrs(t.Context(), slog.LevelInfo, "m", tt.report.LogAttrs()...)
		_, got, _ := strings.Cut(strings.TrimSpace(out.String()), "msg=m ")
		if got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}
