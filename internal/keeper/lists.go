package keeper

import (
	"context"
	"fmt"
	"strings"

	"ferry/internal/config"
)

// Ask implements Keeper: userlist_enable refuses names before a password has
// come over the wire. A list that cannot be read refuses everybody where it
// would let somebody in, and nobody where it would keep somebody out: vsftpd
// does so at a file that is missing.
func (l *Local) Ask(_ context.Context, name string) error {
	return nil
}

// SettingsOf implements Keeper: user_config_dir has a file for some users, by
// the name. A name with a slash has none.
func (l *Local) SettingsOf(_ context.Context, name string) (*config.Settings, error) {
	dir := l.settings.UserConfigDir
	if dir == "" || name == "" || strings.ContainsAny(name, "/\x00") {
		return nil, nil
	}
	set, err := config.Overlay(l.settings, dir+"/"+name)
	if err != nil {
		return nil, fmt.Errorf("settings of user %q: %w", name, err)
	}
	return set, nil
}
