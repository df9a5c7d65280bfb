package daemon

import (
	"strings"
	"testing"

	"ferry/internal/config"
	"ferry/internal/keeper"
	"ferry/internal/sys"
)

func TestIdentity(t *testing.T) {
	needRoot(t)
	set := func(change func(s *config.Settings)) Options {
		s := config.Defaults()
		s.FTPUsername = "daemon"
		if change != nil {
			change(&s)
		}
		return Options{Settings: s, Become: true}
	}
	withUser := set(nil)
	withUser.Users = []User{{Name: "anna"}}
	elsewhere := set(func(s *config.Settings) { s.LocalEnable, s.ChownUploads, s.VirtualUsersFile = true, true, "x" })
	elsewhere.Keeper = new(keeper.Remote)
	share := set(nil)
	share.Become = false
	gives, shareOfMany := share, share
	gives.Settings.ChownUploads, shareOfMany.Settings.VirtualUsersFile = true, "x"
	filePower := sys.Capabilities(sys.CapChown, sys.CapDACOverride, sys.CapFowner, sys.CapFsetid)
	tests := []struct {
		name  string
		o     Options
		who   string // "" is nobody else
		stays string // a piece
		err   string // a piece
		keep  sys.CapSet
	}{
		{name: "anonymous", o: set(nil), who: "daemon"},
		{name: "no anonymous", o: set(func(s *config.Settings) { s.AnonymousEnable = false }), who: "nobody"},
		{name: "another nopriv_user", o: set(func(s *config.Settings) { s.AnonymousEnable, s.NoprivUser = false, "bin" }), who: "bin"},
		{name: "a share", o: share},
		{name: "a share that gives uploads away", o: gives, keep: sys.Capabilities(sys.CapChown, sys.CapFowner)},
		{name: "a share for virtual users", o: shareOfMany, keep: filePower},
		{name: "as it was started", o: set(func(s *config.Settings) { s.RunAsLaunchingUser = true }), stays: "run_as_launching_user=YES", keep: filePower},
		{name: "users", o: withUser, stays: "--user", keep: filePower},
		{name: "virtual users", o: set(func(s *config.Settings) { s.VirtualUsersFile = "x" }), stays: "virtual_users_file", keep: filePower},
		{name: "everything, with a keeper elsewhere", o: elsewhere, who: "daemon"},
		{name: "chown_uploads", o: set(func(s *config.Settings) { s.ChownUploads = true }), stays: "chown_uploads=YES", keep: filePower},
		{
			name: "chown_uploads of nobody", who: "nobody",
			o: set(func(s *config.Settings) { s.AnonymousEnable, s.ChownUploads = false, true }),
		},
		{
			name: "no such user", o: set(func(s *config.Settings) { s.FTPUsername = "no-such-user" }),
			err: "500 OOPS: vsftpd: cannot locate user specified in 'ftp_username':no-such-user: user: unknown user no-such-user\n" +
				"a server that root starts becomes that user: make it (useradd --system no-such-user), name another with ftp_username, or set run_as_launching_user=YES",
		},
		{
			name: "no such nopriv_user", o: set(func(s *config.Settings) { s.AnonymousEnable, s.NoprivUser = false, "no-such-user" }),
			err: "cannot locate user specified in 'nopriv_user':no-such-user",
		},
		{name: "root", o: set(func(s *config.Settings) { s.FTPUsername = "root" }), err: "500 OOPS: bad user: root (ftp_username)"},
	}
	for _, tt := range tests {
		d := &Daemon{opts: tt.o}
		var err error
		d.who, d.stays, err = identify(&d.opts)
		switch {
		case tt.err != "":
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s: %v, want %s", tt.name, err, tt.err)
			}
			continue
		case err != nil:
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		name := ""
		if d.who != nil {
			name = d.who.Name
			if d.who.UID == 0 || d.who.GID == 0 || d.who.Groups != nil {
				t.Errorf("%s: %+v", tt.name, d.who)
			}
		}
		if name != tt.who || !strings.Contains(d.stays, tt.stays) || (d.stays == "") != (tt.stays == "") {
			t.Errorf("%s: becomes %q, stays for %q; want %q, %q", tt.name, name, d.stays, tt.who, tt.stays)
		}
		if keep := d.keeps(); keep != tt.keep {
			t.Errorf("%s: keeps %v, want %v", tt.name, keep.List(), tt.keep.List())
		}
		d.active.SourcePort = 20
		if keep := d.keeps(); keep != tt.keep|sys.Capabilities(sys.CapNetBindService) {
			t.Errorf("%s, from port 20: keeps %v", tt.name, keep.List())
		}
		d.active.SourcePort = 2020
		if keep := d.keeps(); keep != tt.keep {
			t.Errorf("%s, from port 2020: keeps %v", tt.name, keep.List())
		}
	}
}
