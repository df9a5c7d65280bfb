package peers

import (
	"errors"
	"os"
	"strings"
	"testing"
)

// What a server of users needs and does not find it complains of to everyone, where
// the greeting should be.
func TestHostErrorsVsftpd(t *testing.T) {
	path := Need(t, NameVsftpd)
	for _, tt := range []struct{ name, options, want string }{
		{"userlist", "userlist_enable=YES", "cannot read user list file:/etc/vsftpd.user_list"},
		{"userlist allow", "userlist_enable=YES userlist_deny=NO", "cannot read user list file:/etc/vsftpd.user_list"},
		{"banned", "anonymous_enable=YES deny_email_enable=YES", "cannot read anon e-mail list file:/etc/vsftpd.banned_emails"},
		{"passwords", "anonymous_enable=YES secure_email_list_enable=YES", "cannot read email passwords file:/etc/vsftpd.email_passwords"},
		{"guest", "guest_enable=YES guest_username=nosuch", "cannot locate user specified in 'guest_username':nosuch"},
		{"chown", "anonymous_enable=YES chown_uploads=YES chown_username=nosuch", "cannot locate user specified in 'chown_username':nosuch"},
		{"anonymous", "anonymous_enable=YES ftp_username=nosuch", "cannot locate user specified in 'ftp_username':nosuch"},
		{"nobody", "nopriv_user=nosuch", "cannot locate user entry:nosuch"},
		{"chroot", "secure_chroot_dir=/etc/nosuch", "not found: directory given in 'secure_chroot_dir':/etc/nosuch"},
		{"closed", "local_enable=NO", "both local and anonymous access disabled"},
		{"one process", "one_process_model=YES", "'one_process_model' is anonymous only"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := Config{Options: strings.Fields(tt.options), Host: &Host{Dir: t.TempDir()}}
			cfg.fill(t)
			s, err := vsftpdLike(NameVsftpd, path, nil, cfg).try(t, cfg)
			if err == nil {
				s.Stop()
				t.Fatal("it started")
			}
			if !errors.Is(err, errGreeting) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// The machine itself is as it was: what a server mounts, it alone sees.
func TestHostLeavesTheMachineAloneVsftpd(t *testing.T) {
	Need(t, NameVsftpd)
	NeedHost(t)
	before, err := os.ReadFile("/etc/passwd")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	s := Vsftpd(t, Config{Host: &Host{Dir: dir, Users: []HostUser{{Name: "ann", Password: "secret", UID: 41001}}}})
	if s.Root != dir {
		t.Errorf("its root is %s", s.Root)
	}
	after, err := os.ReadFile("/etc/passwd")
	if err != nil {
		t.Fatal(err)
	}
	if string(before) != string(after) {
		t.Error("/etc/passwd is another one")
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(mounts), dir) {
		t.Error("something of the host is mounted here")
	}
}
