//go:build !linux

package sys

// Landlock would restrict the process to the rules' paths; only Linux can.
func Landlock([]ReachRule) (Landlocked, error) { return Landlocked{}, ErrNoLandlock }

// LandlockABI would be the version of the kernel's interface; it is 0 here.
func LandlockABI() int { return 0 }
