# What tests of the prompt in a build share.

# With a variable that no build had before: nothing of it is in the cache.
steps() {
	RUN=$(cat /proc/sys/kernel/random/uuid)
	manifest <<-YAML
		# the top
		image: $BASE
		env: {RUN: "$RUN"}
		install:
		  # the first one
		  - echo one >/one   # behind it

		  - name: second
		    # why
		    run: exit 3
		  - echo three >/three
		# the end
		script:
		  - test -e /one
	YAML
	cp m.yml before.yml
}

# in_image PATH: what was built has it.
in_image() {
	"$FACTORY" shell -q t/pilot <<<"test -e $1"
}

# answers LINE...: a build with these lines typed.
answers() {
	printf '%s\n' "$@" | "$FACTORY" build -i -t t/pilot m.yml
}

# pilot [OPTION...]: an interactive build of m.yml in the terminal; `old` and `new` are what the
# terminal is set to before and after, "code N" what it ends with.
pilot() {
	type_line "export XDG_STATE_HOME=$XDG_STATE_HOME; stty -a >old"
	type_line "\$FACTORY build ${*:--i -t t/pilot} m.yml; echo code \$?; stty -a >new; echo ov\"\"er"
}

# ended CODE: with it, and the terminal is as it was.
ended() {
	sees "code $1"
	sees over
	cmp old new
	no_container_left
}
