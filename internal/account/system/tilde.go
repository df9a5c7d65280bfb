package system

import "strings"

// Tilde replaces a ~ at the beginning of a pathname that a client sent. "~" and
// "~/x" always mean the directory in which the session began. "~user" and
// "~user/x" mean that user's home where there is a function to ask for it
// (tilde_user_enable): Files.HomeOf with the lists below the session's root, as
// vsftpd reads them. All else, also ~ and a name that nobody has, stays as it is.
func Tilde(name, begin string, homeOf func(user string) (home string, ok bool)) string {
	rest, tilde := strings.CutPrefix(name, "~")
	switch {
	case !tilde:
		return name
	case rest == "" || rest[0] == '/':
		return join(begin, rest)
	case homeOf == nil:
		return name
	}
	user, rest, deeper := strings.Cut(rest, "/")
	home, ok := homeOf(user)
	switch {
	case !ok:
		return name
	case deeper:
		return join(home, "/"+rest)
	}
	return home
}

// join puts a rest that is empty or begins with a slash behind a directory.
func join(dir, rest string) string {
	if rest == "" {
		return dir
	}
	return strings.TrimRight(dir, "/") + rest
}

// HomeOf is the home of a user, for Tilde.
func (f Files) HomeOf(name string) (home string, ok bool) {
	u, err := f.Lookup(name)
	if err != nil || u.Home == "" || u.Home[0] != '/' {
		return "", false
	}
	return u.Home, true
}
