package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// file is one Go source file of the module.
type file struct {
	name  string // path inside the module, with slashes
	pkg   string // directory inside the module, such as "internal/domain/money"
	test  bool   // is a _test.go file, or lies in a package that only tests use
	lines int
	ast   *ast.File
	fset  *token.FileSet
}

// line returns the number of the line at a position.
func (f *file) line(at token.Pos) int { return f.fset.Position(at).Line }

// load reads all Go files below root and the name of its module. What go test
// ignores (testdata, names that start with a dot or an underscore) is left out.
func load(root string) (module string, files []*file, err error) {
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return "", nil, fmt.Errorf("find the module: %w", err)
	}
	for line := range strings.Lines(string(mod)) {
		if name, ok := strings.CutPrefix(line, "module "); ok {
			module = strings.TrimSpace(name)
		}
	}
	fset := token.NewFileSet()
	err = filepath.WalkDir(root, func(full string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if full != root && ignored(d.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(d.Name(), ".go") || ignored(d.Name()) {
			return nil
		}
		f, err := parse(fset, root, full)
		files = append(files, f)
		return err
	})
	return module, files, err
}

func ignored(name string) bool {
	return name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")
}

func parse(fset *token.FileSet, root, full string) (*file, error) {
	rel, err := filepath.Rel(root, full)
	if err != nil {
		return nil, err
	}
	tree, err := parser.ParseFile(fset, full, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	name := filepath.ToSlash(rel)
	f := &file{name: name, pkg: path.Dir(name), ast: tree, fset: fset}
	f.test = strings.HasSuffix(name, "_test.go") || floorOf(f.pkg) == floorTest
	f.lines = fset.Position(tree.FileEnd).Line
	return f, nil
}

// imports returns the import paths of a file and the names that it uses for them.
func (f *file) imports() map[string]*ast.ImportSpec {
	specs := make(map[string]*ast.ImportSpec, len(f.ast.Imports))
	for _, spec := range f.ast.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil {
			specs[p] = spec
		}
	}
	return specs
}

// localName returns the name by which a file refers to an imported package.
func localName(spec *ast.ImportSpec, importPath string) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	return path.Base(importPath)
}
