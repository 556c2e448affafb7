package store

import (
	"context"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
)

// rawRow is a row as its driver gives it, for reads of millions of rows where database/sql would cost more than the
// database. Columns are BIGINT, BOOLEAN or TEXT. It is valid until the next row.
type rawRow struct {
	lite []driver.Value // SQLite
	pg   [][]byte       // PostgreSQL, in binary
	oids []uint32
	err  error
}

// int returns an integer or a boolean (0 or 1); NULL is 0.
func (r *rawRow) int(i int) int64 {
	if r.pg == nil {
		switch v := r.lite[i].(type) {
		case int64:
			return v
		case nil:
			return 0
		}
		r.fail(i)
		return 0
	}
	switch v := r.pg[i]; {
	case v == nil:
		return 0
	case r.oids[i] == pgtype.Int8OID:
		return int64(binary.BigEndian.Uint64(v))
	case r.oids[i] == pgtype.Int4OID:
		return int64(int32(binary.BigEndian.Uint32(v)))
	case r.oids[i] == pgtype.BoolOID:
		return int64(v[0])
	}
	r.fail(i)
	return 0
}

// bool returns a boolean.
func (r *rawRow) bool(i int) bool { return r.int(i) != 0 }

// null says whether a column is NULL.
func (r *rawRow) null(i int) bool {
	if r.pg == nil {
		return r.lite[i] == nil
	}
	return r.pg[i] == nil
}

// text returns a text.
func (r *rawRow) text(i int) string {
	if r.pg != nil {
		return string(r.pg[i])
	}
	v, ok := r.lite[i].(string)
	if !ok {
		r.fail(i)
	}
	return v
}

func (r *rawRow) fail(i int) {
	if r.err == nil {
		r.err = fmt.Errorf("column %d of a raw row has another type than expected", i)
	}
}

// raw calls each with every row of a query. each must not use the snapshot.
func (s *Snapshot) raw(query string, args []any, each func(*rawRow) error) error {
	return s.conn.Raw(func(driverConn any) error {
		if pg, ok := driverConn.(*stdlib.Conn); ok {
			return rawPostgres(s.ctx, pg, query, args, each)
		}
		lite, ok := driverConn.(driver.QueryerContext)
		if !ok {
			return fmt.Errorf("the driver %T cannot be asked directly", driverConn)
		}
		return rawSQLite(s.ctx, lite, query, args, each)
	})
}

func rawPostgres(ctx context.Context, conn *stdlib.Conn, query string, args []any, each func(*rawRow) error) error {
	rows, err := conn.Conn().Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var r rawRow
	for rows.Next() {
		if r.oids == nil {
			for _, f := range rows.FieldDescriptions() {
				if f.Format != pgtype.BinaryFormatCode && f.DataTypeOID != pgtype.TextOID {
					return fmt.Errorf("column %s does not come in binary", f.Name)
				}
				r.oids = append(r.oids, f.DataTypeOID)
			}
		}
		r.pg = rows.RawValues()
		if err := errors.Join(each(&r), r.err); err != nil {
			return err
		}
	}
	return rows.Err()
}

func rawSQLite(ctx context.Context, conn driver.QueryerContext, query string, args []any, each func(*rawRow) error) (err error) {
	named := make([]driver.NamedValue, len(args))
	for i, a := range args {
		named[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
	}
	rows, err := conn.QueryContext(ctx, query, named)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	r := rawRow{lite: make([]driver.Value, len(rows.Columns()))}
	for {
		if err := rows.Next(r.lite); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := errors.Join(each(&r), r.err); err != nil {
			return err
		}
	}
}
