package ftpserver

import "strings"

// tilde replaces a ~ at the beginning of a pathname, as shells do and vsftpd
// does. "~" and "~/x" mean the directory in which the session began, "~user" and
// "~user/x" that user's home where the user's account knows homes. All else, also
// ~ and a name that nobody has, stays as it is; a file of such a name is "./~".
func (s *session) tilde(arg string) string {
	if arg == "" || arg[0] != '~' || s.user == nil {
		return arg
	}
	name, rest, _ := strings.Cut(arg[1:], "/")
	home := s.user.Home
	if name != "" {
		ok := false
		if s.user.HomeOf != nil {
			home, ok = s.user.HomeOf(name)
		}
		if !ok {
			return arg
		}
	}
	return strings.TrimRight(home, "/") + "/" + rest
}
