package office

import (
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/store"
)

var errNoKey = fault.New(fault.Unavailable, "there is no key for secrets: name a key file with POSTMETER_KEY_FILE")

// sealed seals a secret, unless it is what old opens to: then nil. A vault that does not open what is stored is an
// error: the database holds secrets of another key.
func (im *importer) sealed(old []byte, secret, about string) ([]byte, error) {
	if im.vault == nil {
		return nil, errNoKey
	}
	if err := im.checkKey(); err != nil {
		return nil, err
	}
	if old != nil {
		known, err := im.vault.Open(old, about)
		if err != nil || known == secret {
			return nil, err
		}
	}
	return im.vault.Seal(secret, about)
}

// checkKey opens something that is sealed already, so that two keys never seal in one database.
func (im *importer) checkKey() error {
	if im.keyChecked {
		return nil
	}
	im.keyChecked = true
	return checkKey(im.tx, im.vault)
}

func checkKey(tx *store.Tx, vault Vault) error {
	sealed, err := tx.SMTPSecret()
	if err != nil {
		return err
	}
	about := SMTPAbout
	if sealed == nil {
		var server int64
		if server, sealed, err = tx.AnyServerSecret(); err != nil {
			return err
		}
		about = hosting.SecretAbout(server)
	}
	if sealed == nil {
		var who int64
		if who, sealed, err = tx.AnyOperatorSecret(); err != nil {
			return err
		}
		about = totpAbout(who)
	}
	if sealed != nil {
		_, err = vault.Open(sealed, about)
	}
	return err
}

// recordSecret notes that a secret was entered; never which.
func (im *importer) recordSecret(entity string, id func() int64) {
	im.record(func() store.Change {
		return store.Change{Entity: entity, EntityID: id(), Action: "secret entered"}
	})
}
