# A test's own `oci:` directory, and a look at what it holds. BASE is there, and the toolbox.
setup() {
	[ "$(id -u)" = 0 ] || skip "oci: needs root"
	command -v runc >/dev/null || command -v crun >/dev/null || skip "no runtime here"
	WORK=$(mktemp -d)
	export XDG_CACHE_HOME=$WORK/cache XDG_CONFIG_HOME=$WORK/config XDG_STATE_HOME=$WORK/state
	ENGINE_HOST=${DOCKER_HOST-} # Docker, where the tests have it
	export DOCKER_HOST=oci:$WORK/oci
	cd "$WORK" || return 1
	"$FACTORY" import "$BATS_TEST_DIRNAME/../../build/images/busybox.tar" "$BASE" >/dev/null
	# What is there before anything is built: the toolbox belongs to it.
	"$FACTORY" toolbox create 2>/dev/null
	FOREIGN=$(containers)
}

# --- what the directory holds ---

image_id() {
	local file=oci/tags/${1//\//%}
	[ ! -e "$file" ] || echo "sha256:$(cat "$file")"
}

containers() {
	ls oci/containers
}

layers() {
	ls oci/layers
}

# file_in IMAGE PATH
file_in() {
	mkdir -p saved
	"$FACTORY" export "$1" -o - | tar -x -C saved
	jq -r '.[0].Layers[]' saved/manifest.json | tac | while read -r layer; do
		tar -xOf "saved/$layer" "${2#/}" 2>/dev/null && break
	done
	rm -rf saved
}
