package web

import (
	"net"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"postmeter/internal/domain/operator"
	"postmeter/internal/face/httpkit"
	"postmeter/internal/store"
)

// How long somebody stays signed in.
const (
	sessionLife = 14 * 24 * time.Hour
	sessionIdle = 24 * time.Hour  // without a request
	pendingLife = 5 * time.Minute // between the password and the code
	seenEvery   = 5 * time.Minute // how exactly the time of the last request is kept
	maxAgent    = 300             // bytes of a browser's name
)

// Names of what is kept in a session.
const (
	keyOperator     = "operator" // who has signed in
	keyPending      = "pending"  // who has given the password, and not yet the code
	keyPendingUntil = "pending_until"
	keyAddress      = "address"
	keyAgent        = "agent"
	keyStarted      = "started"
	keySecret       = "new_totp" // a second factor that is being set up
)

// sessions are the visitors' sessions, kept in the database.
type sessions struct {
	site          *Site
	plain, secure *scs.SessionManager // for those who come without TLS, from this machine, and with it
}

func newSessions(s *Site) *sessions {
	return &sessions{site: s, plain: newManager(s, "postmeter", false), secure: newManager(s, "__Host-postmeter", true)}
}

func newManager(s *Site, cookie string, tls bool) *scs.SessionManager {
	m := scs.New()
	m.Lifetime = sessionLife
	m.Store = sessionStore{s}
	m.Cookie = scs.SessionCookie{Name: cookie, Path: "/", HttpOnly: true, Secure: tls, SameSite: http.SameSiteLaxMode, Persist: true}
	return m
}

// of is the manager of a request's session.
func (s *sessions) of(r *http.Request) *scs.SessionManager {
	if secure(r) {
		return s.secure
	}
	return s.plain
}

// manager is the manager of the visitor's session.
func (c *Context) manager() *scs.SessionManager { return c.site.sessions.of(c.R) }

// load finds the session of a request and who has signed in.
func (s *sessions) load(c *Context) error {
	token, m := "", c.manager()
	if cookie, err := c.R.Cookie(m.Cookie.Name); err == nil && len(cookie.Value) <= 100 {
		token = cookie.Value
	}
	ctx, err := m.Load(c.R.Context(), token)
	if err != nil {
		return err
	}
	c.ctx = ctx
	id := m.GetInt64(ctx, keyOperator)
	if id == 0 {
		return nil
	}
	var row store.OperatorRow
	var session store.Session
	err = s.site.DB.Read(ctx, func(snapshot *store.Snapshot) error {
		if row, _, err = snapshot.Operator(id); err != nil {
			return err
		}
		if c.zone, err = snapshot.Zone(); err != nil {
			return err
		}
		session, _, err = snapshot.Session(tokenHash(token), c.Now.UnixMicro())
		return err
	})
	if err == nil && row.Active {
		c.Operator = row.Operator
		httpkit.RecordOf(ctx).Who = "operator " + row.Name
		s.see(c, session.Seen)
	}
	return err
}

// see notes that a session is in use, now and then. It is not worth failing for.
func (s *sessions) see(c *Context, seen int64) {
	if c.Now.Sub(time.UnixMicro(seen)) < seenEvery {
		return
	}
	err := s.site.DB.Write(c.ctx, c.By(), func(tx *store.Tx) error {
		return tx.SeeSession(tokenHash(c.manager().Token(c.ctx)), c.Now.UnixMicro(), clientAddress(c.R))
	})
	if err != nil {
		s.site.Log.Warn("the use of a session was not noted", "error", err)
	}
}

// SignIn makes the visitor the operator, in a session of its own.
func (c *Context) SignIn(o operator.Operator) error {
	m := c.manager()
	if err := m.RenewToken(c.ctx); err != nil {
		return err
	}
	m.Remove(c.ctx, keyPending)
	m.Put(c.ctx, keyOperator, o.ID)
	c.Operator = o
	return c.commit()
}

// Expect remembers who has given the password and must give the code of the second factor.
func (c *Context) Expect(operatorID int64) error {
	m := c.manager()
	if err := m.RenewToken(c.ctx); err != nil {
		return err
	}
	m.Put(c.ctx, keyPending, operatorID)
	m.Put(c.ctx, keyPendingUntil, c.Now.Add(pendingLife).UnixMicro())
	return c.commit()
}

// Expected returns who must give a code; 0 for nobody.
func (c *Context) Expected() int64 {
	m := c.manager()
	if m.GetInt64(c.ctx, keyPendingUntil) < c.Now.UnixMicro() {
		return 0
	}
	return m.GetInt64(c.ctx, keyPending)
}

// SignOut ends the session.
func (c *Context) SignOut() error {
	m := c.manager()
	if err := m.Destroy(c.ctx); err != nil {
		return err
	}
	m.WriteSessionCookie(c.ctx, c.W, "", time.Time{})
	c.Operator = operator.Operator{}
	return nil
}

// KeepSecret keeps the key of a second factor that is being set up; "" forgets it.
func (c *Context) KeepSecret(secret string) error {
	c.manager().Put(c.ctx, keySecret, secret)
	return c.commit()
}

// KeptSecret returns what KeepSecret kept.
func (c *Context) KeptSecret() string { return c.manager().GetString(c.ctx, keySecret) }

// SessionToken names the session of the request, as the list of sessions does.
func (c *Context) SessionToken() string { return tokenHash(c.manager().Token(c.ctx)) }

// commit stores what was changed in the session, and sends its cookie.
func (c *Context) commit() error {
	m := c.manager()
	agent := c.R.UserAgent()
	m.Put(c.ctx, keyAgent, agent[:min(len(agent), maxAgent)])
	m.Put(c.ctx, keyAddress, clientAddress(c.R))
	m.Put(c.ctx, keyStarted, c.Now.UnixMicro())
	token, expiry, err := m.Commit(c.ctx)
	if err != nil {
		return err
	}
	m.WriteSessionCookie(c.ctx, c.W, token, expiry)
	return nil
}

// Address is the address that the visitor comes from.
func (c *Context) Address() string { return clientAddress(c.R) }

func clientAddress(r *http.Request) string {
	if known := httpkit.RecordOf(r.Context()).Client.Address; known.IsValid() {
		return known.String()
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
