package daemon

import (
	"context"
	"errors"
	"os"
	"testing"

	"ferry/internal/config"
	"ferry/internal/keeper"
	"ferry/vfs"
	"ferry/vfs/osfs"
)

// granting is a keeper elsewhere, which lets everybody in with one grant: what
// that grant is worth is the daemon's to decide, whoever's rights the store has.
type granting struct {
	grant keeper.Grant
	fsys  vfs.FS
}

// grantOf makes a keeper of system users whose files lie in root.
func grantOf(t *testing.T, root string, kind keeper.Kind, anonymous bool) *granting {
	t.Helper()
	fsys, err := osfs.New(root, osfs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = fsys.Close() })
	return &granting{keeper.Grant{Name: "anna", Kind: kind, Root: root, Home: "/", Anonymous: anonymous}, fsys}
}

var _ keeper.Keeper = (*granting)(nil)

func (g *granting) Ask(context.Context, string) error { return nil }

func (g *granting) Login(context.Context, keeper.Credentials) (*keeper.Admission, error) {
	return &keeper.Admission{Grant: g.grant, FS: g.fsys, Leave: func() {}}, nil
}

func (g *granting) SettingsOf(context.Context, string) (*config.Settings, error) { return nil, nil }

func (g *granting) GiveAway(context.Context, *os.File) error { return errors.New("not asked for") }

func (g *granting) Close() error { return nil }
