package config

import (
	"errors"
	"io/fs"
	"os"
)

// Overlay reads one more file on top of settings that hold already: those of a
// single user (user_config_dir). It must belong to who runs the server: one of the
// user's own could grant anything. A file that does not exist gives nil. Options
// that concern the server as a whole are read and mean nothing there, as in
// vsftpd. The error is of type Complaints; an option that is refused anywhere is
// refused here.
func Overlay(base Settings, path string) (*Settings, error) {
	text, complaint := readFile(path, os.Geteuid(), true)
	if complaint != nil {
		if errors.Is(complaint.Err, fs.ErrNotExist) {
			return nil, nil
		}
		return nil, Complaints{complaint}
	}
	l := newLoader()
	l.config.Settings = base
	l.file(path, text)
	if err := l.errors.err(); err != nil {
		return nil, err
	}
	for _, a := range l.config.Refused() {
		l.errors = append(l.errors, a.complain(Error, CauseRefused, a.Option.Name+" is refused: "+a.Option.Why, ""))
	}
	l.config.validateCharsets(func(option, cause, message, hint string) {
		l.errors = append(l.errors, l.config.fatal(option, cause, message, hint))
	})
	l.config.ownCharset()
	return &l.config.Settings, l.errors.err()
}
