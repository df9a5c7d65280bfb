package keeper

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"strconv"

	"ferry/internal/config"
	"ferry/internal/sys"
)

// giver gives uploads of anonymous sessions away (chown_uploads).
type giver struct {
	uid  int          // chown_username
	mode fs.FileMode  // chown_upload_mode
	from map[int]bool // who made what may be given away
}

// newGiver finds the numbers of chown_username, and whether this process may
// give files away at all; nil if that is not asked for.
func newGiver(s *config.Settings) (*giver, error) {
	if !s.ChownUploads {
		return nil, nil
	}
	if sys.Euid() != 0 {
		return nil, oops("only root can give uploads away", "chown_uploads", nil)
	}
	uid, err := numberOf(s.ChownUsername)
	if err != nil {
		return nil, oops("cannot locate user specified in 'chown_username':"+s.ChownUsername, "chown_username", err)
	}
	g := &giver{uid: uid, mode: fs.FileMode(s.ChownUploadMode & 0o777), from: map[int]bool{sys.Euid(): true}}
	for _, name := range []string{s.FTPUsername, s.GuestUsername} {
		if uid, err := numberOf(name); err == nil {
			g.from[uid] = true
		}
	}
	return g, nil
}

func numberOf(name string) (int, error) {
	u, err := user.Lookup(name)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(u.Uid)
}

var errNotOurs = errors.New("only a plain file that an anonymous session has made is given away")

// GiveAway implements Keeper. It does not trust who asks: a file with other
// names, or of somebody else, stays where it is.
func (l *Local) GiveAway(_ context.Context, f *os.File) error {
	if l.giver == nil {
		return errors.New("chown_uploads is off")
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	st := sys.StatOf(info)
	special := info.Mode()&(fs.ModeSetuid|fs.ModeSetgid) != 0
	if !info.Mode().IsRegular() || special || st.Nlink > 1 || !l.giver.from[int(st.UID)] {
		return fmt.Errorf("%w: it is of user %d, mode %v, with %d names", errNotOurs, st.UID, info.Mode(), st.Nlink)
	}
	// Only the owner sets the mode, so it passes through this process's hands.
	if err := f.Chown(sys.Euid(), -1); err != nil {
		return err
	}
	if err := f.Chmod(l.giver.mode); err != nil {
		return err
	}
	return f.Chown(l.giver.uid, -1)
}
