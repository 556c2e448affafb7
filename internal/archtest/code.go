package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// callRule forbids functions of an imported package, in calls and as values.
type callRule struct {
	imported  string
	functions []string
	allowed   func(f *file) bool // the files that may use them
	reason    string
}

var callRules = []callRule{
	{
		"time", []string{"Now", "Since", "Until"},
		func(f *file) bool { return floorOf(f.pkg) == floorCLI && !f.test || within(f.pkg, "internal/bench") },
		"there is one clock, and it is passed in: time is an argument, so that tests tell a story and runs can be repeated",
	},
	{
		"time", []string{"After", "AfterFunc", "NewTicker", "NewTimer", "Sleep", "Tick"},
		func(f *file) bool { return !within(f.pkg, "internal/domain") },
		"the domain knows no clock",
	},
	{
		"time", []string{"NewTicker", "Sleep", "Tick"},
		func(f *file) bool { return !strings.HasSuffix(f.name, "_test.go") },
		"a test that waits is slow on a fast machine and wrong on a slow one: wait for the event",
	},
	{
		"os", []string{"Environ", "ExpandEnv", "Getenv", "LookupEnv"},
		func(f *file) bool { return f.test || floorOf(f.pkg) >= floorApp },
		"only app and cli read the environment: everything else is told what it needs",
	},
	{
		"syscall", []string{"Environ", "Getenv"},
		func(f *file) bool { return f.test || floorOf(f.pkg) >= floorApp },
		"only app and cli read the environment: everything else is told what it needs",
	},
}

// checkCalls applies callRules to one file.
func checkCalls(f *file) (broken []string) {
	imports := f.imports()
	for _, rule := range callRules {
		spec, ok := imports[rule.imported]
		if !ok || rule.allowed(f) {
			continue
		}
		name := localName(spec, rule.imported)
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && isName(sel.X, name) && slices.Contains(rule.functions, sel.Sel.Name) {
				broken = append(broken, fmt.Sprintf("%s:%d: uses %s.%s: %s", f.name, f.line(sel.Pos()), name, sel.Sel.Name, rule.reason))
			}
			return true
		})
	}
	return broken
}

func isName(x ast.Expr, name string) bool {
	id, ok := x.(*ast.Ident)
	return ok && id.Name == name
}

// statement matches the beginning of a text of SQL.
var statement = regexp.MustCompile(`(?s)^\s*((WITH\s.*)?SELECT\s.*\sFROM\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(TABLE|INDEX)\s)`)

// checkLiterals finds SQL outside the store.
func checkLiterals(f *file) (broken []string) {
	if f.test || within(f.pkg, "internal/store") {
		return nil
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		if text, err := strconv.Unquote(lit.Value); err == nil && statement.MatchString(text) {
			broken = append(broken, fmt.Sprintf("%s:%d: contains SQL: all SQL lives in internal/store, so that both databases stay one text", f.name, f.line(lit.Pos())))
		}
		return true
	})
	return broken
}

// checkFloats finds floating point where money and usage are concerned.
func checkFloats(f *file) (broken []string) {
	if f.test || floorOf(f.pkg) > floorStage {
		return nil
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && (id.Name == "float64" || id.Name == "float32") {
			broken = append(broken, fmt.Sprintf("%s:%d: uses %s: money and usage are exact: whole numbers, or decimals as text", f.name, f.line(id.Pos()), id.Name))
		}
		return true
	})
	return broken
}

// maxLines is the length of the longest hand-written file, in lines.
const maxLines = 500

func checkLength(f *file) (broken []string) {
	if f.lines > maxLines && !ast.IsGenerated(f.ast) {
		broken = append(broken, fmt.Sprintf("%s: has %d lines: at most %d, so that a reader can hold a file in mind", f.name, f.lines, maxLines))
	}
	return broken
}
