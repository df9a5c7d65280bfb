//go:build !unix

package cli

import (
	"errors"

	"ferry/internal/daemon"
)

// detach would go to the background; there is none here.
func (p *program) detach([]daemon.User) error {
	return &refusal{errors.New("background=YES: this system has no background to go to; set background=NO, or run ferry as a service")}
}
