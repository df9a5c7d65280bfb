package keeper

import (
	"context"
	"fmt"
	"strings"

	"ferry/internal/account/system"
	"ferry/internal/config"
)

// Ask implements Keeper: userlist_enable refuses names before a password has
// come over the wire. A list that cannot be read refuses everybody.
func (l *Local) Ask(_ context.Context, name string) error {
	s := &l.settings
	if !s.UserlistEnable {
		return nil
	}
	list, err := system.ReadUserList(s.UserlistFile)
	if err != nil {
		return refused("Permission denied.", fmt.Errorf("userlist_file: %w", err))
	}
	if list.Denied(name, s.UserlistDeny) {
		return refused("Permission denied.", fmt.Errorf("userlist_file %s refuses the user %q", s.UserlistFile, name))
	}
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
		return nil, refused("The settings of this account are wrong, ask the administrator.", fmt.Errorf("user_config_dir: user %q: %w", name, err))
	}
	return set, nil
}
