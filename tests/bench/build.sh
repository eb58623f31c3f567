# Builds: cold with a network and without, and fully cached.
# shellcheck shell=bash disable=SC2154

small='echo 0123456789 > /step-'

# steps N LINE: N small steps in every builder's language, in $BENCH; LINE is the manifest's.
steps() {
	local n=$1 i dir=$BENCH/context-$1
	mkdir -p "$dir"
	{
		printf 'image: %s\n%s\ninstall:\n' "$BASE" "$2"
		for i in $(seq "$n"); do echo "  - $small$i"; done
	} >"$BENCH/steps-$n.yml"
	{
		echo "FROM $BASE"
		for i in $(seq "$n"); do echo "RUN $small$i"; done
	} >"$dir/Dockerfile"
	jq -n --arg base "$BASE" --arg small "$small" --argjson n "$n" '{
		builders: [{type: "docker", image: $base, pull: false, commit: true,
			run_command: ["-d", "-i", "-t", "--entrypoint=/bin/sh", "--", "{{.Image}}"]}],
		provisioners: [range(1; $n + 1) | {type: "shell", inline: ["\($small)\(.)"]}]
	}' >"$dir/packer.json"
}

factory_cold() { build/factory build "$BENCH/steps-20.yml" --no-cache -q -t bench/factory:latest; }
factory_cached() { build/factory build "$BENCH/steps-20.yml" -q -t bench/factory:latest; }
# docker_build BUILDKIT OPTION...
docker_build() { DOCKER_BUILDKIT=$1 docker build -q -t "bench/docker-$1:latest" "${@:2}" "$BENCH/context-20"; }
# buildah_build OPTION...: with a store of its own.
buildah_in() {
	buildah --root "$BENCH/buildah/root" --runroot "$BENCH/buildah/run" --storage-driver overlay "$@"
}
buildah_build() {
	CONTAINERS_CONF=$BENCH/containers.conf buildah_in bud --isolation chroot -q -t bench/buildah \
		"$@" "$BENCH/context-20"
}
buildah_prepare() {
	[ ! -e "$BENCH/buildah" ] || return 0
	command -v buildah >/dev/null || return 0
	# See design: limits that this machine has, and the runtime that knows its cgroups.
	printf '[containers]\ndefault_ulimits=["nofile=1024:4096","nproc=1024:1024"]\n[engine]\nruntime="runc"\ncgroup_manager="cgroupfs"\nevents_logger="file"\n' \
		>"$BENCH/containers.conf"
	docker save "$BASE" -o "$BENCH/base.tar"
	CONTAINERS_CONF=$BENCH/containers.conf buildah_in pull "docker-archive:$BENCH/base.tar" ||
		true
	CONTAINERS_CONF=$BENCH/containers.conf buildah_in tag "docker.io/$BASE" "localhost/$BASE" || true
}
packer_build() { CHECKPOINT_DISABLE=1 PACKER_CACHE_DIR=$BENCH/packer packer build "$BENCH/context-20/packer.json"; }

buildah_prepare >/dev/null 2>&1
for network in default none; do
	if [ $network = default ] && ! bench_has_network; then
		section "cold build of 20 small steps, network $network"
		skipped all "this machine's engine has no bridge"
		continue
	fi
	steps 20 "$([ $network = none ] && echo 'network: none')"
	section "cold build of 20 small steps, network $network"
	measure factory "$rounds" factory_cold
	measure 'docker build (classic)' "$rounds" docker_build 0 --no-cache --network $network
	measure 'docker build (BuildKit)' "$rounds" docker_build 1 --no-cache --network $network
	peer buildah 'buildah bud --layers (chroot)' "$rounds" buildah_build --no-cache --layers
	peer buildah 'buildah bud (chroot)' "$rounds" buildah_build --no-cache
	if [ $network = default ]; then
		peer packer 'Packer, a provisioner per step' "$rounds" packer_build
	fi
done

section "the same, fully cached"
measure factory $((rounds * 4)) factory_cached
measure 'docker build (classic)' "$rounds" docker_build 0 --network none
measure 'docker build (BuildKit)' "$rounds" docker_build 1 --network none
peer buildah 'buildah bud --layers (chroot)' "$rounds" buildah_build --layers

changes=0
change_last() { # FILE
	changes=$((changes + 1))
	sed -i "\$s/; true .*//; \$s/\$/; true $changes/" "$1"
}
factory_late() { change_last "$BENCH/steps-20.yml" && factory_cached; }
# docker_late BUILDKIT
docker_late() { change_last "$BENCH/context-20/Dockerfile" && docker_build "$1" --network none; }
section "the same, the last step changed"
measure factory "$rounds" factory_late
measure 'docker build (classic)' "$rounds" docker_late 0
measure 'docker build (BuildKit)' "$rounds" docker_late 1

mkdir -p "$BENCH/files/tree"
for directory in $(seq 200); do
	mkdir "$BENCH/files/tree/$directory"
	head -c 1024000 /dev/urandom | split -b 10240 -a 2 - "$BENCH/files/tree/$directory/"
done
printf 'image: %s\nnetwork: none\ncopy: tree:/tree\n' "$BASE" >"$BENCH/files/m.yml"
printf 'FROM %s\nCOPY tree /tree\n' "$BASE" >"$BENCH/files/Dockerfile"
factory_files() { build/factory build "$BENCH/files/m.yml" -q "$@"; }
docker_files() { DOCKER_BUILDKIT=$1 docker build -q "${@:2}" "$BENCH/files"; }
section "a copy of 20,000 files of 10 KB, cold"
measure factory "$rounds" factory_files --no-cache
measure 'docker build (classic)' "$rounds" docker_files 0 --no-cache
measure 'docker build (BuildKit)' "$rounds" docker_files 1 --no-cache
section "a copy of 20,000 files of 10 KB, unchanged"
measure factory "$rounds" factory_files
measure 'docker build (classic)' "$rounds" docker_files 0
measure 'docker build (BuildKit)' "$rounds" docker_files 1
rm -r "$BENCH/files/tree"
