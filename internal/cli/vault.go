package cli

import (
	"sync"

	"postmeter/internal/domain/fault"
	"postmeter/internal/outside/keyfile"
	"postmeter/internal/store"
)

// makeKey makes the key of the secrets at the first start. It is never made anew once something is sealed: then the
// old one must be restored, and what needs it says so.
func (c *Context) makeKey(db *store.DB) error {
	path := c.Config.KeyPath()
	if path == "" {
		return nil
	}
	exists, err := keyfile.Exists(path)
	if err != nil || exists {
		return err
	}
	sealed := false
	err = db.Read(c, func(s *store.Snapshot) (err error) {
		sealed, err = s.HasSecrets()
		return err
	})
	if err != nil || sealed {
		return err
	}
	return keyfile.Make(path)
}

// vault seals and opens secrets; it reads the key file when it is first needed. It is safe for concurrent use.
type vault struct {
	path string
	mu   sync.Mutex
	key  *keyfile.Key
}

func (c *Context) vault() *vault { return &vault{path: c.Config.KeyPath()} }

// Seal seals a secret for what it belongs to.
func (v *vault) Seal(secret, about string) ([]byte, error) {
	if err := v.load(); err != nil {
		return nil, err
	}
	return v.key.Seal(secret, about)
}

// Open opens what was sealed for the same owner.
func (v *vault) Open(sealed []byte, about string) (string, error) {
	if err := v.load(); err != nil {
		return "", err
	}
	return v.key.Open(sealed, about)
}

func (v *vault) load() (err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.key != nil {
		return nil
	}
	if v.path == "" {
		return fault.New(fault.Unavailable, "there is no key file for secrets, and on PostgreSQL there is no place for one beside the database: "+
			"name a file with POSTMETER_KEY_FILE; it is made when it does not exist")
	}
	v.key, err = keyfile.Load(v.path)
	return err
}
