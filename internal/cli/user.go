package cli

type userCmd struct {
	Add    userAddCmd    `cmd:"" help:"Make somebody who may sign in to the pages"`
	Passwd userPasswdCmd `cmd:"" help:"Give somebody a new password, and end the sessions"`
	List   userListCmd   `cmd:"" help:"List who may sign in"`
}
