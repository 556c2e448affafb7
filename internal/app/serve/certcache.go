package serve

import (
	"context"
	"encoding/base64"
	"sync"

	"golang.org/x/crypto/acme/autocert"

	"postmeter/internal/store"
)

// Vault seals and opens secrets for what they belong to.
type Vault interface {
	Seal(secret, about string) ([]byte, error)
	Open(sealed []byte, about string) (string, error)
}

// certificateCache keeps certificates and their keys in the database, sealed, so that every node has them.
type certificateCache struct {
	deps Deps
	mu   sync.Mutex // the vault is not safe for concurrent use
}

func newCertificateCache(d Deps) autocert.Cache { return &certificateCache{deps: d} }

// sealedFor is what a value is sealed for: its place in the database.
func sealedFor(name string) string { return "certificate_cache/" + name }

// Get returns a value, or autocert.ErrCacheMiss.
func (c *certificateCache) Get(ctx context.Context, name string) ([]byte, error) {
	var sealed []byte
	err := c.deps.DB.Read(ctx, func(s *store.Snapshot) (err error) {
		sealed, err = s.Certificate(name)
		return err
	})
	if err != nil {
		return nil, err
	}
	if sealed == nil {
		return nil, autocert.ErrCacheMiss
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	text, err := c.deps.Vault.Open(sealed, sealedFor(name))
	if err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(text)
}

// Put stores a value.
func (c *certificateCache) Put(ctx context.Context, name string, value []byte) error {
	c.mu.Lock()
	sealed, err := c.deps.Vault.Seal(base64.StdEncoding.EncodeToString(value), sealedFor(name))
	c.mu.Unlock()
	if err != nil {
		return err
	}
	return c.deps.DB.Write(ctx, c.deps.By("certificates"), func(tx *store.Tx) error { return tx.SaveCertificate(name, sealed) })
}

// Delete takes a value away.
func (c *certificateCache) Delete(ctx context.Context, name string) error {
	return c.deps.DB.Write(ctx, c.deps.By("certificates"), func(tx *store.Tx) error { return tx.DropCertificate(name) })
}
