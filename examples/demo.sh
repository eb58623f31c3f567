#!/usr/bin/env bash
# The main job from end to end: an image is built from examples/python-app, and run.
set -euo pipefail
cd "$(dirname "$0")/.."

BASE=factory-demo/python:bookworm
IMAGE=factory-demo/parrot:latest
ENGINE_DIR=$PWD/build/demo-engine

began=${EPOCHREALTIME/[.,]/}
tests/fixtures/engine.sh start "$ENGINE_DIR"
trap 'tests/fixtures/engine.sh stop "$ENGINE_DIR"' EXIT
eval "$(tests/fixtures/engine.sh env "$ENGINE_DIR")"

tests/fixtures/images.sh has "$BASE" || tests/fixtures/images.sh load python "$BASE"
build/factory toolbox create
echo
echo "factory build examples/python-app/factory.yml -t $IMAGE"
build/factory build examples/python-app/factory.yml --language "python=$BASE" -t "$IMAGE"
echo
echo "docker run $IMAGE"
docker run --rm --network none "$IMAGE"
echo
awk -v us=$((${EPOCHREALTIME/[.,]/} - began)) -v image="$IMAGE" \
	'BEGIN { printf "demo: %s was built and run in %.1f s, the engine'\''s start included\n", image, us / 1e6 }'
