package firewallproof

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"ferry/internal/nsnet"
)

// installed are the folders of a system that packages bring files to, with the folders
// of unpacked packages that belong there: /lib is /usr/lib today.
var installed = []struct {
	dir  string
	from []string
}{
	{"/etc", []string{"etc"}},
	{"/usr/bin", []string{"usr/bin", "bin"}},
	{"/usr/sbin", []string{"usr/sbin", "sbin"}},
	{"/usr/lib", []string{"usr/lib", "lib"}},
	{"/usr/share", []string{"usr/share"}},
	{"/var", nil}, // for what programs write
}

// alternatives are the names that Debian's update-alternatives makes, and what they
// stand for.
var alternatives = map[string]string{
	"iptables": "xtables-nft-multi", "iptables-restore": "xtables-nft-multi", "iptables-save": "xtables-nft-multi",
	"ip6tables": "xtables-nft-multi", "ip6tables-restore": "xtables-nft-multi", "ip6tables-save": "xtables-nft-multi",
}

// Install makes the packages that make peers has unpacked look installed, to the world
// alone: each folder is an overlay, so that programs find their files and may write
// where they are used to. program is the path of any peer. The world must be root's.
// Once in a world is enough: the second time is not fresh.
func Install(w *nsnet.World, program string) (fresh bool, err error) {
	place := filepath.Join(w.Dir(), "installed")
	if isDir(place) {
		return false, nil
	}
	unpacked := filepath.Join(filepath.Dir(program), "..", "root")
	for i, folder := range installed {
		var lower []string
		for _, from := range folder.from {
			if dir := filepath.Join(unpacked, from); isDir(dir) {
				lower = append(lower, dir)
			}
		}
		work := filepath.Join(place, fmt.Sprint(i))
		for _, dir := range []string{"upper", "work"} {
			if err := os.MkdirAll(filepath.Join(work, dir), 0o755); err != nil {
				return false, fmt.Errorf("install: %w", err)
			}
		}
		options := fmt.Sprintf("lowerdir=%s,upperdir=%s/upper,workdir=%s/work", strings.Join(append(lower, folder.dir), ":"), work, work)
		if err := unix.Mount("overlay", folder.dir, "overlay", 0, options); err != nil {
			return false, fmt.Errorf("install packages: mount an overlay at %s: %w", folder.dir, err)
		}
	}
	for name, program := range alternatives {
		err := os.Symlink(program, filepath.Join("/usr/sbin", name))
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return false, fmt.Errorf("install packages: %w", err)
		}
	}
	return true, nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
