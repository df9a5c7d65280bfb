package ferry_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// rooms is the import graph: each package of the module (a room), the floor on
// which it stands, and all that it may import besides the standard library.
//
// DO NOT CHANGE THIS DATA TO FIX A BUILD. An import that is refused here most
// often stands in the wrong room. What the project rests on:
//
//   - ftp and vfs, the nouns, import nothing.
//   - A room imports only rooms of lower floors, so there is no circle and
//     nothing that knows everything but the daemon, at the top.
//   - A store knows no FTP; the server knows no store, no file of configuration
//     and no system call; config knows nothing but its text.
//   - No package but internal/netx dials or listens by itself.
//   - Each third-party module is named where it is used, and nowhere else.
//
// A line is "room -> imports"; a line "floor N" begins a floor. Rooms of the
// floor "test" support tests: only tests and each other import them, and they
// alone may import the package testing.
const rooms = `
floor 1
	ftp                  ->
	vfs                  ->
	internal/config      ->
	internal/certs       ->
	internal/charset     -> golang.org/x/text
	internal/firewall    ->
	internal/manpage     ->
	internal/netx        -> golang.org/x/sys
	internal/secret      -> github.com/zalando/go-keyring github.com/godbus/dbus/v5
	internal/sys         -> golang.org/x/sys

floor 2
	internal/wire        -> ftp
	internal/listing     -> ftp
	internal/dtp         -> ftp internal/netx
	internal/account     -> vfs golang.org/x/crypto github.com/go-crypt/x
	internal/firewall/nft -> internal/firewall
	internal/pam         ->
	vfs/memfs            -> vfs
	vfs/osfs             -> vfs internal/sys
	internal/sandbox     -> internal/sys
	internal/remote      -> internal/sys
	internal/proxy       -> internal/netx
	internal/firewall/firewalld -> internal/firewall
	internal/firewall/iptables -> internal/firewall
	internal/firewall/aws      -> internal/firewall
	internal/firewall/kubernetes -> internal/firewall
	internal/firewall/ufw -> internal/firewall
	internal/firewall/words -> internal/firewall
	internal/nsnet       -> golang.org/x/sys github.com/vishvananda/netlink

	internal/acme        -> github.com/caddyserver/certmagic go.uber.org/zap

floor 3
	internal/firewall/cisco -> internal/firewall internal/firewall/words
	internal/firewall/comware -> internal/firewall internal/firewall/words
	internal/firewall/mikrotik -> internal/firewall internal/firewall/words
	internal/firewall/pf -> internal/firewall internal/firewall/words
	internal/firewall/windows -> internal/firewall internal/firewall/words
	internal/account/sqlstore -> internal/account modernc.org/sqlite
	internal/broker      -> vfs vfs/osfs internal/sys
	internal/account/system   -> internal/account
	ftpserver            -> ftp vfs internal/wire internal/dtp internal/listing internal/netx
	ftpclient            -> ftp internal/charset internal/wire internal/dtp internal/listing internal/netx

	internal/lab         -> ftp internal/wire internal/certs internal/firewall internal/firewall/iptables internal/firewall/nft internal/nsnet golang.org/x/sys

floor 4
	internal/firewall/dialects -> internal/firewall internal/firewall/aws internal/firewall/cisco internal/firewall/comware
	                        internal/firewall/firewalld internal/firewall/iptables internal/firewall/kubernetes internal/firewall/mikrotik internal/firewall/nft
	                        internal/firewall/pf internal/firewall/ufw internal/firewall/windows
	internal/carry       -> ftpclient internal/listing
	internal/between     -> ftpclient
	internal/keeper      -> ftp vfs vfs/osfs internal/account internal/account/sqlstore internal/account/system
	                        internal/broker internal/config internal/pam internal/sandbox internal/sys

floor 5
	internal/progress    -> internal/carry internal/sys github.com/vbauerster/mpb/v8 github.com/mattn/go-runewidth golang.org/x/term

	internal/daemon      -> ftp vfs vfs/osfs internal/account internal/account/system
	                        internal/acme internal/certs internal/charset internal/config internal/dtp internal/keeper internal/listing internal/netx
	                        internal/sandbox internal/sys internal/wire ftpserver golang.org/x/time

	internal/mirror      -> ftp ftpclient internal/carry internal/listing
	internal/shell       -> ftp ftpclient internal/carry github.com/peterh/liner golang.org/x/term

floor 6
	internal/cli         -> ftp vfs ftpclient internal/between internal/carry internal/charset internal/firewall internal/firewall/dialects internal/firewall/nft internal/lab internal/listing internal/manpage internal/mirror
	                        internal/progress internal/proxy internal/remote internal/secret internal/shell
	                        internal/acme internal/broker internal/certs internal/config internal/keeper internal/netx internal/sys
	                        ftpserver internal/daemon
	                        internal/account internal/account/sqlstore
	                        github.com/spf13/cobra github.com/spf13/pflag golang.org/x/term
	                        internal/charset internal/proxy internal/secret

floor 7
	cmd/ferry            -> internal/cli

floor test
	vfs/vfstest          -> vfs
	internal/account/accounttest -> internal/account vfs
	internal/firewall/firewalltest -> internal/firewall
	internal/firewall/firewallproof -> internal/firewall internal/firewall/firewalltest internal/nsnet internal/peers golang.org/x/sys
	interop              ->
	internal/peers       ->
	internal/dialogue    -> ftp internal/peers internal/wire golang.org/x/tools
`

// testModules lists the third-party modules that test files may import on top of
// what their room may.
var testModules = []string{
	"github.com/google/go-cmp",
	"github.com/jlaffaye/ftp",
	"golang.org/x/time",
	"github.com/creack/pty",
	"github.com/rogpeppe/go-internal",
	"go.uber.org/goleak",
	"go.yaml.in/yaml/v3",
}

// testFloor is the floor of the rooms that support tests, above all others.
const testFloor = 1 << 10

// A roomRule is one line of rooms.
type roomRule struct {
	floor   int
	imports []string
}

// parseRooms reads the table.
func parseRooms(text string) (map[string]roomRule, error) {
	table := make(map[string]roomRule)
	floor, name := 0, ""
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
			continue
		case words[0] == "floor" && len(words) == 2:
			if words[1] == "test" {
				floor = testFloor
			} else if _, err := fmt.Sscan(words[1], &floor); err != nil {
				return nil, fmt.Errorf("floor %q: %w", words[1], err)
			}
			name = ""
			continue
		case len(words) > 1 && words[1] == "->":
			name, words = words[0], words[2:]
			if _, twice := table[name]; twice {
				return nil, fmt.Errorf("room %s is there twice", name)
			}
			table[name] = roomRule{floor: floor}
		case name == "":
			return nil, fmt.Errorf("line %q belongs to no room", line)
		}
		rule := table[name]
		rule.imports = append(rule.imports, words...)
		table[name] = rule
	}
	return table, nil
}

// thirdParty says whether an import path is of another module: the standard
// library's have no dot in their first element.
func thirdParty(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return strings.Contains(first, ".")
}

// ownRoom gives the room of an import path of ours.
func ownRoom(importPath string) (room string, ok bool) {
	return strings.CutPrefix(importPath, module+"/")
}

// allows says whether the rule has the import, a room's or a module's.
func (r roomRule) allows(importPath string) bool {
	if room, own := ownRoom(importPath); own {
		return slices.Contains(r.imports, room)
	}
	return slices.ContainsFunc(r.imports, within(importPath))
}

// within makes a function that says whether a module holds the import path.
func within(importPath string) func(module string) bool {
	return func(module string) bool {
		return importPath == module || strings.HasPrefix(importPath, module+"/")
	}
}

// forbidden lists what the table forbids in the files, in words.
func forbidden(table map[string]roomRule, files []*goFile) []string {
	var found []string
	for _, f := range files {
		rule, known := table[f.room]
		if !known && !f.test {
			found = append(found, fmt.Sprintf("%s: the room %s is not in the table of deps_test.go", f.name, f.room))
			continue
		}
		for _, path := range f.imports() {
			_, own := ownRoom(path)
			switch {
			case f.test:
				// Tests may use any room, but no module that nobody chose.
				if thirdParty(path) && !rule.allows(path) && !slices.ContainsFunc(testModules, within(path)) {
					found = append(found, fmt.Sprintf("%s: test imports %s, which deps_test.go does not list", f.name, path))
				}
			case within(path)("testing"):
				if rule.floor != testFloor {
					found = append(found, fmt.Sprintf("%s: %s imports %s, which is for tests", f.name, f.room, path))
				}
			case (own || thirdParty(path)) && !rule.allows(path):
				found = append(found, fmt.Sprintf("%s: %s may not import %s", f.name, f.room, path))
			}
		}
	}
	return found
}

func TestImportGraph(t *testing.T) {
	table, err := parseRooms(rooms)
	if err != nil {
		t.Fatal(err)
	}
	files := goFiles(t)
	for _, problem := range forbidden(table, files) {
		t.Error(problem)
	}
	for name := range table {
		if !slices.ContainsFunc(files, func(f *goFile) bool { return f.room == name && !f.test }) {
			t.Errorf("the table has a room %s, the project has not", name)
		}
	}
}

// TestImportTable checks the table itself: every arrow points to a room that the
// table has, on a lower floor, and none from the product to the tests' support.
func TestImportTable(t *testing.T) {
	table, err := parseRooms(rooms)
	if err != nil {
		t.Fatal(err)
	}
	for name, rule := range table {
		for _, imported := range rule.imports {
			if thirdParty(imported) {
				continue
			}
			below, known := table[imported]
			if !known {
				t.Errorf("%s -> %s: no such room", name, imported)
				continue
			}
			// Among the rooms that support tests the compiler alone sees to it.
			if below.floor >= rule.floor && rule.floor != testFloor {
				t.Errorf("%s (floor %d) -> %s (floor %d): a room stands above all that it imports", name, rule.floor, imported, below.floor)
			}
		}
	}
}

// TestModulesAreListed keeps go.mod and the table together: a module that go.mod
// requires directly is one that some room, or the tests, may import.
func TestModulesAreListed(t *testing.T) {
	table, err := parseRooms(rooms)
	if err != nil {
		t.Fatal(err)
	}
	listed := slices.Clone(testModules)
	for rule := range maps.Values(table) {
		listed = append(listed, slices.DeleteFunc(slices.Clone(rule.imports), func(s string) bool { return !thirdParty(s) })...)
	}
	text, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "require ")
		path, rest, _ := strings.Cut(line, " ")
		if !thirdParty(path) || strings.Contains(rest, "// indirect") {
			continue
		}
		if !slices.Contains(listed, path) {
			t.Errorf("go.mod requires %s, which deps_test.go does not list", path)
		}
	}
}
