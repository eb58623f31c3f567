# `agent render` that watches: changes of values, and when they are written.

load agent

@test "a changed key reaches the file, and the command runs once" {
	put a 1
	template '{{ key "@/a" }}'
	agent -template 't.ctmpl:out:echo ran >>ran'
	becomes out 1
	becomes ran ran
	put a 2
	becomes out 2
	becomes ran $'ran\nran'
	signal TERM 12
	[ "$(lines ran)" = 2 ]
}

@test "bytes that stay the same: no writing, no command" {
	put a 1
	put b 1
	config <<-'H'
		template { contents = "{{ if key \"@/a\" }}same{{ end }}" destination = "same" command = "echo ran >>ran" }
		template { contents = "{{ key \"@/a\" }}" destination = "other" }
	H
	agent -config c.hcl
	becomes other 1
	becomes ran ran
	touch -d 2001-01-01 same
	before=$(stat -c '%i %Y' same)
	put a 2
	becomes other 2
	signal TERM 12
	[ "$(stat -c '%i %Y' same)" = "$before" ]
	[ "$(lines ran)" = 1 ]
}

@test "one command that two templates name runs once for a change of both; in their order, after last" {
	put a 1
	config <<-'H'
		template { contents = "{{ key \"@/a\" }}" destination = "1" command = "echo two >>ran" }
		template { contents = "{{ key \"@/a\" }}" destination = "2" command = "echo one >>ran" }
		template { contents = "{{ key \"@/a\" }}" destination = "3" command = "echo two >>ran" }
		after { command = "cat 1 2 3 >>ran; echo >>ran" }
	H
	agent -config c.hcl
	becomes ran $'two\none\n111'
	put a 2
	becomes ran $'two\none\n111\ntwo\none\n222'
	signal TERM 12
	[ "$(lines ran)" = 6 ]
}

@test "a command runs for its own template's change only" {
	put a 1
	put b 1
	config <<-'H'
		template { contents = "{{ key \"@/a\" }}" destination = "1" command = "echo a >>ran" }
		template { contents = "{{ key \"@/b\" }}" destination = "2" command = "echo b >>ran" }
	H
	agent -config c.hcl
	becomes ran $'a\nb'
	put b 2
	becomes ran $'a\nb\nb'
	signal TERM 12
}

@test "a command that fails ends the agent with 11" {
	put a 1
	template '{{ key "@/a" }}'
	agent -template 't.ctmpl:out:[ "$(cat out)" = 1 ] || exit 7'
	becomes out 1
	put a 2
	ends_with 11
	logs "exit code 7"
}

@test "wait gathers changes: three puts, one rendering" {
	put a 1
	template '{{ key "@/a" }}'
	agent -wait 300ms:5s -template 't.ctmpl:out:cat out >>ran; echo >>ran'
	becomes ran 1
	for n in 2 3 4; do put a $n; done
	becomes ran $'1\n4'
	signal TERM 12
	holds ran $'1\n4'
}

@test "wait: MAX ends a gathering that never comes to rest" {
	put a 0
	template '{{ key "@/a" }}'
	agent -wait 400ms:600ms -template t.ctmpl:out
	becomes out 0
	for n in $(seq 200); do
		put a "$n"
		[ "$(cat out)" = 0 ] || break
		sleep 0.01
	done
	[ "$n" -gt 1 ]
	[ "$n" -lt 200 ]
	signal TERM 12
}

@test "a template's own wait is over the global one" {
	put a 1
	config <<-'H'
		wait = "30s:60s"
		template { contents = "{{ key \"@/a\" }}" destination = "quick" wait { min = "1ms" max = "2ms" } }
		template { contents = "{{ key \"@/a\" }}" destination = "slow" }
		template { contents = "{{ key \"@/a\" }}" destination = "none" wait { enabled = false } }
	H
	agent -config c.hcl
	becomes slow 1
	becomes none 1
	put a 2
	becomes quick 2
	becomes none 2
	holds slow 1
	signal TERM 12
	holds slow 1
}

# --- missing keys ---

@test "a key that appears later: the log names it, the file comes with it" {
	template '{{ key "@/late" }}'
	template other other.ctmpl
	agent -template t.ctmpl:out -template other.ctmpl:other
	logs "$PREFIX/late"
	logs '[WARN]'
	becomes other other
	[ ! -e out ]
	put late here
	becomes out here
	drop late
	put late again
	becomes out again
	signal TERM 12
}

@test "a key that goes away: the file stays as it is until it comes back" {
	put a 1
	template '{{ key "@/a" }}'
	agent -template t.ctmpl:out
	becomes out 1
	drop a
	logs "waits for"
	holds out 1
	put a 2
	becomes out 2
	signal TERM 12
}

@test "-missing=empty renders nothing for it, -missing=fail ends the agent with 11" {
	template '[{{ key "@/late" }}]'
	agent -missing empty -template t.ctmpl:out
	becomes out '[]'
	put late 1
	becomes out '[1]'
	signal TERM 12
	drop late
	agent -missing=fail -template t.ctmpl:out2
	ends_with 11
	grep -qF "$PREFIX/late" log
	[ ! -e out2 ]
	agent -err-on-failed-lookup -template t.ctmpl:out2
	ends_with 11
}

@test "-once -missing=wait waits for the key; SIGTERM ends it with 12 at once" {
	template '{{ key "@/late" }}'
	agent -once -missing=wait -template t.ctmpl:out
	logs "$PREFIX/late"
	signal TERM 12
	[ ! -e out ]
	agent -once -missing=wait -template t.ctmpl:out
	put late 1
	ends_with 0
	holds out 1
}

@test "-once -missing=empty" {
	template '[{{ key "@/late" }}]'
	"$AGENT" render -once -missing=empty -template t.ctmpl:out
	holds out '[]'
}

# --- what is watched ---

descriptors() {
	find "/proc/$agent/fd" -mindepth 1 | wc -l
}

@test "1,000 keys: a change of one reaches the file, with few descriptors" {
	many many 1000
	seq 1000 | sed "s|.*|{{ key \"$PREFIX/many/&\" }}|" >t.ctmpl
	agent -template 't.ctmpl:out:echo ran >>ran'
	seq 1000 >expected
	eventually cmp -s expected out
	[ "$(descriptors)" -lt 64 ]
	put many/500 changed
	sed -i s/^500$/changed/ expected
	eventually cmp -s expected out
	put many/1000 last
	sed -i s/^1000$/last/ expected
	eventually cmp -s expected out
	[ "$(descriptors)" -lt 64 ]
	becomes ran $'ran\nran\nran'
	signal TERM 12
}

@test "1,000 keys: one that goes away and comes back" {
	many many 1000
	seq 1000 | sed "s|.*|{{ keyOrDefault \"$PREFIX/many/&\" \"none\" }}|" >t.ctmpl
	agent -template t.ctmpl:out
	seq 1000 >expected
	eventually cmp -s expected out
	drop many/17
	sed -i 's/^17$/none/' expected
	eventually cmp -s expected out
	put many/17 back
	sed -i 's/^none$/back/' expected
	eventually cmp -s expected out
	signal TERM 12
}

@test "keys of several folders, and of very many" {
	for n in $(seq 40); do
		put "f$n/k" "$n"
		printf '{{ key "%s/f%s/k" }} ' "$PREFIX" "$n" >>t.ctmpl
	done
	agent -template t.ctmpl:out
	becomes out "$(seq 40 | xargs) "
	put f1/k one
	eventually grep -q '^one 2 3' out
	put f40/k last
	eventually grep -q '39 last' out
	[ "$(descriptors)" -lt 64 ]
	signal TERM 12
}

@test "a few keys of a folder that holds very many others" {
	many many 600
	put many/x 1
	seq 30 | sed "s|.*|{{ key \"$PREFIX/many/&\" }}|" >t.ctmpl
	agent -template 't.ctmpl:out:echo ran >>ran'
	seq 30 >expected
	eventually cmp -s expected out
	put many/500 "of no interest"
	put many/7 seven
	sed -i 's/^7$/seven/' expected
	eventually cmp -s expected out
	becomes ran $'ran\nran'
	signal TERM 12
}

@test "a tree: keys that come, change and go" {
	put t/a 1
	template '{{ range tree "@/t" }}{{ .Key }}={{ .Value }} {{ end }}'
	agent -template t.ctmpl:out
	becomes out 'a=1 '
	put t/deep/b 2
	becomes out 'a=1 deep/b=2 '
	put t/a 3
	becomes out 'a=3 deep/b=2 '
	drop t/a
	becomes out 'deep/b=2 '
	signal TERM 12
}

# register PORT: a service of the test's own.
register() {
	curl --silent --fail --request PUT --data "{\"Name\": \"$PREFIX\", \"Port\": $1}" \
		"http://$TEST_CONSUL/v1/agent/service/register"
}

@test "a service: registered, changed, deregistered" {
	template '{{ range service "@" }}{{ .Name }}:{{ .Port }}{{ else }}none{{ end }}'
	agent -template t.ctmpl:out
	becomes out none
	register 8080
	becomes out "$PREFIX:8080"
	register 8081
	becomes out "$PREFIX:8081"
	curl --silent --fail --request PUT "http://$TEST_CONSUL/v1/agent/service/deregister/$PREFIX"
	becomes out none
	signal TERM 12
}

@test "a template that does not use a key any more does not watch it" {
	put a 1
	put b 1
	put which a
	template '{{ if eq (key "@/which") "a" }}{{ key "@/a" }}{{ else }}b: {{ key "@/b" }}{{ end }}'
	agent -explain -template t.ctmpl:out
	becomes out 1
	put which b
	becomes out 'b: 1'
	put b 2
	becomes out 'b: 2'
	[ "$(grep -c "key $PREFIX/a " log)" = 1 ]
	connections=$(descriptors)
	put which a
	becomes out 1
	put a 3
	becomes out 3
	put which b
	becomes out 'b: 2'
	[ "$(descriptors)" -le "$connections" ]
	# Nobody renders because of a key that nobody wants.
	explained=$(grep -c '^out$' log)
	put a 4
	put b 5
	becomes out 'b: 5'
	[ "$(grep -c '^out$' log)" = $((explained + 1)) ]
	signal TERM 12
}

@test "-explain lists what was read, from where, at which index" {
	put a 1234
	template '{{ key "@/a" }}{{ keyOrDefault "@/none" "" }}{{ env "HOME" }}'
	agent -explain -template t.ctmpl:out
	logs "key $PREFIX/a  4 bytes  Consul at $TEST_CONSUL, index "
	grep -qF "key $PREFIX/none  missing  Consul at $TEST_CONSUL" log
	grep -qF 'env HOME  here' log
	signal TERM 12
}

@test "-record writes what was read to a file for its owner alone" {
	put a 1
	template '{{ key "@/a" }} {{ keyOrDefault "@/none" "d" }}'
	agent -record values -template t.ctmpl:out
	eventually [ -s values ]
	[ "$(stat -c %a values)" = 600 ]
	recorded() { [ "$(jq -c '[.answers[] | [.kind, .name, .value]]' values)" = "$1" ]; }
	recorded "[[\"key\",\"$PREFIX/a\",\"1\"],[\"key\",\"$PREFIX/none\",null]]"
	put none 2
	eventually recorded "[[\"key\",\"$PREFIX/a\",\"1\"],[\"key\",\"$PREFIX/none\",\"2\"]]"
	signal TERM 12
}

@test "-record and -kv: a recording renders the same without servers" {
	put a 1
	put t/b 2
	template '{{ key "@/a" }} {{ range tree "@/t" }}{{ .Path }} {{ .Key }}={{ .Value }}{{ end }} {{ range ls "@/t" }}{{ .Key }}{{ end }} {{ keyOrDefault "@/none" "d" }} {{ keyExists "@/none" }} {{ range services }}{{ .Name }} {{ end }}{{ range service "consul" }}{{ .Node }}{{ end }}'
	"$AGENT" render -once -record values -template t.ctmpl:out
	CONSUL_HTTP_ADDR=127.0.0.1:1 "$AGENT" render -once -kv values -template t.ctmpl:again
	grep -q 't/b b=2 b d false consul test' out
	diff out again
	template '{{ key "@/other" }}'
	fails_with 11 timeout 10 "$AGENT" render -once -kv values -template t.ctmpl:other
	shows "values holds no answer for key \"$PREFIX/other\""
	sed 's/: 1,/: 2,/' values >future
	fails_with 11 timeout 10 "$AGENT" render -once -kv future -template t.ctmpl:other
	shows 'another version'
	head -c 100 values >part
	fails_with 11 timeout 10 "$AGENT" render -once -kv part -template t.ctmpl:other
	shows part:
}

@test "-kv: the file that is edited is read again, a broken one is not" {
	printf 'app:\n  a: 1\n' >k.yml
	template '{{ key "app/a" }}'
	unset CONSUL_HTTP_ADDR
	agent -kv k.yml -template t.ctmpl:out
	becomes out 1
	printf 'app:\n  a: [1\n' >k.yml
	logs 'the old values stay'
	printf 'app:\n  a: 22\n' >k.new && mv k.new k.yml
	becomes out 22
	printf 'app:\n  b: 22\n' >k.yml
	logs 'waits for'
	printf 'app:\n  a: 333\n' >k.yml
	becomes out 333
	signal TERM 12
}

@test "-dry prints again what has changed, and writes nothing" {
	put a 1
	template 'a{{ key "@/a" }};'
	agent -dry -template t.ctmpl:out:'touch ran'
	becomes printed $'> out\na1;'
	put a 2
	becomes printed $'> out\na1;> out\na2;'
	signal TERM 12
	[ ! -e out ]
	[ ! -e ran ]
}
