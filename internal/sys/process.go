package sys

import "os"

// Euid is the effective user of the process, 0 for the superuser and -1 where
// users have no numbers.
func Euid() int { return os.Geteuid() }
