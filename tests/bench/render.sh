# `agent render` on a private Consul, beside a curl that fetches the same values. There is no
# consul-template in Debian: curl, which only fetches, is the peer.
# shellcheck shell=bash disable=SC2154

tests/fixtures/consul.sh start "$BENCH/consul"
CONSUL_HTTP_ADDR=$(cat "$BENCH/consul/address")
export CONSUL_HTTP_ADDR

# Keys by transactions of 64, and the templates that want them.
python3 - "$BENCH" <<'PYTHON'
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

# Each run writes into a new directory: what is made where much was just deleted takes ext4 several
# times as long, and that is not what is measured.
fresh() { ln -sfnT "$(mktemp -d "$BENCH/out-XXXXXX")" "$BENCH/out"; }
render() { build/agent render -once "$@"; }
render_one() { render -template "$BENCH/$1.tmpl:$BENCH/out/$1"; }
fetch() { /usr/bin/curl --silent --fail "$@"; }
fetch_tree() { fetch "http://$CONSUL_HTTP_ADDR/v1/kv/$1/?recurse" --output "${2:-/dev/null}"; }
fetch_urls() { fetch --config "$BENCH/$1.urls"; }
# What the file system takes for files that are replaced as the agent does it.
only_files() {
	python3 -S - "$BENCH/out" "$1" <<-'PYTHON'
		import os, sys
		for i in range(int(sys.argv[2])):
		    path = f"{sys.argv[1]}/{i}"
		    file = os.open(path + ".XXXXXX", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
		    os.write(file, b"value-1234\n" * 10)
		    os.fchmod(file, 0o644)
		    os.fsync(file)
		    os.close(file)
		    os.rename(path + ".XXXXXX", path)
	PYTHON
}
peak() {
	fresh
	figure 'agent, resident at its peak' \
		"$(/usr/bin/time -f %M build/agent render -once "$@" 2>&1 >/dev/null | tail -1) KB"
}
BEFORE=fresh

section 'render a tree of 10,000 keys'
measure agent "$rounds" render_one tree
measure 'curl, the same bytes' "$rounds" fetch_tree tree
peak -template "$BENCH/tree.tmpl:$BENCH/out/tree"

section 'render 1,000 single keys'
measure agent "$rounds" render_one many
measure 'curl, the same keys' "$rounds" fetch_urls many
peak -template "$BENCH/many.tmpl:$BENCH/out/many"

section 'render 100 templates of 10 keys'
measure agent "$rounds" render -config "$BENCH/set.hcl"
measure 'curl, the same keys' "$rounds" fetch_urls set
peak -config "$BENCH/set.hcl"

section 'render 1,000 templates of 10 keys, 1,000 keys in all'
measure agent "$rounds" render -config "$BENCH/thousand.hcl"
measure 'curl, the same keys, once each' "$rounds" fetch_urls set
measure '1,000 files written, nothing else' "$rounds" only_files 1000
peak -config "$BENCH/thousand.hcl"

section 'render 10 MB of output'
measure agent "$rounds" render_one large
measure 'curl, the same bytes' "$rounds" fetch_tree large
measure 'curl, into a file' "$rounds" fetch_tree large "$BENCH/out/large"
peak -template "$BENCH/large.tmpl:$BENCH/out/large"
BEFORE=

section 'from a changed key to the file, the request to Consul included'
while read -r watched median from to descriptors peak; do
	[ "$watched" = one ] && many='1 key' || many='1,000 keys'
	row "agent, $many watched" "$median" "$from" "$to"
	figure "with $many" "$descriptors descriptors, $peak KB at its peak"
done < <(python3 - "$BENCH" "$rounds" <<'PYTHON'
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
    print(name, *(round(t * 1000) for t in (times[len(times) // 2], times[0], times[-1])),
          descriptors, peak)
PYTHON
)
