# Many builds at once, beside the engine's own limit.
# shellcheck shell=bash disable=SC2154

{
	# shellcheck disable=SC2016 # the step is for the target's shell
	printf 'image: %s\nnetwork: none\ninstall: echo 1 > /cell-$I\njobs:\n  include:\n' "$BASE"
	for i in $(seq 16); do echo "  - {name: cell-$i, env: I=$i}"; done
} >"$BENCH/cells.yml"
factory_cells() { build/factory build "$BENCH/cells.yml" --no-cache -q -j 16 -t bench/cells:1; }
# The calls that a build is made of, by one process for each container.
raw_cell() {
	local url=http://engine json='Content-Type: application/json' name=bench-cell-$1
	local -a to=(--silent --output /dev/null --unix-socket "${DOCKER_HOST#unix://}")
	curl "${to[@]}" -H "$json" --data '{"Image":"'"$BASE"'","HostConfig":{"NetworkMode":"none"},
		"Cmd":["sh","-c","echo 1 > /cell-'"$1"'"]}' "$url/containers/create?name=$name" \
		--next "${to[@]}" --request POST "$url/containers/$name/start" \
		--next "${to[@]}" --request POST "$url/containers/$name/wait" \
		--next "${to[@]}" --request POST "$url/commit?container=$name&repo=bench/raw&tag=$name" \
		--next "${to[@]}" --request DELETE "$url/containers/$name?force=1"
}
raw_cells() {
	local i
	for i in $(seq 16); do raw_cell "$i" & done
	wait
}
# docker_cells BUILDKIT
docker_cells() {
	local i
	mkdir -p "$BENCH/cell"
	for i in $(seq 16); do
		printf 'FROM %s\nRUN echo 1 > /cell-%s\n' "$BASE" "$i" |
			DOCKER_BUILDKIT=$1 docker build -q --no-cache --network none -t "bench/cell:$i" - &
	done
	wait
}
section '16 builds at once, of one step each, network none'
measure factory "$rounds" factory_cells
measure 'the same API calls, raw by curl' "$rounds" raw_cells
measure 'docker build (classic), 16 of them' "$rounds" docker_cells 0
measure 'docker build (BuildKit), 16 of them' "$rounds" docker_cells 1

# How much of a build is the engine's: the same calls without us, and the processor's time that we
# take for it.
factory_cell() { build/factory build "$BENCH/cell.yml" --no-cache -q -t bench/cell:1; }
printf 'image: %s\nnetwork: none\ninstall: echo 1 > /cell\n' "$BASE" >"$BENCH/cell.yml"
section 'one build of one step, network none'
measure factory $((rounds * 2)) factory_cell
measure 'the same API calls, raw by curl' $((rounds * 2)) raw_cell 0
own_time() { TIMEFORMAT='%3U s + %3S s (user, system)' && time factory_cell >/dev/null 2>&1; }
figure "factory's own processor time" "$(own_time 2>&1)"
