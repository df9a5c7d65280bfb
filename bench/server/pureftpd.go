package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// nobody is the system's user without rights.
const nobody = 65534

// passwordHash is password for crypt(3), cheap on purpose.
const passwordHash = "$1$ferry$ni4TAcigv9b5X0ZbZ4Yt71"

// pureFTPdCommand makes anonymous a virtual user: the real one would need a user of
// the system.
func pureFTPdCommand(b *bench, p place) (*exec.Cmd, error) {
	program, err := b.peer("pure-ftpd")
	if err != nil {
		return nil, err
	}
	text, db := filepath.Join(p.dir, "passwd"), filepath.Join(p.dir, "pureftpd.pdb")
	line := fmt.Sprintf("anonymous:%s:%d:%d::%s/./::::::::::::\n", passwordHash, nobody, nobody, p.root)
	if err := os.WriteFile(text, []byte(line), 0o600); err != nil {
		return nil, err
	}
	if out, err := exec.Command(filepath.Join(b.peers, "root", "usr", "bin", "pure-pw"), "mkdb", db, "-f", text).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("pure-pw: %w: %s", err, out)
	}
	most := strconv.Itoa(descriptors)
	args := []string{
		"-S", "127.0.0.1," + strconv.Itoa(p.port), "-4", // no IPv6
		"-E", "-l", "puredb:" + db, // only users of the database
		"-H",         // no names of addresses
		"-f", "none", // no syslog
		"-O", "clf:" + filepath.Join(p.dir, "transfers.log"),
		"-g", filepath.Join(p.dir, "pid"),
		"-p", fmt.Sprintf("%d:%d", passiveFirst, passiveLast),
		"-U", "022:022",
		"-C", most, "-c", most, // clients of one address, of all
		"-I", "60", // minutes without a command
		"-L", "2000000:5", // files of a listing
	}
	if p.tls {
		args = append(args, "-Y", "1", "-2", b.cert)
	}
	return exec.Command(program, args...), nil
}
