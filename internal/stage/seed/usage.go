package seed

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"

	"postmeter/internal/domain/period"
	"postmeter/internal/store"
)

var listNames = []string{"news", "talk", "announce", "members", "board", "events", "press", "staff"}

// Shape of what lists send.
const (
	smallestList   = 40 // members
	listDoublings  = 6  // up to 40 * 2^6 members
	smallestBytes  = 900
	bytesDoublings = 7 // up to 900 * 2^7 bytes
	kilobyte       = 1024
	logLineBytes   = 180 // of a line in the synthetic log, about
	microseconds   = 1_000_000
	daySeconds     = 22 * 3600 // every day of every zone is longer
)

// list makes a list, gives it to a group, and lets it send.
func (c *customer) list(id, group, position int64, members bool) error {
	list := c.ids.list
	c.ids.list++
	on := &c.servers[c.number%len(c.servers)]
	name := listNames[int(list)%len(listNames)]
	if position >= int64(len(listNames)) || c.options.ListsPerCustomer > len(listNames) {
		name = fmt.Sprintf("%s%d", name, list)
	}
	if err := c.seeder.List(list, on.id, fmt.Sprintf("c%06d.example.org", c.number), name); err != nil {
		return err
	}
	if err := c.seeder.AssignList(id, c.ids.object, group, position, on.id, list, c.random.oneIn(60)); err != nil {
		return err
	}
	c.ids.object++
	c.made.Lists++
	size := c.random.skewed(smallestList, listDoublings)
	if members {
		if err := c.readings(list, size); err != nil {
			return err
		}
	}
	return c.posts(list, size, on)
}

// readings gives a list a reading of its members each week.
func (c *customer) readings(list int64, size int) error {
	month := c.options.Month.Period()
	for day := month.Start; day <= month.End; day += 7 {
		if err := c.seeder.Members(list, day, int64(size)); err != nil {
			return err
		}
		c.made.MemberRecords++
		size += c.random.below(20) - 8
		size = max(size, 1)
	}
	return nil
}

// posts lets a list send, and stores each delivery with the sums of days and month.
func (c *customer) posts(list int64, size int, on *server) error {
	n := c.options.PostsPerList
	if n == 0 {
		return nil
	}
	days, ok := c.options.Month.Period().Intersect(c.dates)
	if !ok {
		return nil
	}
	records := make([]store.SeedRecord, n)
	sums := make([]store.SeedSum, 0, n)
	for i := range records {
		day := days.Start + period.Date(c.random.below(days.Days()))
		at := period.StartOf(day, c.loc).UnixMicro() + int64(c.random.below(daySeconds))*microseconds
		bytes := int64(c.random.skewed(smallestBytes, bytesDoublings))
		recipients := int64(size - c.random.below(1+size/50))
		records[i] = store.SeedRecord{List: list, At: at, Log: on.log.ID, Recipients: recipients, Bytes: bytes, LineHash: int64(c.random.next())}
		sums = append(sums, store.SeedSum{List: list, Day: day, KB: (bytes + kilobyte - 1) / kilobyte,
			Messages: 1, Recipients: recipients, RecipientBytes: recipients * bytes})
	}
	slices.SortFunc(records, func(a, b store.SeedRecord) int { return cmp.Compare(a.At, b.At) })
	for i := range records {
		r := &records[i]
		r.Position = on.log.Bytes
		on.log.Bytes += logLineBytes
		on.log.Records++
		if on.log.FirstAt == 0 || r.At < on.log.FirstAt {
			on.log.FirstAt = r.At
		}
		on.log.LastAt = max(on.log.LastAt, r.At)
		if err := c.seeder.Record(r); err != nil {
			return err
		}
	}
	c.made.Records += int64(n)
	return c.sums(list, sums)
}

func (c *customer) sums(list int64, sums []store.SeedSum) error {
	slices.SortFunc(sums, func(a, b store.SeedSum) int { return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.KB, b.KB)) })
	total := store.SeedSum{List: list}
	for i := 0; i < len(sums); {
		sum := sums[i]
		for i++; i < len(sums) && sums[i].Day == sum.Day && sums[i].KB == sum.KB; i++ {
			sum.Add(&sums[i])
		}
		if err := c.seeder.Sum(&sum); err != nil {
			return err
		}
		c.made.Sums++
		total.Add(&sum)
	}
	return c.seeder.Month(c.options.Month, c.revision, &total)
}

// digest stands for a hash of a log that never was.
func digest(o Options, name, part string) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %s", o.Seed, name, part))
	return sum[:]
}
