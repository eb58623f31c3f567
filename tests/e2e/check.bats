load common

@test "check tells all that is wrong, in order; JSON for editors" {
	printf 'image: x\ninstal: y\nscript: {runn: x, retries: z}\n' >m.yml
	fails_with 3 "$FACTORY" check m.yml
	[ "${#lines[@]}" = 3 ]
	[[ ${lines[0]} == "factory: m.yml:2:1: unknown key 'instal'"* ]]
	[[ ${lines[1]} == "factory: m.yml:3:10: unknown key 'runn'"* ]]
	[[ ${lines[2]} == "factory: m.yml:3:28: 'retries' must be a whole number"* ]]
	fails_with 3 "$FACTORY" check m.yml --format json
	[ "$(jq -r '.[0] | "\(.file) \(.line) \(.column) \(.code) \(.message) \(.hint)"' <<<"$output")" = \
		"m.yml 2 1 unknown-key unknown key 'instal' in the manifest did you mean 'install'?" ]
	printf 'image: x\n' >good.yml
	run "$FACTORY" check good.yml --format json
	[ "$status" -eq 0 ]
	[ "$output" = "[]" ]
	fails_with 2 "$FACTORY" check good.yml --format xml
	fails_with 3 "$FACTORY" check no-such.yml --format json
}

@test "the schema refuses what the parser refuses, but for what it can't know" {
	"$FACTORY" check --schema >schema.json
	cmp schema.json "$BATS_TEST_DIRNAME/../../schema/manifest.json"
	/usr/bin/python3 "$BATS_TEST_DIRNAME/../fixtures/schema/compare.py" "$FACTORY" schema.json \
		"$BATS_TEST_DIRNAME/../fixtures/schema/cases.yml"
}

@test "ten megabytes are read in a few seconds, or refused" {
	{ printf 'image: x\ninstall:\n'; yes '  - {run: echo hello, name: a step}' | head -n 150000; } >m.yml
	run timeout 20 "$FACTORY" check m.yml
	[ "$status" -eq 0 ] || shows "too large"
	{ printf 'image: x\ninstall:\n'; yes '  - {run: echo hello, nam: a step}' | head -n 280000; } >m.yml
	run timeout 20 "$FACTORY" check m.yml
	[ "$status" -eq 3 ]
	{ printf 'image: x\njobs: {exclude: [{env: A=1}], include: ['; yes '{env: A=2}, ' | head -n 150 | tr -d '\n'
	  printf ']}\ninstall:\n'; yes '  - {run: echo hello, name: a step}' | head -n 100000; } >m.yml
	fails_with 3 timeout 20 "$FACTORY" check m.yml
	shows "too many steps"
	head -c 20000000 /dev/zero | tr '\0' 'x' >m.yml
	fails_with 3 timeout 20 "$FACTORY" check m.yml
}

@test "init writes what check takes, and overwrites only by force" {
	local file
	for file in requirements.txt package.json go.mod Makefile Cargo.toml nothing; do
		rm -rf d && mkdir d && touch "d/$file"
		"$FACTORY" init d
		"$FACTORY" check d/factory.yml
	done
	printf 'language: python\nscript: make\n' >d/.travis.yml
	run "$FACTORY" init d
	[ "$status" -eq 1 ]
	shows "--force"
	"$FACTORY" init d --force
	run "$FACTORY" check d/factory.yml
	[ "$status" -eq 0 ]
	shows "python:3"
}

@test "init translates a Dockerfile, and says where it could not" {
	mkdir d
	cat >d/Dockerfile <<-E
		# comment
		FROM $BASE AS build
		ARG X
		ENV GREETING="hello there" \\
		    OTHER='{{ x }}'
		WORKDIR /app
		COPY Dockerfile ./
		COPY --from=other /a /b
		RUN test "\$GREETING" = "hello there" && \\
		    # in between
		    echo "\$PWD" > /where
		USER 1000
		EXPOSE 80
		CMD ["cat", "/where"]
		FROM scratch
		RUN never
	E
	"$FACTORY" init d
	grep -q 'Line 3, not translated: "ARG X"' d/factory.yml
	grep -q 'Line 8' d/factory.yml
	"$FACTORY" build d/factory.yml -t t/init:1
	[ "$(file_in t/init:1 /where)" = /app ]
	file_in t/init:1 /app/Dockerfile | grep -q comment
	api GET /images/t/init:1/json | jq -e '.Config.Cmd == ["cat", "/where"] and .Config.User == "1000"
		and .Config.WorkingDir == "/app" and (.Config.Env | index("OTHER={{ x }}"))'
}
