package cli

// billCmd groups what is done with bills.
type billCmd struct {
	Run     billRunCmd     `cmd:"" help:"Make the drafts of a period"`
	List    billListCmd    `cmd:"" help:"List bills"`
	Show    billShowCmd    `cmd:"" help:"Show a bill"`
	Test    billTestCmd    `cmd:"" help:"Mail drafts to an address of your own"`
	Send    billSendCmd    `cmd:"" help:"Make drafts final, and mail them to their customers"`
	Explain billExplainCmd `cmd:"" help:"Explain a line of a bill, down to the logs"`
	Pay     billPayCmd     `cmd:"" help:"Record a payment, or take a wrong one back"`
	Void    billVoidCmd    `cmd:"" help:"Take a final bill back by a credit note"`

	WriteOff billWriteOffCmd `cmd:"" help:"Give up what is open on a bill"`
}
