package peers

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strings"
)

// account is a user of the system.
type account struct {
	name, group string
	uid, gid    string
}

// anonymousUser is a user of the system whose rights an anonymous session can
// be given: not root, and with a home that is there, for vsftpd enters it before
// anon_root. The user named ftp is taken if it will do.
func anonymousUser() (account, error) {
	passwd, err := os.ReadFile("/etc/passwd")
	if err != nil {
		return account{}, fmt.Errorf("find a user for anonymous: %w", err)
	}
	var found account
	for line := range strings.Lines(string(passwd)) {
		f := strings.Split(strings.TrimSpace(line), ":")
		if len(f) < 7 || f[2] == "0" || found.name != "" && f[0] != "ftp" {
			continue
		}
		info, err := os.Stat(f[5])
		if err != nil || !info.IsDir() || info.Mode()&0o005 != 0o005 {
			continue
		}
		group, err := user.LookupGroupId(f[3])
		if err != nil {
			continue
		}
		found = account{name: f[0], group: group.Name, uid: f[2], gid: f[3]}
	}
	if found.name == "" {
		return account{}, errors.New("find a user for anonymous: none in /etc/passwd but root has a home that is there")
	}
	return found, nil
}
