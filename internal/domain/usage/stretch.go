package usage

import "io"

// Log is a log of a server, known by its content: the hash of its first complete line.
type Log struct {
	Server string // its name
	Format string
	Head   []byte
}

// Stretch is a part of a log that is to be counted. It continues what was counted, and says how it knows.
type Stretch struct {
	Log
	Path   string    // where it was read, for messages
	Offset int64     // where it begins, in bytes
	State  []byte    // of SHA-256 over all bytes before Offset, as encoding.BinaryMarshaler gives it
	Lines  io.Reader // its bytes; an incomplete line at the end is left

	Written int64 // when the log was last written as far as is known, UTC seconds; 0: not known
}

// Reached says how far a log was counted.
type Reached struct {
	Known   bool   // anything of it was
	Offset  int64  // in bytes
	Hash    []byte // SHA-256 of the bytes before Offset
	Refused string // why a stretch was not believed; "" if it was
}

// LogAlert says that something is wrong with a log: it is not believed, or lines of it may be lost.
type LogAlert struct {
	Log         // Head may be missing
	Path string // where the log is
	Text string // what is so, and what to do
}

// FeedState says how the following of a log goes.
type FeedState struct {
	Server  string
	Format  string
	Path    string
	SeenAt  int64  // when it was last looked at, UTC microseconds
	GrownAt int64  // when it was last seen to have grown; 0: not since the follower began
	Size    int64  // bytes of the present file
	Offset  int64  // bytes of it that were read
	Head    []byte // by which the log in it is known; nil if that is not known
	Problem string // what is wrong at present; "" if nothing is
}

// LastRead is the log that was last read at a path.
type LastRead struct {
	Head   []byte // by which it is known; nil if that is not known
	SeenAt int64  // when it was last looked at, UTC microseconds
}
