package cli

import "strings"

// directories says what is served, to whom if that differs.
func (s *summary) directories() []string {
	set := s.settings
	hidden := ""
	if !set.DotFiles {
		hidden = " (names that begin with a dot are left out)"
	}
	type served struct{ dir, who string }
	var all []served
	if set.AnonymousEnable {
		dir := set.AnonRoot
		if dir == "" {
			dir = "the home of the user " + set.FTPUsername
		}
		all = append(all, served{dir, "anonymous users"})
	}
	if len(s.users) > 0 {
		all = append(all, served{set.LocalRoot, strings.Join(s.users, ", ")})
	}
	if set.VirtualUsersFile != "" {
		all = append(all, served{"each user's own", "the users of " + set.VirtualUsersFile})
	}
	if set.LocalEnable {
		dir := "each user's home"
		if set.LocalRoot != "" {
			dir = set.LocalRoot
		}
		all = append(all, served{dir, "system users"})
	}
	var lines []string
	for _, one := range all {
		lines = append(lines, one.dir+" for "+one.who+hidden)
	}
	if len(all) == 1 || len(all) == 2 && all[0].dir == all[1].dir {
		return []string{all[0].dir + hidden}
	}
	return lines
}

// logins says who may log in and do what.
func (s *summary) logins() []string {
	set := s.settings
	var lines []string
	if set.AnonymousEnable {
		who := "anonymous, with any password: "
		if set.NoAnonPassword {
			who = "anonymous, without a password: "
		}
		lines = append(lines, who+s.anonymousAccess())
	}
	access := "read-only"
	if set.WriteEnable {
		access = "read and write"
	}
	if len(s.users) > 0 {
		lines = append(lines, strings.Join(s.users, ", ")+": "+access)
	}
	if file := set.VirtualUsersFile; file != "" {
		each := "as each may"
		if !set.WriteEnable {
			each = "read-only"
		}
		lines = append(lines, "the users of "+file+": "+each)
	}
	if set.LocalEnable {
		who := "system users: "
		switch {
		case set.GuestEnable && !set.VirtualUseLocalPrivs:
			who, access = "system users, as the guest "+set.GuestUsername+": ", s.anonymousAccess()
		case set.GuestEnable:
			who = "system users, as the guest " + set.GuestUsername + ": "
		}
		lines = append(lines, who+access)
	}
	return lines
}
