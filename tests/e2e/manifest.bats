load common

@test "render prints what Jinja2 makes of it, byte for byte" {
	printf 'a: {{ name }}\n{%% for d in deps %%}- {{ d }}{{ "" if loop.last else "," }}\n{%% endfor %%}\n' >m.yml
	"$FACTORY" render m.yml --set name=x --set 'deps=[p, q]' >out
	printf 'a: x\n- p,\n- q\n\n' | cmp - out
	printf 'deps: [one]\napp: {name: y}\n' >values.yml
	printf '{{ deps[0] }} {{ app.name }}' >m.yml
	"$FACTORY" render m.yml --values values.yml --set app.name=z >out
	printf 'one z' | cmp - out
}

@test "an undefined name is an error at its place" {
	printf 'image: x\ninstall: echo {{ vresion }}\n' >m.yml
	fails_with 3 "$FACTORY" render m.yml --set version=1
	shows "m.yml:2:18: 'vresion' is undefined"
}

@test "Jinja's and YAML's errors name the manifest's own line and column" {
	printf 'image: x\n{%% for a in [1, 2] %%}\n' >m.yml
	fails_with 3 "$FACTORY" check m.yml
	shows "m.yml:2:"
	printf '{%% for a in [1, 2, 3, 4] %%}\n# {{ a }}\n{%% endfor %%}\nimage: x\ninstall: [a\nenv: b\n' >m.yml
	fails_with 3 "$FACTORY" check m.yml
	shows "m.yml:6:"
}

@test "an unknown key names the nearest known one" {
	printf '{%% if true %%}\n\n{%% endif %%}\nimage: x\ninstal: make\n' >m.yml
	fails_with 3 "$FACTORY" check m.yml
	shows "m.yml:5:1: unknown key 'instal' in the manifest: did you mean 'install'?"
	printf 'image: x\ninstall: [{rum: make}]\n' >m.yml
	fails_with 3 "$FACTORY" check m.yml
	shows "m.yml:2:12: unknown key 'rum' in a step: did you mean 'run'?"
}

@test "wrong values are refused where they stand" {
	printf 'install: x\n' >m.yml
	fails_with 3 "$FACTORY" check m.yml
	shows "no base image"
	printf 'image: x\nfiles: nowhere\n' >m.yml
	fails_with 3 "$FACTORY" check m.yml
	shows "m.yml:2:8: there is no directory nowhere"
	printf 'image: x\ncopy: a:b\n' >m.yml
	fails_with 3 "$FACTORY" check m.yml
	shows "m.yml:2:7: the destination 'b' must be an absolute path"
	fails_with 3 "$FACTORY" check no-such-file.yml
	shows "no-such-file.yml"
}

@test "check needs no engine" {
	printf 'image: x\ninstall: [a, b]\nscript: c\n' >m.yml
	run env DOCKER_HOST=unix:///nowhere "$FACTORY" check m.yml
	[ "$status" -eq 0 ]
	shows "m.yml: fine (x, 2 install steps, 1 test)"
}

@test "graph prints DOT and JSON" {
	printf 'image: x\ninstall: [a, b]\nscript: [c, d]\n' >m.yml
	run "$FACTORY" graph m.yml
	[ "$status" -eq 0 ]
	shows 'digraph build {'
	shows '"install-2" -> "test-1";'
	shows '"install-2" -> "test-2";'
	shows '"test-2" -> "commit";'
	[ "$("$FACTORY" graph m.yml --json | jq -r '[.nodes[].id] | join(" ")')" = "start install-1 install-2 test-1 test-2 commit" ]
	[ "$("$FACTORY" graph m.yml --json | jq '.edges | length')" -eq 6 ]
	run "$FACTORY" graph --machine
	shows 'digraph machine {'
}

@test "every command has --help; wrong use is exit code 2" {
	"$FACTORY" help | sed -n 's/^  \([a-z -]*[a-z]\)  .*/\1/p' >commands
	[ "$(wc -l <commands)" -ge 9 ]
	while read -r command; do
		run "$FACTORY" $command --help
		[ "$status" -eq 0 ]
		shows "usage: factory $command"
		fails_with 2 "$FACTORY" $command --no-such-option
	done <commands
	run "$FACTORY" toolbox --help
	shows "usage: factory toolbox COMMAND"
	run "$FACTORY" help build
	shows "usage: factory build MANIFEST"
	fails_with 2 "$FACTORY" help bulid
	fails_with 2 "$FACTORY"
	fails_with 2 "$FACTORY" bulid
	fails_with 2 "$FACTORY" build
	fails_with 2 "$FACTORY" shell ""
	fails_with 2 "$FACTORY" build m.yml -t ""
	run "$FACTORY" build m.yml --jbos 3
	shows "did you mean --jobs?"
}

@test "help exit-codes lists every code" {
	run "$FACTORY" help exit-codes
	[ "$status" -eq 0 ]
	for code in 0 1 2 3 4 5 6 7 8 9 130 143; do
		echo "$output" | grep -Eq "^ *$code  "
	done
}
