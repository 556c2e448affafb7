package demo

// listMail is what one list sends in the month.
type listMail struct {
	list, site string
	posts      int
	members    int // recipients of the first post
	growth     int // recipients more with each post
	minKB      int // size of a post: between these
	maxKB      int
	from, to   int // days of September; 0: the whole month
}

// traffic is the month. The last two lists bring no bill: one belongs to nobody, and one is not even known.
var traffic = []listMail{
	{list: "news", site: "alder-press.example", posts: 22, members: 640, growth: 3, minKB: 8, maxKB: 70},
	{list: "authors", site: "alder-press.example", posts: 60, members: 25, minKB: 2, maxKB: 20},
	{list: "announce", site: "birch.example", posts: 8, members: 900, growth: 5, minKB: 5, maxKB: 30},
	{list: "discuss", site: "birch.example", posts: 140, members: 75, minKB: 1, maxKB: 12},
	{list: "board", site: "birch.example", posts: 30, members: 9, minKB: 2, maxKB: 90},
	{list: "patches", site: "cedar-games.example", posts: 6, members: 1900, growth: 25, minKB: 180, maxKB: 420},
	{list: "press", site: "cedar-games.example", posts: 4, members: 120, minKB: 600, maxKB: 1200},
	{list: "students", site: "dogwood.example", posts: 12, members: 1290, growth: 4, minKB: 3, maxKB: 40},
	{list: "faculty", site: "dogwood.example", posts: 20, members: 210, minKB: 3, maxKB: 60},
	{list: "daily", site: "elm-news.example", posts: 30, members: 3800, growth: 11, minKB: 40, maxKB: 140},
	{list: "weekend", site: "elm-news.example", posts: 4, members: 5200, growth: 40, minKB: 90, maxKB: 220},
	{list: "offers", site: "fir-shop.example", posts: 9, members: 4100, growth: 15, minKB: 20, maxKB: 65},
	{list: "friends", site: "ginkgo.example", posts: 10, members: 410, growth: 6, minKB: 5, maxKB: 50, from: 8},
	{list: "volunteers", site: "hazel-aid.example", posts: 18, members: 380, growth: 1, minKB: 2, maxKB: 25},
	{list: "status", site: "harbour-lists.example", posts: 5, members: 95, minKB: 1, maxKB: 4},
	{list: "clients", site: "ivy-legal.example", posts: 3, members: 160, minKB: 10, maxKB: 80},
	{list: "lab", site: "juniper.example", posts: 44, members: 520, growth: 2, minKB: 4, maxKB: 60},
	{list: "guests", site: "kauri-tours.example", posts: 14, members: 760, growth: 4, minKB: 15, maxKB: 55, to: 23},
	{list: "readers", site: "larch-media.example", posts: 8, members: 2900, growth: 20, minKB: 30, maxKB: 75},
	{list: "editors", site: "larch-media.example", posts: 90, members: 34, minKB: 2, maxKB: 30},
	{list: "circle", site: "maple.example", posts: 14, members: 240, growth: 2, minKB: 2, maxKB: 20, from: 12},
	{list: "alumni", site: "quince.example", posts: 3, members: 310, minKB: 5, maxKB: 15},
	{list: "pilot", site: "rowan.example", posts: 4, members: 55, minKB: 3, maxKB: 9},
}

// overlooked is what a customer sent at the end of the month besides, in a log that is found too late for its bill.
var overlooked = listMail{list: "patches", site: "cedar-games.example", posts: 2, members: 2050, growth: 25, minKB: 180, maxKB: 420, from: 29, to: 30}

// random is a small generator whose numbers are the same everywhere and for ever (splitmix64).
type random struct{ state uint64 }

func (r *random) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below returns a number from 0 to n-1.
func (r *random) below(n int) int { return int(r.next() % uint64(n)) }

// between returns a number from a to b.
func (r *random) between(a, b int) int { return a + r.below(b-a+1) }
