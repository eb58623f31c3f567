load common

valid() {
	/usr/bin/python3 "$BATS_TEST_DIRNAME/sbom_schema.py" "$1" "$2"
}

# An image with what dpkg and apk leave: three packages, one of them for two architectures, one not
# installed any more.
packaged() {
	mkdir -p tree
	cat >tree/status <<-'E'
		Package: bash
		Status: install ok installed
		Architecture: amd64
		Version: 5.2.15-2+b7

		Package: libc6
		Status: install ok installed
		Architecture: amd64
		Version: 1:2.36-9

		Package: libc6
		Status: install ok installed
		Architecture: i386
		Version: 1:2.36-9

		Package: gone
		Status: deinstall ok config-files
		Architecture: all
		Version: 1
	E
	printf 'ID=debian\nVERSION_ID="12"\n' >tree/os-release
	manifest <<-E
		image: $BASE
		copy: [tree/status:/var/lib/dpkg/status, tree/os-release:/etc/os-release]
		artifact: {repo: t/sbom, tags: [one, two]}
	E
}

@test "sbom lists an image's packages as SPDX 2.3" {
	packaged
	"$FACTORY" build -q m.yml >id
	"$FACTORY" sbom t/sbom:one -o one.spdx.json
	valid spdx one.spdx.json
	[ "$(jq -c '[.packages[1:][] | "\(.name) \(.versionInfo)"]' one.spdx.json)" = '["bash 5.2.15-2+b7","libc6 1:2.36-9","libc6 1:2.36-9"]' ]
	jq -r '.packages[].externalRefs[]?.referenceLocator' one.spdx.json | tee urls
	grep -x 'pkg:deb/debian/bash@5.2.15-2%2Bb7?arch=amd64' urls
	grep -x 'pkg:deb/debian/libc6@1%3A2.36-9?arch=i386' urls
	jq -e --arg id "$(cat id)" '.packages[0].checksums[0].checksumValue == ($id | ltrimstr("sha256:"))' one.spdx.json
	"$FACTORY" sbom t/sbom:one 2>/dev/null | cmp - one.spdx.json
	no_container_left
}

@test "a build writes its SBOM and its provenance, the same each time" {
	packaged
	mkdir -p modules/greeting
	printf 'name: greeting\nversion: 1.0.0\ninstall: echo hello >/hello\n' >modules/greeting/module.yml
	echo 'modules: [greeting]' >>m.yml
	"$FACTORY" build -q m.yml --sbom s.json --provenance p.json >id
	valid spdx s.json
	valid statement p.json
	jq -e --arg id "$(cat id)" '.subject[0].name == "t/sbom:one" and .subject[0].digest.sha256 == ($id | ltrimstr("sha256:"))' p.json
	jq -c '.predicate.buildDefinition.resolvedDependencies[] | [.uri, .digest.sha256]' p.json >materials
	grep -F "[\"docker-image:$BASE\",\"$(image_id "$BASE" | cut -d: -f2)\"]" materials
	grep -F "[\"manifest:m.yml\",\"$(sha256sum <m.yml | cut -d' ' -f1)\"]" materials
	grep -F '["module:greeting"' materials
	jq -e '.predicate.runDetails | .builder.version.factory and (.metadata | not)' p.json
	"$FACTORY" build -q m.yml --sbom s2.json --provenance p2.json >/dev/null
	cmp s.json s2.json
	cmp p.json p2.json
	SOURCE_DATE_EPOCH=86400 "$FACTORY" build -q m.yml --sbom s3.json --provenance p3.json >/dev/null
	valid statement p3.json
	valid spdx s3.json
	[ "$(jq -r .predicate.runDetails.metadata.finishedOn p3.json)" = 1970-01-02T00:00:00Z ]
	[ "$(jq -r .creationInfo.created s3.json)" = 1970-01-02T00:00:00Z ]
}

@test "a build writes an archive with all its names" {
	packaged
	"$FACTORY" build -q m.yml -o built.tar >id
	tar -xOf built.tar manifest.json | jq -e '[.[].RepoTags[]] | sort == ["t/sbom:one", "t/sbom:two"]'
	"$FACTORY" build -q m.yml -o built.oci --format oci -t t/sbom:oci >/dev/null
	skopeo --tmpdir "$WORK" inspect oci-archive:built.oci:t/sbom:oci >/dev/null
}

@test "a manifest names the archive of its image, beside itself" {
	mkdir sub
	printf 'image: %s\nmatrix: {include: [{env: {N: 1}}, {env: {N: 2}}]}\ninstall: echo $N >/n\nartifact: {repo: t/celled, archive: both.tar}\n' "$BASE" >sub/m.yml
	"$FACTORY" build -q sub/m.yml >ids
	tar -xOf sub/both.tar manifest.json | jq -e '[.[].RepoTags[]] | length == 2'
	printf 'image: %s\ninstall: "true"\nartifact: {archive: [x]}\n' "$BASE" >m.yml
	fails_with 3 "$FACTORY" check m.yml
	shows archive
}

@test "a build that fails writes nothing; what can't be written is refused before" {
	printf 'image: %s\ninstall: false\n' "$BASE" >m.yml
	fails_with 6 "$FACTORY" build m.yml -o x.tar --sbom x.json --provenance y.json
	[ ! -e x.tar ] && [ ! -e x.json ] && [ ! -e y.json ]
	fails_with 2 "$FACTORY" build m.yml -o -
	shows 'factory export'
	cp m.yml n.yml
	fails_with 2 "$FACTORY" build m.yml n.yml --sbom x.json
	fails_with 5 "$FACTORY" sbom t/nothing:1
	fails_with 2 "$FACTORY" sbom
}

@test "an image without packages has an SBOM of itself" {
	"$FACTORY" sbom "$BASE" -o s.json
	valid spdx s.json
	[ "$(jq '.packages | length' s.json)" = 1 ]
}
