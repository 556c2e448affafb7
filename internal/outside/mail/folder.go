package mail

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"postmeter/internal/domain/fault"
)

// Folder writes each mail into a file of its own, whole or not at all. A mail that is written again takes the place
// of the first.
type Folder struct{ dir string }

// NewFolder returns a transport that writes into a folder, which is made when it is first needed.
func NewFolder(dir string) *Folder { return &Folder{dir} }

// String says where mails go.
func (f *Folder) String() string { return "the folder " + f.dir }

// Rights of what is written: mails are nobody else's business.
const (
	folderRights = 0o700
	fileRights   = 0o600
)

// Open makes the folder.
func (f *Folder) Open(context.Context) (Connection, error) {
	if err := os.MkdirAll(f.dir, folderRights); err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the folder for mails cannot be made: %v", err)
	}
	return f, nil
}

// Send writes one file.
func (f *Folder) Send(_ context.Context, m *Message) Outcome {
	data, err := m.Bytes()
	if err != nil {
		return Outcome{State: Refused, Detail: fault.MessageOf(err)}
	}
	name := filepath.Join(f.dir, fileName(m))
	if err := writeWhole(name, data); err != nil {
		return Outcome{Detail: "not written: " + oneLine(err.Error()), Trouble: true}
	}
	return Outcome{State: Taken, Detail: "kept as a file, not mailed: " + filepath.Base(name)}
}

// Broken is never true.
func (f *Folder) Broken() bool { return false }

// Close does nothing.
func (f *Folder) Close() error { return nil }

// writeWhole writes a file under another name and moves it when it is on disk.
func writeWhole(name string, data []byte) error {
	part := name + ".part"
	file, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, fileRights)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(part, name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return nil
}

// Limits of file names, in bytes; the file system allows 255.
const (
	maxNameBytes = 180
	idShown      = 8 // characters of the Message-ID that tell two mails of one name apart
)

// fileName is what people know the mail by, then a part of the Message-ID.
func fileName(m *Message) string {
	name := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_.@+", r) {
			return r
		}
		return '_'
	}, m.FileName)
	for len(name) > maxNameBytes {
		runes := []rune(name)
		name = string(runes[:len(runes)-1])
	}
	id := strings.Map(func(r rune) rune {
		if r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return -1
	}, m.MessageID)
	return strings.TrimLeft(name, ".") + "_" + id[:min(len(id), idShown)] + ".eml"
}
