// The registry of github.com/distribution/distribution with the one storage driver that the local cloud uses. Its own
// cmd/registry links the SDKs of three clouds too: twice the memory, the disk and the modules to build.
package main

import (
	"os"

	"github.com/distribution/distribution/v3/registry"
	_ "github.com/distribution/distribution/v3/registry/storage/driver/filesystem"
)

func main() {
	if registry.RootCmd.Execute() != nil {
		os.Exit(1)
	}
}
