load common

# well_formed FILE: it is XML.
well_formed() {
	/usr/bin/python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' "$1"
}

# apart FILE: its boxes are in the picture, none is on another, and no arrow crosses one: not on the
# straight way between the two that it connects.
apart() {
	/usr/bin/python3 - "$1" <<-'E'
		import re, sys, xml.dom.minidom as m
		picture = m.parse(sys.argv[1]).documentElement
		width, height = (int(picture.getAttribute(key)) for key in ("width", "height"))
		boxes = [tuple(int(box.getAttribute(key)) for key in ("x", "y", "width", "height"))
		         for box in picture.getElementsByTagName("rect") if box.getAttribute("class") == "box"]
		for x, y, w, h in boxes:
		    assert x >= 0 and y >= 0 and x + w <= width and y + h <= height, (x, y, w, h)
		for i, (x, y, w, h) in enumerate(boxes):
		    for X, Y, W, H in boxes[:i]:
		        assert x + w <= X or X + W <= x or y + h <= Y or Y + H <= y, (x, y, X, Y)
		arrows = [path.getAttribute("d") for path in picture.getElementsByTagName("path") if path.getAttribute("class") == "arrow"]
		for arrow in arrows:
		    numbers = [int(n) for n in re.findall(r"-?\d+", arrow)]
		    (x0, y0), (x1, y1) = numbers[:2], numbers[-2:]
		    for x, y, w, h in boxes:
		        for part in range(1, 100):
		            at = x0 + (x1 - x0) * part / 100, y0 + (y1 - y0) * part / 100
		            assert not (x < at[0] < x + w and y < at[1] < y + h), (arrow, x, y)
	E
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

@test "a matrix: each cell is drawn, in one picture" {
	manifest <<-E
		image: base
		env: {matrix: [A=1, A=2]}
		script: echo hello
	E
	"$FACTORY" graph m.yml --format svg >matrix.svg
	well_formed matrix.svg
	[ "$(grep -c 'class="box"' matrix.svg)" = 6 ]
	[ "$(grep -o 'class="heading"[^<]*' matrix.svg | sed 's/.*>//')" = $'A=1\nA=2' ]
	# No box is on another one, and all are in the picture.
	apart matrix.svg
	run "$FACTORY" graph m.yml --format text
	[ "$(grep -c '^commit' <<<"$output")" = 2 ]
	[ "${lines[0]}" = A=1 ]
	run "$FACTORY" graph m.yml --format dot
	[ "$(grep -c '^digraph' <<<"$output")" = 1 ]
	shows 'label="A=2"'
	shows '"2/test-1" -> "2/commit"'
	[ "$("$FACTORY" graph m.yml --format json | jq 'length, (.[1].nodes | length)')" = $'2\n3' ]
}

@test "branches of a group have rows of their own" {
	manifest <<-'E'
		image: base
		install:
		  - before
		  - parallel:
		      - [one, one more, one at last]
		      - two
		      - [three, three more]
		  - behind
		script: [a, b]
	E
	"$FACTORY" graph m.yml --format svg >group.svg
	well_formed group.svg
	apart group.svg
	run "$FACTORY" graph m.yml --format text
	shows '├─ install-5  two'
	shows '│  install-7  three more'
	"$FACTORY" graph m.yml --format dot >group.dot
	[ "$(grep -c -- '-> "merge-1"' group.dot)" = 3 ]
	[ "$(grep -c '"install-1" ->' group.dot)" = 3 ]
}
