load common

# The steps of an image, by a jq filter over all of them in order.
steps() {
	"$FACTORY" history "$1" --format json | jq -c "[.[].steps[]? | $2]"
}

@test "history tells the steps of an image with their times" {
	manifest <<-E
		image: $BASE
		install:
		  - name: the first
		    run: sleep 0.2
		  - echo two >/two
	E
	"$FACTORY" build -q m.yml -t t/history:1
	[ "$(steps t/history:1 .label)" = '["the first","echo two >/two"]' ]
	[ "$(steps t/history:1 '.ms >= 200')" = '[true,false]' ]
	[ "$(steps t/history:1 .cached)" = '[null,null]' ]
	"$FACTORY" history t/history:1 >text
	grep -E '^ +2[0-9]{2}\.[0-9] ms  install-1 +the first$' text
	# Nothing but the image is needed: neither a cache of this host nor another name.
	rm -rf "$XDG_CACHE_HOME"
	"$FACTORY" history "$(image_id t/history:1)" | diff - text
}

@test "history tells what was cached, and each step once" {
	printf 'image: %s\ninstall:\n  - {run: "date +%%N >/1", checkpoint: true}\n  - echo {{ two }} >/2\n' "$BASE" >m.yml
	"$FACTORY" build -q m.yml -t t/history:2 --set two=a
	"$FACTORY" build -q m.yml -t t/history:2 --set two=b
	[ "$(steps t/history:2 .id)" = '["install-1","install-2"]' ]
	[ "$(steps t/history:2 .cached)" = '[true,null]' ]
	[ "$(steps t/history:2 '.ms > 0')" = '[true,true]' ]
	"$FACTORY" history t/history:2 | grep -E '^ +cached  install-1'
}

@test "what two manifests made is told, one on the other" {
	printf 'image: %s\ninstall: echo below >/below\n' "$BASE" >base.yml
	printf 'from: base.yml\ninstall: echo above >/above\n' >m.yml
	"$FACTORY" build -q m.yml -t t/history:3
	[ "$(steps t/history:3 .label)" = '["echo below >/below","echo above >/above"]' ]
}

@test "a secret is in no history" {
	manifest <<-E
		image: $BASE
		install:
		  - name: "with hunter2-and-more"
		    run: "true"
		    secrets: {token: TOKEN_OF_TEST}
	E
	TOKEN_OF_TEST=hunter2-and-more "$FACTORY" build -q m.yml -t t/history:4
	[ -z "$(api GET /images/t/history:4/history | grep hunter2)" ]
	[ -z "$("$FACTORY" history t/history:4 | grep hunter2)" ]
	"$FACTORY" history t/history:4 | grep 'install-1'
}

@test "SOURCE_DATE_EPOCH leaves times out" {
	printf 'image: %s\ninstall: echo epoch\n' "$BASE" >m.yml
	SOURCE_DATE_EPOCH=0 "$FACTORY" build -q m.yml -t t/history:5
	[ "$(steps t/history:5 .ms)" = '[null]' ]
}

@test "an image of somebody else has the engine's history; one that is not there is told" {
	printf 'FROM %s\nRUN echo foreign >/foreign\n' "$BASE" >Dockerfile
	tar -c Dockerfile | api POST '/build?t=t/foreign:1&q=1' --header 'Content-Type: application/x-tar' --data-binary @- >/dev/null
	"$FACTORY" history t/foreign:1 | grep 'echo foreign'
	[ "$(steps t/foreign:1 .)" = '[]' ]
	fails_with 5 "$FACTORY" history t/nothing:1
	shows 't/nothing:1'
}
