load common

skopeo_here() {
	skopeo --tmpdir "$WORK" "$@"
}

# build NAME COMMAND
build() {
	printf 'image: %s\ninstall: %s\n' "$BASE" "$2" >m.yml
	"$FACTORY" build -q m.yml -t "$1" >id
}

load_archive() {
	api POST '/images/load?quiet=1' --header 'Content-Type: application/x-tar' --data-binary "@$1"
}

forget() {
	"$FACTORY" gc -q --unused 0s
	api DELETE "/images/$1?force=1" >/dev/null
}

@test "Docker's archive is loaded as the same image, under all its names" {
	build t/export:1 '"head -c 2000000 /dev/urandom >/data"'
	api POST "/images/t/export:1/tag?repo=t/export&tag=more" >/dev/null
	"$FACTORY" export t/export:1 t/export:more -o docker.tar
	[ "$(stat -c %a docker.tar)" = 644 ]
	forget t/export:more
	forget t/export:1
	no_image t/export:1
	load_archive docker.tar >/dev/null
	[ "$(image_id t/export:1)" = "$(cat id)" ]
	[ "$(image_id t/export:more)" = "$(cat id)" ]
}

@test "OCI's archive is read by skopeo: digests, config, names" {
	build t/export:2 '"head -c 300000 /dev/urandom >/data"'
	api POST "/images/t/export:2/tag?repo=t/export&tag=second" >/dev/null
	"$FACTORY" export t/export:2 t/export:second -o oci.tar --format oci
	skopeo_here inspect oci-archive:oci.tar:t/export:2 >inspected
	jq -e '.Os == "linux" and (.Layers | length) >= 2' inspected
	# The image's id is the digest of its config: it stays.
	[ "sha256:$(skopeo_here inspect --raw oci-archive:oci.tar:t/export:second | jq -r .config.digest | cut -d: -f2)" = "$(cat id)" ]
	# Every blob is what its name says, and skopeo checks them once more as it copies.
	mkdir layout && tar -xf oci.tar -C layout
	(cd layout/blobs/sha256 && for blob in *; do echo "$blob  $blob"; done | sha256sum --check --quiet)
	jq -e '.imageLayoutVersion == "1.0.0"' layout/oci-layout
	skopeo_here copy -q oci-archive:oci.tar:t/export:2 docker-archive:again.tar:t/export:copied
	load_archive again.tar >/dev/null
	[ "$(file_in t/export:copied /data | sha256sum)" = "$(file_in t/export:2 /data | sha256sum)" ]
}

@test "two exports of an image are the same bytes" {
	build t/export:3 'echo three >/three'
	for format in docker oci; do
		"$FACTORY" export t/export:3 -o one.tar --format $format
		sleep 1.1
		"$FACTORY" export t/export:3 -o two.tar --format $format
		cmp one.tar two.tar
		"$FACTORY" export t/export:3 -o - --format $format | cmp - one.tar
	done
	SOURCE_DATE_EPOCH=86400 "$FACTORY" export t/export:3 -o dated.tar --format oci
	TZ=UTC tar -tvf dated.tar | grep -c '1970-01-02 00:00' | grep -x "$(tar -tf dated.tar | wc -l)"
}

@test "a layer of many megabytes takes no memory" {
	build t/export:4 '"head -c 150000000 /dev/zero >/data"'
	(ulimit -v 120000 && exec "$FACTORY" export t/export:4 -o oci.tar --format oci)
	skopeo_here inspect oci-archive:oci.tar >/dev/null
}

@test "a failure leaves no file, and the old one as it was" {
	build t/export:5 'echo five >/five'
	echo old >file.tar
	for format in docker oci; do
		fails_with 5 "$FACTORY" export t/export:5 t/nothing:1 -o file.tar --format $format
		shows t/nothing:1
		fails_with 1 "$FACTORY" export t/export:5 -o missing/file.tar --format $format
		shows missing/file.tar
		fails_with 1 bash -c "ulimit -f 100; trap '' XFSZ; '$FACTORY' export t/export:5 -o file.tar --format $format"
		shows file.tar
	done
	[ "$(cat file.tar)" = old ]
	[ "$(find . -maxdepth 1 -name '.factory*')" = "" ]
	fails_with 2 "$FACTORY" export t/export:5
	fails_with 2 "$FACTORY" export -o x.tar
	fails_with 2 "$FACTORY" export t/export:5 -o x.tar --format zip
}
