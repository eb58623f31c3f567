#!/bin/bash
# AFL++ feeds frames to the agent itself: the program "make fuzz" built with its instrumentation, as
# "agent session", by standard input. What frames may ask for is done: so it runs without rights, in
# a root with nothing but itself, on a file system in memory, without a network.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/fixtures/lib.sh
. tests/fixtures/lib.sh

seconds=${1:?usage: tests/fuzz/session.sh SECONDS}
program=$PWD/build/fuzz/agent state=$PWD/build/fuzz/session
can_be_root || die "needs root for namespaces"
mkdir -p "$state/seeds" build/fuzz/failed
python3 tests/fuzz/frames.py "$state/seeds"
cp tests/fuzz/corpus/session/* "$state/seeds/" 2>/dev/null || true

# In the namespaces: the root that the agent sees.
inside() {
	local root=$state/root library
	rm -rf "$state/out"
	mkdir -p "$root" "$state/out"
	mount -t tmpfs -o size=192m,mode=1777 none "$root"
	install "$program" "$(command -v setpriv)" "$root"
	ldd "$root/agent" "$root/setpriv" | grep -o '/[^ :]*' | sort -u | grep -vF "$root" | while read -r library; do
		install -D "$library" "$root$library"
	done
	export AFL_SKIP_BIN_CHECK=1 AFL_SKIP_CPUFREQ=1 AFL_NO_UI=1 AFL_NO_AFFINITY=1 \
		AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_FORKSRV_INIT_TMOUT=10000 LC_ALL=C
	afl-fuzz -i "$state/seeds" -o "$state/out" -V "$seconds" -t 2000 -m none -- \
		/usr/sbin/chroot "$root" /setpriv --bounding-set=-all --inh-caps=-all --no-new-privs \
		/agent session \
		>build/fuzz/log/session 2>&1
}

mkdir -p build/fuzz/log
export -f inside
export program state seconds
"${sudo[@]}" unshare --mount --net --pid --fork --kill-child --mount-proc \
	bash -c 'set -euo pipefail; inside' ||
	{ tail -n 30 build/fuzz/log/session >&2 && die "AFL++ did not run; its log: build/fuzz/log/session"; }

stats=$state/out/default/fuzzer_stats
value() {
	awk -v key="$1" '$1 == key { print $3 }' "$stats"
}
printf '%-12s %9d inputs, %5d of %5d edges, by AFL++\n' session "$(value execs_done)" \
	"$(value edges_found)" "$(value total_edges)"
found=$(find "$state/out/default/crashes" "$state/out/default/hangs" -name 'id:*' | wc -l)
[ "$found" = 0 ] || die "session: $found inputs crash or hang the agent: $state/out/default"
