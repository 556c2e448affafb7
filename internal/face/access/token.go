package access

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"postmeter/internal/domain/apitoken"
	"postmeter/internal/domain/fault"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
)

// maxSecret is how long a token can be that is looked up, in bytes.
const maxSecret = 100

// tokens knows programs by the tokens that they show.
type tokens struct {
	db  *store.DB
	now func() time.Time
	log *slog.Logger

	mu      sync.Mutex
	touched map[int64]time.Time // when the use of a token was last noted by this process
}

// Tokens returns the authenticator of tokens.
func Tokens(db *store.DB, now func() time.Time, log *slog.Logger) Authenticator {
	t := &tokens{db: db, now: now, log: log, touched: make(map[int64]time.Time)}
	return t.find
}

func (t *tokens) find(r *http.Request) (*Principal, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return nil, nil //nolint:nilnil // nobody is an answer
	}
	scheme, secret, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") || len(secret) > maxSecret {
		return nil, fault.New(fault.Denied, "the header Authorization is not of the form: Bearer TOKEN")
	}
	token, err := office.TokenOf(r.Context(), t.db, t.now(), strings.TrimSpace(secret))
	if err != nil {
		return nil, err
	}
	t.touch(r.Context(), &token)
	return &Principal{Name: "token " + token.Name, Token: &token}, nil
}

// touch notes that a token is used. It is not worth failing for.
func (t *tokens) touch(ctx context.Context, token *apitoken.Token) {
	now := t.now()
	t.mu.Lock()
	recent := now.Sub(t.touched[token.ID]) < time.Minute
	if !recent {
		t.touched[token.ID] = now
	}
	t.mu.Unlock()
	if recent {
		return
	}
	if err := office.TouchToken(ctx, t.db, now, token); err != nil {
		t.log.Warn("the last use of a token was not noted", "token", token.Name, "error", fault.MessageOf(err))
	}
}
