load common

@test "a .travis.yml is built cell by cell, with one summary" {
	cat >.travis.yml <<-E
		language: python
		python: ["3.11", 3.12]
		env:
		  global: GREETING="hello there"
		  jobs:
		    - DB=pg OPTS='-a -b'
		    - DB=my
		services: docker
		notifications: {email: false}
		before_install: export WHO=me
		install:
		  - cd /
		  - echo "\$WHO \$PWD \$GREETING" > /tmp/install
		before_script: cd "\$TRAVIS_BUILD_DIR/tests"
		script:
		  - test "\$(basename \$PWD)" = tests && test -e ../.travis.yml
		  - test "\$(cat /tmp/install)" = "me / hello there"
		  - test "\$TRAVIS_PYTHON_VERSION \$DB" != "3.12 my"
		after_failure: echo it went wrong
		after_success: echo it went well
		after_script: echo "the end \$TRAVIS_TEST_RESULT"; exit 9
		jobs:
		  exclude:
		    - {python: 3.11, env: DB=my}
		  include:
		    - {python: "3.13", env: DB=none, stage: last, install: skip, script: test "\$OPTS" = ""}
		  allow_failures:
		    - {python: 3.12, env: DB=my}
	E
	mkdir tests
	export DOCKER_TAGGED=1
	for version in 3.11 3.12 3.13; do
		api POST "/images/$BASE/tag?repo=t/python&tag=$version"
	done
	run "$FACTORY" build .travis.yml -t t/travis:1 --language python=t/python:3
	echo "$output"
	[ "$status" -eq 0 ]
	shows "'services' is ignored"
	shows "'notifications' is ignored"
	[ "$(grep -c "'services' is ignored" <<<"$output")" = 1 ]
	shows "'stage' is ignored"
	shows "it went well"
	shows "it went wrong"
	shows "the end 1"
	[[ $output =~ python\ 3\.11,\ DB=pg\ OPTS=\'-a\ -b\'\ +passed ]]
	[[ $output =~ python\ 3\.12,\ DB=my\ +failed\ \(allowed\) ]]
	! grep -q 'python 3.11, DB=my' <<<"$output" || false
	[ -n "$(image_id t/travis:1-python-3.13-DB-none)" ]
	no_image t/travis:1-python-3.12-DB-my
	no_container_left
	sed -i '/allow_failures/,$d' .travis.yml
	fails_with 6 "$FACTORY" build .travis.yml --language python=t/python:3
}

@test "the phases' failure rules" {
	cat >.travis.yml <<-E
		image: $BASE
		install: [echo one, exit 4, echo never]
		script: echo never
	E
	fails_with 6 "$FACTORY" build .travis.yml
	shows "failed with exit code 4"
	! grep -q '| never' <<<"$output" || false
	cat >.travis.yml <<-E
		image: $BASE
		before_script: exit 5
		script: echo never
		after_failure: echo never
	E
	fails_with 6 "$FACTORY" build .travis.yml
	shows "failed with exit code 5"
	! grep -q '| never' <<<"$output" || false
	cat >.travis.yml <<-E
		image: $BASE
		script: ["false", echo goes on]
	E
	fails_with 6 "$FACTORY" build .travis.yml
	shows "| goes on"
}

@test "with fast_finish what may fail is not begun after a failure" {
	cat >m.yml <<-E
		image: $BASE
		jobs:
		  fast_finish: true
		  include:
		    - {name: may fail, env: A=1}
		    - {name: must not, env: A=2, install: "false"}
		  allow_failures: [{env: A=1}]
	E
	[ "$("$FACTORY" graph m.yml --json | jq length)" = 2 ]
	fails_with 6 "$FACTORY" build m.yml
	[[ $output =~ may\ fail\ +not\ run ]]
}

@test "what install sets up in its shell holds for the tests" {
	mkdir sub
	cat >.travis.yml <<-E
		image: $BASE
		before_install:
		  - export WORD="two words" PATH=\$PATH:/made
		  - cd sub
		install:
		  - mkdir /made && printf '#!/bin/sh\necho made it' >/made/tool && chmod +x /made/tool
		  - echo "A=b" >vars
		  - . ./vars
		  - export GONE=1
		  - unset GONE
		before_script: echo "word \$WORD, A \$A, \${GONE-none}"
		script:
		  - tool
		  - test "\$(basename "\$PWD")" = sub
	E
	run "$FACTORY" build .travis.yml -t t/travis:settings
	echo "$output"
	[ "$status" -eq 0 ]
	shows "word two words, A b, none"
	shows "made it"
	printf '%s\n' "image: t/travis:settings" \
		"tests: '! ls -a / /build /tmp /root | grep -i -e factory -e export'" >look.yml
	"$FACTORY" build look.yml
}

# A language's tools, which only say how they are called.
tools() {
	local tool
	mkdir -p bin
	for tool in "$@"; do
		printf '#!/bin/sh\necho "called %s $*"\n' "$tool" >"bin/$tool"
		chmod +x "bin/$tool"
	done
}

@test "a language's own install and script" {
	tools npm pip go
	touch package.json requirements.txt
	printf '%s\n' "language: node_js" "image: $BASE" 'env: {global: "PATH=/build/bin:/bin"}' >.travis.yml
	run "$FACTORY" build .travis.yml
	echo "$output"
	[ "$status" -eq 0 ]
	shows "called npm install"
	shows "called npm test"
	touch package-lock.json
	run "$FACTORY" build .travis.yml
	shows "called npm ci"
	sed -i 's/node_js/python/' .travis.yml
	run "$FACTORY" build .travis.yml
	[ "$status" -eq 0 ]
	shows "called pip install -r requirements.txt"
	sed -i 's/python/go/' .travis.yml
	echo "script: echo my own" >>.travis.yml
	run "$FACTORY" build .travis.yml
	[ "$status" -eq 0 ]
	shows "called go get -t -v ./..."
	shows "my own"
	! grep -q "go test" <<<"$output"
}

@test "tests: is another name of script:" {
	printf '%s\n' "image: $BASE" 'script: echo one' 'tests: [echo two, {name: last, run: "false"}]' >f.yml
	fails_with 6 "$FACTORY" build f.yml
	shows "last"
}
