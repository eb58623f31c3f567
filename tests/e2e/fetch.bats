# Modules from git and from archives: over file:// and over HTTP on loopback. Only the last one needs an engine.
bats_require_minimum_version 1.5.0
load common
load serve

setup() {
	WORK=$(mktemp -d)
	export XDG_CACHE_HOME=$WORK/cache XDG_CONFIG_HOME=$WORK/config HOME=$WORK/home
	export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example
	export GIT_CONFIG_NOSYSTEM=1
	mkdir "$HOME" "$WORK/www"
	cd "$WORK" || return 1
}

teardown() {
	unserve
	chmod -R u+w "$WORK"
	rm -rf "$WORK"
}

# A module's directory, whose one step is $2.
module() {
	mkdir -p "$1"
	printf 'name: %s\nversion: 1.0.0\ninstall: echo %s\n' "$(basename "$1")" "$2" >"$1/module.yml"
}

# repository NAME: with the module `one` at its root, tagged v1.
repository() {
	git init --quiet --initial-branch=main "$1"
	module "$1" first
	git -C "$1" add .
	git -C "$1" commit --quiet -m first
	git -C "$1" tag v1
}

commit_more() {
	sed -i "s/echo .*/echo $2/" "$1/module.yml"
	git -C "$1" commit --quiet -am "$2"
}

# using TEXT...: a manifest with these lines as its one module.
using() {
	printf 'image: x\nmodules:\n- %s\n' "$1" >m.yml
	printf '  %s\n' "${@:2}" >>m.yml
}

# The step that the module adds.
step() {
	"$FACTORY" graph m.yml --json | jq -r '.nodes[] | select(.kind == "task") | .label'
}

cached() {
	find "$XDG_CACHE_HOME/factory/modules" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l
}

@test "a tag, a branch, a commit and the default branch of a repository" {
	repository repo
	commit_more repo second
	git -C repo branch other
	git -C repo tag -a -m annotated v2
	commit_more repo third
	using "git: file://$WORK/repo" 'tag: v1'
	[ "$(step)" = 'echo first' ]
	using "git: file://$WORK/repo" 'tag: v2'
	[ "$(step)" = 'echo second' ]
	using "git: file://$WORK/repo" 'tag: other'
	[ "$(step)" = 'echo second' ]
	using "git: file://$WORK/repo" "tag: $(git -C repo rev-parse v1)"
	[ "$(step)" = 'echo first' ]
	using "git: file://$WORK/repo"
	[ "$(step)" = 'echo third' ]
	commit_more repo fourth
	[ "$(step)" = 'echo fourth' ]
	[ "$(cached)" -eq 4 ]
}

@test "a commit is fetched once: then the repository need not be there" {
	repository repo
	using "git: file://$WORK/repo" "tag: $(git -C repo rev-parse HEAD)"
	[ "$(step)" = 'echo first' ]
	rm -rf repo
	[ "$(step)" = 'echo first' ]
	[ "$(find "$XDG_CACHE_HOME" -name '*.git' -o -name repository -o -name archive | wc -l)" -eq 0 ]
}

@test "a directory of a repository; one that leaves it is refused" {
	git init --quiet repo
	module repo/deep/inside nested
	ln -s / repo/deep/out
	git -C repo add deep/inside
	git -C repo commit --quiet -m x
	using "git: file://$WORK/repo" 'path: deep/inside'
	[ "$(step)" = 'echo nested' ]
	using "git: file://$WORK/repo" 'path: ../../../..'
	fails_with 3 "$FACTORY" graph m.yml
	shows "leaves the module's directory"
}

@test "a repository over HTTP without any program on its side" {
	repository repo
	commit_more repo second
	git clone --quiet --bare repo www/repo.git
	git -C www/repo.git update-server-info
	serve
	using "git: $URL/repo.git" 'tag: v1'
	[ "$(step)" = 'echo first' ]
	using "git: $URL/repo.git" "tag: $(git -C repo rev-parse main)"
	[ "$(step)" = 'echo second' ]
}

@test "what git refuses, or what would ask somebody" {
	repository repo
	serve
	using "git: file://$WORK/repo" 'tag: v9'
	fails_with 3 "$FACTORY" graph m.yml
	shows "m.yml:3:"
	shows "has no tag or branch 'v9'"
	using "git: file://$WORK/none"
	fails_with 3 "$FACTORY" graph m.yml
	shows "git can't get file://$WORK/none"
	using "git: ext::sh -c 'touch% $WORK/pwned'" 'tag: v1'
	fails_with 3 "$FACTORY" graph m.yml
	using "git: --upload-pack=touch $WORK/pwned" 'tag: v1'
	fails_with 3 "$FACTORY" graph m.yml
	using "git: file://$WORK/repo" "tag: '--upload-pack=touch $WORK/pwned'"
	fails_with 3 "$FACTORY" graph m.yml
	[ ! -e pwned ]
	using "git: $URL/none.git"
	fails_with 3 timeout 20 "$FACTORY" graph m.yml
	[ "$(cached)" -eq 0 ]
}

@test "no git: one clear error" {
	mkdir empty
	using "git: file://$WORK/repo" 'tag: v1'
	PATH=$WORK/empty fails_with 3 "$FACTORY" graph m.yml
	shows 'there is no program git in PATH'
}

@test "hooks, filters, submodules and attributes of a repository mean nothing" {
	repository repo
	git init --quiet sub
	git -C sub commit --quiet --allow-empty -m x
	git -C repo -c protocol.file.allow=always submodule --quiet add "file://$WORK/sub" sub
	printf '* filter=evil\nkept export-ignore\nstamp export-subst\n' >repo/.gitattributes
	echo kept >repo/kept
	# shellcheck disable=SC2016
	echo '$Format:%H$' >repo/stamp
	git -C repo add .
	git -C repo commit --quiet -m x
	git config --file "$HOME/.gitconfig" filter.evil.smudge "touch $WORK/pwned"
	using "git: file://$WORK/repo"
	[ "$(step)" = 'echo first' ]
	[ ! -e pwned ]
	tree=$(echo "$XDG_CACHE_HOME"/factory/modules/git-*)
	[ "$(cat "$tree/kept")" = kept ]
	# shellcheck disable=SC2016
	[ "$(cat "$tree/stamp")" = '$Format:%H$' ]
}

@test "the repository of who runs factory in a hook is left alone" {
	repository repo
	repository mine
	using "git: file://$WORK/repo" 'tag: v1'
	export GIT_DIR=$WORK/mine/.git GIT_WORK_TREE=$WORK/mine GIT_INDEX_FILE=$WORK/mine/.git/index
	[ "$(step)" = 'echo first' ]
	[ -z "$(git status --porcelain)" ]
}

@test "a link that leaves the repository is refused, and nothing stays" {
	repository repo
	ln -s /etc repo/out
	git -C repo add .
	git -C repo commit --quiet -m x
	using "git: file://$WORK/repo"
	fails_with 3 "$FACTORY" graph m.yml
	shows "entry 'out' is refused: the link leads out"
	[ "$(cached)" -eq 0 ]
}

# archive NAME: www/NAME.tar.gz with one directory that holds the module; $SUM is its digest.
archive() {
	module "tree/$1-1.0" archived
	tar -C tree -czf "www/$1.tar.gz" "$1-1.0"
	SUM=$(sha256sum "www/$1.tar.gz" | cut -d ' ' -f 1)
}

@test "an archive over HTTP and from a file; once fetched, it need not be there" {
	archive one
	serve
	using "tarball: $URL/one.tar.gz" "sha256: $SUM"
	[ "$(step)" = 'echo archived' ]
	[ "$(grep -c 'GET /one.tar.gz' requests)" -eq 1 ]
	rm www/one.tar.gz
	[ "$(step)" = 'echo archived' ]
	[ "$(cached)" -eq 1 ]
	archive two
	using "tarball: file://$WORK/www/two.tar.gz" "sha256: ${SUM^^}"
	[ "$(step)" = 'echo archived' ]
}

@test "an archive that is another one is not even opened" {
	archive one
	printf 'not an archive' >www/one.tar.gz
	serve
	using "tarball: $URL/one.tar.gz" "sha256: $SUM"
	fails_with 3 "$FACTORY" graph m.yml
	shows 'm.yml:3:'
	shows "is not what was asked for: its SHA-256 is $(sha256sum www/one.tar.gz | cut -d ' ' -f 1), not $SUM"
	[ "$(cached)" -eq 0 ]
}

@test "downloads that go wrong: missing, endless, in a circle, to a file, nobody there" {
	serve
	zeros=$(printf '0%.0s' $(seq 64))
	using "tarball: $URL/none.tar.gz" "sha256: $zeros"
	fails_with 3 "$FACTORY" graph m.yml
	shows '404'
	using "tarball: $URL/endless" "sha256: $zeros"
	fails_with 3 "$FACTORY" graph m.yml
	shows 'is longer than 64 MiB'
	using "tarball: $URL/loop" "sha256: $zeros"
	fails_with 3 "$FACTORY" graph m.yml
	shows 'redirects'
	using "tarball: $URL/to-file" "sha256: $zeros"
	fails_with 3 "$FACTORY" graph m.yml
	shows "can't download"
	using 'tarball: http://127.0.0.1:1/x' "sha256: $zeros"
	fails_with 3 "$FACTORY" graph m.yml
	shows "can't download http://127.0.0.1:1/x"
	using 'tarball: ftp://127.0.0.1/x' "sha256: $zeros"
	fails_with 3 "$FACTORY" graph m.yml
	shows 'ftp'
	[ "$(cached)" -eq 0 ]
}

@test "hostile archives are refused by name, and leave nothing" {
	mkdir hostile
	/usr/bin/python3 "$BATS_TEST_DIRNAME/../fixtures/hostile_archives.py" hostile
	for name in up link-out device set-user-id through-link; do
		using "tarball: file://$WORK/hostile/bad-$name.tar" "sha256: $(sha256sum "hostile/bad-$name.tar" | cut -d ' ' -f 1)"
		fails_with 3 "$FACTORY" graph m.yml
		shows "$(cat "hostile/bad-$name.txt")"
	done
	[ "$(cached)" -eq 0 ]
	[ ! -e factory-escaped ]
}

@test "several at once get the same whole module" {
	archive one
	using "tarball: file://$WORK/www/one.tar.gz" "sha256: $SUM"
	pids=()
	for i in 1 2 3 4 5 6; do
		"$FACTORY" graph m.yml --json >"out.$i" &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do wait "$pid"; done
	[ "$(cat out.? | jq -r '.nodes[] | select(.kind == "task") | .label' | sort | uniq -c | tr -s ' ')" = ' 6 echo archived' ]
	[ "$(cached)" -eq 1 ]
}

@test "what a killed factory left is removed by the next one" {
	archive one
	mkdir -p "$XDG_CACHE_HOME/factory/modules/.new-999999999-AbCdEf/tree"
	mkdir -p "$XDG_CACHE_HOME/factory/modules/.new-$$-AbCdEf"
	using "tarball: file://$WORK/www/one.tar.gz" "sha256: $SUM"
	[ "$(step)" = 'echo archived' ]
	[ ! -e "$XDG_CACHE_HOME/factory/modules/.new-999999999-AbCdEf" ]
	[ -e "$XDG_CACHE_HOME/factory/modules/.new-$$-AbCdEf" ]
}

# A shell's background jobs ignore SIGINT: SIGTERM it is.
@test "a build that is ended while it fetches says so, and leaves nothing" {
	archive one
	serve
	using "tarball: $URL/slow/one.tar.gz" "sha256: $SUM"
	"$FACTORY" build m.yml >out 2>&1 3>&- &
	pid=$!
	begun() { [ "$(cached)" -ne 0 ]; }
	eventually begun
	kill -TERM $pid
	code=0
	wait $pid || code=$?
	[ "$code" -eq 143 ]
	grep -q interrupted out
	[ "$(cached)" -eq 0 ]
}
