// Command postmeter bills the customers of a mailing-list hosting provider.
package main

import (
	"os"

	"postmeter/internal/cli"
)

func main() {
	os.Exit(cli.Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv))
}
