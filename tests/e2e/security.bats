# What docs/threats.md promises, tried on the real engine.

load common

# Makes an image HOSTILE from the tree ./evil and lines of a Dockerfile, each an argument.
hostile() {
	local line changes=
	for line in "$@"; do
		changes+="&changes=$(jq -rn --arg line "$line" '$line | @uri')"
	done
	tar -C evil -cf evil.tar .
	api POST "/images/create?fromSrc=-&repo=t/hostile&tag=1$changes" \
		--header 'Content-Type: application/x-tar' --data-binary @evil.tar |
		grep -q sha256:
}

# The base's own tree, to do harm to.
evil_tree() {
	local id
	mkdir evil
	id=$(api POST /containers/create --header 'Content-Type: application/json' \
		--data "{\"Image\":\"$BASE\",\"Cmd\":[\"x\"]}" | jq -r .Id)
	api GET "/containers/$id/export" | tar -xC evil --exclude='./dev/*' --exclude='dev/*'
	api DELETE "/containers/$id" >/dev/null
}

# in_a_step LINE...: what these lines print as root in a step, without the report's own lines.
in_a_step() {
	{
		printf 'image: %s\ninstall:\n  - |\n' "$BASE"
		printf '    %s\n' "$@"
	} >m.yml
	"$FACTORY" build m.yml --no-cache 2>&1 | sed -n 's/^install-1 | //p'
}

@test "a step can't change the toolbox, not even as root" {
	"$FACTORY" toolbox create >/dev/null
	before=$(sha256sum <"$AGENT")
	in_a_step 'echo x >/tools/agent || echo refused' 'rm -f /tools/agent || echo kept' \
		'mount -o remount,rw /tools || echo no mount' 'sha256sum </tools/agent' \
		'umount /tools || echo no umount' >said
	grep -qx refused said
	grep -qx kept said
	grep -qx 'no mount' said
	grep -qx 'no umount' said
	grep -qxF "$before" said
}

@test "a step has none of the agent's descriptors, and can't look into it" {
	in_a_step 'for fd in /proc/self/fd/*; do [ -e $fd ] && echo "own ${fd##*/}"; done' \
		'for file in environ maps mem fd/0 fd/1 root exe; do' \
		'  cat /proc/1/$file >/dev/null 2>&1 || echo "no $file"; done' \
		'{ echo forged >/proc/1/fd/1; } 2>/dev/null || echo silent' >said
	[ "$(grep -c ^own said)" -le 4 ] # the shell has one for its own loop
	for file in environ maps mem fd/0 fd/1 root exe; do
		grep -qx "no $file" said
	done
	grep -qx silent said
}

@test "a step that ends the agent fails the build" {
	in_a_step 'kill -KILL 1; kill -STOP 1; sleep 0.1; echo survived' >said
	grep -qx survived said
	manifest <<-E
		image: $BASE
		install: ["kill -TERM 1; sleep 5"]
	E
	fails_with 9 "$FACTORY" build m.yml -t t/security:1
	nothing_left t/security:1
}

@test "what a step prints is output, whatever it looks like" {
	manifest <<-E
		image: $BASE
		install:
		  - printf '\\014\\000\\000\\000\\103\\000\\000\\000\\001\\000\\000\\000{"code":0}  '; exit 3
	E
	fails_with 6 "$FACTORY" build m.yml -t t/security:1
	shows "exit code 3"
	nothing_left t/security:1
}

@test "the engine keeps no log of what a step prints" {
	local tries id
	manifest <<-M
		image: $BASE
		install: echo a-secret-of-ours; sleep 20
	M
	"$FACTORY" build m.yml >log 2>&1 &
	for ((tries = 0; tries < 200; tries++)); do
		grep -q 'a-secret-of-ours$' log && break
		sleep 0.05
	done
	id=$(our_containers)
	[ "$(api GET "/containers/$id/json" | jq -r .HostConfig.LogConfig.Type)" = none ]
	! api GET "/containers/$id/logs?stdout=1" | grep -qa a-secret || false
	kill $!
	wait $! || true
	no_container_left
}

@test "a hostile image's configuration does not reach the agent" {
	evil_tree
	printf '#!/bin/sh\nexit 1\n' >evil/evil && chmod +x evil/evil
	hostile 'ENV LD_PRELOAD=/evil LD_LIBRARY_PATH=/evil PATH=/nowhere' 'ENTRYPOINT ["/evil"]' \
		'CMD ["/evil"]' 'USER nobody' 'WORKDIR /nowhere' 'HEALTHCHECK CMD /evil' 'VOLUME /tools' \
		'LABEL factory=1'
	manifest <<-E
		image: t/hostile:1
		user: root
		workdir: /
		env: {PATH: /bin}
		install: ["unset LD_PRELOAD; id -u > /who"]
	E
	"$FACTORY" build m.yml -t t/security:2
	[ "$(file_in t/security:2 /who)" = 0 ]
	no_container_left
	[ "$(find . -mindepth 1 -maxdepth 1 ! -name cache ! -name config ! -name state | sort | xargs)" = "./evil ./evil.tar ./m.yml" ]
}

@test "a hostile image's files stop nothing on the host, and for no longer than a moment" {
	evil_tree
	mkdir -p evil/etc canary
	rm -f evil/etc/os-release evil/etc/passwd
	mkfifo evil/etc/os-release
	ln -s ../../../../../../../../../../.."$WORK/canary/passwd" evil/etc/passwd
	ln -sfn "$WORK/canary" evil/tools
	ln -sfn "$WORK/canary" evil/srv
	hostile
	echo data >file
	manifest <<-E
		image: t/hostile:1
		copy: file:/srv/file
		install: ["true"]
	E
	SECONDS=0
	run timeout 60 "$FACTORY" build m.yml -t t/security:3
	[ "$status" -lt 10 ]
	timeout 60 "$FACTORY" facts t/hostile:1 kernel.name
	[ $SECONDS -lt 60 ]
	[ -z "$(ls -A canary)" ]
	no_container_left
}

@test "secrets are in no process list, and a crash leaves no core file" {
	manifest <<-E
		image: $BASE
		install:
		  - run: sleep 20
		    secrets: {TOKEN: MY_TOKEN}
	E
	echo very-s3cret >secret
	mkdir here && cd here || return 1
	ulimit -c unlimited
	MY_TOKEN=very-s3cret "$FACTORY" build ../m.yml >../log 2>&1 &
	driver=$!
	eventually grep -q 'install-1' ../log
	for process in /proc/[0-9]*; do
		! grep -qaF -f ../secret "$process/cmdline" 2>/dev/null || false
	done
	grep -qE '^Max core file size +1 +1 ' "/proc/$driver/limits"
	kill -SEGV $driver
	wait $driver || true
	[ -z "$(ls -A)" ]
	no_container_left
}

@test "no token is in an error, a label or the report" {
	manifest <<-E
		image: $BASE
		files: conf
		install: ["true"]
	E
	mkdir conf
	echo '{{ key "a" }}' >conf/t.ctmpl
	echo 'template { source = "t.ctmpl" destination = "/out" }' >conf/template.hcl
	export CONSUL_HTTP_ADDR=127.0.0.1:1 CONSUL_HTTP_TOKEN=very-s3cret
	run "$FACTORY" build m.yml -t t/security:4
	[ "$status" = 8 ]
	! grep -F very-s3cret <<<"$output" || false
	nothing_left t/security:4
	! "$FACTORY" build --help | grep -i token || false
}

@test "privileges are what the manifest says, seen from inside" {
	manifest <<-E
		image: $BASE
		limits: {no_new_privileges: true, drop: ALL}
		install:
		  - grep -E 'NoNewPrivs|Cap(Eff|Bnd|Prm)|Seccomp:' /proc/self/status
	E
	run "$FACTORY" build m.yml --no-cache
	[ "$status" = 0 ]
	grep -qE 'NoNewPrivs:.1$' <<<"$output"
	[ "$(grep -cE 'Cap(Eff|Bnd|Prm):.0+$' <<<"$output")" = 3 ]
	grep -qE 'Seccomp:.2$' <<<"$output"
}
