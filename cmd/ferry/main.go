// Ferry is an FTP server. `ferry --help` says what it can do.
package main

import (
	"context"
	"os"

	"ferry/internal/cli"
)

func main() {
	os.Exit(cli.Main(context.Background(), os.Args...))
}
