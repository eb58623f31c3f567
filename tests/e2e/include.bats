load common

@test "a manifest stands on another one's artifact" {
	mkdir base
	printf 'image: %s\ninstall: echo base > /base\nartifact: t/base-of\n' "$BASE" >base/base.yml
	printf 'from: base/base.yml\ninstall: test "$(cat /base)" = base && touch /top\n' >middle.yml
	printf 'from: middle.yml\ninstall: test -e /top && touch /last\n' >m.yml
	run "$FACTORY" build m.yml -t t/from:1
	[ "$status" -eq 0 ]
	shows "building middle.yml, which m.yml stands on"
	file_in t/from:1 /base
	file_in t/from:1 /last
	[ -n "$(image_id t/base-of:latest)" ]
	run "$FACTORY" build m.yml -t t/from:2
	shows "built t/from:2"
	[ "$(image_id t/from:1)" = "$(image_id t/from:2)" ]
	printf 'from: m.yml\n' >base/../middle.yml
	fails_with 3 "$FACTORY" check m.yml
	shows "middle.yml:1:7: manifests stand on each other in a circle: m.yml -> middle.yml -> m.yml"
	fails_with 3 "$FACTORY" build m.yml
	shows "middle.yml:1:7: manifests stand on each other in a circle: m.yml -> middle.yml -> m.yml"
	no_container_left
}

@test "includes are merged, and errors stay in their file" {
	mkdir parts
	printf 'image: %s\nenv: {A: base, B: base}\ninstall: [echo one >> /log]\n' "$BASE" >parts/base.yml
	printf 'install:\n  - echo {{ word }} >> /log\n' >parts/more.yml
	manifest <<-E
		include: [parts/base.yml, {file: parts/more.yml, with: {word: two}}]
		env: {B: own}
		install: [echo \$A \$B >> /log]
	E
	run "$FACTORY" build m.yml -t t/include:1
	[ "$status" -eq 0 ]
	[ "$(file_in t/include:1 /log)" = $'one\ntwo\nbase own' ]
	printf 'install:\n  - echo {{ word }} >> /log\n  - {rum: x}\n' >parts/more.yml
	fails_with 3 "$FACTORY" check m.yml
	shows "parts/more.yml:3:6: unknown key 'rum' in a step"
	printf 'include: ../m.yml\n' >parts/base.yml
	fails_with 3 "$FACTORY" check m.yml
	shows "includes go in a circle"
	printf 'include: /etc/passwd\ncopy: ../../x:/y\nfiles: link\n' >m.yml
	ln -s / link
	fails_with 3 "$FACTORY" check m.yml
	shows "leaves the manifest's directory"
}
