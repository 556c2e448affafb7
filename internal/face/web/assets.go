package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

//go:embed assets
var assetFiles embed.FS

// assetPath is where assets are served, each under a name that changes with its content, so that it is cached for long.
const assetPath = "/assets/"

// asset is one file, as it is and compressed.
type asset struct {
	kind        string
	plain, gzip []byte
}

var assetKinds = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png",
}

type assetTable struct {
	byName map[string]*asset // name.hash.ext
	names  map[string]string // name.ext → name.hash.ext
}

// assets reads and compresses the files once.
var assets = sync.OnceValue(func() *assetTable {
	t := &assetTable{byName: map[string]*asset{}, names: map[string]string{}}
	entries, err := assetFiles.ReadDir("assets")
	if err != nil {
		panic(err) // the files are part of the program
	}
	for _, e := range entries {
		data, err := assetFiles.ReadFile("assets/" + e.Name())
		if err != nil {
			panic(err) // as above
		}
		ext := path.Ext(e.Name())
		sum := sha256.Sum256(data)
		name := strings.TrimSuffix(e.Name(), ext) + "." + hex.EncodeToString(sum[:6]) + ext
		t.names[e.Name()] = name
		t.byName[name] = &asset{kind: assetKinds[ext], plain: data, gzip: compressed(data)}
	}
	return t
})

// Asset returns the address of an asset, such as app.css.
func Asset(name string) string { return assetPath + assets().names[name] }

func serveAsset(w http.ResponseWriter, r *http.Request) {
	a := assets().byName[strings.TrimPrefix(r.URL.Path, assetPath)]
	if a == nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := a.plain
	if acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = a.gzip
	}
	send(w, r, body)
}

// send writes a whole body. Who went away meanwhile is not told.
func send(w http.ResponseWriter, r *http.Request, body []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) //nolint:errcheck // nobody is there to be told
	}
}

func acceptsGzip(r *http.Request) bool {
	for _, accepted := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(accepted), ";")
		if name == "gzip" {
			return strings.TrimSpace(weight) != "q=0"
		}
	}
	return false
}

// compressed compresses an asset, once and well.
func compressed(data []byte) []byte {
	z, err := gzip.NewWriterLevel(nil, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is right
	}
	return compressedBy(z, data)
}

// quickly are the compressors of pages: a new one would take a tenth of what a page takes.
var quickly = sync.Pool{New: func() any {
	z, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is right
	}
	return z
}}

// compressedQuickly compresses a page.
func compressedQuickly(data []byte) []byte {
	z, ok := quickly.Get().(*gzip.Writer)
	if !ok {
		panic("the pool holds compressors alone")
	}
	defer quickly.Put(z)
	return compressedBy(z, data)
}

func compressedBy(z *gzip.Writer, data []byte) []byte {
	var out bytes.Buffer
	z.Reset(&out)
	_, err := z.Write(data)
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		panic(err) // memory takes everything
	}
	return out.Bytes()
}
