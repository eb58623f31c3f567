# What a step costs over its command: the difference that 200 more make.
# shellcheck shell=bash disable=SC2154


write_steps() {
	{
		printf 'image: %s\nnetwork: none\ninstall:\n' "$BASE"
		for i in $(seq "$1"); do echo "  - echo 0123456789 > /step-$i"; done
	} >"$BENCH/few-$1.yml"
}
write_steps 20
write_steps 220
factory_steps() { build/factory build "$BENCH/few-$1.yml" --no-cache -q -t bench/steps:latest; }

section 'builds of 20 and of 220 steps'
measure '20 steps' "$rounds" factory_steps 20
measure '220 steps' "$rounds" factory_steps 220
step_us=$(((MEDIAN['220 steps'] - MEDIAN['20 steps']) / 200))
[ $step_us -gt 0 ] || step_us=1

container=$(docker run -d --rm --network none "$BASE" sleep 1000)
exec_cli() { docker exec "$container" sh -c 'echo 0123456789 > /step-x'; }
exec_api() {
	local id
	id=$(api POST "/containers/$container/exec" '{"Cmd":["sh","-c","echo 0123456789 > /step-y"]}' | cut -d'"' -f4)
	api POST "/exec/$id/start" '{"Detach":false}'
}
section 'one step (sh -c with a small write)'
row "factory, the 200 steps' mean" $step_us $step_us $step_us
measure 'docker exec, command line' $((rounds * 4)) exec_cli
measure 'docker exec, API by curl' $((rounds * 4)) exec_api
docker rm -f "$container" >/dev/null
