package vfs_test

import (
	"fmt"
	"strings"
	"testing"

	"ferry/vfs"
)

func TestSubtrees(t *testing.T) {
	rules := []vfs.Rule{
		{"/", vfs.PermReadOnly},
		{"/a", vfs.PermCreate},
		{"/a/b/c", vfs.PermDelete},
		{"/in/", vfs.PermMkdir},
		{"/in/../out", vfs.PermRmdir},
		{"/twice", vfs.PermAll},
		{"/twice", 0},
		{"/ü\xff", vfs.PermChmod},
	}
	at := vfs.Subtrees(rules)
	for i := range rules {
		rules[i].Allow = vfs.PermAll // what the caller does with them afterwards does not matter
	}
	for name, want := range map[string]vfs.Perm{
		"/":                                vfs.PermReadOnly,
		"/x":                               vfs.PermReadOnly,
		"/a":                               vfs.PermCreate,
		"/ab":                              vfs.PermReadOnly,
		"/a/x":                             vfs.PermCreate,
		"/a/b":                             vfs.PermCreate,
		"/a/b/c":                           vfs.PermDelete,
		"/a/b/cd":                          vfs.PermCreate,
		"/a/b/c/d":                         vfs.PermDelete,
		"/x/a":                             vfs.PermReadOnly,
		"/in":                              vfs.PermMkdir,
		"/in/x":                            vfs.PermMkdir,
		"/out/x":                           vfs.PermRmdir,
		"/twice/x":                         0,
		"/ü\xff/x":                         vfs.PermChmod,
		"/ü":                               vfs.PermReadOnly,
		"/a/b/c" + strings.Repeat("/x", 9): vfs.PermDelete,
		"/" + strings.Repeat("x", 99):      vfs.PermReadOnly,
		"":                                 0,
		"relative":                         0,
		"relative/longer/than/a/prefix":    0,
	} {
		if got := at(name); got != want {
			t.Errorf("%q allows %v, want %v", name, got, want)
		}
	}
}

func TestSubtreesWithoutRoot(t *testing.T) {
	for _, rules := range [][]vfs.Rule{nil, {{"/a", vfs.PermAll}}} {
		at := vfs.Subtrees(rules)
		for _, name := range []string{"/", "/b", "/ab", "/b/a", "/ab/c"} {
			if got := at(name); got != 0 {
				t.Errorf("with %v %q allows %v, want nothing", rules, name, got)
			}
		}
	}
	if got := vfs.Subtrees([]vfs.Rule{{"", vfs.PermAll}})("/x"); got != vfs.PermAll {
		t.Errorf("the empty prefix allows %v, want what it has for all", got)
	}
}

// TestSubtreesCost has a lookup make nothing, whatever the rules.
func TestSubtreesCost(t *testing.T) {
	var rules []vfs.Rule
	for i := range 1000 {
		rules = append(rules, vfs.Rule{fmt.Sprintf("/home/%d/in", i), vfs.PermCreate})
	}
	at := vfs.Subtrees(rules)
	name := "/home/999/in" + strings.Repeat("/deep", 500)
	if n := testing.AllocsPerRun(100, func() {
		if at(name) != vfs.PermCreate {
			t.Fatal("the rule does not hold")
		}
	}); n != 0 {
		t.Errorf("a look-up allocates %v times", n)
	}
}

func TestPolicyAllowed(t *testing.T) {
	p := vfs.Policy{Allow: vfs.PermReadOnly | vfs.PermCreate}
	if got := p.Allowed("/x"); got != p.Allow {
		t.Errorf("without AllowAt %v is allowed, want what Allow has", got)
	}
	p.AllowAt = vfs.Subtrees([]vfs.Rule{{"/a", vfs.PermCreate | vfs.PermDelete}})
	for name, want := range map[string]vfs.Perm{"/": 0, "/a": vfs.PermCreate, "/a/b": vfs.PermCreate, "/b": 0} {
		if got := p.Allowed(name); got != want {
			t.Errorf("%q allows %v, want %v", name, got, want)
		}
	}
}
