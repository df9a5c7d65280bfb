package system

import (
	"fmt"
	"path"
	"strings"
)

// PlaceRules are the options of vsftpd.conf that say what a user sees as "/" and
// where a session begins.
type PlaceRules struct {
	// ChrootLocalUser confines all users, and ChrootList names the exceptions;
	// without it ChrootList names those who are confined. The list is nil if
	// chroot_list_enable is not set.
	ChrootLocalUser bool
	ChrootList      *UserList
	// PasswdChroot takes "/./" in a home for the end of the root
	// (passwd_chroot_enable).
	PasswdChroot bool
	// LocalRoot is where sessions begin instead of in the home (local_root).
	LocalRoot string
	// SubToken is replaced by the name in LocalRoot and in the home
	// (user_sub_token); "" for none.
	SubToken string
	// Guest is a session with the identity of guest_username, and
	// LocalPrivileges virtual_use_local_privs: without that guests are confined.
	Guest, LocalPrivileges bool
}

// Place is where a session is.
type Place struct {
	// Confined says that the session sees Root and what is below, and nothing
	// else. If not, Root is "/" and the kernel's permissions decide alone.
	Confined bool
	// Root is the directory of the machine that the session sees as "/". Whoever
	// is confined to one that cannot be entered is not let in.
	Root string
	// Dir is where the session begins, as it sees it. If that cannot be
	// entered it begins in Fallback; if neither can, vsftpd lets nobody in
	// who is not confined.
	Dir, Fallback string
}

// Place finds the place of a session. The name is the one that logged in, the home
// that of the identity: of the same user, or of guest_username. A relative
// local_root is below the home, as in vsftpd, which changes into both.
//
// vsftpd wants the home to be there even if local_root has another place; here
// it is not looked at then. A name that would lead out of the place of the token is
// refused: names that PAM alone checks may hold anything.
func (r PlaceRules) Place(name, home string) (Place, error) {
	if r.SubToken != "" && (strings.Contains(home, r.SubToken) || strings.Contains(r.LocalRoot, r.SubToken)) {
		if name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\x00") {
			return Place{}, fmt.Errorf("the name %q cannot stand in a pathname (user_sub_token)", name)
		}
		home = strings.ReplaceAll(home, r.SubToken, name)
		r.LocalRoot = strings.ReplaceAll(r.LocalRoot, r.SubToken, name)
	}
	if !path.IsAbs(home) || strings.IndexByte(home, 0) >= 0 {
		return Place{}, fmt.Errorf("user %q: the home %q is not an absolute pathname", name, home)
	}
	begin, inside := path.Clean(home), ""
	if r.LocalRoot != "" {
		begin = path.Clean(r.LocalRoot)
		if !path.IsAbs(begin) {
			begin = path.Join(home, begin)
		}
	}
	// With nothing before it "/./" confines to the whole machine, which cannot be
	// meant; vsftpd takes the whole home then.
	if before, after, found := strings.Cut(home, "/./"); r.PasswdChroot && found && before != "" {
		home = path.Clean(before)
		begin, inside = home, path.Clean("/"+after)
	}
	if r.confined(name) {
		return Place{Confined: true, Root: begin, Dir: path.Join("/", inside), Fallback: "/"}, nil
	}
	return Place{Root: "/", Dir: path.Join(begin, inside), Fallback: path.Clean(home)}, nil
}

// confined says whether a user sees a part of the machine only.
func (r PlaceRules) confined(name string) bool {
	if r.Guest && !r.LocalPrivileges {
		return true
	}
	return r.ChrootLocalUser != r.ChrootList.Has(name)
}
