load common

# What a browser makes of a page: its document after the scripts have run. The page is that of a
# file; more script may be given, which runs behind its own.
browse() {
	sed "s|</body>|<script>${2-}</script></body>|" "$1" >browsed.html
	HOME=$WORK timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
		--user-data-dir="$WORK/browser" --dump-dom "file://$WORK/browsed.html" 2>/dev/null >dom.html
	# From here on only what a reader sees counts.
	sed -i '/<script/,/<\/script>/d' dom.html
}

in_page() {
	grep -qF -- "$1" dom.html || { printf 'not in the page: %s\nin:\n%s\n' "$1" "$(head -c 3000 dom.html)" >&2; return 1; }
}

@test "the page of a build that failed: its graph, times, logs and why" {
	manifest <<-'E'
		image: factory-test/busybox:latest
		install:
		  - seq 3; printf '\033[31mred\033[0m </script><b>bold</b>\n'
		script:
		  - sleep 0.1; echo going-wrong; exit 3
	E
	fails_with 6 "$FACTORY" build m.yml --no-cache
	"$FACTORY" report -o page.html
	browse page.html
	in_page 'm.yml</h2>'
	in_page '✗ failed in'
	in_page 'm.yml:5:5: test-1 failed with exit code 3'
	in_page '1 build: 0 passed, 1 failed, 0 not over'
	[ "$(grep -o '<rect' dom.html | wc -l)" = 4 ]
	[ "$(grep -o '<th scope="row">' dom.html | wc -l)" = 5 ]
	in_page '(4 lines)'
	# What failed is open, the rest is not.
	in_page 'going-wrong'
	not grep -q '</script>\|<b>bold' dom.html
	# A reader who searches finds it, without colours and as text.
	browse page.html 'document.getElementById("search").value = "RED <"; document.getElementById("search").dispatchEvent(new Event("input"))'
	in_page '1 line found'
	in_page '<mark>red &lt;</mark>/script&gt;&lt;b&gt;bold'
}

@test "a page needs nothing from outside and says what its parts are" {
	manifest <<-E
		image: $BASE
		install: dd if=/dev/zero of=/blob bs=1k count=300
	E
	"$FACTORY" build m.yml -t t/page:1 --no-cache
	"$FACTORY" build m.yml -t t/page:1
	"$FACTORY" report last --output page.html
	not grep -nE '(src|href)="?https?:|@import|url\(' page.html
	browse page.html
	in_page '≡ cached</td><td class="why">an image was built of the same'
	in_page '0 nodes run, 3 from the cache'
	first=$("$FACTORY" report --list | awk 'NR == 1 { print $1 }')
	"$FACTORY" report "$first" >page.html
	browse page.html
	in_page '✓ passed in'
	in_page 't/page:1; 3 nodes run, 0 from the cache'
	in_page '307.2 kB</td>'
	/usr/bin/python3 - <<-'E'
		import html.parser, sys
		class Reader(html.parser.HTMLParser):
		    open, labelled, ids, levels = [], set(), set(), []
		    def handle_starttag(self, tag, attributes):
		        a = dict(attributes)
		        self.ids.add(a.get("id"))
		        self.labelled.update(filter(None, [a.get("aria-labelledby"), a.get("for")]))
		        if tag in ("h1", "h2", "h3"):
		            self.levels.append(int(tag[1]))
		        if tag in ("header", "main", "nav"):
		            self.open.append(tag)
		r = Reader()
		r.feed(open("dom.html").read())
		assert r.labelled <= r.ids, r.labelled - r.ids
		assert r.open == ["header", "main"], r.open
		assert r.levels[0] == 1 and all(b <= a + 1 for a, b in zip(r.levels, r.levels[1:])), r.levels
	E
}

@test "a page tells why each node was run" {
	manifest <<-E
		image: $BASE
		install: [echo one $WORK, echo two $WORK]
	E
	"$FACTORY" build m.yml
	sed -i 's/two/three/' m.yml
	"$FACTORY" why m.yml | grep -E '^install-2 +runs +command$'
	"$FACTORY" build m.yml
	"$FACTORY" report -o page.html
	browse page.html
	grep -q 'install-2</a>.*<td class="why" title="command">command</td>' dom.html
	grep -q 'commit</a>.*<td class="why" title="parent">parent</td>' dom.html
	"$FACTORY" build m.yml --from-step install-2 --progress json 2>events
	[ "$(jq -r 'select(.event == "plan").nodes[] | .id + " " + (.reasons | join(","))' events | tail -n 2)" = \
		$'install-2 by option\ncommit by option' ]
	"$FACTORY" build m.yml --progress json 2>events
	not grep -q '"event":"plan"' events
}

@test "builds side by side, by their endpoints" {
	ln -s "${DOCKER_HOST#unix://}" other.sock
	manifest <<-E
		image: $BASE
		env: {matrix: [A=1, A=2]}
		script: [sleep 0.2, sleep 0.2]
	E
	"$FACTORY" build m.yml --no-cache --endpoint "$DOCKER_HOST" --endpoint "unix://$WORK/other.sock"
	"$FACTORY" report -o page.html
	browse page.html
	in_page "<th scope=\"rowgroup\" colspan=\"4\">$DOCKER_HOST</th>"
	in_page "<th scope=\"rowgroup\" colspan=\"4\">unix://$WORK/other.sock</th>"
	in_page "Timeline at unix://$WORK/other.sock</h3>"
	[ "$(grep -o 'id="build-[0-9]"' dom.html | wc -l)" = 2 ]
	# Each node has a bar there, and one in its build's own table.
	[ "$(grep -o 'class="bar passed"' dom.html | wc -l)" = 16 ]
	not grep -q 'id="endpoints"[^>]*hidden' dom.html
}

# An endpoint that was lost: the build's second begin.
@test "a build that was begun again elsewhere is on the page twice" {
	manifest <<-E
		image: $BASE
		install: echo one
	E
	"$FACTORY" build m.yml --no-cache
	record=$(ls "$XDG_STATE_HOME"/factory/builds/*.jsonl)
	{ sed '/"event":"end"/d; /"install-1".*"done"/d; /"commit"/{/"event":"build"/!{/"event":"plan"/!d}}' "$record"
	  sed '1d; s|"endpoint":"[^"]*"|"endpoint":"tcp://other"|' "$record"; } >both
	cp both "$record"
	"$FACTORY" report -o page.html
	browse page.html
	in_page '↷ begun again at another endpoint'
	in_page '1 build: 1 passed, 0 failed, 0 not over'
	in_page '>tcp://other</th>'
}

# Roles and colours as a reader's programs see them: contrast by WCAG 2.1, at least 4.5 to 1.
@test "a page can be read by all: contrast in light and dark, by keyboard, on a narrow screen" {
	manifest <<-E
		image: $BASE
		env: {matrix: [A=1, A=2]}
		script: ["echo hello", "[ \$A = 1 ]"]
	E
	fails_with 6 "$FACTORY" build m.yml
	"$FACTORY" report -o page.html
	HOME=$WORK timeout 100 /usr/bin/python3 "$BATS_TEST_DIRNAME/reader.py" "file://$WORK/page.html" "$WORK"
}

@test "facts that a manifest asked for are on the page" {
	manifest <<-E
		image: $BASE
		install: echo {{ facts.kernel.name }}
	E
	"$FACTORY" build m.yml
	"$FACTORY" report -o page.html
	browse page.html
	in_page "Facts of $BASE</h3>"
	in_page '<th scope="row">kernel.name</th><td>Linux</td>'
}

@test "records are named by their id, the begin of it, or as the last" {
	fails_with 1 "$FACTORY" report
	shows "there is no record of a build 'last'"
	manifest <<-E
		image: $BASE
		install: echo one
	E
	"$FACTORY" build m.yml --no-cache
	sleep 1.1
	"$FACTORY" build m.yml --no-cache
	mapfile -t ids < <("$FACTORY" report --list | cut -d " " -f 1)
	[ ${#ids[@]} = 2 ]
	run "$FACTORY" report --list
	[ "${lines[1]}" = "${ids[1]}  m.yml passed" ]
	"$FACTORY" report "${ids[0]}" >one.html
	"$FACTORY" report "${ids[0]%-*}" >again.html
	cmp one.html again.html
	"$FACTORY" report >last.html
	not cmp -s one.html last.html
	fails_with 1 "$FACTORY" report "${ids[0]%%-*}"
	shows 'several builds begin with'
	fails_with 1 "$FACTORY" report ../../etc
	shows "there is no record of a build '../../etc'"
	# A build that was killed in the midst of a line.
	truncate -s -20 "$XDG_STATE_HOME/factory/builds/${ids[1]}.jsonl"
	run "$FACTORY" report --list
	[ "${lines[1]}" = "${ids[1]}  not over" ]
	"$FACTORY" report last >cut.html
	browse cut.html
	in_page '1 not over'
}

@test "secrets are neither in the record nor on the page" {
	manifest <<-E
		image: $BASE
		install:
		  - run: echo "it is \$TOKEN"; exit 1
		    secrets: {TOKEN: TEST_TOKEN}
	E
	TEST_TOKEN='quite"secret<word' fails_with 6 "$FACTORY" build m.yml
	"$FACTORY" report -o page.html
	not grep -r 'secret<\|secret\\u003c\|quite"\|quite\\"' "$XDG_STATE_HOME" page.html
	grep -q 'it is \*\*\*' page.html
}
