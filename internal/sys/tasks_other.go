//go:build !linux

package sys

import "math"

// TaskRoom would be about how many more threads the process may start; here
// nothing is known.
func TaskRoom() int { return math.MaxInt }
