// Package gather brings usage in: it reads logs and reports to their end, once, and counts every delivery that they
// show exactly once, whatever happens in between.
//
// A log is known by its content (a generation), and how far it was read is committed in one transaction with what was
// found up to there. So a reader that is killed at any instruction goes on where the last transaction ended; a copy,
// a compressed copy or standard input of the same log is the same log; and a file that does not continue what was
// read of it is not believed. Reports carry ids, and are known by them. docs/design/metering.md tells it in full.
//
// It owns the tables generation, usage_record, usage_sum, usage_month, usage_key, usage_unknown, usage_unparsed,
// usage_repeat, usage_counter, member_reading and reading_unknown. It knows no prices.
//
// Some servers write no log of deliveries but keep counters, such as Sympa's stats files or listmonk's sent. CountGrowth
// counts what such a counter has grown by since its last reading, in the caller's transaction, for any kind of counter:
// a reading says whose counter it is (kind, and a name that is unique for server and kind), which list its growth is
// usage of, and its totals. The first reading of a counter is noted and not counted unless Start is StartZero, which is
// right where it is sure that the counter began after the server's last reading. One that went back is an alert.
package gather
