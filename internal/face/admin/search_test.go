package admin

import (
	"net/http"
	"strings"
	"testing"

	"postmeter/internal/domain/operator"
)

// What somebody looks for is found from anywhere, and what is called just so comes first.
func TestSearchFindsEverything(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		w.imports(provider)
		w.imports(`{"customers":[{"company":"Elm News","email":"elm@news.test","groups":[{"name":"All","objects":[{"server":"s1","site":"elm.test"}]}]},
			{"company":"Acme","groups":[{"name":"Main","objects":[{"server":"s1","site":"acme.test","list":"news"}]}]},
			{"company":"Gone Ltd","active":false}]}`)
		v := w.operator(operator.Viewer)
		v.open("/").wants(http.StatusOK, `role="search"`, `data-focus-key="/"`)
		v.open("/search").wants(http.StatusOK, "Type the beginning of")
		v.open("/search?q=acm").wants(http.StatusOK, `href="/customers/2"`, "Customers", "dev@acme.test", "nobody has it", "of Acme, group Main", `value="acm"`).lacks("Elm News")
		v.open("/search?q=NEWS%40ACME.TEST").wants(http.StatusOK, `href="/customers/2/groups/2"`, "news@acme.test").lacks("dev@acme.test")
		v.open("/search?q=news+ac").wants(http.StatusOK, "news@acme.test").lacks("Elm News")
		v.open("/search?q=all%40elm.test").wants(http.StatusOK, "assigned with its site or server")
		v.open("/search?q=gone").wants(http.StatusOK, "Gone Ltd", "Inactive")
		v.open("/search?q=S1").wants(http.StatusOK, `href="/servers/1"`)
		v.open("/search?q=%3Cscript%3E%00%FF+x").wants(http.StatusOK, "Nothing begins with", "&lt;script&gt;").lacks("<script>x")
		v.open("/search?q="+strings.Repeat("a", 5000)).wants(http.StatusOK, "Nothing begins with")

		// While somebody types, only what is found comes.
		a := v.do(http.MethodGet, "/search?q=elm", nil, http.Header{"Hx-Request": {"true"}}).wants(http.StatusOK, "Elm News", "all@elm.test")
		a.lacks("<html", "role=\"search\"")
		v.do(http.MethodGet, "/search?q=", nil, http.Header{"Hx-Request": {"true"}}).wants(http.StatusOK)
		w.visitor().open("/search?q=elm").wants(http.StatusOK, "Sign in").lacks("Elm News")
	})
}
