package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"postmeter/internal/app"
	"postmeter/internal/app/serve"
)

// root is the whole command line.
//
// To add a command: write its struct in a file of its own, with kong tags for
// its arguments and flags, a method
//
//	func (cmd *quoteCmd) Run(c *Context) error
//
// that does the work, and a method
//
//	func (*quoteCmd) Help() string { return example("postmeter quote tariff.json") }
//
// that shows an example (a test fails without one); then add one line here.
// Help texts start with a capital letter and end without a full stop. A command
// that does not exist yet is not registered.
type root struct {
	Help helpFlag `short:"h" help:"Show what a command does, with an example."`
	DB   string   `name:"db" placeholder:"URL" help:"Database: sqlite:FILE or postgres://… (default: $$POSTMETER_DB, or else sqlite:postmeter.db)."`
	JSON bool     `name:"json" xor:"form" help:"Print the result as one JSON document (the default where output is not a terminal)."`
	Text bool     `name:"text" xor:"form" help:"Print the result for people to read (the default on a terminal)."`

	Agent    agentCmd    `cmd:"" help:"Follow logs on this machine and report them to a serve elsewhere"`
	Bill     billCmd     `cmd:"" help:"Run, list, show, explain and settle bills"`
	Customer customerCmd `cmd:"" help:"Validate customers, and see what they owe and have"`
	Demo     demoCmd     `cmd:"" help:"Show the whole way from a log to the bills, on a provider that does not exist"`
	Find     findCmd     `cmd:"" help:"Find administrators and members on all servers"`
	Import   importCmd   `cmd:"" help:"Take in provider files: settings, plans, servers, lists, customers"`
	Export   exportCmd   `cmd:"" help:"Print the provider file of the database"`
	Ingest   ingestCmd   `cmd:"" help:"Count usage from logs and reports, exactly once"`
	Report   reportCmd   `cmd:"" help:"Reports"`
	Quote    quoteCmd    `cmd:"" help:"Rate a scenario and print its quote, to try a tariff before it is sold"`
	Serve    serveCmd    `cmd:"" help:"Run the API and the work in the background, until told to stop"`
	Server   serverCmd   `cmd:"" help:"Add hosting servers, and ask them what they have"`
	Seed     seedCmd     `cmd:"" help:"Make a synthetic provider of any size, for trials and benchmarks"`
	Token    tokenCmd    `cmd:"" help:"Tokens of the API and of agents"`
	User     userCmd     `cmd:"" help:"Who may sign in to the pages"`
	Version  versionCmd  `cmd:"" help:"Print the version of this program"`
}

const description = "Postmeter meters what mailing-list servers send, rates it by hosting plan, and bills the customers."

// Run runs one command line and returns its exit code. args do not include the
// name of the program; env looks up an environment variable, as os.Getenv does.
// SIGINT and SIGTERM end the command at the next safe point; a second one ends
// the program at once.
func Run(args []string, stdin io.Reader, stdout, stderr io.Writer, env func(string) string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the second signal has its usual effect
	p := Program{Stdin: stdin, Stdout: stdout, Stderr: stderr, Env: env, Now: time.Now}
	return p.Run(ctx, args)
}

// Program is the command line with everything that it takes from outside.
type Program struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Env            func(string) string // looks up an environment variable
	Now            func() time.Time    // the one clock
}

// Run runs one command line until it is done or ctx ends, and returns the exit code.
func (p Program) Run(ctx context.Context, args []string) (code int) {
	defer func() {
		if bug := recover(); bug != nil {
			reportBug(p.Stderr, bug)
			code = exitFailed // Go would end with the code of wrong usage
		}
	}()
	out := &checkedWriter{to: p.Stdout}
	err := p.run(ctx, args, out)
	if out.err != nil && (err == nil || errors.Is(err, out.err)) {
		err = fmt.Errorf("the result cannot be written to standard output: %w; what was done is kept, print it elsewhere", out.err)
	}
	return report(p.Stderr, err, ctx.Err() != nil)
}

func (p Program) run(ctx context.Context, args []string, out *checkedWriter) error {
	var line root
	parser, err := newParser(&line, out, p.Stderr)
	if err != nil {
		return fmt.Errorf("command line: %w", err)
	}
	parsed, err := parser.Parse(args)
	if errors.Is(err, errHelpShown) {
		return nil
	}
	if err != nil {
		return &usageError{fmt.Sprintf("%s; see \"postmeter %s--help\"", err, commandOf(err))}
	}
	return parsed.Run(&Context{
		Context: ctx,
		Stdin:   p.Stdin, Stdout: out, Stderr: p.Stderr,
		Env: p.Env, Now: p.Now, JSON: line.JSON || !line.Text && !isTerminal(out), JSONAsked: line.JSON,
		Config: app.Load(line.DB, p.Env),
	})
}

func newParser(line *root, stdout, stderr io.Writer) (*kong.Kong, error) {
	return kong.New(line,
		kong.Name("postmeter"),
		kong.Description(description),
		kong.Vars{"drain": serve.DefaultDrain.String()},
		kong.NoDefaultHelp(), // helpFlag, which does not exit, takes its place
		kong.Writers(stdout, stderr),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
	)
}

// commandOf returns the command that a usage error is about, followed by a
// space; empty if the error came before a command was named.
func commandOf(err error) string {
	var parse *kong.ParseError
	if !errors.As(err, &parse) || parse.Context == nil {
		return ""
	}
	var words strings.Builder
	for _, step := range parse.Context.Path {
		if step.Command != nil {
			words.WriteString(step.Command.Name + " ")
		}
	}
	return words.String()
}
