package dialogue

import (
	"os"
	"path/filepath"
	"testing"
)

// Run plays one dialogue with a running server that shows the script's tree,
// and fails the test if it goes otherwise.
func Run(t testing.TB, s *Script, p Peer) {
	t.Helper()
	if err := s.Play(p); err != nil {
		t.Fatal(err)
	}
}

// RunAll plays every dialogue in the folder that is for the server of that
// name, each as a parallel subtest with a server of its own: start starts it
// with the script's options and users, and with root as what anonymous sees as
// "/", filled with the script's tree.
func RunAll(t *testing.T, folder, name string, start func(t *testing.T, s *Script, root string) Peer) {
	t.Helper()
	runAll(t, folder, name, (*Script).Populate, start)
}

// RunHosts is RunAll for dialogues about users of the system: the tree is a
// machine's, of which the server sees etc, srv, run and log (as /var/log; see
// peers.Host). Its scripts have these lines besides:
//
//	config: debian            the configuration file of Debian's package, as it is
//	account: ann shell=/x     what an account of user: is like: home= (/srv/home/ann),
//	                          shell=, hash=, groups=a:42001,b:42002, and aging=, the
//	                          rest of its line in /etc/shadow after the hash; "-" is
//	                          an empty shell or hash
//	owner: ann:a srv/x        who owns a file, in the group of the same name if none
//	                          is said; without this line whose home it is in, or root
//	OWNER srv/x = ann a 0644  user, group and permission bits of a file
func RunHosts(t *testing.T, folder, name string, start func(t *testing.T, s *Script, dir string) Peer) {
	t.Helper()
	runAll(t, folder, name, (*Script).PopulateHost, start)
}

func runAll(t *testing.T, folder, name string, populate func(*Script, string) error, start func(*testing.T, *Script, string) Peer) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatalf("no dialogues in %s", folder)
	}
	for _, file := range files {
		s, err := Load(file)
		if err != nil {
			t.Error(err)
			continue
		}
		if !s.For(name) {
			continue
		}
		t.Run(s.Name(), func(t *testing.T) {
			t.Parallel()
			root := newRoot(t)
			if err := populate(s, root); err != nil {
				t.Fatal(err)
			}
			Run(t, s, start(t, s, root))
		})
	}
}

// newRoot makes a folder that every user of the system may read: a server may
// become another user, to whom the folder around t.TempDir is closed.
func newRoot(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for _, dir := range []string{filepath.Dir(root), root} {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return root
}
