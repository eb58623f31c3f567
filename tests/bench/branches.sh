# Tests of an image, each in a container of its own, side by side.
# shellcheck shell=bash disable=SC2154

test_of='sleep 0.2; test -e /installed' # and a number, so that each is another test

mkdir -p "$BENCH/branches"
{
	printf 'image: %s\nnetwork: none\ninstall: echo 1 > /installed\nscript:\n' "$BASE"
	for i in $(seq 8); do echo "  - {name: test-$i, run: '$test_of; true $i'}"; done
} >"$BENCH/branches/m.yml"
# One stage for each test; what they leave is what makes them part of the build.
{
	printf 'FROM %s AS built\nRUN echo 1 > /installed\n' "$BASE"
	for i in $(seq 8); do printf 'FROM built AS test-%s\nRUN %s && touch /passed-%s\n' "$i" "$test_of" "$i"; done
	printf 'FROM built\n'
	for i in $(seq 8); do echo "COPY --from=test-$i /passed-$i /tmp/"; done
} >"$BENCH/branches/Dockerfile"
factory_branches() { build/factory build "$BENCH/branches/m.yml" --no-cache -q -j 8 -t bench/branches:1; }
docker_branches() { DOCKER_BUILDKIT=$1 docker build -q --no-cache --network none "$BENCH/branches"; }
section '8 tests of 0.2 s, network none'
measure factory "$rounds" factory_branches
measure 'docker build (classic), a stage each' "$rounds" docker_branches 0
measure 'docker build (BuildKit), a stage each' "$rounds" docker_branches 1
