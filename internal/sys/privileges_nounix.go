//go:build !unix

package sys

import "errors"

// DropTo would make the process somebody else; users have no numbers here.
func DropTo(Credentials, CapSet) error { return errors.ErrUnsupported }
