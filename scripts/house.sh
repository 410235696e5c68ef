# shellcheck shell=bash
# Shared by ./demo and ./test: progress, failures with their mend, and what must be on the machine.
#
# Sourced, never run. It installs only what is missing, asks nothing on standard input, and keeps
# its stamps under target/house, so that a second run finds everything done. Debian is what it
# installs on; elsewhere it says what to bring.

# The oldest versions that build Almoner.
readonly RUST_MIN=1.95.0 NODE_MIN=20.11.0 NODE_BROUGHT=22.23.3

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly root
cd "$root" || exit

target=${CARGO_TARGET_DIR:-$root/target}
stamps=$target/house
mkdir -p "$stamps"
export PATH="$PATH:${CARGO_HOME:-$HOME/.cargo}/bin"
# A package's own script or a tool's question must never wait for an answer.
export DEBIAN_FRONTEND=noninteractive npm_config_fund=false npm_config_audit=false

# The colours are also the summary's, in ./test.
# shellcheck disable=SC2034
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$'\e[1m' red=$'\e[31m' green=$'\e[32m' yellow=$'\e[33m' plain=$'\e[0m'
else
  bold='' red='' green='' yellow='' plain=''
fi

# say WORDS: one line of progress.
say() { printf '%s%s%s\n' "$bold" "$*" "$plain"; }

# note WORDS: something to know that stops nothing.
note() { printf '%snote: %s%s\n' "$yellow" "$*" "$plain" >&2; }

# complain WHAT MEND: what failed and what to do about it.
complain() { printf '%sfailed: %s%s\n  mend: %s\n' "$red" "$1" "$plain" "$2" >&2; }

# fail WHAT MEND: the same, and the end.
fail() {
  complain "$1" "$2"
  exit 1
}

# has COMMAND: is it there?
has() { command -v "$1" >/dev/null 2>&1; }

# at_least VERSION MINIMUM: is it new enough?
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# as_root COMMAND...: runs it as root, or fails where that needs a password nobody can type.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@" </dev/null
  elif ! has sudo; then
    return 1
  elif [ -t 0 ]; then
    sudo "$@"
  else
    sudo -n "$@" </dev/null
  fi
}

# debian_packages PACKAGE...: installs them, in one go.
debian_packages() {
  [ "$#" -gt 0 ] || return 0
  local mend="as root: apt-get update && apt-get install -y $*"
  has apt-get || fail "this machine has no apt-get to install: $*" \
    "install what gives these Debian packages' programs, then run this again"
  say "      installing $*"
  as_root apt-get update -qq || fail "the list of Debian packages could not be renewed" "$mend"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" ||
    fail "Debian packages could not be installed: $*" "$mend"
  hash -r
}

# postgres_bin: the folder of the newest PostgreSQL server's programs; Debian keeps it off the PATH.
postgres_bin() {
  local initdb
  initdb=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)
  [ -x "$initdb" ] || initdb=$(command -v initdb) || return 1
  dirname "$initdb"
}

# needs_building: what compiling and the assets need.
needs_building() {
  local missing=()
  has cc || missing+=(build-essential)
  has node || missing+=(nodejs)
  has npm || missing+=(npm)
  debian_packages "${missing[@]}"
}

# needs_testing: what the tests need besides.
needs_testing() {
  local missing=()
  postgres_bin >/dev/null || missing+=(postgresql)
  has sqlite3 || missing+=(sqlite3)
  has python3 || missing+=(python3)
  debian_packages "${missing[@]}"
}

# needs_browser: what the browser tests drive.
needs_browser() { has chromium || debian_packages chromium; }

# needs_rust: Cargo, new enough. Debian's own is too old, so this can't be installed from here.
needs_rust() {
  has cargo || fail "Rust is not installed" \
    "install Rust $RUST_MIN or newer with rustup (rustup.rs)"
  local version
  version=$(rustc --version | cut -d' ' -f2)
  at_least "$version" "$RUST_MIN" || fail "Rust $version is too old" \
    "rustup update stable: Almoner needs $RUST_MIN or newer"
}

# needs_node: Node.js, new enough; where Debian's is older, a newer one comes as an npm package.
needs_node() {
  local version brought
  brought=$stamps/node/node_modules/node-linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')
  if [ -x "$brought/bin/node" ]; then
    export PATH="$brought/bin:$PATH"
  fi
  version=$(node --version | tr -d v)
  at_least "$version" "$NODE_MIN" && return 0
  say "      Node.js $version is older than $NODE_MIN: bringing $NODE_BROUGHT for this project only"
  npm install --silent --no-save --prefix "$stamps/node" \
    "$(basename "$brought")@$NODE_BROUGHT" </dev/null || fail \
    "Node.js $version is too old, and a newer one could not be brought" \
    "install Node.js $NODE_MIN or newer"
  export PATH="$brought/bin:$PATH"
  hash -r
}

# digest_of FOLDER: one line that changes when a file in it does; what tools made is left out.
digest_of() {
  find "$1" \( -name node_modules -o -name dist -o -name shots \) -prune -o -type f -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}

# node_packages FOLDER: `npm ci`, when its package-lock.json is not the one installed.
node_packages() {
  local stamp=$1/node_modules/.installed wanted
  wanted=$(sha256sum "$1/package-lock.json" | cut -d' ' -f1)
  [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || return 0
  say "      npm ci in $1/"
  npm --prefix "$1" ci --silent </dev/null || fail \
    "the Node packages of $1/ could not be installed" \
    "look at the message above; without a network, try again when there is one"
  printf '%s\n' "$wanted" >"$stamp"
}

# web_assets: styles, scripts, fonts and icons into web/dist, when a source changed.
web_assets() {
  node_packages web
  local stamp=$stamps/web.digest wanted
  wanted=$(digest_of web)
  if [ -d web/dist ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
    return 0
  fi
  say "      building web/dist"
  node web/build.mjs </dev/null || fail "the assets could not be built" \
    "mend what web/build.mjs names above"
  printf '%s\n' "$wanted" >"$stamp"
}
