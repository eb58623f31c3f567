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
	fails_with 6 "$FACTORY" build m.yml
	"$FACTORY" report -o page.html
	browse page.html
	in_page 'm.yml</h2>'
	in_page '✗ failed in'
	in_page 'm.yml:5:5: test-1 failed with exit code 3'
	in_page '1 build: 0 passed, 1 failed, 0 not over'
	[ "$(grep -o '<rect' dom.html | wc -l)" = 4 ]
	[ "$(grep -o '<th scope="row">' dom.html | wc -l)" = 4 ]
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
	in_page '≡ cached: an image was built of the same'
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
