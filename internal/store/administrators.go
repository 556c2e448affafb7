package store

import (
	"fmt"
	"strings"

	"postmeter/internal/domain/hosting"
)

// FoundAdministrator is somebody who runs a list.
type FoundAdministrator struct {
	Place               hosting.Place
	Role, Address, Name string
	Gone                bool // the list is marked gone
}

// FindAdministrators returns who runs lists, of those whose address matches one of the patterns: in small letters, with *
// for any characters. They come by address, server, site and list, at most limit.
func (s *Snapshot) FindAdministrators(patterns []string, limit int) (out []FoundAdministrator, err error) {
	var where []string
	var args []any
	for _, p := range patterns {
		args = append(args, likeText(p))
		if strings.Contains(p, "*") {
			where = append(where, fmt.Sprintf(`a.folded LIKE $%d ESCAPE '\'`, len(args)))
			continue
		}
		args[len(args)-1] = p
		where = append(where, fmt.Sprintf(`a.folded = $%d`, len(args)))
	}
	args = append(args, int64(limit))
	err = s.raw(`SELECT s.name, n.site, n.name, a.role, a.address, a.name, CASE WHEN l.gone_day IS NULL THEN 0 ELSE 1 END
		FROM list_administrator a JOIN list l ON l.id = a.list_id
		JOIN list_name n ON n.list_id = l.id AND n.last_day = (SELECT max(m.last_day) FROM list_name m WHERE m.list_id = l.id)
		JOIN server s ON s.id = n.server_id WHERE `+strings.Join(where, " OR ")+fmt.Sprintf(`
		ORDER BY a.folded, s.name, n.site, n.name, a.role LIMIT $%d`, len(args)), args, func(r *rawRow) error {
		out = append(out, FoundAdministrator{hosting.Place{Server: r.text(0), Site: r.text(1), List: r.text(2)}, r.text(3), r.text(4), r.text(5), r.bool(6)})
		return nil
	})
	return out, err
}

// likeText writes a pattern as LIKE reads it.
func likeText(pattern string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`, `*`, `%`).Replace(pattern)
}
