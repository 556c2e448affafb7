package app

import "strings"

// keySuffix is added to the name of an SQLite database for that of its key file.
const keySuffix = ".key"

// KeyPath returns where the key of the secrets is: the file that was named, or else one beside an SQLite database. On
// PostgreSQL it must be named; without a name it is empty.
func (c Config) KeyPath() string {
	if c.KeyFile != "" {
		return c.KeyFile
	}
	if file, ok := strings.CutPrefix(c.Database, "sqlite:"); ok {
		return file + keySuffix
	}
	return ""
}
