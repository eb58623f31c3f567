load common

teardown() {
	[ -z "${UI-}" ] || kill "$UI" 2>/dev/null || true
	rm -rf "$WORK"
}

# Starts the server; $url is its address, with a slash behind it.
serve() {
	"$FACTORY" ui >address 2>errors 3>&- &
	UI=$!
	eventually [ -s address ]
	url=$(cat address)
	[[ $url =~ ^http://127\.0\.0\.1:[0-9]+/[0-9a-f]{32}/$ ]]
}

# answers CODE curl-argument...: the status of the answer.
answers() {
	local code
	code=$(curl -s -m 10 -o answer -w '%{http_code}' "${@:2}")
	[ "$code" = "$1" ] || { printf 'status %s, not %s\n%s\n' "$code" "$1" "$(cat answer)" >&2; return 1; }
}

small() {
	manifest <<-E
		image: $BASE
		install: echo one
	E
	"$FACTORY" build m.yml
	id=$("$FACTORY" report --list | awk 'END { print $1 }')
}

@test "who knows the token sees the builds, nobody else sees anything" {
	small
	serve
	answers 200 "$url"
	grep -q "href=\"build/$id\"" answer
	answers 200 "${url}build/$id"
	grep -q "data-follow=\"../events/$id\"" answer
	local base=${url%/*/}
	answers 403 "$base/"
	answers 403 "$base/00000000000000000000000000000000/"
	answers 403 "${url%?}"
	answers 403 "${url%??}x/"
	answers 403 -H 'Host: evil.example' "$url"
	answers 403 -H 'Host: localhost' "$url"
	answers 405 -X POST -d x "$url"
	answers 405 -X DELETE "${url}build/$id"
	answers 404 "${url}nothing"
	answers 404 "${url}build/"
	answers 404 "${url}build/${id%?}"
	answers 404 --path-as-is "${url}events/../../../../m"
	answers 404 "${url}events/..%2F..%2Fm"
	[ -z "$(ss -Hltn "sport = :$(grep -o ':[0-9]*' <<<"${base#http:}" | tr -d :)" | grep -v 127.0.0.1)" ]
}

@test "a build is followed while it runs" {
	small
	serve
	curl -sN -m 20 "${url}new/$id" >new &
	manifest <<-E
		image: $BASE
		install: for i in 1 2 3 4 5 6; do echo step \$i; sleep 0.5; done
	E
	"$FACTORY" build m.yml --no-cache 3>&- &
	build=$!
	eventually grep -q 'data: new' new
	id=$("$FACTORY" report --list | awk 'END { print $1 }')
	curl -sN -m 20 "${url}events/$id" >events &
	reader=$!
	eventually grep -q 'step 2' events
	not grep -q 'step 6' events
	wait $build
	# All of it comes, each line once, as the record has it.
	all_came() { sed -n 's/^data: //p' events | cmp - "$XDG_STATE_HOME/factory/builds/$id.jsonl"; }
	eventually all_came
	kill $reader
	# Who comes back goes on where it was.
	at=$(grep '^id: ' events | sed -n 3p)
	curl -sN -m 1 -H "Last-Event-ID: ${at#id: }" "${url}events/$id" >rest || true
	sed -n 's/^data: //p' rest | cmp - <(tail -n +4 "$XDG_STATE_HOME/factory/builds/$id.jsonl")
	kill -INT "$UI"
	code=0
	wait "$UI" || code=$?
	UI=
	[ "$code" = 0 ]
	[ ! -s errors ]
}

@test "a browser shows a build that runs" {
	manifest <<-E
		image: $BASE
		install: echo from-the-step; sleep 30
	E
	serve
	"$FACTORY" build m.yml --no-cache 3>&- &
	build=$!
	record() { cat "$XDG_STATE_HOME"/factory/builds/*.jsonl; }
	runs() { record | grep -q from-the-step; }
	eventually runs
	id=$("$FACTORY" report --list | awk 'END { print $1 }')
	HOME=$WORK timeout 60 /usr/bin/python3 "$BATS_TEST_DIRNAME/browser.py" "${url}build/$id" \
		'document.body.innerText.includes("(1 line)")' \
		'document.body.innerText.includes("1 failed")' >page 3>&- &
	browser=$!
	eventually grep -q '▶ running' page
	grep -q '1 build: 0 passed, 0 failed, 1 not over' page
	# It goes on without being loaded again.
	kill -INT $build
	wait $browser
	wait $build || true
	grep -q '^interrupted$' page
}

@test "requests that are too long, too many or broken end, and nothing else does" {
	small
	serve
	local port
	port=$(grep -oE ':[0-9]+' <<<"$url" | tail -n 1)
	port=${port#:}
	code=$(curl -s -m 10 -o answer -w '%{http_code}' -H "X: $(head -c 60000 /dev/zero | tr '\0' x)" "$url") || true
	[ "$code" = 431 ] || [ "$code" = 413 ] || [ "$code" = 000 ]
	# speak TEXT: what is answered to it.
	speak() {
		{ exec 9<>"/dev/tcp/127.0.0.1/$port" && cat >&9 && timeout 3 cat <&9; } 2>/dev/null || true
		exec 9>&-
	}
	head -c 100000 /dev/urandom | speak >/dev/null
	printf 'GET / HTTP/1.1\r\n\r\n' | speak >broken
	grep -qaE '^HTTP/1.1 4' broken
	for i in $(seq 80); do curl -sN -m 3 "${url}new/$id" >/dev/null 2>&1 & readers+=" $!"; done
	sleep 0.5
	kill $readers 2>/dev/null || true
	sleep 3
	answers 200 "$url"
	fails_with 2 "$FACTORY" ui --port 70000
	fails_with 1 "$FACTORY" ui --port "$port"
	shows "can't listen on 127.0.0.1:$port"
	XDG_STATE_HOME=/proc/nowhere fails_with 1 "$FACTORY" ui
}
