package interop_test

import (
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ferry/internal/peers"
)

// TestLsCommand lists with ferry ls on every server, also what has no MLSD.
func TestLsCommand(t *testing.T) {
	ferry := peers.BuildFerry(t)
	for _, server := range libraryServers() {
		t.Run(server.name, func(t *testing.T) {
			tg := server.start(t, false)
			base := &url.URL{Scheme: "ftp", Host: tg.addr, User: url.UserPassword(tg.user, tg.password), Path: "/" + tg.dir}
			at := strings.TrimSuffix(base.String(), "/") + "/"
			home := t.TempDir()
			run := func(args ...string) string {
				t.Helper()
				cmd := exec.Command(ferry, args...)
				cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home)
				var stderr strings.Builder
				cmd.Stderr = &stderr
				out, err := cmd.Output()
				if err != nil {
					t.Fatalf("ferry %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
				}
				return string(out)
			}
			tree := t.TempDir()
			if err := os.MkdirAll(filepath.Join(tree, "sub", "deep"), 0o777); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"b.iso", "a.iso", "two words", "sub/deep/end"} {
				if err := os.WriteFile(filepath.Join(tree, name), []byte("abc"), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			run("put", "-r", filepath.Join(tree, "a.iso"), filepath.Join(tree, "b.iso"), filepath.Join(tree, "two words"), filepath.Join(tree, "sub"), at)
			for _, test := range []struct{ flags, path, want string }{
				{"-1", "", "a.iso\nb.iso\nsub\ntwo words\n"},
				{"-1r", "*.iso", "b.iso\na.iso\n"},
				{"-1R", "", "a.iso\nb.iso\nsub\ntwo words\nsub/deep\nsub/deep/end\n"},
				{"-1a", "sub", "deep\n"},
			} {
				got := run("ls", test.flags, at+test.path)
				if got != test.want {
					t.Errorf("ls %s %s: got %q, want %q", test.flags, test.path, got, test.want)
				}
			}
			if got := run("ls", at+"a.iso"); !strings.Contains(got, " 3 20") {
				t.Errorf("ls a.iso: no size and time in %q", got)
			}
			if got := run("__complete", "ls", at+"su"); !strings.HasPrefix(got, at+"sub/\n") {
				t.Errorf("the completion of su is %q", got)
			}
		})
	}
}
