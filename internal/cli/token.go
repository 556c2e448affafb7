package cli

type tokenCmd struct {
	Add    tokenAddCmd    `cmd:"" help:"Make a token for the API or an agent, and show it once"`
	List   tokenListCmd   `cmd:"" help:"List the tokens, without their secrets"`
	Revoke tokenRevokeCmd `cmd:"" help:"End a token for good"`
}
