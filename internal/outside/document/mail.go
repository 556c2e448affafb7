package document

import (
	_ "embed"
	"html/template"
	"io"
	"regexp"
	"unicode/utf8"

	"postmeter/internal/domain/statement"
)

//go:embed mail.html.tmpl
var mailTemplate string

// mailStyles are the styles of the mail, set into each element: programs that show mail drop style sheets, and most
// know neither variables nor flexible boxes. Dark screens are left to them.
var mailStyles = map[string]string{
	"body":       "margin:0;padding:0;background-color:#f6f8fa",
	"outer":      "padding:24px 12px",
	"page":       "max-width:640px;background-color:#ffffff;color:#1b1f24;font-family:Helvetica,Arial,sans-serif;font-size:15px;line-height:1.5;border:1px solid #d8dee4",
	"comments":   "padding:16px 24px;border-bottom:1px solid #d8dee4",
	"notice":     "padding:10px 24px;background-color:#fff8c5;border-bottom:1px solid #d8dee4;font-size:13px",
	"issuer":     "padding:24px 12px 16px 24px;color:#57606a;font-size:13px;border-bottom:2px solid #1b1f24",
	"logo":       "max-width:240px;max-height:80px;border:0;padding-bottom:8px",
	"title":      "padding:24px 24px 16px 12px;font-size:18px;font-weight:bold;border-bottom:2px solid #1b1f24",
	"to":         "padding:20px 12px 16px 24px;color:#57606a;font-size:14px",
	"amount":     "padding:20px 24px 16px 12px",
	"name":       "color:#1b1f24;font-size:16px;font-weight:bold",
	"label":      "color:#57606a;font-size:13px;font-weight:normal",
	"small":      "font-size:13px;font-weight:normal",
	"quiet":      "color:#57606a",
	"big":        "font-size:36px;line-height:1.2;font-weight:bold;white-space:nowrap",
	"facts":      "padding:10px 24px;background-color:#f6f8fa;font-size:13px",
	"factlabel":  "color:#57606a;white-space:nowrap",
	"whole":      "white-space:nowrap",
	"broken":     "white-space:normal",
	"head":       "padding:20px 24px 6px 24px;color:#57606a;font-size:13px;border-bottom:1px solid #d8dee4",
	"group":      "padding:18px 24px 4px 24px;font-weight:bold",
	"together":   "padding:18px 24px 4px 24px;color:#57606a;white-space:nowrap",
	"month":      "padding:10px 24px 2px 24px;color:#57606a",
	"line":       "padding:8px 12px 8px 24px;border-bottom:1px solid #d8dee4",
	"detail":     "color:#57606a;font-size:13px",
	"figure":     "padding:8px 24px 8px 12px;border-bottom:1px solid #d8dee4;white-space:nowrap",
	"sums":       "padding:6px 24px 0 24px",
	"sumlabel":   "padding:6px 20px 0 0;color:#57606a;font-size:15px",
	"sum":        "padding:6px 0 0 0;font-size:15px;white-space:nowrap",
	"totallabel": "padding:8px 20px 6px 0;font-size:17px;font-weight:bold",
	"total":      "padding:8px 0 6px 0;font-size:17px;font-weight:bold;white-space:nowrap",
	"credit":     "color:#116329",
	"pay":        "padding:18px 24px 0 24px",
	"notes":      "padding:14px 24px 0 24px;color:#57606a",
	"usage":      "padding:28px 24px 24px 24px",
	"usagetable": "color:#57606a;font-size:12px",
	"caption":    "padding-bottom:8px",
	"list":       "padding:4px 0;border-bottom:1px solid #d8dee4;font-weight:normal",
	"cell":       "padding:4px 0 4px 10px;border-bottom:1px solid #d8dee4;font-weight:normal",
}

// styleMark is where a style goes in the template. It is set in before the template is parsed, once and for all.
var styleMark = regexp.MustCompile(`\{\{style "(\w+)"\}\}`)

var mail = template.Must(template.New("mail").Funcs(template.FuncMap{"minus": minus, "short": short, "logo": func() template.URL { return LogoID }}).Parse(
	styleMark.ReplaceAllStringFunc(mailTemplate, func(mark string) string {
		return `style="` + mailStyles[styleMark.FindStringSubmatch(mark)[1]] + `"`
	})))

// shortFact is how many characters of a fact, such as a period, stay together on the narrowest telephone.
const shortFact = 28

func short(text string) bool { return utf8.RuneCountInString(text) <= shortFact }

// LogoID is the Content-ID under which a mail carries the picture that Mail shows.
const LogoID = "logo"

// mailPage is what the mail is filled from.
type mailPage struct {
	page
	Notice   string
	Comments template.HTML
}

// Mail writes a statement as the HTML part of a mail: tables and styles within the elements, which every program that
// shows mail understands. notice stands above it, for whoever tests a mailing; empty: none.
func Mail(w io.Writer, s *statement.Statement, notice string) error {
	return MailWith(w, s, notice, Comments{})
}

// MailWith is Mail with comments above the invoice.
func MailWith(w io.Writer, s *statement.Statement, notice string, c Comments) error {
	return mail.Execute(w, mailPage{newPage(s), notice, c.html})
}
