# Builds static libraries from the source packages of this machine's Debian release; to be sourced by
# the scripts that have the recipes. They set `libraries`, Debian's names of the source packages, have
# a function build_NAME for each, which runs in the source, and end with `build_libraries "$@"`.
# shellcheck shell=bash disable=SC2034,SC2154 # what is shared with those scripts

here=$(cd "$(dirname "$0")" && pwd)
recipe=$here/$(basename "$0")
jobs=2

# shellcheck source=libraries/private-apt.sh
. "$here/private-apt.sh"

case ${1-} in
-h | --help) usage && exit ;;
'' | -*) usage >&2 && exit 2 ;;
esac
mkdir -p "$1"
out=$(cd "$1" && pwd)

# Downloads the source packages that are not there yet, each to DIR/download/NAME.
fetch_sources() {
	local name missing=()
	for name in "${libraries[@]}"; do
		[ -e "$out/download/$name/version" ] || missing+=("$name")
	done
	[ ${#missing[@]} -gt 0 ] || return 0

	echo "  sources  ${missing[*]}"
	private_apt_suites | while read -r mirror suite; do
		private_apt_source deb-src "$mirror" "$suite"
	done | private_apt_init "$out/apt"
	for name in "${missing[@]}"; do
		download "$name"
		(cd "$out/download/$name" && basename ./*.dsc .dsc >version)
	done
}

# The newest source; the release's own where a mirror lists an update that it does not hold.
download() {
	local name=$1 dir=$out/download/$1 codename
	rm -rf "$dir"
	mkdir -p "$dir"
	source_of "$dir" "$name" 2>"$dir/log" && return
	codename=$(private_apt_codename)
	echo "  sources  $name: the newest is not on the mirror, taking $codename's first"
	source_of "$dir" --target-release "$codename" "$name"
}

source_of() { # DIRECTORY ARGUMENT...
	(cd "$1" && private_apt "$out/apt" source -qq --download-only "${@:2}")
}

install_files() { # DIRECTORY FILE...
	mkdir -p "$out/$1"
	cp "${@:2}" "$out/$1"
}

# Builds one library unless it was built from the same source by the same recipe.
build() {
	local name=$1 started=$SECONDS mark=$out/$1.built key
	key=$(cat "$out/download/$name/version" "$recipe" "$here"/*.h | sha256sum)
	[ "$(cat "$mark" 2>/dev/null)" != "$key" ] || return 0
	mkdir -p "$out/log"
	# A shell of its own: "set -e" does nothing within a function whose status is tested.
	if ! "$recipe" "$out" "$name" >"$out/log/$name" 2>&1; then
		tail -n 30 "$out/log/$name" >&2
		echo "$0: $name was not built; all of the log: $out/log/$name" >&2
		exit 1
	fi
	echo "$key" >"$mark"
	echo "  library  $(cat "$out/download/$name/version") ($((SECONDS - started)) s)"
}

# build_libraries DIR [NAME]: all that are not there yet; or this one, in any case.
build_libraries() {
	local name
	if [ $# = 2 ]; then
		mkdir -p "$out/source"
		rm -rf "$out/source/$2" # objects of another recipe
		dpkg-source --no-check -x "$out/download/$2"/*.dsc "$out/source/$2"
		cd "$out/source/$2" || return
		"build_$2"
		return
	fi
	fetch_sources
	for name in "${libraries[@]}"; do
		build "$name"
	done
}
