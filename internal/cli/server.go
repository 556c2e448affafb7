package cli

import (
	"errors"
	"slices"
	"sync"

	"postmeter/internal/domain/fault"
	"postmeter/internal/outside/listserver/kinds"
	"postmeter/internal/stage/gather/servers"
	"postmeter/internal/store"
)

// serverCmd groups what is done with hosting servers.
type serverCmd struct {
	Add      serverAddCmd      `cmd:"" help:"Add a hosting server"`
	List     serverListCmd     `cmd:"" help:"List the hosting servers"`
	Show     serverShowCmd     `cmd:"" help:"Show all that is known of a server: what was counted, and what was found and not billed"`
	Validate serverValidateCmd `cmd:"" help:"Look whether servers are as billing needs them, and what they have that billing does not know"`
	Sync     serverSyncCmd     `cmd:"" help:"Learn the sites, lists, administrators and members of servers"`
	Fix      serverFixCmd      `cmd:"" help:"Mark lists gone that a server does not have any more"`
	Move     serverMoveCmd     `cmd:"" help:"Say that a list moved to another server or site, or has another name"`
}

// servers returns what asking servers needs, and a bar that shows how many lists were read.
func (c *Context) servers(db *store.DB) (servers.Deps, *Progress) {
	bar := c.Progress("lists", 0)
	var mu sync.Mutex
	done, whole := map[string]int{}, map[string]int{}
	return servers.Deps{DB: db, By: c.By, Open: kinds.Open, Vault: c.vault(), Progress: func(server string, read, all int) {
		mu.Lock()
		defer mu.Unlock()
		bar.Add(int64(max(0, read-done[server])))
		done[server], whole[server] = max(read, done[server]), max(all, read)
		sum := 0
		for _, n := range whole {
			sum += n
		}
		bar.Total(int64(sum))
	}}, bar
}

// failures joins what went wrong with some servers to one error, a line for each.
func failures[R any](results []R, server func(R) string, failed func(R) error) error {
	var list fault.List
	for _, r := range results {
		err := failed(r)
		var known *fault.Error
		var inner fault.List
		switch {
		case err == nil:
		case errors.As(err, &inner), errors.As(err, &known):
			list = append(list, &fault.Error{Kind: fault.KindOf(err), Place: server(r), Message: fault.MessageOf(err), Command: fault.CommandOf(err), Cause: err})
		default:
			return err
		}
	}
	return list.Err()
}

// only returns the results that are shown: not those of servers without an API that nobody named.
func only[R any](results []R, names []string, server func(R) string, status func(R) servers.Status) []R {
	return slices.DeleteFunc(results, func(r R) bool {
		return status(r) == servers.NoAPI && !slices.Contains(names, server(r))
	})
}
