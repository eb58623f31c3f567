load common

pillar_files() {
	mkdir -p pillar conf
	cat >pillar/common.yml <<-'E'
		db: {host: localhost, port: 5432, password: hunter2pass}
		secrets: [db.password]
	E
	cat >pillar/busybox.yml <<-'E'
		db: {host: box.example}
		token: "first line of it\nsecond line"
		secrets: ["tok*"]
	E
	echo 'db: {host: never}' >pillar/debian.yml
	cat >conf/template.hcl <<-'E'
		template {
		  source = "app.ctmpl"
		  destination = "/app"
		}
	E
	echo '{{ key "pillar/db/host" }} {{ key "pillar/db/password" }} {{ fact "role" }} {{ fact "os.id" }}' >conf/app.ctmpl
}

head_of_manifest() {
	cat <<-E
		image: $BASE
		facts: {role: db}
		files: conf
		pillar:
		  - pillar/common.yml
		  - {file: pillar/busybox.yml, match: {os.id: 'busy*', role: 'd?'}}
		  - {file: pillar/debian.yml, when: os.id == "debian"}
	E
}

@test "a pillar's values by facts, in the manifest and in files' templates; secrets are not shown" {
	pillar_files
	{
		head_of_manifest
		cat <<-'E'
			install:
			  - echo "{{ pillar.db.password }} at {{ pillar.db.host }} for {{ facts.role }}" | tee /out
			  - name: token
			    run: |
			      printf '%s\n' '{{ pillar.token | indent(6) }}'
			  - head -c 4090 /dev/zero | tr '\0' x; echo "{{ pillar.db.password }}"
		E
	} | manifest
	"$FACTORY" build m.yml -t t/pillar:1 >shown 2>&1 || { cat shown >&2; return 1; }
	[ "$(file_in t/pillar:1 /app)" = "box.example hunter2pass db busybox" ]
	[ "$(file_in t/pillar:1 /out)" = "hunter2pass at box.example for db" ]
	grep -q 'install-1 | \*\*\* at box.example for db' shown
	! grep -E 'hunter|ter2|line of|second' shown || false
	! api GET /images/t/pillar:1/json | grep -q hunter2 || false
	! api GET /images/t/pillar:1/history | grep -q hunter2 || false
	no_container_left
}

@test "not even a failure shows a secret" {
	pillar_files
	{
		head_of_manifest
		echo "install: echo {{ pillar.db.password }} >&2; false {{ pillar.db.password }}"
	} | manifest
	fails_with 6 "$FACTORY" build m.yml -q
	shows '***'
	[[ "$output" != *hunter2* ]]
	echo '{{ key "pillar/db/password" | parseJSON }}' >conf/app.ctmpl
	fails_with 7 "$FACTORY" build m.yml
	[[ "$output" != *hunter2* ]]
	nothing_left t/pillar:2
}

@test "a fact of the manifest that changes renders files again" {
	pillar_files
	{ head_of_manifest; echo "install: 'true'"; } | manifest
	"$FACTORY" build m.yml -t t/pillar:3
	sed -i 's/role: db/role: dx/' m.yml
	"$FACTORY" build m.yml -t t/pillar:3
	[ "$(file_in t/pillar:3 /app)" = "box.example hunter2pass dx busybox" ]
	no_container_left
}

@test "check sees a pillar's mistakes without an engine" {
	pillar_files
	{ head_of_manifest; echo "install: echo {{ pillar.db.host }}"; } | manifest
	DOCKER_HOST=unix:///nowhere "$FACTORY" check m.yml
	sed -i 's/when: os.id == "debian"/when: os.id ==/' m.yml
	fails_with 3 "$FACTORY" check m.yml
	shows "m.yml:7:"
	shows "this is no expression"
}

@test "of a matrix each cell has its own pillar, and nothing that is printed shows a secret" {
	pillar_files
	printf 'token: cell-hunter2\nsecrets: [token]\n' >pillar/cell.yml
	{
		head_of_manifest
		cat <<-'E'
			install: echo {{ pillar.db.password }} $CELL
			jobs:
			  include:
			    - env: CELL=hunter2pass
			    - env: CELL=b
			      kv: {pillar/db/host: mine}
			    - env: CELL=c
			      pillar: [pillar/common.yml, pillar/cell.yml]
			      script: echo cell-hunter2; false
		E
	} | manifest
	run "$FACTORY" build m.yml -t t/pillar:4
	[ "$status" -eq 6 ]
	shows "CELL=***  "
	shows "echo ***; false"
	! grep -v '^sha256:' <<<"$output" | grep -v '^\[' | grep hunter2 || false
	[ "$(file_in t/pillar:4-CELL-b /app)" = "mine hunter2pass db busybox" ]
}
