package vfs_test

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ferry/vfs"
	"ferry/vfs/memfs"
)

// full is a store that has every ability.
type full struct{ *memfs.FS }

func (f full) SetCreationTime(ctx context.Context, name string, t time.Time) error {
	return f.SetModTime(ctx, name, t)
}

// action is one thing that can be done with a store as newFull makes it.
type action struct {
	method string   // of vfs.FS or of an interface in optional.go
	what   string   // which case of it
	names  []string // that it is about
	need   vfs.Perm // all of which it needs
	err    error    // that it gives if it is allowed
	run    func(ctx context.Context, fsys vfs.FS) error
}

func newFull(t testing.TB) full {
	f := full{memfs.New()}
	f.Now = func() time.Time { return time.Unix(1_000_000_000, 0) }
	for _, name := range []string{"/f", "/g"} {
		w, err := f.Create(t.Context(), name, vfs.CreateOptions{Perm: 0o644})
		if err == nil {
			_, err = io.WriteString(w, "content of "+name)
		}
		if err := errors.Join(err, w.Commit(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(f.Mkdir(t.Context(), "/d", 0o755), f.Symlink("f", "/l")); err != nil {
		t.Fatal(err)
	}
	return f
}

// snapshot is all that is in the store.
func snapshot(t testing.TB, f full) string {
	var b strings.Builder
	for info, err := range f.List(t.Context(), "/") {
		fmt.Fprintln(&b, info, err)
		if info.IsRegular() {
			r, err := f.Open(t.Context(), "/"+info.Name, 0)
			if err != nil {
				t.Fatal(err)
			}
			content, err := io.ReadAll(r)
			fmt.Fprintf(&b, "%q %v\n", content, err)
		}
	}
	return b.String()
}

func creating(name string, opts vfs.CreateOptions) func(context.Context, vfs.FS) error {
	return func(ctx context.Context, fsys vfs.FS) error {
		w, err := fsys.Create(ctx, name, opts)
		if err != nil {
			return err
		}
		return w.Commit(ctx)
	}
}

// using runs do with an ability of the store; without it there is nothing to
// refuse, which no test expects.
func using[T any](do func(ctx context.Context, t T) error) func(context.Context, vfs.FS) error {
	return func(ctx context.Context, fsys vfs.FS) error {
		t, ok := vfs.As[T](fsys)
		if !ok {
			return fmt.Errorf("no %T", (*T)(nil))
		}
		return do(ctx, t)
	}
}

var actions = []action{
	{"Stat", "", []string{"/f"}, 0, nil, func(ctx context.Context, fsys vfs.FS) error {
		_, err := fsys.Stat(ctx, "/f")
		return err
	}},
	{"Lstat", "", []string{"/l"}, 0, nil, func(ctx context.Context, fsys vfs.FS) error {
		_, err := fsys.Lstat(ctx, "/l")
		return err
	}},
	{"List", "", []string{"/"}, vfs.PermList, nil, func(ctx context.Context, fsys vfs.FS) error {
		for _, err := range fsys.List(ctx, "/") {
			if err != nil {
				return err
			}
		}
		return nil
	}},
	{"Open", "", []string{"/f"}, vfs.PermRead, nil, func(ctx context.Context, fsys vfs.FS) error {
		r, err := fsys.Open(ctx, "/f", 0)
		if err != nil {
			return err
		}
		return r.Close()
	}},
	{"Create", "new", []string{"/new"}, vfs.PermCreate, nil, creating("/new", vfs.CreateOptions{})},
	{"Create", "new, exclusive", []string{"/new"}, vfs.PermCreate, nil, creating("/new", vfs.CreateOptions{Exclusive: true})},
	{"Create", "new, append", []string{"/new"}, vfs.PermCreate, nil, creating("/new", vfs.CreateOptions{Append: true})},
	{"Create", "anew", []string{"/f"}, vfs.PermOverwrite, nil, creating("/f", vfs.CreateOptions{})},
	{"Create", "through a link", []string{"/l"}, vfs.PermOverwrite, nil, creating("/l", vfs.CreateOptions{})},
	{"Create", "resume", []string{"/f"}, vfs.PermOverwrite, nil, creating("/f", vfs.CreateOptions{Offset: 3})},
	{"Create", "append", []string{"/f"}, vfs.PermAppend, nil, creating("/f", vfs.CreateOptions{Append: true})},
	{"Create", "exclusive, existing", []string{"/f"}, vfs.PermCreate, vfs.ErrExist, creating("/f", vfs.CreateOptions{Exclusive: true})},
	{"Create", "existing, anew", []string{"/f"}, vfs.PermOverwrite, nil, creating("/f", vfs.CreateOptions{Existing: true})},
	{"Create", "existing, append", []string{"/f"}, vfs.PermAppend, nil, creating("/f", vfs.CreateOptions{Existing: true, Append: true})},
	{"Create", "existing, missing", []string{"/new"}, vfs.PermOverwrite, vfs.ErrNotExist, creating("/new", vfs.CreateOptions{Existing: true})},
	{"Remove", "", []string{"/f"}, vfs.PermDelete, nil, func(ctx context.Context, fsys vfs.FS) error {
		return fsys.Remove(ctx, "/f")
	}},
	{"Rename", "", []string{"/f", "/new"}, vfs.PermRename, nil, func(ctx context.Context, fsys vfs.FS) error {
		return fsys.Rename(ctx, "/f", "/new")
	}},
	{"Rename", "directory", []string{"/d", "/new"}, vfs.PermRename, nil, func(ctx context.Context, fsys vfs.FS) error {
		return fsys.Rename(ctx, "/d", "/new")
	}},
	{"Rename", "to itself", []string{"/f"}, vfs.PermRename, nil, func(ctx context.Context, fsys vfs.FS) error {
		return fsys.Rename(ctx, "/f", "/f")
	}},
	{"Rename", "over another", []string{"/f", "/g"}, vfs.PermRename | vfs.PermOverwrite, nil, func(ctx context.Context, fsys vfs.FS) error {
		return fsys.Rename(ctx, "/f", "/g")
	}},
	{"Mkdir", "", []string{"/new"}, vfs.PermMkdir, nil, func(ctx context.Context, fsys vfs.FS) error {
		return fsys.Mkdir(ctx, "/new", 0o700)
	}},
	{"Rmdir", "", []string{"/d"}, vfs.PermRmdir, nil, func(ctx context.Context, fsys vfs.FS) error {
		return fsys.Rmdir(ctx, "/d")
	}},
	{"Chmod", "", []string{"/f"}, vfs.PermChmod, nil, using(func(ctx context.Context, c vfs.Chmodder) error {
		return c.Chmod(ctx, "/f", 0o600)
	})},
	{"Chown", "", []string{"/f"}, vfs.PermChmod, nil, using(func(ctx context.Context, c vfs.Chowner) error {
		return c.Chown(ctx, "/f", 1, 1)
	})},
	{"SetModTime", "", []string{"/f"}, vfs.PermSetTime, nil, using(func(ctx context.Context, s vfs.TimeSetter) error {
		return s.SetModTime(ctx, "/f", time.Unix(1, 0))
	})},
	{"SetCreationTime", "", []string{"/f"}, vfs.PermSetTime, nil, using(func(ctx context.Context, s vfs.CreationTimeSetter) error {
		return s.SetCreationTime(ctx, "/f", time.Unix(1, 0))
	})},
	{"ReadLink", "", []string{"/l"}, 0, nil, using(func(ctx context.Context, l vfs.LinkReader) error {
		_, err := l.ReadLink(ctx, "/l")
		return err
	})},
	{"Enter", "", []string{"/d"}, 0, nil, using(func(ctx context.Context, e vfs.Enterer) error {
		return e.Enter(ctx, "/d")
	})},
}

// TestRestrictPermissions tries every action with every set of permissions.
func TestRestrictPermissions(t *testing.T) {
	ctx := t.Context()
	before := snapshot(t, newFull(t))
	for _, a := range actions {
		for allow := vfs.Perm(0); allow <= vfs.PermAll; allow++ {
			store := newFull(t)
			err := a.run(ctx, vfs.Restrict(store, vfs.Policy{Allow: allow}))
			if allow.Has(a.need) {
				if !errors.Is(err, a.err) {
					t.Errorf("%s %s with %v = %v, want %v", a.method, a.what, allow, err, a.err)
				}
				continue
			}
			if !errors.Is(err, vfs.ErrPermission) {
				t.Errorf("%s %s with %v = %v, want it refused", a.method, a.what, allow, err)
			}
			if errors.Is(err, vfs.ErrExist) || errors.Is(err, vfs.ErrNotExist) {
				t.Errorf("%s %s with %v = %v, which says what is there", a.method, a.what, allow, err)
			}
			if after := snapshot(t, store); after != before {
				t.Fatalf("%s %s with %v was refused and has changed the store to\n%s", a.method, a.what, allow, after)
			}
		}
	}
}

// TestRestrictDenied denies each name of each action in turn, and the directory
// it is in.
func TestRestrictDenied(t *testing.T) {
	for _, a := range actions {
		for _, name := range a.names {
			store := newFull(t)
			before := snapshot(t, store)
			denied := func(n string) bool { return n == name }
			err := a.run(t.Context(), vfs.Restrict(store, vfs.Policy{Allow: vfs.PermAll, Denied: denied}))
			if !errors.Is(err, vfs.ErrPermission) {
				t.Errorf("%s %s of the denied %s = %v", a.method, a.what, name, err)
			}
			if after := snapshot(t, store); after != before {
				t.Errorf("%s %s of the denied %s has changed the store to\n%s", a.method, a.what, name, after)
			}
		}
	}
}

func TestRestrictDeniedBelow(t *testing.T) {
	store := newFull(t)
	for _, name := range []string{"/d/e", "/d/e/f", "/dd"} {
		if err := store.Mkdir(t.Context(), name, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	fsys := vfs.Restrict(store, vfs.Policy{Allow: vfs.PermAll, Denied: func(name string) bool { return name == "/d" }})
	for name, want := range map[string]error{
		"/": nil, "/f": nil, "/dd": nil,
		"/d": vfs.ErrPermission, "/d/e": vfs.ErrPermission, "/d/e/f": vfs.ErrPermission, "/d/none": vfs.ErrPermission,
		"/d/../f": vfs.ErrInvalid, "/d/": vfs.ErrInvalid, "/./d": vfs.ErrInvalid, "//d": vfs.ErrInvalid, "d": vfs.ErrInvalid, "": vfs.ErrInvalid,
	} {
		if _, err := fsys.Stat(t.Context(), name); !errors.Is(err, want) {
			t.Errorf("Stat(%q) = %v, want %v", name, err, want)
		}
	}
	root := vfs.Restrict(store, vfs.Policy{Allow: vfs.PermAll, Denied: func(name string) bool { return name == "/" }})
	if _, err := root.Stat(t.Context(), "/"); !errors.Is(err, vfs.ErrPermission) {
		t.Errorf("Stat of the denied root = %v", err)
	}
	if _, err := root.Stat(t.Context(), "/f"); err != nil {
		t.Errorf("Stat below the denied root = %v", err)
	}
}

// TestRestrictCoversEverything fails when an interface gets a method that the
// table above, and so perhaps Restrict, knows nothing of.
func TestRestrictCoversEverything(t *testing.T) {
	var want []string
	for m := range reflect.TypeFor[vfs.FS]().Methods() {
		want = append(want, m.Name)
	}
	abilities := map[string]func(vfs.FS) bool{
		"Chmodder":           has[vfs.Chmodder],
		"Chowner":            has[vfs.Chowner],
		"TimeSetter":         has[vfs.TimeSetter],
		"CreationTimeSetter": has[vfs.CreationTimeSetter],
		"LinkReader":         has[vfs.LinkReader],
		"Enterer":            has[vfs.Enterer],
	}
	restricted := vfs.Restrict(newFull(t), vfs.Policy{})
	bare := vfs.Restrict(struct{ vfs.FS }{newFull(t)}, vfs.Policy{})
	for name, methods := range optional(t) {
		ability := abilities[name]
		if ability == nil {
			t.Errorf("optional.go has the interface %s, which Restrict may not enforce", name)
			continue
		}
		if !ability(restricted) {
			t.Errorf("Restrict hides %s of a store that has it", name)
		}
		if ability(bare) {
			t.Errorf("Restrict claims %s for a store that has it not", name)
		}
		want = append(want, methods...)
	}
	var tested []string
	for _, a := range actions {
		tested = append(tested, a.method)
	}
	typ := reflect.TypeOf(restricted)
	for _, method := range want {
		if !slices.Contains(tested, method) {
			t.Errorf("no action uses %s", method)
		}
		if _, ok := typ.MethodByName(method); !ok {
			t.Errorf("Restrict has no %s", method)
		}
	}
}

func has[T any](fsys vfs.FS) bool {
	_, ok := vfs.As[T](fsys)
	return ok
}

// optional reads the exported interfaces of optional.go, apart from Unwrapper,
// and the names of their methods.
func optional(t *testing.T) map[string][]string {
	file, err := parser.ParseFile(token.NewFileSet(), "optional.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{}
	for node := range ast.Preorder(file) {
		spec, ok := node.(*ast.TypeSpec)
		if !ok || !spec.Name.IsExported() || spec.Name.Name == "Unwrapper" {
			continue
		}
		if i, ok := spec.Type.(*ast.InterfaceType); ok {
			for _, m := range i.Methods.List {
				for _, name := range m.Names {
					found[spec.Name.Name] = append(found[spec.Name.Name], name.Name)
				}
			}
		}
	}
	if len(found) < 5 {
		t.Fatalf("optional.go has only %v", found)
	}
	return found
}

// secretive is a store with an ability that package vfs does not know.
type secretive struct{ full }

func (secretive) Shred(string) error { return nil }

func TestRestrictHidesTheUnknown(t *testing.T) {
	type shredder interface{ Shred(name string) error }
	store := secretive{newFull(t)}
	if !has[shredder](store) {
		t.Error("As does not find an ability")
	}
	restricted := vfs.Restrict(store, vfs.Policy{Allow: vfs.PermAll})
	if has[shredder](restricted) {
		t.Error("Restrict lets an ability through that it does not check")
	}
	if has[vfs.Unwrapper](restricted) {
		t.Error("Restrict lets itself be taken off")
	}
	if !has[vfs.FS](restricted) {
		t.Error("a restricted store is no FS")
	}
}

func TestRestrictMissingAbility(t *testing.T) {
	bare := vfs.Restrict(struct{ vfs.FS }{newFull(t)}, vfs.Policy{Allow: vfs.PermAll})
	c, ok := bare.(vfs.Chmodder)
	if !ok {
		t.Fatal("Restrict implements no Chmodder")
	}
	if err := c.Chmod(t.Context(), "/f", 0o600); !errors.Is(err, vfs.ErrUnsupported) {
		t.Errorf("Chmod = %v, want ErrUnsupported", err)
	}
}
