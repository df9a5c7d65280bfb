// Ferry is an FTP server and client. `ferry --help` says what it can do.
package main

import (
	"context"
	"os"

	"ferry/internal/cli"
)

func main() {
	os.Exit(cli.Main(context.Background(), os.Args...))
}
