package archtest

import (
	"fmt"
	"slices"
	"strings"
)

// pure lists the packages of the standard library that the domain may import:
// those that neither read nor write anything, know no clock and draw no lots.
// The time package is among them for instants and zones; its clock is forbidden
// by callRules.
var pure = []string{
	"bytes", "cmp", "container/heap", "crypto/sha256", "encoding/base64", "encoding/binary", "encoding/hex", "encoding/json", "errors", "fmt", "hash",
	"io", "iter", "maps", "math", "math/big", "math/bits", "path", "regexp", "slices", "sort", "strconv",
	"strings", "sync", "time", "unicode", "unicode/utf16", "unicode/utf8", "unique",
}

// databases lists the packages through which SQL is spoken.
var databases = []string{
	"database/sql", "github.com/jackc/pgx", "modernc.org/sqlite", "github.com/pressly/goose",
}

// checkOutsiders applies the rules about packages of other modules.
func checkOutsiders(module string, f *file) (broken []string) {
	for imported := range f.imports() {
		if within(imported, module) {
			continue
		}
		if within(f.pkg, "internal/domain") && !f.test && !slices.Contains(pure, imported) {
			broken = append(broken, fmt.Sprintf("%s: imports %s: the domain is pure: only packages of the standard library that touch nothing (the list is in internal/archtest/outsiders.go)", f.name, imported))
		}
		if !f.test && !within(f.pkg, "internal/store") && isDatabase(imported) {
			broken = append(broken, fmt.Sprintf("%s: imports %s: all SQL lives in internal/store, so that both databases stay one text", f.name, imported))
		}
	}
	return broken
}

func isDatabase(imported string) bool {
	return slices.ContainsFunc(databases, func(name string) bool { return strings.HasPrefix(imported+"/", name+"/") })
}
