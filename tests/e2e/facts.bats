load common

@test "facts of an image are those of its own system" {
	run "$FACTORY" facts $BASE os.id
	[ "$status" -eq 0 ]
	[ "$output" = busybox ]
	"$FACTORY" facts $BASE | jq -e '.kernel and .memory and .container'
	no_container_left
}

@test "a manifest's facts are gathered once and cached by the image's digest" {
	manifest <<-E
		image: $BASE
		install: echo {{ facts.os.id }} > /id
	E
	"$FACTORY" build m.yml -t t/facts:1
	[ "$(file_in t/facts:1 /id)" = busybox ]
	[ "$(ls "$XDG_CACHE_HOME"/factory/facts | wc -l)" -eq 1 ]
	run "$FACTORY" build m.yml -t t/facts:1
	shows "(cached)"
	no_container_left
}

@test "an unknown fact, an unknown image" {
	fails_with 1 "$FACTORY" facts $BASE os.nothing
	shows "os.nothing"
	fails_with 5 "$FACTORY" facts factory-test/no-such-image:9
	no_container_left
}
