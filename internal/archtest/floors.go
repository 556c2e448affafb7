package archtest

import (
	"fmt"
	"strings"
)

// floor is a level of the house. A package may import packages of lower floors.
type floor int

const (
	floorDomain floor = iota // pure
	floorLow                 // store and outside, side by side
	floorStage
	floorFace
	floorApp
	floorCLI
	floorCmd
	floorTest    // used by tests only
	floorUnknown // has no place
)

// homes says on which floor a directory of the module lies. The first that
// matches wins.
var homes = []struct {
	dir   string
	floor floor
}{
	{"internal/store/storetest", floorTest},
	{"internal/domain/statement/statementtest", floorTest},
	{"internal/outside/mail/mailtest", floorTest},
	{"internal/outside/listserver/mailmantest", floorTest},
	{"internal/outside/listserver/listservertest", floorTest},
	{"internal/archtest", floorTest},
	{"internal/bench", floorTest},
	{"browser", floorTest},
	{"internal/domain", floorDomain},
	{"internal/store", floorLow},
	{"internal/outside", floorLow},
	{"internal/stage", floorStage},
	{"internal/face", floorFace},
	{"internal/app", floorApp},
	{"internal/cli", floorCLI},
	{"cmd", floorCmd},
}

func floorOf(pkg string) floor {
	for _, home := range homes {
		if within(pkg, home.dir) {
			return home.floor
		}
	}
	return floorUnknown
}

// within tells whether pkg is dir or lies below it.
func within(pkg, dir string) bool {
	return pkg == dir || strings.HasPrefix(pkg, dir+"/")
}

// neighbour returns the dir of the kind "internal/stage/gather" that pkg lies
// in, if it lies in one below parent.
func neighbour(pkg, parent string) string {
	rest, ok := strings.CutPrefix(pkg, parent+"/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return parent + "/" + name
}

// importRule forbids imports between packages of this module.
type importRule struct {
	reason  string
	tests   bool // also in test files
	forbids func(from, to string) bool
}

var importRules = []importRule{
	{
		"the domain is pure: it imports nothing of this module but other domain packages, so that it can be tested, reused and reasoned about alone",
		false, func(from, to string) bool { return within(from, "internal/domain") && !within(to, "internal/domain") },
	},
	{
		"rating is a function of plans and usage: who the customer is and how an invoice looks must not change a price",
		true, between("internal/domain/rating", "internal/domain/customer", "internal/domain/invoice", "internal/store"),
	},
	{
		"usage is what happened: prices must not influence what is counted",
		true, between("internal/domain/usage", "internal/domain/catalog", "internal/domain/rating"),
	},
	{
		"stages do not call each other: each can be run again alone, and what they share is in the store",
		false, siblings("internal/stage"),
	},
	{
		"machines outside do not know each other: each can be replaced alone",
		false, siblings("internal/outside"),
	},
	{
		"a machine outside is spoken to through a small interface without SQL",
		true, between("internal/outside", "internal/store"),
	},
	{
		"the store keeps what it is given: it never talks to a machine outside",
		true, between("internal/store", "internal/outside"),
	},
	{
		"what only tests use must not be in the program",
		false, func(from, to string) bool { return floorOf(to) == floorTest && floorOf(from) != floorTest },
	},
	{
		"a floor imports only the floors below it (cmd, cli, app, face, stage, store and outside, domain), so that there is no way back up",
		true, func(from, to string) bool {
			f, t := floorOf(from), floorOf(to)
			return t < floorTest && f < t
		},
	},
}

// between forbids imports from one part of the module to others.
func between(from string, to ...string) func(string, string) bool {
	return func(f, t string) bool {
		for _, dir := range to {
			if within(f, from) && within(t, dir) {
				return true
			}
		}
		return false
	}
}

// siblings forbids imports between different directories below parent.
func siblings(parent string) func(string, string) bool {
	return func(from, to string) bool {
		f, t := neighbour(from, parent), neighbour(to, parent)
		return f != "" && t != "" && f != t
	}
}

// checkImports applies the rules to the imports of one file.
func checkImports(module string, f *file) (broken []string) {
	for imported := range f.imports() {
		to, ok := strings.CutPrefix(imported, module+"/")
		if !ok {
			continue
		}
		for _, rule := range importRules {
			if (rule.tests || !f.test) && rule.forbids(f.pkg, to) {
				broken = append(broken, fmt.Sprintf("%s: imports %s: %s", f.name, to, rule.reason))
			}
		}
	}
	if floorOf(f.pkg) == floorUnknown {
		broken = append(broken, fmt.Sprintf("%s: the package %s is on no floor: move it, or give it a floor in internal/archtest/floors.go", f.name, f.pkg))
	}
	return broken
}
