package archtest

import "slices"

// Check returns the rules that the module at root breaks, each with its place
// and the reason for the rule, sorted.
func Check(root string) (broken []string, err error) {
	module, files, err := load(root)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		broken = append(broken, checkImports(module, f)...)
		broken = append(broken, checkOutsiders(module, f)...)
		broken = append(broken, checkCalls(f)...)
		broken = append(broken, checkLiterals(f)...)
		broken = append(broken, checkFloats(f)...)
		broken = append(broken, checkLength(f)...)
	}
	slices.Sort(broken)
	return broken, nil
}
