package cli

import (
	"fmt"
	"os"
	"strings"

	"ferry/internal/daemon"
)

// passwordEnv begins the names of the environment variables that hold passwords.
const passwordEnv = "FERRY_PASSWORD_"

// users gives those of --user with their passwords. A process in the background
// has them from the one that started it.
func (p *program) users(f *serveFlags) ([]daemon.User, error) {
	if p.child != nil {
		return p.child.users, nil
	}
	var users []daemon.User
	seen := make(map[string]bool)
	for _, text := range f.users {
		u, err := p.user(text)
		if err != nil {
			return nil, err
		}
		if seen[u.Name] {
			return nil, userError(u.Name, "the name is given twice")
		}
		seen[u.Name] = true
		users = append(users, u)
	}
	return users, nil
}

// user finds the password of one user: behind the name, in the environment, or
// by asking.
func (p *program) user(text string) (daemon.User, error) {
	name, password, hasPassword := strings.Cut(text, ":")
	switch {
	case name == "":
		return daemon.User{}, userError(name, "want a name")
	case strings.EqualFold(name, "anonymous"), strings.EqualFold(name, "ftp"):
		return daemon.User{}, userError(name, "the name is that of the anonymous login")
	case strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return daemon.User{}, userError(name, "want a name without control characters")
	}
	if hasPassword {
		fmt.Fprintf(p.stderr, "ferry: warning: everybody on this machine can see the password of %s in the list of processes; give --user %s alone, and the password in the environment (%s%s) or on the terminal\n",
			name, name, passwordEnv, name)
	} else if password, hasPassword = environment(name); !hasPassword {
		if !isTerminal(p.stdin) {
			return daemon.User{}, userError(name, fmt.Sprintf(
				"no password: set %s%s in the environment, or start on a terminal to be asked", passwordEnv, name))
		}
		var err error
		if password, err = askPassword(p.stdin, p.stderr, "Password for "+name+": "); err != nil {
			return daemon.User{}, err
		}
	}
	if password == "" {
		return daemon.User{}, userError(name, "the password is empty")
	}
	return daemon.User{Name: name, Password: password}, nil
}

// environment is the password that the environment has for a name.
func environment(name string) (string, bool) {
	for _, name := range []string{name, strings.ToUpper(name)} {
		if password, ok := os.LookupEnv(passwordEnv + name); ok {
			return password, true
		}
	}
	return "", false
}

func userError(name, why string) error {
	return fmt.Errorf("invalid argument %q for \"--user\" flag: %s", name, why)
}
