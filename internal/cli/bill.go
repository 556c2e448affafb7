package cli

// billCmd groups what is done with bills.
type billCmd struct {
	List    billListCmd    `cmd:"" help:"List bills"`
	Show    billShowCmd    `cmd:"" help:"Show a bill"`
	Explain billExplainCmd `cmd:"" help:"Explain a line of a bill, down to the logs"`
}
