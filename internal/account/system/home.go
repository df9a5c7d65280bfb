package system

// HomeOf is the home of a user, for pathnames that begin with ~ and a name
// (tilde_user_enable).
func (f Files) HomeOf(name string) (home string, ok bool) {
	u, err := f.Lookup(name)
	if err != nil || u.Home == "" || u.Home[0] != '/' {
		return "", false
	}
	return u.Home, true
}
