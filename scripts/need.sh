#!/bin/sh
# Makes sure that this machine has what it is asked for, and installs what is
# missing where that is possible: Debian packages as root, Go tools in .tools/bin.
# Where it is not possible, it says what to install and fails.
#
# usage: scripts/need.sh [go] [golangci-lint] [gotestsum] [templ] [browser] [postgresql] [mailman3] [pebble] [pflogsumm] [cc]
set -eu
cd "$(dirname "$0")/.."

GOLANGCI_LINT=v2.15.0
GOTESTSUM=v1.13.0
NODE=22.20.0
PEBBLE=v2.10.3
TEMPL=$(sed -n 's|^.*github.com/a-h/templ \(v[^ ]*\).*|\1|p' go.mod | head -n 1)

PATH="$PWD/.tools/node/node_modules/.bin:$PWD/.tools/bin:$PATH:/usr/local/go/bin"
export PATH

fail() {
	echo "need.sh: $*" >&2
	exit 1
}

# newer A B: version A is B or newer.
newer() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]; }

is_debian_root() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

# update loads the lists of Debian packages, once.
update() {
	[ -n "${updated:-}" ] || apt-get update -qq || fail "the package lists cannot be loaded; is there a network?"
	updated=yes
}

# apt PACKAGE…: installs Debian packages without asking.
apt() {
	is_debian_root || fail "$* is missing: as root on Debian make installs it, elsewhere please install it"
	echo "need.sh: installing $*" >&2
	update
	DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >/dev/null ||
		fail "apt-get cannot install $*"
}

# tool NAME PACKAGE VERSION: installs a Go tool of just this version.
tool() {
	stamp=".tools/$1-$3-$(go env GOVERSION)" # a linter must be as new as the language
	[ -e "$stamp" ] && [ -x ".tools/bin/$1" ] && return
	echo "need.sh: building $1 $3 (once; it may take some minutes)" >&2
	mkdir -p .tools/bin
	GOBIN="$PWD/.tools/bin" GOFLAGS= CGO_ENABLED=0 go install "$2@$3" ||
		fail "$1 $3 cannot be built; is there a network, or a module proxy in GOPROXY?"
	rm -f ".tools/$1-"v*
	: >"$stamp"
}

need_go() {
	want=$(sed -n 's/^go //p' go.mod)
	if ! command -v go >/dev/null && is_debian_root; then
		update
		has=$(apt-cache policy golang-go | sed -n 's/^ *Candidate: [0-9]*:\([0-9.]*\).*/\1/p')
		! newer "${has:-0}" "$want" || apt golang-go
	fi
	command -v go >/dev/null || fail "Go is missing: install Go $want or newer from go.dev/dl and put it in the PATH"
	has=$(go env GOVERSION)
	newer "${has#go}" "$want" || fail "$has is too old: install Go $want or newer from go.dev/dl"
}

need_postgresql() {
	for initdb in /usr/lib/postgresql/*/bin/initdb; do
		[ -x "$initdb" ] && return
	done
	apt postgresql
}

# need_mailman3 installs GNU Mailman for tests that start one of their own. The one that Debian would start is not wanted.
need_mailman3() {
	[ -x /usr/lib/mailman3/bin/master ] && return
	policy=/usr/sbin/policy-rc.d
	if is_debian_root && [ ! -e $policy ]; then
		trap 'rm -f $policy' EXIT
		printf '#!/bin/sh\nexit 101\n' >$policy
		chmod 755 $policy
	fi
	apt mailman3
}

# need_browser: Chromium, Node, and what the tests of browser/ import.
need_browser() {
	command -v chromium >/dev/null || apt chromium
	command -v npm >/dev/null || apt nodejs npm
	has=$(node --version)
	if ! newer "${has#v}" 20; then # that of Debian 12
		npm install --prefix .tools/node --no-audit --no-fund --silent "node@$NODE" || fail "Node $has is too old, and $NODE cannot be installed"
	fi
	[ browser/node_modules/.package-lock.json -nt browser/package-lock.json ] && return
	(cd browser && npm ci --no-audit --no-fund --silent && touch node_modules/.package-lock.json) ||
		fail "the packages of browser/ cannot be installed; is there a network?"
}

# need_pflogsumm: what reading a log of Postfix is measured beside.
need_pflogsumm() { command -v pflogsumm >/dev/null || apt pflogsumm; }

need_cc() { command -v gcc >/dev/null || apt gcc libc6-dev; }

for what in "$@"; do
	case $what in
	go) need_go ;;
	golangci-lint) tool golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint $GOLANGCI_LINT ;;
	gotestsum) tool gotestsum gotest.tools/gotestsum $GOTESTSUM ;;
	templ) tool templ github.com/a-h/templ/cmd/templ "$TEMPL" ;;
	pebble) tool pebble github.com/letsencrypt/pebble/v2/cmd/pebble $PEBBLE ;;
	browser) need_browser ;;
	postgresql) need_postgresql ;;
	mailman3) need_mailman3 ;;
	pflogsumm) need_pflogsumm ;;
	cc) need_cc ;;
	*) fail "$what is not known here" ;;
	esac
done
