load common

# well_formed FILE: it is XML.
well_formed() {
	/usr/bin/python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' "$1"
}

@test "a build's graph as a picture, as text, as JSON and in Graphviz's language" {
	manifest <<-'E'
		image: base
		install: ["echo '<&>\"'", "two\nlines"]
		script: [echo one, echo two]
	E
	"$FACTORY" graph m.yml --format svg >graph.svg
	well_formed graph.svg
	[ "$(grep -c 'class="box"' graph.svg)" = 6 ]
	not grep -q '<script\|href=' graph.svg
	run "$FACTORY" graph m.yml --format text
	shows '├─ test-2     echo two'
	[ "$("$FACTORY" graph m.yml --format json | jq '.nodes | length')" = 6 ]
	[ "$("$FACTORY" graph m.yml --json)" = "$("$FACTORY" graph m.yml --format json)" ]
	[ "$("$FACTORY" graph m.yml)" = "$("$FACTORY" graph m.yml --format dot)" ]
	fails_with 2 "$FACTORY" graph m.yml --format png
	shows "--format takes dot, json, svg or text, not 'png'"
}

@test "the state machine as a picture" {
	"$FACTORY" graph --machine --format svg >machine.svg
	well_formed machine.svg
	grep -q 'closed / tell ended' machine.svg
	fails_with 2 "$FACTORY" graph --machine --format text
}

@test "a matrix is more than one picture" {
	manifest <<-E
		image: base
		env: {matrix: [A=1, A=2]}
		script: echo hello
	E
	run "$FACTORY" graph m.yml --format svg
	[ "$status" -ne 0 ]
	shows "has a matrix of 2 cells"
	run "$FACTORY" graph m.yml --format text
	[ "$(grep -c '^commit' <<<"$output")" = 2 ]
}
