package daemon

import (
	"errors"
	"fmt"
	"os/user"
	"strconv"

	"ferry/internal/sandbox"
	"ferry/internal/sys"
)

// identify finds out who the process shall become when it serves: vsftpd's
// ftp_username where anonymous users may log in, as their files are then served
// by the kernel's rules for that user, else nopriv_user. nil is nobody, and
// stays says why if that is not what Options.Become asks for.
func identify(o *Options) (who *sandbox.User, stays string, err error) {
	s := &o.Settings
	if !o.Become || sys.Euid() != 0 {
		return nil, "", nil
	}
	if stays = staysRoot(o); stays != "" {
		return nil, stays, nil
	}
	option, name := "nopriv_user", s.NoprivUser
	if s.AnonymousEnable {
		option, name = "ftp_username", s.FTPUsername
	}
	u, err := user.Lookup(name)
	if err != nil {
		return nil, "", fmt.Errorf("500 OOPS: vsftpd: cannot locate user specified in '%s':%s: %w\n"+
			"a server that root starts becomes that user: make it (useradd --system %s), name another with %s, or set run_as_launching_user=YES to stay root",
			option, name, err, name, option)
	}
	who = &sandbox.User{Name: name}
	var badUID, badGID error
	who.UID, badUID = strconv.Atoi(u.Uid)
	who.GID, badGID = strconv.Atoi(u.Gid)
	if err := errors.Join(badUID, badGID); err != nil {
		return nil, "", oops("user without a number: "+name, option, err)
	}
	if who.UID == 0 {
		return nil, "", oops("bad user: "+name, option, errors.New("root is what a server must not run as; to stay it, set run_as_launching_user=YES"))
	}
	return who, "", nil
}

// staysRoot says why a server that root has started stays root, "" if it does
// not: accounts whose files are not those of one user need somebody who can read
// them all.
func staysRoot(o *Options) string {
	s := &o.Settings
	switch {
	case s.RunAsLaunchingUser:
		return "run_as_launching_user=YES"
	case o.Keeper != nil:
		return "" // what power is needed is in another process
	case s.AnonymousEnable && s.ChownUploads:
		return "chown_uploads=YES gives files away, which only root may"
	case len(o.Users) > 0:
		return "the users of --user write as the user that starts the server"
	case s.VirtualUsersFile != "":
		return "the users of virtual_users_file write as the user that starts the server"
	}
	return ""
}

// keeps are the capabilities without which something that the settings promise
// would not work.
func (d *Daemon) keeps() sys.CapSet {
	s := &d.opts.Settings
	var keep sys.CapSet
	if port := d.active.SourcePort; port != 0 && port < 1024 {
		keep |= sys.Capabilities(sys.CapNetBindService)
	}
	if d.transport != nil && s.ACMEDomains != "" && (s.ACMEHTTPPort < 1024 || s.ACMETLSPort < 1024) {
		keep |= sys.Capabilities(sys.CapNetBindService) // for the challenges of a renewal
	}
	if d.who != nil || sys.Euid() != 0 {
		return keep
	}
	if s.AnonymousEnable && s.ChownUploads {
		// The mode is set when the file is somebody else's already.
		keep |= sys.Capabilities(sys.CapChown, sys.CapFowner)
	}
	if d.stays != "" || s.VirtualUsersFile != "" {
		// Root in the eyes of the files, and of nothing else.
		keep |= sys.Capabilities(sys.CapChown, sys.CapDACOverride, sys.CapFowner, sys.CapFsetid)
	}
	return keep
}
