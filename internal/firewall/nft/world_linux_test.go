package nft

import (
	"os"
	"strings"
	"testing"

	"ferry/internal/nsnet"
	"ferry/internal/peers"
)

// worldEnv tells the test binary that it is the program of a world.
const worldEnv = "FERRY_NFT_WORLD"

// world is where the tests of this process play, nil outside of one.
var world *nsnet.World

// The words that make the test binary something else than tests: the guard of rules
// on trial, and a process that applies rules on trial.
const (
	guardWord = "guard-rules"
	tryWord   = "try-rules"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == guardWord || os.Args[1] == tryWord) {
		play := map[string]func([]string) error{
			guardWord: func(args []string) error { return Guard(args[0]) },
			tryWord:   playTry,
		}[os.Args[1]]
		if err := play(os.Args[2:]); err != nil {
			_, _ = os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		os.Exit(0)
	}
	if os.Getenv(worldEnv) != "" {
		var err error
		if world, err = nsnet.Enter(); err != nil {
			_, _ = os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// enter gives the world of a test. Outside it runs the same test in a new world, and
// gives nil: the test is done then.
func enter(t *testing.T) *nsnet.World {
	t.Helper()
	peers.Need(t, "nft")
	if world != nil {
		return world
	}
	if _, err := nsnet.Check(); err != nil {
		if os.Getenv("CI") == "true" && os.Geteuid() == 0 {
			t.Fatalf("%v (CI=true: nothing may be left out)", err)
		}
		t.Skip(err)
	}
	t.Parallel() // with the worlds of the other tests
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"-test.run=^" + t.Name() + "$", "-test.count=1"}
	if testing.Verbose() {
		args = append(args, "-test.v")
	}
	cmd := nsnet.Command(t.Context(), exe, args...)
	cmd.Env = append(os.Environ(), worldEnv+"=1")
	out, err := cmd.CombinedOutput()
	if testing.Verbose() || err != nil {
		t.Log(string(out))
	}
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), "no tests to run") {
		t.Fatal("the test has not run in the world")
	}
	return nil
}

// nftOn runs nft on a host with a text on its standard input.
func nftOn(t testing.TB, h *nsnet.Host, text string, args ...string) string {
	t.Helper()
	cmd := h.Command(t.Context(), peers.Need(t, "nft"), args...)
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("nft %s on %s: %v\n%s\n%s", strings.Join(args, " "), h.Name(), err, out, text)
	}
	return string(out)
}
