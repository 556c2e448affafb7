package cli

import (
	"errors"
	"io"
	"log/slog"
	"strconv"

	"postmeter/internal/app/agent"
)

type agentCmd struct {
	Config string `name:"config" required:"" placeholder:"FILE" help:"What to follow, and where to report it."`
	Once   bool   `help:"Report what there is and end, for cron."`
}

// Help shows an example, and what the file holds.
func (*agentCmd) Help() string {
	return `It needs no database. The file is YAML:

    url: https://billing.example.org
    token_file: /etc/postmeter/agent.token   # chmod 600; from "postmeter token add --scope agent --server lists1"
    server: lists1
    spool: /var/lib/postmeter-agent          # optional, as all below: a folder for what rotation would take away
    spool_limit_mb: 1024
    ca_file: /etc/postmeter/ca.pem
    interval_seconds: 5
    logs:
      - {path: /var/log/mailman3/smtp.log, format: mailman3}

` + example("postmeter agent --config /etc/postmeter/agent.yaml", "postmeter agent --config /etc/postmeter/agent.yaml --once")
}

// reported is what --once prints.
type reported struct {
	Logs []reportedLog `json:"logs"`
}

type reportedLog struct {
	Path   string `json:"path"`
	Format string `json:"format"`
	Size   int64  `json:"size"`
	Read   int64  `json:"read"`
}

// Run reports logs until the context ends, or once.
func (cmd *agentCmd) Run(c *Context) (err error) {
	config, err := agent.Load(cmd.Config)
	if err != nil {
		return err
	}
	a, err := agent.New(config, c.Now, slog.New(slog.NewTextHandler(c.Stderr, nil)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if !cmd.Once {
		return a.Run(c)
	}
	if err := a.Once(c); err != nil {
		return err
	}
	var out reported
	for _, f := range a.States() {
		out.Logs = append(out.Logs, reportedLog{f.Path, f.Format, f.Size, f.Offset})
	}
	return c.Result(out, func(w io.Writer) error {
		t := newTable("log", "bytes>", "reported>")
		for _, l := range out.Logs {
			t.add(l.Path, strconv.FormatInt(l.Size, 10), strconv.FormatInt(l.Read, 10))
		}
		return t.print(w)
	})
}
