// Package document writes the statement of a bill in the formats that people read: plain text and HTML.
//
// The words are the statement's; here they get their places on the page. Nothing is fetched: the HTML page carries
// its style and needs no script, so that it looks the same on paper, in a mail, and years later. Every text is
// escaped by the template. Errors come from the writer alone.
package document
