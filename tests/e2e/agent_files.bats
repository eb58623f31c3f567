# `agent render`: files that are read while watching, files that are written, trees of them, the log.

load agent

# --- sources that are edited ---

@test "an edited template is rendered again without a signal; a broken one is not" {
	put a 1
	template 'old {{ key "@/a" }}'
	agent -template t.ctmpl:out
	becomes out 'old 1'
	template 'new {{ key "@/a" }}' t.new
	mv t.new t.ctmpl
	becomes out 'new 1'
	template '{{ if }}'
	logs 'the old template stays in use'
	put a 2
	becomes out 'new 2'
	rm t.ctmpl
	put a 3
	becomes out 'new 3'
	template 'back {{ key "@/a" }}'
	becomes out 'back 3'
	signal TERM 12
}

@test "a file that a template reads is watched, too; its change is one of the template" {
	put a 1
	echo x >part
	template '{{ key "@/a" }} {{ file "part" }}'
	agent -template 't.ctmpl:out:echo ran >>ran'
	becomes out '1 x'
	echo y >part.new
	mv part.new part
	becomes out '1 y'
	becomes ran $'ran\nran'
	put a 2
	becomes out '2 y'
	signal TERM 12
}

@test "error_fatal = false: what fails is logged, the others go on, and it is tried again" {
	put a 1
	config <<-'H'
		template { contents = "{{ file \"part\" }}" destination = "bad" error_fatal = false }
		template { contents = "{{ key \"@/a\" | parseInt }}" destination = "good" error_fatal = false }
	H
	agent -config c.hcl
	becomes good 1
	logs part
	put a none
	logs none
	holds good 1
	put a 3
	becomes good 3
	[ ! -e bad ]
	echo here >part
	becomes bad here
	signal TERM 12
}

@test "a template that fails ends the agent with 11, unless -template-error-fatal=false" {
	put a none
	template '{{ key "@/a" | parseInt }}'
	agent -template t.ctmpl:out
	ends_with 11
	grep -qF 't.ctmpl:1:' log
	agent -template-error-fatal=false -template t.ctmpl:out
	logs '[ERR]'
	put a 1
	becomes out 1
	signal TERM 12
	put a none
	fails_with 11 timeout 10 "$AGENT" render -once -template-error-fatal=false -template t.ctmpl:once
	[ ! -e once ]
}

# --- files that are written ---

# Temporary files that were left beside a file.
no_rest() {
	[ "$(find . -name '*out*' ! -name out ! -name out.bak | wc -l)" = 0 ]
}

@test "check: a file that is not good leaves the old one and nothing else" {
	put a 1
	config <<-'H'
		template {
		  contents = "{{ key \"@/a\" }}" destination = "out" error_fatal = false perms = 0640
		  check = "stat -c %a $CANDIDATE >>seen; cat $CANDIDATE >>seen; echo >>seen; grep -q ^[0-9]*$ $CANDIDATE"
		  command = "echo ran >>ran"
		}
	H
	agent -config c.hcl
	becomes out 1
	put a bad
	becomes seen $'640\n1\n640\nbad'
	logs 'the old one stays'
	holds out 1
	no_rest
	put a 2
	becomes out 2
	becomes ran $'ran\nran'
	no_rest
	signal TERM 12
}

@test "check: by default a file that is not good ends everything with 11" {
	echo old >out
	config <<-'H'
		template { contents = "x" destination = "out" check = "exit 3" }
	H
	fails_with 11 timeout 10 "$AGENT" render -once -config c.hcl
	shows 'exit code 3'
	shows out
	holds out old
	no_rest
}

@test "command_timeout: what takes too long is killed, with its children" {
	put a 1
	config <<-'H'
		template {
		  contents = "{{ key \"@/a\" }}" destination = "out" command_timeout = "200ms"
		  command = "sh -c 'echo $$ >pid; while :; do sleep 0.02; done'; exit 0"
		}
	H
	agent -config c.hcl
	ends_with 11
	grep -qF 'took longer than 0.2s' log
	eventually has_ended "$(cat pid)"
	config <<-'H'
		template { contents = "x" destination = "once" exec { command = "sleep 20" timeout = "100ms" } }
	H
	fails_with 11 timeout 10 "$AGENT" render -once -config c.hcl
	shows 'took longer than 0.1s'
}

@test "backup keeps the file before the last change" {
	put a 1
	config <<-'H'
		template { contents = "{{ key \"@/a\" }}" destination = "out" backup = true }
	H
	agent -config c.hcl
	becomes out 1
	[ ! -e out.bak ]
	put a 2
	becomes out 2
	holds out.bak 1
	put a 3
	becomes out 3
	holds out.bak 2
	signal TERM 12
}

# --- beside the work: pid file, log ---

@test "-pid-file holds the process id, and goes with it" {
	put a 1
	template '{{ key "@/a" }}'
	agent -pid-file pid -template t.ctmpl:out
	becomes pid "$agent"
	becomes out 1
	kill -HUP "$agent"
	signal TERM 12
	[ ! -e pid ]
	fails_with 14 timeout 10 "$AGENT" render -once -pid-file nowhere/pid -template t.ctmpl:out
	shows nowhere
}

@test "-log-level: how much is told" {
	template x
	"$AGENT" render -once -template t.ctmpl:out 2>log
	[ ! -s log ]
	rm out
	"$AGENT" render -once -log-level=INFO -template t.ctmpl:out 2>log
	grep -q '^[0-9/]* [0-9:.]* \[INFO\] (runner) rendered "out"$' log
	fails_with 14 timeout 10 "$AGENT" render -once -log-level loud -template t.ctmpl:out
	shows "'loud'"
	rm out
	agent -log-level err -template t.ctmpl:out
	becomes out x
	template '{{ if }}'
	logs '[ERR]'
	signal TERM 12
	! grep -v '\[ERR\]' log | grep -v 'rendered "out"'
}

@test "-log-file: the same lines as on standard error; rotated by size, old ones removed" {
	put a 0
	template '{{ key "@/a" }}'
	agent -log-level info -log-file here.log -log-rotate-bytes 200 -log-rotate-max-files 2 -template t.ctmpl:out
	for n in $(seq 0 19); do
		put a "$n"
		becomes out "$n"
	done
	signal TERM 12
	[ "$(find . -name 'here.log.*' | wc -l)" = 2 ]
	[ -s here.log ]
	for file in here.log*; do [ "$(stat -c %s "$file")" -lt 400 ]; done
	cat here.log.* here.log | diff - <(tail -n "$(cat here.log* | wc -l)" log)
	fails_with 14 timeout 10 "$AGENT" render -once -log-file nowhere/log -template t.ctmpl:out
	shows nowhere/log
}

# --- trees ---

# tree: a directory of templates, and the configuration that renders it to out.
tree() {
	mkdir -p in/deep/er
	template 'a={{ key "@/a" }}' in/a.conf.ctmpl
	template 'b={{ key "@/a" }}' in/deep/er/b
	template '#!/bin/sh' in/script.tmpl
	chmod 750 in/script.tmpl
	printf 'named' >"in/deep/{{ key \"$PREFIX--name\" }}.ctmpl"
	put a 1
	curl --silent --request PUT --data-binary first "http://$TEST_CONSUL/v1/kv/$PREFIX--name" >/dev/null
	printf 'directory { source = "in" destination = "out" %s }' "${1-}" >c.hcl
}

tree_is() {
	[ "$(cd out && find . -type f | sort | xargs)" = "$1" ]
}

@test "directory: a tree of templates becomes a tree of files, names are templates too" {
	tree
	"$AGENT" render -once -config c.hcl
	tree_is './a.conf ./deep/er/b ./deep/first ./script'
	holds out/a.conf a=1
	holds out/deep/er/b b=1
	holds out/deep/first named
	[ "$(stat -c %a out/script out/a.conf | xargs)" = '750 644' ]
	curl --silent --request DELETE "http://$TEST_CONSUL/v1/kv/$PREFIX--name" >/dev/null
	fails_with 11 timeout 10 "$AGENT" render -once -config c.hcl
	shows "$PREFIX--name"
}

@test "directory: files that are added, edited, renamed by a key, removed; purge" {
	tree 'purge = true'
	mkdir -p out/other
	echo stranger >out/other/file
	agent -config c.hcl
	eventually tree_is './a.conf ./deep/er/b ./deep/first ./script'
	put a 2
	becomes out/a.conf a=2
	becomes out/deep/er/b b=2
	template 'c={{ key "@/a" }}' in/c.ctmpl
	becomes out/c c=2
	curl --silent --request PUT --data-binary second "http://$TEST_CONSUL/v1/kv/$PREFIX--name" >/dev/null
	eventually tree_is './a.conf ./c ./deep/er/b ./deep/second ./script'
	rm -r in/deep
	eventually tree_is './a.conf ./c ./script'
	[ ! -e out/deep ]
	rm in/*
	eventually tree_is ''
	signal TERM 12
	curl --silent --request DELETE "http://$TEST_CONSUL/v1/kv/$PREFIX--name" >/dev/null
}

@test "directory: without purge nothing is removed; a broken addition leaves the others alive" {
	put a 1
	mkdir in
	template '{{ key "@/a" }}' in/a
	printf 'directory { source = "in" destination = "out" }' >c.hcl
	agent -config c.hcl
	becomes out/a 1
	echo mine >out/mine
	echo '{{ if }}' >in/bad
	logs 'in/bad:1:'
	put a 2
	becomes out/a 2
	echo good >in/bad
	becomes out/bad good
	rm in/bad
	template '{{ key "@/a" }}.' in/a
	becomes out/a 2.
	holds out/bad good
	holds out/mine mine
	has_times 1 'in/bad:1:'
	signal TERM 12
}

@test "directory: a name that leads out of it is refused" {
	mkdir in
	put name ../../evil
	echo x >"in/{{ key \"$(sed 's|/|\\x2f|g' <<<"$PREFIX/name")\" }}"
	printf 'directory { source = "in" destination = "out" }' >c.hcl
	fails_with 11 timeout 10 "$AGENT" render -once -config c.hcl
	shows '../../evil'
	[ ! -e ../evil ]
	for name in .. . '' a/ /etc/x a//b; do
		put name "$name"
		fails_with 11 timeout 10 "$AGENT" render -once -config c.hcl
		shows 'is no path below its directory'
	done
	put name sub/ok
	"$AGENT" render -once -config c.hcl
	holds out/sub/ok x
}

@test "directory: one that is not there is an error with 14" {
	printf 'directory { source = "nowhere" destination = "out" }' >c.hcl
	fails_with 14 timeout 10 "$AGENT" render -once -config c.hcl
	shows nowhere
}

# --- looking only, exit codes ---

@test "-parse-only: good and bad templates, of directories too; nothing is asked or written" {
	export CONSUL_HTTP_ADDR=127.0.0.1:1
	template '{{ key "@/a" }}'
	"$AGENT" render -parse-only -template t.ctmpl:out:'touch ran'
	[ ! -e out ]
	template $'\n{{ if }}' bad.ctmpl
	fails_with 11 "$AGENT" render -parse-only -template t.ctmpl:out -template bad.ctmpl:out
	shows 'bad.ctmpl:2:'
	fails_with 14 "$AGENT" render -parse-only -template nowhere:out
	mkdir in
	cp t.ctmpl in
	printf 'directory { source = "in" destination = "out" }' >c.hcl
	"$AGENT" render -parse-only -config c.hcl
	cp bad.ctmpl in
	fails_with 11 "$AGENT" render -parse-only -config c.hcl
	shows 'in/bad.ctmpl:2:'
	[ ! -e out ]
	[ ! -e ran ]
}

@test "exit codes: 11 rendering, 12 interrupted, 13 flags, 14 not to be used, 15 configuration" {
	template '{{ key "@/none" }}'
	fails_with 11 timeout 10 "$AGENT" render -once -template t.ctmpl:out
	agent -template t.ctmpl:out
	logs "waits for"
	signal INT 12
	agent -template t.ctmpl:out
	logs_times 2 "waits for"
	signal QUIT 12
	fails_with 13 timeout 10 "$AGENT" render -nonsense
	fails_with 13 timeout 10 "$AGENT" render -wait nonsense -template t.ctmpl:out
	fails_with 14 timeout 10 "$AGENT" render -template nowhere:out
	echo nonsense >c.hcl
	fails_with 15 timeout 10 "$AGENT" render -config c.hcl
}
