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

@test "facts of a container are those of its file system as it is now, and of its network" {
	images=$(api GET '/images/json?all=1' | jq length)
	id=$(api POST '/containers/create?name=facts-of-me' --header 'Content-Type: application/json' \
		--data "{\"Image\":\"$BASE\",\"Hostname\":\"mine\",\"HostConfig\":{\"NetworkMode\":\"none\"},\"Cmd\":[\"sh\",\"-c\",\"echo ID=changed > /etc/os-release; sleep 1000\"]}" | jq -r .Id)
	api POST "/containers/$id/start"
	for _ in $(seq 50); do
		run "$FACTORY" facts facts-of-me os.id
		[ "$output" = changed ] && break
	done
	[ "$output" = changed ]
	[ "$("$FACTORY" facts facts-of-me networking.hostname)" = mine ]
	api DELETE "/containers/$id?force=1"
	[ "$(api GET '/images/json?all=1' | jq length)" -eq "$images" ]
	no_container_left
}

@test "an unknown fact, an unknown image" {
	fails_with 1 "$FACTORY" facts $BASE os.nothing
	shows "os.nothing"
	fails_with 5 "$FACTORY" facts factory-test/no-such-image:9
	no_container_left
}
