package demo

import (
	"embed"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"postmeter/internal/domain/fault"
)

// DefaultDir is the folder of the demonstration if none is named.
const DefaultDir = "postmeter-demo"

// The places in the folder.
const (
	markFile     = ".postmeter-demo"
	providerFile = "provider.yaml"
	reportsFile  = "reports.jsonl"
	logsDir      = "logs"
	olderLog     = "smtp.log.1.gz"
	newerLog     = "smtp.log"
	foundLog     = "smtp.log.found" // deliveries of the month that are found when it is billed
	correction   = "correction.yaml"
	testsDir     = "tests" // mails to the operator
	mailsDir     = "mails" // mails to customers
	invoicesDir  = "invoices"
	databaseFile = "postmeter.db"
)

// made is everything that the demonstration may write into its folder, and so all that it ever removes.
var made = []string{
	providerFile, reportsFile, correction, logsDir, testsDir, mailsDir, invoicesDir, databaseFile, databaseFile + "-wal", databaseFile + "-shm", databaseFile + ".key",
}

//go:embed provider.yaml correction.yaml
var embedded embed.FS

// Modes of what is written: bills and addresses are nobody else's business.
const (
	dirMode  = 0o700
	fileMode = 0o600
)

// prepare makes the folder, or empties that of an earlier demonstration, and writes the input files. A folder that
// holds anything else is left alone: Conflict.
func prepare(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fault.Wrap(fault.Unavailable, err, "the folder %s cannot be read", dir)
	case len(entries) > 0:
		if err := empty(dir); err != nil {
			return err
		}
	}
	if err := write(dir); err != nil {
		return fault.Wrap(fault.Unavailable, err, "the folder %s cannot be written: %v", dir, err)
	}
	return nil
}

// empty removes what an earlier demonstration made.
func empty(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, markFile)); err != nil {
		return fault.New(fault.Conflict, "the folder %s holds other things than an earlier demonstration: name a new one with --dir; nothing was changed", dir)
	}
	for _, name := range made {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return fault.Wrap(fault.Unavailable, err, "the earlier demonstration in %s cannot be removed", dir)
		}
	}
	return nil
}

// write writes the input files: the mark first, so that a demonstration that broke off can be taken up.
func write(dir string) error {
	older, newer, err := log()
	if err != nil {
		return err
	}
	provider, err := embedded.ReadFile(providerFile)
	if err != nil {
		return err
	}
	corrected, err := embedded.ReadFile(correction)
	if err != nil {
		return err
	}
	for _, sub := range []string{"", logsDir, invoicesDir} {
		if err := os.MkdirAll(filepath.Join(dir, sub), dirMode); err != nil {
			return err
		}
	}
	for _, f := range []struct {
		name string
		data []byte
	}{
		{markFile, []byte("This folder was made by \"postmeter demo\", which makes it anew when it is run again.\n")},
		{providerFile, provider},
		{correction, corrected},
		{reportsFile, reports()},
		{filepath.Join(logsDir, olderLog), older},
		{filepath.Join(logsDir, newerLog), newer},
		{filepath.Join(logsDir, foundLog), found()},
	} {
		if err := os.WriteFile(filepath.Join(dir, f.name), f.data, fileMode); err != nil {
			return err
		}
	}
	return nil
}
