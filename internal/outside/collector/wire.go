package collector

import (
	"encoding/base64"
	"encoding/hex"

	"postmeter/internal/domain/usage"
)

// Paths of the API, below the address of the billing server.
const (
	LogsPath  = "/api/v1/logs"       // POST: take a stretch; GET LogsPath/HEAD: how far a log is known
	StatePath = "/api/v1/logs/state" // POST: how it goes; GET: what was last read at a path
)

// MaxStretch is how many bytes of a log one request holds at most, unpacked. A longer line cannot be reported.
const MaxStretch = 32 << 20

// Reached is the answer of the first two.
type Reached struct {
	Known   bool   `json:"known" doc:"Whether anything of this log was counted."`
	Offset  int64  `json:"offset" doc:"How many bytes of it were counted: where the next stretch must begin."`
	Hash    string `json:"hash" doc:"SHA-256 of those bytes, in hexadecimal."`
	Refused string `json:"refused,omitempty" doc:"Why the stretch was not believed, if it was not; nothing of it was counted then."`
}

// NewReached writes an answer.
func NewReached(r usage.Reached) Reached {
	return Reached{r.Known, r.Offset, hex.EncodeToString(r.Hash), r.Refused}
}

func (r Reached) usage() (usage.Reached, error) {
	hash, err := hex.DecodeString(r.Hash)
	return usage.Reached{Known: r.Known, Offset: r.Offset, Hash: hash, Refused: r.Refused}, err
}

// Last is the log that was last read at a path.
type Last struct {
	Head   string `json:"head" doc:"SHA-256 of its first complete line, in hexadecimal; empty if nothing is known of it."`
	SeenAt int64  `json:"seen_at" doc:"When it was last looked at, in microseconds since 1970."`
}

// State is how the following of an agent's logs goes.
type State struct {
	Machine string  `json:"machine" maxLength:"255" doc:"The hosting server's own name for itself."`
	Feeds   []Feed  `json:"feeds" maxItems:"500" doc:"The logs that are followed."`
	Alerts  []Alert `json:"alerts" maxItems:"500" doc:"What is odd about them."`
}

// Feed is how the following of a log goes.
type Feed struct {
	Path    string `json:"path" maxLength:"1024" doc:"Where the log is."`
	Format  string `json:"format" maxLength:"64"`
	SeenAt  int64  `json:"seen_at" doc:"When it was last looked at, in microseconds since 1970."`
	GrownAt int64  `json:"grown_at" doc:"When it was last seen to have grown; 0 if not since the agent began."`
	Size    int64  `json:"size" doc:"Bytes of the present file."`
	Offset  int64  `json:"offset" doc:"Bytes of it that were reported."`
	Head    string `json:"head,omitempty" maxLength:"64" doc:"SHA-256 of the first complete line of the present file, in hexadecimal, if it is known."`
	Problem string `json:"problem,omitempty" maxLength:"2000" doc:"What is wrong at present."`
}

// Alert says that something is wrong with a log.
type Alert struct {
	Path   string `json:"path" maxLength:"1024"`
	Format string `json:"format" maxLength:"64"`
	Head   string `json:"head,omitempty" maxLength:"64" doc:"SHA-256 of its first line, in hexadecimal, if it is known."`
	Text   string `json:"text" maxLength:"4000" doc:"What is so, and what to do."`
}

// NewState writes how it goes.
func NewState(machine string, feeds []usage.FeedState, alerts []usage.LogAlert) State {
	out := State{Machine: machine, Feeds: make([]Feed, len(feeds)), Alerts: make([]Alert, len(alerts))}
	for i, f := range feeds {
		out.Feeds[i] = Feed{f.Path, f.Format, f.SeenAt, f.GrownAt, f.Size, f.Offset, hex.EncodeToString(f.Head), f.Problem}
	}
	for i, a := range alerts {
		out.Alerts[i] = Alert{a.Path, a.Format, hex.EncodeToString(a.Head), a.Text}
	}
	return out
}

// Read reads what an agent of a server said.
func (s *State) Read(server string) (feeds []usage.FeedState, alerts []usage.LogAlert, err error) {
	for _, f := range s.Feeds {
		head, err := hex.DecodeString(f.Head)
		if err != nil {
			return nil, nil, err
		}
		feeds = append(feeds, usage.FeedState{Server: server, Format: f.Format, Path: f.Path, SeenAt: f.SeenAt, GrownAt: f.GrownAt,
			Size: f.Size, Offset: f.Offset, Head: head, Problem: f.Problem})
	}
	for _, a := range s.Alerts {
		head, err := hex.DecodeString(a.Head)
		if err != nil {
			return nil, nil, err
		}
		alerts = append(alerts, usage.LogAlert{Log: usage.Log{Server: server, Format: a.Format, Head: head}, Path: a.Path, Text: a.Text})
	}
	return feeds, alerts, nil
}

// encodeState writes the state of a hash into an address.
func encodeState(state []byte) string { return base64.RawURLEncoding.EncodeToString(state) }

// DecodeState reads it.
func DecodeState(text string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(text) }
