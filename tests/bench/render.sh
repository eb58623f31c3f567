#!/usr/bin/env bash
# Measures `agent render` on a private Consul beside a curl that fetches the same values.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/bench/lib.sh
. tests/bench/lib.sh

usage() {
	cat <<-'E'
		usage: tests/bench/render.sh [ROUNDS]

		One tree of 10,000 keys, 1,000 single keys, 100 templates of 10 keys, 1,000 templates,
		10 MB of output, and how soon a changed key is in the file. Medians over ROUNDS
		(default 5), peak memory, and how much longer it takes than curl alone.
	E
}

case ${1:-} in -h | --help) usage; exit 0 ;; esac
rounds=${1:-5}
work=$(mktemp -d)
trap 'tests/fixtures/consul.sh stop "$work/consul"; rm -rf "$work"' EXIT
tests/fixtures/consul.sh start "$work/consul" 2>/dev/null
CONSUL_HTTP_ADDR=$(cat "$work/consul/address")
export CONSUL_HTTP_ADDR

# Keys by transactions of 64, and the templates that want them.
python3 - "$work" <<'PYTHON'
import base64, json, os, sys, urllib.request
work, consul = sys.argv[1], os.environ["CONSUL_HTTP_ADDR"]
pairs = [(f"tree/k{i:05}", f"value-{i}-" + "x" * 40) for i in range(10000)]
pairs += [(f"many/k{i:04}", f"value-{i}") for i in range(1000)]
pairs += [(f"set/{t:03}/k{i}", f"value-{i}") for t in range(100) for i in range(10)]
pairs += [(f"large/k{i:03}", "y" * 100000) for i in range(100)]
for at in range(0, len(pairs), 64):
    body = [{"KV": {"Verb": "set", "Key": k, "Value": base64.b64encode(v.encode()).decode()}}
            for k, v in pairs[at:at + 64]]
    size = 0
    while body:
        part, size = [], 0
        while body and size < 400000:
            part.append(body.pop(0))
            size += len(part[-1]["KV"]["Value"])
        urllib.request.urlopen(urllib.request.Request(
            f"http://{consul}/v1/txn", data=json.dumps(part).encode(), method="PUT")).read()
def write(name, text):
    with open(f"{work}/{name}", "w") as file:
        file.write(text)
def keys(prefix, names):
    return "".join(f'{{{{ key "{prefix}/{n}" }}}}\n' for n in names)
write("tree.tmpl", '{{ range tree "tree" }}{{ .Key }}={{ .Value }}\n{{ end }}')
write("large.tmpl", '{{ range tree "large" }}{{ .Value }}\n{{ end }}')
write("many.tmpl", keys("many", [f"k{i:04}" for i in range(1000)]))
write("one.tmpl", '{{ key "many/k0500" }}')
for t in range(100):
    write(f"set-{t}.tmpl", keys(f"set/{t:03}", [f"k{i}" for i in range(10)]))
def config(name, count, source):
    write(name, "".join(f'template {{ source = "{work}/{source(t)}" '
                        f'destination = "{work}/out/{name}/{t}" }}\n' for t in range(count)))
config("set.hcl", 100, lambda t: f"set-{t}.tmpl")
config("thousand.hcl", 1000, lambda t: f"set-{t % 100}.tmpl")
write("many.urls", "".join(f'url = "http://{consul}/v1/kv/many/k{i:04}"\noutput = /dev/null\n'
                           for i in range(1000)))
write("set.urls", "".join(f'url = "http://{consul}/v1/kv/set/{t:03}/k{i}"\noutput = /dev/null\n'
                          for t in range(100) for i in range(10)))
PYTHON

render() { rm -rf "$work/out"; build/agent render -once "$@"; }
tree() { render -template "$work/tree.tmpl:$work/out/tree"; }
large() { render -template "$work/large.tmpl:$work/out/large"; }
many() { render -template "$work/many.tmpl:$work/out/many"; }
set_of() { render -config "$work/set.hcl"; }
thousand() { render -config "$work/thousand.hcl"; }
curl_tree() { curl --silent --fail "http://$CONSUL_HTTP_ADDR/v1/kv/$1/?recurse" --output /dev/null; }
curl_urls() { curl --silent --fail --config "$work/$1.urls"; }

memory() {
	printf '  %-28s %s KB at its peak\n' "$1" \
		"$(/usr/bin/time -f %M build/agent render -once "${@:2}" 2>&1 >/dev/null | tail -1)"
}

# beside CURL OURS: how much longer than curl ours takes.
beside() {
	awk -v ours="${MEDIAN[$2]}" -v curl="${MEDIAN[$1]}" -v us="$2" -v it="$1" \
		'BEGIN { printf "  -> %s takes %.2f times as long as %s\n", us, ours / curl, it }'
}

title 'a tree of 10,000 keys'
measure 'curl, the tree' "$rounds" curl_tree tree
measure 'agent, the tree' "$rounds" tree
memory 'agent, the tree' -template "$work/tree.tmpl:$work/out/tree"
beside 'curl, the tree' 'agent, the tree'

title '1,000 single keys'
measure 'curl, 1,000 keys' "$rounds" curl_urls many
measure 'agent, 1,000 keys' "$rounds" many
memory 'agent, 1,000 keys' -template "$work/many.tmpl:$work/out/many"
beside 'curl, 1,000 keys' 'agent, 1,000 keys'
beside 'agent, the tree' 'agent, 1,000 keys'

title '100 templates of 10 keys'
measure 'curl, the same keys' "$rounds" curl_urls set
measure 'agent, 100 templates' "$rounds" set_of
memory 'agent, 100 templates' -config "$work/set.hcl"
beside 'curl, the same keys' 'agent, 100 templates'

title '1,000 templates of 10 keys, 1,000 keys in all'
measure 'agent, 1,000 templates' "$rounds" thousand
memory 'agent, 1,000 templates' -config "$work/thousand.hcl"

title '10 MB of output'
measure 'curl, 10 MB' "$rounds" curl_tree large
measure 'agent, 10 MB' "$rounds" large
memory 'agent, 10 MB' -template "$work/large.tmpl:$work/out/large"
beside 'curl, 10 MB' 'agent, 10 MB'

title 'from a changed key to the file, with 1 and with 1,000 keys watched'
python3 - "$work" "$rounds" <<'PYTHON'
import os, subprocess, sys, time, urllib.request
work, rounds, consul = sys.argv[1], int(sys.argv[2]), os.environ["CONSUL_HTTP_ADDR"]
for name in ("one", "many"):
    out = f"{work}/watched-{name}"
    agent = subprocess.Popen(["build/agent", "render", "-template", f"{work}/{name}.tmpl:{out}"])
    while not os.path.exists(out):
        time.sleep(0.01)
    time.sleep(0.7)
    times = []
    for i in range(max(rounds, 3) * 2):
        value = f"changed-{i}-{time.time()}"
        began = time.perf_counter()
        urllib.request.urlopen(urllib.request.Request(
            f"http://{consul}/v1/kv/many/k0500", data=value.encode(), method="PUT")).read()
        while value not in open(out).read():
            pass
        times.append((time.perf_counter() - began) * 1000)
        time.sleep(0.25)
    descriptors = len(os.listdir(f"/proc/{agent.pid}/fd"))
    peak = [l.split()[1] for l in open(f"/proc/{agent.pid}/status") if l.startswith("VmHWM")][0]
    agent.terminate()
    agent.wait()
    times.sort()
    print(f"  {name:5} {times[len(times) // 2]:.1f} ms, the request to Consul included "
          f"({times[0]:.1f} to {times[-1]:.1f}); {descriptors} descriptors, {peak} KB at its peak")
PYTHON
echo
echo "bench of render: done, medians of $rounds rounds on $(nproc) processors"
