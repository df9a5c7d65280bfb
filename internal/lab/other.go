//go:build !linux

package lab

import (
	"context"
	"errors"
	"io"
)

// errSystem is the error of everything here.
var errSystem = errors.New("the laboratory needs Linux: it is made of network namespaces")

// World is not to be had here.
func World(context.Context, io.Writer) error { return errSystem }

// Run is not to be had here.
func Run(context.Context, []Job, int, string, []string, func(Result)) error { return errSystem }

// Shell is not to be had here.
func Shell(Job, string, []string, string, []string, io.Writer, io.Writer) (int, error) {
	return 0, errSystem
}
