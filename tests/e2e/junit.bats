# What `factory build --junit` writes of a build's tests.
load common

# xml FILE EXPRESSION: what ElementTree says, `r` is the root.
xml() {
	/usr/bin/python3 -c 'import sys, xml.etree.ElementTree as t
r = t.parse(sys.argv[1]).getroot()
print(eval(sys.argv[2]))' "$1" "$2"
}

counts() {
	xml "$1" '" ".join(r.get(k) for k in ("tests", "failures", "errors", "skipped"))'
}

@test "a build that passes, and one from the cache" {
	manifest <<-E
		image: $BASE
		install: echo $WORK
		script:
		  - {name: good, run: 'printf "a<b \033[1mbold"'}
		  - test 1 = 1
	E
	"$FACTORY" build m.yml --junit j.xml
	[ "$(counts j.xml)" = '2 0 0 0' ]
	[ "$(xml j.xml '[c.get("name") for c in r.iter("testcase")]')" = "['good', 'test 1 = 1']" ]
	xml j.xml 'r.find(".//system-out").text' | grep -q 'a<b'
	[ "$(xml j.xml 'r[0].get("name")')" = m.yml ]
	"$FACTORY" build m.yml --junit j.xml
	[ "$(counts j.xml)" = '2 0 0 0' ]
	xml j.xml 'r.find(".//system-out").text' | grep -q 'passed in an earlier build'
}

@test "a test that fails: the file is there, as factory test writes it" {
	manifest <<-E
		image: $BASE
		install: echo $WORK
		script:
		  - {name: good, run: echo fine}
		  - {name: bad, run: echo oops; sleep 2; exit 3}
		  - {name: late, run: sleep 30}
	E
	echo old >j.xml
	fails_with 6 "$FACTORY" build m.yml --junit j.xml --no-cache
	[ "$(counts j.xml)" = '3 1 0 1' ]
	[ "$(xml j.xml 'r.find(".//failure").get("message")')" = 'test-2 failed with exit code 3: bad' ]
	xml j.xml 'r.find(".//failure").text' | grep -q '^m.yml:5:5: test-2 failed'
	xml j.xml 'r[0][1].find("system-out").text' | grep -q oops
	[ "$(xml j.xml '[c.get("name") for c in r.iter("testcase") if c.find("skipped") is not None]')" = "['late']" ]
	sed -i 's/sleep 30/true/' m.yml
	fails_with 6 "$FACTORY" test m.yml --junit tested.xml
	[ "$(xml tested.xml 'r.find(".//failure").get("message")')" = "$(xml j.xml 'r.find(".//failure").get("message")')" ]
	[ -z "$(find . -name 'j.xml?*' -o -name '.j.xml*')" ]
	no_container_left
}

@test "a build that never came to its tests is an error; each cell is a suite" {
	manifest <<-E
		image: $BASE
		env: {matrix: [A=1, A=2]}
		install: test \$A = 1
		script: [echo one, echo two]
	E
	fails_with 6 "$FACTORY" build m.yml --junit j.xml --no-cache
	[ "$(counts j.xml)" = '5 0 1 2' ]
	[ "$(xml j.xml 'sorted(s.get("name") for s in r)')" = "['A=1', 'A=2']" ]
	xml j.xml 'r.find(".//error").get("message")' | grep -q 'install-1 failed with exit code 1'
	manifest <<<"{image: '127.0.0.1:1/none:1', script: [echo never]}"
	fails_with 5 "$FACTORY" build m.yml --junit j.xml
	[ "$(counts j.xml)" = '1 0 1 0' ]
}

@test "a service that fails is an error; secrets are hidden" {
	manifest <<-E
		image: $BASE
		services: {mute: {image: $BASE, command: sleep 100, ready: {tcp: 99, timeout: 1s}}}
		script:
		  - {run: echo never, name: never}
		  - {run: 'echo it is \$TOKEN; sleep 20', services: [], secrets: {TOKEN: TEST_TOKEN}, name: other}
	E
	TEST_TOKEN=hush-hush fails_with 6 "$FACTORY" build m.yml --junit j.xml --no-cache
	[ "$(xml j.xml 'r[0][0].find("error") is not None')" = True ]
	[ "$(counts j.xml)" = '2 0 1 1' ]
	not grep -q hush-hush j.xml
	grep -qF 'it is ***' j.xml
	no_container_left
}

@test "where it can't be written that is told, and does not hide why a build failed" {
	manifest <<<"{image: $BASE, script: [exit 1]}"
	fails_with 6 "$FACTORY" build m.yml --junit none/j.xml --no-cache
	shows 'none/j.xml'
	shows 'test-1 failed with exit code 1'
	manifest <<<"{image: $BASE, script: [exit 0]}"
	fails_with 1 "$FACTORY" build m.yml --junit none/j.xml --no-cache
	shows 'none/j.xml'
	fails_with 2 "$FACTORY" build m.yml --junit -
}
