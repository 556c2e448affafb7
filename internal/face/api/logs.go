package api

import (
	"bytes"
	"context"
	"encoding/hex"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/usage"
	"postmeter/internal/face/access"
	"postmeter/internal/face/httpkit"
	"postmeter/internal/outside/collector"
	"postmeter/internal/stage/gather"
	"postmeter/internal/store"
)

// knownInput asks how far a log is known.
type knownInput struct {
	Head   string `path:"head" doc:"SHA-256 of the log's first complete line, without its line feed, in hexadecimal."`
	Server string `query:"server" doc:"The server of the token, to find a token that was mixed up."`
	Format string `query:"format" required:"true" doc:"Format of the log, such as mailman3."`
}

// stretchInput hands a stretch of a log over.
type stretchInput struct {
	Server  string `query:"server" doc:"The server of the token, to find a token that was mixed up."`
	Format  string `query:"format" required:"true" doc:"Format of the log, such as mailman3."`
	Head    string `query:"head" required:"true" doc:"SHA-256 of the log's first complete line, without its line feed, in hexadecimal."`
	Offset  int64  `query:"offset" required:"true" minimum:"0" doc:"Where the stretch begins in the log, in bytes. It is counted only if the log is known up to there."`
	State   string `query:"state" required:"true" doc:"State of SHA-256 over all bytes before the stretch, as Go's crypto/sha256 marshals it, in base64url: it must give the hash that is known."`
	Path    string `query:"path" doc:"Where the log is, for messages."`
	Written int64  `query:"written" doc:"When the log was last written, in seconds since 1970, for formats whose times have no year; 0 if it is not known."`
	RawBody []byte `contentType:"text/plain"`
}

// lastInput asks what was last read.
type lastInput struct {
	Server  string `query:"server" doc:"The server of the token, to find a token that was mixed up."`
	Machine string `query:"machine" required:"true" maxLength:"255" doc:"The hosting server's own name for itself."`
	Format  string `query:"format" required:"true" doc:"Format of the log, such as mailman3."`
	Path    string `query:"path" required:"true" maxLength:"1024" doc:"Where the log is."`
}

type lastOutput struct{ Body collector.Last }

// stateInput tells how it goes.
type stateInput struct {
	Server string `query:"server" doc:"The server of the token, to find a token that was mixed up."`
	Body   collector.State
}

type reachedOutput struct{ Body collector.Reached }

// logs are the routes of agents.
func logs(a *API) {
	Register(a, huma.Operation{
		OperationID: "log-known", Method: http.MethodGet, Path: "/logs/{head}", Tags: []string{"agents"},
		Summary: "How far a log is known",
	}, httpkit.Body{}, a.logKnown)
	Register(a, huma.Operation{
		OperationID: "log-take", Method: http.MethodPost, Path: "/logs", Tags: []string{"agents"},
		Summary:     "Report a stretch of a log",
		Description: "Complete lines as they stand in the log. Each is counted once, whatever is sent again: the answer says where to go on.",
	}, httpkit.Body{Max: collector.MaxStretch, Gzip: true}, a.logTake)
	Register(a, huma.Operation{
		OperationID: "log-last", Method: http.MethodGet, Path: "/logs/state", Tags: []string{"agents"},
		Summary: "Which log was last read at a path",
	}, httpkit.Body{}, a.logLast)
	Register(a, huma.Operation{
		OperationID: "log-state", Method: http.MethodPost, Path: "/logs/state", Tags: []string{"agents"}, DefaultStatus: http.StatusNoContent,
		Summary: "Report how the following of logs goes",
	}, httpkit.Body{Max: maxState}, a.logState)
}

// maxState is how many bytes a report of all logs of a server has at most.
const maxState = 4 << 20

// intake counts for an agent.
func (a *API) intake(ctx context.Context, machine string) *gather.Intake {
	return &gather.Intake{DB: a.DB, By: func() store.By { return a.By(ctx) }, Machine: machine}
}

// server is that of the token. A token of an agent is for exactly one.
func server(ctx context.Context, named string) (string, error) {
	who := access.Of(ctx)
	if who == nil || who.Token == nil || who.Token.Server == "" {
		return "", fault.New(fault.Denied, "logs are reported with a token of one server")
	}
	if named != "" && named != who.Token.Server {
		return "", fault.New(fault.Denied, "the token %q is for the server %q, and not for %q: nothing was done", who.Token.Name, who.Token.Server, named)
	}
	return who.Token.Server, nil
}

func (a *API) logKnown(ctx context.Context, in *knownInput) (*reachedOutput, error) {
	name, err := server(ctx, in.Server)
	if err != nil {
		return nil, err
	}
	head, err := hex.DecodeString(in.Head)
	if err != nil {
		return nil, fault.At("head", "is not hexadecimal")
	}
	reached, err := a.intake(ctx, "").Known(ctx, usage.Log{Server: name, Format: in.Format, Head: head})
	return &reachedOutput{collector.NewReached(reached)}, err
}

func (a *API) logTake(ctx context.Context, in *stretchInput) (*reachedOutput, error) {
	name, err := server(ctx, in.Server)
	if err != nil {
		return nil, err
	}
	head, err := hex.DecodeString(in.Head)
	if err != nil {
		return nil, fault.At("head", "is not hexadecimal")
	}
	state, err := collector.DecodeState(in.State)
	if err != nil {
		return nil, fault.At("state", "is not base64url")
	}
	reached, err := a.intake(ctx, "").Take(ctx, &usage.Stretch{
		Log: usage.Log{Server: name, Format: in.Format, Head: head}, Path: in.Path, Offset: in.Offset, State: state, Lines: bytes.NewReader(in.RawBody),
		Written: in.Written,
	})
	return &reachedOutput{collector.NewReached(reached)}, err
}

func (a *API) logLast(ctx context.Context, in *lastInput) (*lastOutput, error) {
	name, err := server(ctx, in.Server)
	if err != nil {
		return nil, err
	}
	last, err := a.intake(ctx, in.Machine).Last(ctx, usage.Log{Server: name, Format: in.Format}, in.Path)
	return &lastOutput{collector.Last{Head: hex.EncodeToString(last.Head), SeenAt: last.SeenAt}}, err
}

func (a *API) logState(ctx context.Context, in *stateInput) (*struct{}, error) {
	name, err := server(ctx, in.Server)
	if err != nil {
		return nil, err
	}
	feeds, alerts, err := in.Body.Read(name)
	if err != nil {
		return nil, fault.New(fault.Invalid, "a head is not hexadecimal")
	}
	return nil, a.intake(ctx, in.Body.Machine).Tell(ctx, feeds, alerts)
}
