load common

modules=$BATS_TEST_DIRNAME/../../examples/modules

# tested NAME IMAGE: the tests of an example pass, and nothing stays behind but the toolbox.
tested() {
	"$FACTORY" toolbox create --quiet
	images >before
	run "$FACTORY" module test "$modules/$1" --image "$2"
	[ "$status" -eq 0 ] || { echo "$output" >&2; return 1; }
	shows "passed in"
	no_container_left
	images | diff before -
}

images() {
	api GET '/images/json?all=1' | jq -r '.[].Id' | sort
}

@test "modules: a user, by busybox, by shadow, and where there is neither" {
	tested user "$BASE"
	tested user factory-test/python:latest
	manifest <<-E
		image: $BASE
		before_install: rm -f /bin/adduser /usr/sbin/adduser /sbin/adduser
		modules: [$modules/user: {name: service, uid: 1500}]
	E
	run "$FACTORY" build m.yml -t t/modules-user:1
	[ "$status" -eq 0 ]
	file_in t/modules-user:1 /etc/passwd | grep -qx 'service:x:1500:1500::/home/service:/bin/sh'
	printf 'image: %s\nmodules: [%s/user: {name: root}]\n' "$BASE" "$modules" >m.yml
	fails_with 6 "$FACTORY" build m.yml -t t/modules-user:2
	shows "there is another user root"
	nothing_left t/modules-user:2
}

@test "modules: a web server's configuration by a template" {
	tested httpd "$BASE"
}

@test "modules: certificates, with update-ca-certificates and without" {
	tested ca-certificates "$BASE"
	cp "$modules/ca-certificates/test/authority.crt" own.crt
	manifest <<-E
		image: $BASE
		copy: own.crt:/usr/local/share/ca-certificates/
		before_install: |
		  printf '#!/bin/sh\ncat /usr/local/share/ca-certificates/*.crt > /etc/ssl/certs/ca-certificates.crt\n' > /usr/sbin/update-ca-certificates
		  chmod 755 /usr/sbin/update-ca-certificates
		modules: [$modules/ca-certificates]
	E
	run "$FACTORY" build m.yml -t t/modules-ca:1
	[ "$status" -eq 0 ]
	[ "$(file_in t/modules-ca:1 /etc/ssl/certs/ca-certificates.crt | grep -c BEGIN)" = 1 ]
	echo nonsense >own.crt
	fails_with 6 "$FACTORY" build m.yml -t t/modules-ca:2
	shows "own.crt is not PEM"
}

@test "modules: packages of apt, from a repository of the test's own" {
	tested apt factory-test/python:latest
}

@test "modules: requirements of pip, whose hashes count" {
	cp /usr/share/python-wheels/pip-*.whl pip.whl || skip "there is no wheel of pip (python3-pip-whl)"
	manifest <<-E
		image: factory-test/python:latest
		copy: pip.whl:/opt/pip.whl
		install: python3 -m zipfile -e /opt/pip.whl /usr/lib/python3/dist-packages
	E
	"$FACTORY" build m.yml -t t/modules-pip:base
	tested pip t/modules-pip:base
	manifest <<-E
		image: t/modules-pip:base
		copy: $modules/pip/test/wheel.py:/opt/wheel.py
		before_install: |
		  python3 /opt/wheel.py /opt/wheels
		  sed -i 's/sha256:..../sha256:0000/' /opt/wheels/requirements.txt
		modules:
		  - $modules/pip:
		      requirements: /opt/wheels/requirements.txt
		      find_links: /opt/wheels
		      index: false
		      options: [--break-system-packages]
	E
	fails_with 6 "$FACTORY" build m.yml -t t/modules-pip:1
	shows "THESE PACKAGES DO NOT MATCH THE HASHES"
	nothing_left t/modules-pip:1
}

@test "modules: a first one is fine, its test passes, and fails where it should" {
	run "$FACTORY" module init modules/hello
	[ "$status" -eq 0 ]
	run "$FACTORY" module check modules/hello
	[ "$status" -eq 0 ]
	shows "modules/hello/module.yml: fine (hello 0.1.0, 1 install step, 2 tests)"
	run "$FACTORY" module test modules/hello --image "$BASE"
	[ "$status" -eq 0 ]
	fails_with 1 "$FACTORY" module init modules/hello
	shows "is there already"
	images >before
	sed -i 's/friend/enemy/' modules/hello/templates/greeting.ctmpl
	fails_with 6 "$FACTORY" module test modules/hello --image "$BASE"
	shows "hello, the greeting is there"
	no_container_left
	images | diff before -
	# In a manifest, twice: each with its own parameters.
	sed -i 's/enemy/friend/' modules/hello/templates/greeting.ctmpl
	sed -i 's/test:/tset:/' modules/hello/module.yml
	fails_with 3 "$FACTORY" module check modules/hello
	shows "modules/hello/module.yml:33:1: unknown key 'tset' in a module: did you mean 'test'?"
	sed -i 's/tset:/test:/' modules/hello/module.yml
	printf 'image: %s\nmodules: [hello: {greeting: One}]\n' "$BASE" >m.yml
	run "$FACTORY" build m.yml -t t/modules-hello:1
	[ "$status" -eq 0 ]
	[ "$(file_in t/modules-hello:1 /etc/hello.txt)" = "One, friend." ]
	# A parameter is a part of the key, and what is the same is not built again.
	run "$FACTORY" build m.yml -t t/modules-hello:1
	shows "(cached)"
	sed -i 's/One/Two/' m.yml
	run "$FACTORY" build m.yml -t t/modules-hello:2
	[ "$(file_in t/modules-hello:2 /etc/hello.txt)" = "Two, friend." ]
	no_container_left
}

@test "modules: templates of several directories, each with its parameters, and keys for all" {
	mkdir -p modules/word/conf own
	cat >modules/word/module.yml <<-'E'
		name: word
		parameters: {word: {type: string, required: true}}
		files: conf
		kv: {word: {from: module}}
		install: cat /word >> /words
	E
	cat >modules/word/conf/template.hcl <<-'E'
		template {
		  contents    = "{{ fact \"params.word\" }} {{ key \"word/from\" }}\n"
		  destination = "/word"
		}
	E
	cat >own/template.hcl <<-'E'
		template {
		  contents    = "{{ fact \"role\" }} {{ with fact \"params\" }}{{ .port }}{{ end }}"
		  destination = "/own"
		}
	E
	manifest <<-E
		image: $BASE
		facts: {role: web}
		files: [{path: own, params: {port: 80}}]
		modules: [word: {word: one}, word: {word: two}]
		script: grep -qx 'two module' /word
	E
	run "$FACTORY" build m.yml -t t/modules-words:1
	[ "$status" -eq 0 ]
	[ "$(file_in t/modules-words:1 /own)" = "web 80" ]
	[ "$(file_in t/modules-words:1 /words)" = $'two module\ntwo module' ]
	sed -i 's/params.word/params.wrod/' modules/word/conf/template.hcl
	fails_with 7 "$FACTORY" build m.yml -t t/modules-words:2
	shows 'there is no fact "params.wrod"; did you mean params.word?'
	nothing_left t/modules-words:2
}

@test "modules: all that is wrong is told, and lists are for people and programs" {
	mkdir -p modules/{bad,good} elsewhere/{good,more}
	printf 'name: bad\nparameters: {a: {typ: x}}\ncopy: ../x:/y\ninstall: [rum: x]\n' >modules/bad/module.yml
	printf 'name: good\nversion: 1.10\ndescription: all is well\n' >modules/good/module.yml
	cp modules/good/module.yml elsewhere/good
	cp modules/good/module.yml elsewhere/more
	fails_with 3 "$FACTORY" module check modules/good modules/bad
	shows "modules/good/module.yml: fine"
	shows "modules/bad/module.yml:2:18: unknown key 'typ' in a parameter"
	shows "modules/bad/module.yml:3:7: '../x' leaves the module's directory"
	shows "modules/bad/module.yml:4:11: unknown key 'rum' in a step"
	run "$FACTORY" module check modules/bad --format json
	[ "$status" -eq 3 ]
	[ "$(jq -r '.[0] | "\(.line) \(.code)"' <<<"$output")" = "2 unknown-key" ]
	FACTORY_MODULE_PATH=elsewhere run "$FACTORY" module list
	shows "good  1.10  all is well  (modules/good)"
	shows "more  1.10  all is well  (elsewhere/more)"
	FACTORY_MODULE_PATH=elsewhere "$FACTORY" module list --format json >list.json
	[ "$(jq -r '.[].directory' list.json | tr '\n' ' ')" = "modules/bad modules/good elsewhere/more " ]
	[ "$(jq -r '.[0].problem' list.json)" != null ]
	printf 'image: x\nmodules: [god, bad]\n' >m.yml
	fails_with 3 "$FACTORY" check m.yml
	shows "m.yml:2:11: there is no module 'god': did you mean 'good'?"
	shows "modules/bad/module.yml:4:11: unknown key 'rum'"
	fails_with 2 "$FACTORY" module
	fails_with 2 "$FACTORY" module tset
	for command in init check test list pack; do
		run "$FACTORY" module $command --help
		[ "$status" -eq 0 ]
		shows "usage: factory module $command"
	done
}

@test "modules: an archive is the same bytes wherever it is made" {
	cp -r "$modules/httpd" one
	mkdir two
	cp -r one two/httpd
	mkdir two/httpd/.git
	chmod 600 two/httpd/module.yml
	touch -d 2001-01-01 two/httpd/module.yml
	run "$FACTORY" module pack one
	[ "$status" -eq 0 ]
	[ "$output" = "$(sha256sum httpd-1.0.0.tar.gz)" ]
	(umask 077 && "$FACTORY" module pack two/httpd -o two.tar.gz)
	cmp httpd-1.0.0.tar.gz two.tar.gz
	tar tzvf two.tar.gz | awk '{ print $2, $4 }' | sort -u | grep -qx '0/0 1970-01-01'
	mkdir unpacked
	tar xzf two.tar.gz -C unpacked
	diff -r one unpacked
	ln -s /etc one/out
	fails_with 1 "$FACTORY" module pack one
	shows "leads to an absolute path"
}
