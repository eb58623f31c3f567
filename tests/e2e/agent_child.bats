# `agent render -exec`: the child, and how the two end; the configuration read again; PID 1.

load agent

# child [SIGNAL...]: child.sh tells in ./child what happens to it, and what the file held then:
# its start, and the signals, which don't end it.
child() {
	{
		echo 'tell() { echo "$1 $(cat out)" >>child; }'
		echo "for name in $*; do trap \"tell \$name\" \$name; done"
		echo 'tell start; while [ ! -e leave ]; do sleep 0.02; done; exit 7'
	} >child.sh
	put a 1
	template '{{ key "@/a" }}'
}

# The process that the log names last, at level info.
child_pid() {
	sed -n 's/.*(child) runs .* as process //p' log | tail -n 1
}

@test "the child begins after the first rendering; its exit code is the agent's" {
	child
	drop a
	agent -exec 'sh child.sh' -template t.ctmpl:out
	logs "waits for"
	[ ! -e child ]
	put a here
	becomes child 'start here'
	touch leave
	ends_with 7
}

@test "the child begins when all templates are rendered, after their commands" {
	child
	template '{{ key "@/late" }}' late.ctmpl
	agent -exec 'sh child.sh' -template 't.ctmpl:out:echo command >>child' -template late.ctmpl:late
	becomes out 1
	logs "waits for"
	holds child command
	put late x
	becomes child $'command\nstart 1'
	signal TERM 12
}

@test "a child that a signal ends: 128 and its number" {
	child
	agent -log-level info -exec 'exec sh child.sh' -template t.ctmpl:out
	becomes child 'start 1'
	kill -KILL "$(child_pid)"
	ends_with 137
}

@test "-once -exec returns the child's exit code, and nothing is watched" {
	child
	agent -once -exec 'sh child.sh' -template t.ctmpl:out
	becomes child 'start 1'
	put a 2
	touch leave
	ends_with 7
	holds out 1
}

@test "-once -exec: no child where rendering fails" {
	child
	drop a
	fails_with 11 timeout 10 "$AGENT" render -once -exec 'sh child.sh' -template t.ctmpl:out
	[ ! -e child ]
}

@test "a child without templates; one that does not exist" {
	fails_with 3 timeout 10 "$AGENT" render -exec 'exit 3'
	agent -exec './no-such-thing'
	ends_with 127
	printf 'exec { command = ["./no-such-thing"] }' >c.hcl
	agent -config c.hcl
	ends_with 127
}

@test "a change reaches the child as its reload signal, when the file is there" {
	child HUP
	agent -exec 'sh child.sh' -exec-reload-signal HUP -template t.ctmpl:out
	becomes child 'start 1'
	put a 2
	becomes child $'start 1\nHUP 2'
	put a 3
	becomes child $'start 1\nHUP 2\nHUP 3'
	signal TERM 12
}

@test "the child hears of a change after the commands, and not of a file that stays the same" {
	child HUP
	put b 1
	template '{{ if key "@/b" }}same{{ end }}' same.ctmpl
	agent -exec 'sh child.sh' -exec-reload-signal HUP -template 't.ctmpl:out:echo command >>child' -template same.ctmpl:same
	becomes child $'command\nstart 1'
	put b 2
	put a 2
	becomes child $'command\nstart 1\ncommand\nHUP 2'
	signal TERM 12
}

@test "without a reload signal the child is started anew" {
	child TERM
	sed -i 's/tell \$name/tell $name; exit/' child.sh
	agent -log-level info -exec 'sh child.sh' -template t.ctmpl:out
	becomes child 'start 1'
	first=$(child_pid)
	put a 2
	becomes child $'start 1\nTERM 2\nstart 2'
	gone "$first"
	touch leave
	ends_with 7
}

@test "-exec-splay: the child hears of it within that time" {
	child HUP
	agent -exec 'sh child.sh' -exec-reload-signal HUP -exec-splay 300ms -template t.ctmpl:out
	becomes child 'start 1'
	put a 2
	becomes child $'start 1\nHUP 2'
	signal TERM 12
}

@test "signals are passed on; those that end the agent stop the child first" {
	child USR1 USR2 INT TERM
	agent -exec 'sh child.sh' -exec-kill-signal USR2 -exec-kill-timeout 20s -template t.ctmpl:out
	becomes child 'start 1'
	kill -USR1 "$agent"
	becomes child $'start 1\nUSR1 1'
	kill -TERM "$agent"
	becomes child $'start 1\nUSR1 1\nUSR2 1'
	not has_ended "$agent"
	touch leave
	ends_with 12
}

@test "a shell that ends at once is not all: what it waits for may finish its work" {
	child TERM
	sed -i 's/tell \$name/sleep 0.2; tell finished; exit/' child.sh
	agent -exec 'sh child.sh; exit 3' -template t.ctmpl:out
	becomes child 'start 1'
	put a 2
	becomes child $'start 1\nfinished 2\nstart 2'
	signal TERM 12
	holds child $'start 1\nfinished 2\nstart 2\nfinished 2'
}

@test "without a kill signal the child is killed at once" {
	child TERM
	agent -exec 'sh child.sh' -exec-kill-signal '' -template t.ctmpl:out
	becomes child 'start 1'
	signal TERM 12
	holds child 'start 1'
}

@test "an interrupt stops both, too" {
	child INT
	agent -log-level info -exec 'sh child.sh' -template t.ctmpl:out
	becomes child 'start 1'
	signal INT 12
	gone "$(child_pid)"
	holds child 'start 1'
}

@test "a child that does not end in time is killed, and its children" {
	child TERM
	sed -i '1i sh -c "trap : TERM; echo \\$\\$ >grandchild; while :; do sleep 0.02; done" &' child.sh
	agent -log-level info -exec 'sh child.sh' -exec-kill-timeout 200ms -template t.ctmpl:out
	becomes child 'start 1'
	eventually [ -s grandchild ]
	signal TERM 12
	gone "$(child_pid)"
	eventually has_ended "$(cat grandchild)"
	grep -qF 'SIGKILL' log
	holds child $'start 1\nTERM 1'
}

@test "a child that does not end for a restart is killed and started anew" {
	child TERM
	agent -exec 'sh child.sh' -exec-kill-timeout 200ms -template t.ctmpl:out
	becomes child 'start 1'
	put a 2
	becomes child $'start 1\nTERM 2\nstart 2'
	touch leave
	ends_with 7
}

# environment HCL EXPECTED: the names and values that the child finds, of those that begin with T_.
environment() {
	printf 'exec { command = ["env"] env { %s } }' "$1" >c.hcl
	T_A=1 T_B=2 T_LONG=3 timeout 10 "$AGENT" render -config c.hcl | grep "${3-^T_}" | sort | xargs >found || true
	holds found "$2"
}

@test "the child's environment: pristine, custom, allowlist, denylist" {
	environment '' 'T_A=1 T_B=2 T_LONG=3'
	environment 'denylist = ["T_L*"]' 'T_A=1 T_B=2'
	environment 'allowlist = ["T_A", "T_L*"] denylist = ["T_LONG"]' 'T_A=1'
	environment 'allowlist = ["T_A"] custom = ["T_C=4", "T_A=5"]' 'T_A=5 T_C=4'
	environment 'pristine = true custom = ["T_C=x y"]' 'T_C=x y' .
	printf '' >c.hcl
	T_A=1 T_B=2 timeout 10 "$AGENT" render -exec env -exec-env-denylist T_A -exec-env-custom T_C=3 -exec-env-custom T_D=4 | grep ^T_ | sort | xargs >found
	holds found 'T_B=2 T_C=3 T_D=4'
	T_A=1 T_B=2 timeout 10 "$AGENT" render -exec env -exec-env-allowlist T_A -exec-env-allowlist 'P*' | grep ^T_ | xargs >found
	holds found 'T_A=1'
}

@test "the child's own streams are the agent's" {
	run timeout 10 "$AGENT" render -exec 'echo to out; echo to err >&2; cat' <<<'from in'
	shows 'to out'
	shows 'to err'
	shows 'from in'
}

# runs COMMAND OUTPUT: what it prints, as a child.
runs() {
	run timeout 10 "$AGENT" render -exec "$1"
	[ "$status" -eq 0 ]
	[ "$output" = "$2" ]
}

@test "a command is what a shell makes of it, whether it needs one or not" {
	mkdir 'a dir'
	runs 'X=1 sh -c "echo \$X"' 1
	runs 'cd "a dir" && ls -d ../a*' '../a dir'
	runs '  cat /dev/null' ''
	runs 'echo "a\tb"' "$(sh -c 'echo "a\tb"')"
	runs 'ls -d a*; echo $((1 + 1))' $'a dir\n2'
	runs 'seq 2 >"a dir/f"' ''
	holds 'a dir/f' $'1\n2'
	runs 'ls "a dir" | wc -l' 1
	runs 'printf "%s;" "a;b" c\;d' 'a;b;c;d;'
	runs 'env A=";&|" printenv A' ';&|'
	runs $'seq 1\nseq 2' $'1\n1\n2'
	runs 'no-such-program 2>/dev/null || echo no' no
}

# --- the configuration, read again ---

@test "SIGHUP reads the configuration again: templates that are new, others that are gone" {
	put a 1
	put b 1
	echo "template { contents = \"{{ key \\\"$PREFIX/a\\\" }}\" destination = \"out\" }" >c.hcl
	agent -log-level info -config c.hcl
	becomes out 1
	sed 's/"out"/"new"/; s|/a|/b|' c.hcl >d.hcl
	mv d.hcl c.hcl
	kill -HUP "$agent"
	becomes new 1
	logs 'read the configuration again'
	put a 2
	put b 2
	becomes new 2
	holds out 1
	signal TERM 12
}

@test "SIGHUP and a configuration that is broken: the old one stays in use" {
	put a 1
	echo "template { contents = \"{{ key \\\"$PREFIX/a\\\" }}\" destination = \"out\" }" >good.hcl
	cp good.hcl c.hcl
	agent -config c.hcl
	becomes out 1
	echo 'template { contents = "x" destinatoin = "out" }' >c.hcl
	kill -HUP "$agent"
	logs "c.hcl:1:27: unknown key 'destinatoin'"
	logs 'the old configuration stays in use'
	put a 2
	becomes out 2
	echo 'template { contents = "{{ if }}" destination = "out" }' >c.hcl
	kill -HUP "$agent"
	logs_times 2 'stays in use'
	echo 'template { source = "nowhere" destination = "out" }' >c.hcl
	kill -HUP "$agent"
	logs nowhere
	echo 'directory { source = "nowhere-else" destination = "out" }' >c.hcl
	kill -HUP "$agent"
	logs nowhere-else
	put a 3
	becomes out 3
	cp good.hcl c.hcl
	sed -i 's/"out"/"new"/' c.hcl
	kill -HUP "$agent"
	becomes new 3
	signal TERM 12
}

@test "SIGHUP leaves the child alone but for its reload signal when a file changed" {
	child HUP USR1
	echo "template { contents = \"{{ key \\\"$PREFIX/a\\\" }}\" destination = \"out\" }" >c.hcl
	agent -log-level info -config c.hcl -exec 'sh child.sh' -exec-reload-signal USR1
	becomes child 'start 1'
	kill -HUP "$agent"
	logs 'read the configuration again'
	sed -i 's/contents = "/&new /' c.hcl
	kill -HUP "$agent"
	becomes child $'start 1\nUSR1 new 1'
	signal TERM 12
}

@test "-reload-signal and -kill-signal: others instead" {
	put a 1
	echo "template { contents = \"{{ key \\\"$PREFIX/a\\\" }}\" destination = \"out\" }" >c.hcl
	agent -log-level info -config c.hcl -reload-signal USR1 -kill-signal USR2
	becomes out 1
	sed -i 's/"out"/"new"/' c.hcl
	kill -USR1 "$agent"
	becomes new 1
	signal USR2 12
}

# --- PID 1 ---

@test "as PID 1 it reaps orphans, and ends as it should" {
	unshare --fork --pid --mount-proc true 2>/dev/null || skip "no new process namespace here"
	put a 1
	template '{{ key "@/a" }}'
	# The children's parent ends at once: they become the agent's.
	cat >list.sh <<-'S'
		cd /proc && for pid in [0-9]*; do sed 's/ (.*) / /' $pid/stat 2>/dev/null; done |
			awk '$2 == "Z"' | wc -l
	S
	start unshare --fork --pid --mount-proc --kill-child "$AGENT" render -log-level info \
		-exec '(sleep 0.05 & sleep 0.05 & sleep 0.05 & ) ; sleep 0.3; sh list.sh >zombies; exit 9' \
		-template t.ctmpl:out >printed 2>log
	ends_with 9 "$started_pid"
	holds zombies 0
	holds out 1
}
