package cli

import (
	"errors"
	"io"
	"strings"
	"time"

	"postmeter/internal/stage/office"
)

type tokenListCmd struct {
	All bool `help:"Also those that were revoked."`
}

// Help shows an example.
func (*tokenListCmd) Help() string { return example("postmeter token list") }

// listedToken is one token of the list. Times are RFC 3339, empty for never.
type listedToken struct {
	Name    string   `json:"name"`
	Scopes  []string `json:"scopes"`
	Server  string   `json:"server,omitempty"`
	Created string   `json:"created"`
	Expires string   `json:"expires,omitempty"`
	Revoked string   `json:"revoked,omitempty"`
	Used    string   `json:"used,omitempty"` // last, to a minute
}

// Run lists the tokens.
func (cmd *tokenListCmd) Run(c *Context) (err error) {
	db, err := c.OpenStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tokens, err := office.Tokens(c, db, cmd.All)
	if err != nil {
		return err
	}
	out := make([]listedToken, len(tokens))
	for i, t := range tokens {
		out[i] = listedToken{Name: t.Name, Server: t.Server, Created: instantText(t.CreatedAt), Expires: instantText(t.ExpiresAt),
			Revoked: instantText(t.RevokedAt), Used: instantText(t.UsedAt)}
		for _, scope := range t.Scopes {
			out[i].Scopes = append(out[i].Scopes, string(scope))
		}
	}
	return c.Result(out, func(w io.Writer) error { return printTokens(w, out) })
}

func printTokens(w io.Writer, tokens []listedToken) error {
	t := newTable("NAME", "ALLOWS", "SERVER", "CREATED", "EXPIRES", "USED", "REVOKED")
	for _, one := range tokens {
		t.add(one.Name, strings.Join(one.Scopes, ", "), one.Server, one.Created, one.Expires, one.Used, one.Revoked)
	}
	return t.print(w)
}

// instantText writes UTC microseconds as RFC 3339 to the second; 0 is "".
func instantText(at int64) string {
	if at == 0 {
		return ""
	}
	return time.UnixMicro(at).UTC().Format(time.RFC3339)
}
