package cli

// reportCmd groups the reports.
type reportCmd struct {
	Unbilled reportUnbilledCmd `cmd:"" help:"What no bill covers: days of customers, and usage that nobody pays for"`
}

// reportFlags are what all reports have in common.
type reportFlags struct {
	From string `placeholder:"DATE" help:"First day, such as 2026-09-01 (default: the last month that is over)."`
	To   string `placeholder:"DATE" help:"Last day, such as 2026-09-30."`
	CSV  bool   `name:"csv" help:"Print comma separated values."`
}
