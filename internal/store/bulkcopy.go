package store

import (
	"context"
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// copyInto loads the values by COPY in PostgreSQL's binary form. The columns of the schema are BIGINT, BOOLEAN, TEXT and
// BYTEA, whose form is that of the Go values; the driver's own way asks for the type of each value.
func (b *Bulk) copyInto(table string) error {
	statement := `COPY "` + table + `" ("` + strings.Join(b.columns, `","`) + `") FROM STDIN BINARY`
	source := &copyReader{values: b.values, width: len(b.columns), buf: append(make([]byte, 0, copyRoom(len(b.values))), copyHeader...)}
	return b.tx.conn.Raw(func(driverConn any) error {
		conn, ok := driverConn.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("the driver %T cannot COPY", driverConn)
		}
		return source.send(b.tx.ctx, conn.Conn(), statement)
	})
}

const (
	copyHeader      = "PGCOPY\n\xff\r\n\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00" // signature, flags, no extension
	copyBufferBytes = 64 << 10
)

// copyRoom is the size of the buffer to begin with: few values, such as the history of one change, need little.
func copyRoom(values int) int {
	const bytesPerValue = 32 // more than most have
	return min(values*bytesPerValue+len(copyHeader), copyBufferBytes+copyBufferBytes/4)
}

// copyReader gives rows in PostgreSQL's binary COPY form.
type copyReader struct {
	values []any
	width  int
	buf    []byte // what is to be read, from off on
	off    int
	ended  bool
}

func (r *copyReader) send(ctx context.Context, conn *pgx.Conn, statement string) error {
	_, err := conn.PgConn().CopyFrom(ctx, r, statement)
	return err
}

// Read gives the next bytes.
func (r *copyReader) Read(p []byte) (int, error) {
	if r.off == len(r.buf) {
		r.buf, r.off = r.buf[:0], 0
	}
	for len(r.buf) < copyBufferBytes && len(r.values) > 0 {
		if err := r.row(r.values[:r.width]); err != nil {
			return 0, err
		}
		r.values = r.values[r.width:]
	}
	if len(r.values) == 0 && !r.ended {
		r.buf, r.ended = append(r.buf, 0xff, 0xff), true // the end of the rows
	}
	n := copy(p, r.buf[r.off:])
	r.off += n
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (r *copyReader) row(values []any) error {
	r.buf = binary.BigEndian.AppendUint16(r.buf, uint16(len(values)))
	for _, v := range values {
		if err := r.value(v); err != nil {
			return err
		}
	}
	return nil
}

func (r *copyReader) value(v any) error {
	switch v := v.(type) {
	case int64:
		r.buf = binary.BigEndian.AppendUint32(r.buf, 8)
		r.buf = binary.BigEndian.AppendUint64(r.buf, uint64(v))
	case string:
		r.buf = binary.BigEndian.AppendUint32(r.buf, uint32(len(v)))
		r.buf = append(r.buf, v...)
	case bool:
		r.buf = binary.BigEndian.AppendUint32(r.buf, 1)
		if v {
			r.buf = append(r.buf, 1)
		} else {
			r.buf = append(r.buf, 0)
		}
	case []byte:
		if v == nil {
			return r.value(nil)
		}
		r.buf = binary.BigEndian.AppendUint32(r.buf, uint32(len(v)))
		r.buf = append(r.buf, v...)
	case nil:
		r.buf = append(r.buf, 0xff, 0xff, 0xff, 0xff)
	default:
		basic, err := driver.DefaultParameterConverter.ConvertValue(v)
		if err != nil {
			return err
		}
		switch basic.(type) {
		case int64, string, bool, []byte, nil:
			return r.value(basic)
		}
		return fmt.Errorf("a value of type %T cannot be loaded", v)
	}
	return nil
}
