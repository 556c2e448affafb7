// Package keyfile keeps the key of the secrets in a file outside the database, and seals with it.
//
// The file holds a key-encryption key as a Tink keyset, readable by its owner alone. Each secret is sealed with a data
// key of its own that stands, sealed, beside it, and is bound to what it belongs to (its table and row): moved
// elsewhere it does not open. A key is made once; the file is never written again. Backups of the database leave it out.
package keyfile

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"postmeter/internal/domain/fault"
)

// Key seals and opens secrets. It is safe for concurrent use.
type Key struct{ aead tink.AEAD }

// Exists says whether there is a key file.
func Exists(path string) (bool, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, fault.Wrap(fault.Unavailable, err, "key file %s: it cannot be looked at", path)
}

// Load reads a key file. It is a NotFound fault when there is none, and Invalid when it holds no key.
func Load(path string) (*Key, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "the key file %s is missing, and the database holds secrets that only it opens: "+
			"restore it from where you keep it, or name it with POSTMETER_KEY_FILE; nothing was changed", path)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "key file %s: it cannot be read: make it readable for this user", path)
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(text)))
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "key file %s: it holds no key: restore it from where you keep it", path)
	}
	return fromHandle(handle)
}

// Make makes a key and its file, which must not exist, and syncs it to disk. When another process was faster, its
// file stands.
func Make(path string) error {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&text)); err != nil {
		return err
	}
	if err := place(path, text.Bytes()); err != nil {
		return fault.Wrap(fault.Unavailable, err, "key file %s: it cannot be made: make its folder writable for this user, or name another with POSTMETER_KEY_FILE", path)
	}
	return nil
}

// place writes a file as a whole or not at all.
func place(path string, text []byte) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), ".key-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(file.Name())) }()
	_, err = file.Write(text)
	err = errors.Join(err, file.Sync(), file.Close())
	if err != nil {
		return err
	}
	if err := os.Link(file.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func fromHandle(handle *keyset.Handle) (*Key, error) {
	outer, err := aead.New(handle)
	if err != nil {
		return nil, err
	}
	return &Key{aead: aead.NewKMSEnvelopeAEAD2(aead.AES256GCMKeyTemplate(), outer)}, nil
}

// Seal seals a secret for what it belongs to.
func (k *Key) Seal(secret, about string) ([]byte, error) {
	return k.aead.Encrypt([]byte(secret), []byte(about))
}

// Open opens what Seal sealed for the same owner. It is a Denied fault when the key is another one.
func (k *Key) Open(sealed []byte, about string) (string, error) {
	secret, err := k.aead.Decrypt(sealed, []byte(about))
	if err != nil {
		return "", fault.Wrap(fault.Denied, err, "the key file is not the one that sealed the secrets of this database: "+
			"restore that one, or name it with POSTMETER_KEY_FILE; nothing was changed")
	}
	return string(secret), nil
}
