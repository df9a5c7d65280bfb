package vfs_test

import (
	"errors"
	"slices"
	"testing"

	"ferry/vfs"
)

// somePerms are each permission alone, all but each, what is needed, and all
// but that.
func somePerms(need vfs.Perm) []vfs.Perm {
	perms := []vfs.Perm{0, vfs.PermAll, need, vfs.PermAll &^ need}
	for perm := vfs.Perm(1); perm <= vfs.PermAll; perm <<= 1 {
		perms = append(perms, perm, vfs.PermAll&^perm)
	}
	return perms
}

// TestRestrictSubtreePermissions tries every action with permissions that its
// names have alone, that its names have while others have all, and that all
// have while only the names are in a subtree.
func TestRestrictSubtreePermissions(t *testing.T) {
	ctx := t.Context()
	before := snapshot(t, newFull(t))
	for _, a := range actions {
		at := func(inside, outside vfs.Perm) func(string) vfs.Perm {
			return func(name string) vfs.Perm {
				if slices.Contains(a.names, name) {
					return inside
				}
				return outside
			}
		}
		for _, perm := range somePerms(a.need) {
			for _, p := range []vfs.Policy{
				{Allow: vfs.PermAll, AllowAt: at(perm, 0)},
				{Allow: vfs.PermAll, AllowAt: at(perm, vfs.PermAll)},
				{Allow: perm, AllowAt: at(vfs.PermAll, 0)},
			} {
				store := newFull(t)
				err := a.run(ctx, vfs.Restrict(store, p))
				if perm.Has(a.need) {
					if !errors.Is(err, a.err) {
						t.Errorf("%s %s with %v = %v, want %v", a.method, a.what, perm, err, a.err)
					}
					continue
				}
				if !errors.Is(err, vfs.ErrPermission) || errors.Is(err, vfs.ErrExist) || errors.Is(err, vfs.ErrNotExist) {
					t.Errorf("%s %s with %v = %v, want it refused without a word of what is there", a.method, a.what, perm, err)
				}
				if after := snapshot(t, store); after != before {
					t.Fatalf("%s %s with %v was refused and has changed the store to\n%s", a.method, a.what, perm, after)
				}
			}
		}
	}
}

// TestRestrictSubtreeNames takes each permission that an action needs from one
// of its names only.
func TestRestrictSubtreeNames(t *testing.T) {
	for _, a := range actions {
		for i, lacking := range a.names {
			for perm := vfs.Perm(1); perm <= vfs.PermAll; perm <<= 1 {
				// Of a rename, PermOverwrite is needed for the new name alone.
				needed := a.need.Has(perm) && (perm != vfs.PermOverwrite || i == len(a.names)-1)
				at := func(name string) vfs.Perm {
					if name == lacking {
						return vfs.PermAll &^ perm
					}
					return vfs.PermAll
				}
				if a.method == "Rename" && i == 0 && (perm == vfs.PermRead || perm == vfs.PermList) {
					continue // TestRestrictSubtreeRename
				}
				err := a.run(t.Context(), vfs.Restrict(newFull(t), vfs.Policy{Allow: vfs.PermAll, AllowAt: at}))
				switch {
				case needed && !errors.Is(err, vfs.ErrPermission):
					t.Errorf("%s %s without %v on %s = %v, want it refused", a.method, a.what, perm, lacking, err)
				case !needed && !errors.Is(err, a.err):
					t.Errorf("%s %s without %v on %s = %v, want %v", a.method, a.what, perm, lacking, err, a.err)
				}
			}
		}
	}
}

func TestRestrictSubtreeRename(t *testing.T) {
	const (
		drop = vfs.PermRename | vfs.PermCreate
		read = vfs.PermRename | vfs.PermRead | vfs.PermList
	)
	for _, c := range []struct {
		what     string
		from, to string
		rules    []vfs.Rule
		want     error
	}{
		{"inside", "/in/f", "/in/g", []vfs.Rule{{"/in", drop}}, nil},
		{"a missing file", "/in/none", "/in/g", []vfs.Rule{{"/in", drop}}, vfs.ErrNotExist},
		{"out", "/in/f", "/g", []vfs.Rule{{"/in", drop}}, vfs.ErrPermission},
		{"in", "/f", "/in/g", []vfs.Rule{{"/in", drop}}, vfs.ErrPermission},
		{"across, both may", "/in/f", "/out/f", []vfs.Rule{{"/in", drop}, {"/out", drop}}, nil},
		{"across, over a file", "/in/f", "/out/g", []vfs.Rule{{"/in", drop}, {"/out", drop}}, vfs.ErrPermission},
		{"across, over a file that may be", "/in/f", "/out/g", []vfs.Rule{{"/in", drop}, {"/out", drop | vfs.PermOverwrite}}, nil},
		{"across, over a file, the wrong one may", "/in/f", "/out/g", []vfs.Rule{{"/in", drop | vfs.PermOverwrite}, {"/out", drop}}, vfs.ErrPermission},
		{"the file becomes readable", "/in/f", "/out/f", []vfs.Rule{{"/in", drop}, {"/out", read}}, vfs.ErrPermission},
		{"the file was readable", "/in/f", "/out/f", []vfs.Rule{{"/in", read}, {"/out", drop}}, nil},
		{"the directory of a file becomes listable", "/in/f", "/out/f", []vfs.Rule{{"/in", drop}, {"/out", drop | vfs.PermList}}, nil},
		{"the directory becomes listable", "/in/d", "/out/d", []vfs.Rule{{"/in", drop}, {"/out", drop | vfs.PermList}}, vfs.ErrPermission},
		{"a file in the directory becomes readable", "/in/d", "/out/d", []vfs.Rule{{"/in", drop}, {"/out", drop | vfs.PermRead}}, vfs.ErrPermission},
		{"the directory", "/in/d", "/out/d", []vfs.Rule{{"/in", drop}, {"/out", drop}}, nil},
		{"a rule below the old name", "/in", "/new", []vfs.Rule{{"/", drop}, {"/in/d", 0}}, vfs.ErrPermission},
		{"a rule deep below the old name", "/in", "/new", []vfs.Rule{{"/", drop}, {"/in/d/e/f", vfs.PermAll &^ vfs.PermRename}}, vfs.ErrPermission},
		{"a milder rule below the old name", "/in", "/new", []vfs.Rule{{"/", drop}, {"/in/d", vfs.PermAll}}, nil},
		{"a rule below the new name", "/in", "/new", []vfs.Rule{{"/", drop}, {"/new/d", drop | vfs.PermRead}}, vfs.ErrPermission},
		{"a stricter rule below the new name", "/in", "/new", []vfs.Rule{{"/", drop}, {"/new/d", 0}}, vfs.ErrPermission},
		{"a rule for what is not there", "/in", "/new", []vfs.Rule{{"/", drop}, {"/in/none", 0}, {"/new/none", vfs.PermAll}}, nil},
		{"the root", "/", "/new", []vfs.Rule{{"/", vfs.PermAll}}, vfs.ErrInvalid},
		{"to the root", "/in", "/", []vfs.Rule{{"/", vfs.PermAll}}, vfs.ErrInvalid},
		{"into itself", "/in", "/in/d/x", []vfs.Rule{{"/", vfs.PermAll}}, vfs.ErrInvalid},
		{"to itself", "/in", "/in", []vfs.Rule{{"/", drop}, {"/in/d", 0}}, nil},
	} {
		store := newFull(t)
		for _, dir := range []string{"/in", "/in/d", "/in/d/e", "/out"} {
			if err := store.Mkdir(t.Context(), dir, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{"/in/f", "/in/d/e/f", "/out/g"} {
			if err := creating(name, vfs.CreateOptions{})(t.Context(), store); err != nil {
				t.Fatal(err)
			}
		}
		fsys := vfs.Restrict(store, vfs.Policy{Allow: vfs.PermAll, AllowAt: vfs.Subtrees(c.rules)})
		err := fsys.Rename(t.Context(), c.from, c.to)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: Rename = %v, want %v", c.what, err, c.want)
		}
		if _, err := store.Lstat(t.Context(), c.from); (err == nil) != (c.want != nil || c.from == c.to) && !errors.Is(c.want, vfs.ErrNotExist) {
			t.Errorf("%s: afterwards the old name gives %v", c.what, err)
		}
	}
}

// TestRestrictSubtreeRenameMany renames a directory whose rules stand far down
// in a list that is read in pieces.
func TestRestrictSubtreeRenameMany(t *testing.T) {
	store := newFull(t)
	for i := range 300 {
		dir := "/d/" + string(rune('A'+i))
		if err := errors.Join(store.Mkdir(t.Context(), dir, 0o755), store.Mkdir(t.Context(), dir+"/x", 0o755)); err != nil {
			t.Fatal(err)
		}
		fsys := vfs.Restrict(store, vfs.Policy{Allow: vfs.PermAll, AllowAt: vfs.Subtrees([]vfs.Rule{
			{"/", vfs.PermAll}, {dir + "/x", vfs.PermAll &^ vfs.PermRename},
		})})
		if err := fsys.Rename(t.Context(), "/d", "/new"); !errors.Is(err, vfs.ErrPermission) {
			t.Fatalf("with a rule in directory %d: %v, want it refused", i, err)
		}
	}
}
