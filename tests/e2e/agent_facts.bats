# The agent's facts: by themselves, against facter on this machine, and as the only file of a
# container.
load common

# What facter and we have in common is in tests/fixtures/facts/facter.txt.
against_facter() {
	/usr/bin/python3 "$BATS_TEST_DIRNAME/../fixtures/facts/facter.py" "$@"
}

@test "the table of facter's facts has every fact of facter's schema" {
	schema=$(dpkg -L facter 2>/dev/null | grep '/facter.yaml$') || skip "there is no facter"
	against_facter schema "$schema"
}

@test "every value of facter's on this machine is ours too, as the table says" {
	command -v facter >/dev/null || skip "there is no facter"
	facter --json 2>/dev/null >theirs || true # it fails where a file is hidden
	"$AGENT" facts >ours
	[ "$(jq '[paths(scalars)] | length' theirs)" -gt 40 ]
	against_facter compare theirs ours
}

@test "the comparison sees a wrong value, a missing one and an unknown fact" {
	"$AGENT" facts >ours
	echo '{"os":{"family":"Nowhere"},"timezone":"UTC","news":{"x":1}}' >theirs
	jq 'del(.timezone)' ours >ours.less
	fails_with 1 against_facter compare theirs ours.less
	shows "os.family: facter has 'Nowhere', we have"
	shows "timezone: only facter has it"
	shows "news.x: the table does not know it"
}

@test "one name, several names, formats" {
	[ "$("$AGENT" facts kernel.release)" = "$(uname -r)" ]
	[ "$("$AGENT" facts kernel.name kernel.machine)" = "kernel.name=Linux
kernel.machine=$(uname -m)" ]
	[ "$("$AGENT" facts processors.count)" = "$(grep -c ^processor /proc/cpuinfo)" ]
	[ "$("$AGENT" facts memory.total)" = $(($(awk '/^MemTotal/ { print $2 }' /proc/meminfo) * 1024)) ]
	"$AGENT" facts network.interfaces | jq -e '.lo.ip == "127.0.0.1"'
	"$AGENT" facts cpu.count os.id --format json | jq -e '.["cpu.count"] >= 1 and .["os.id"]'
	"$AGENT" facts | jq -e '.os and .kernel and .memory and .container and (has("cpu") | not)'
	"$AGENT" facts --format flat os.release kernel | grep '^kernel\.major='
}

@test "an unknown fact: exit code 1 and the nearest names" {
	fails_with 1 "$AGENT" facts os.relaese
	shows 'there is no fact "os.relaese"; did you mean os.release?'
	fails_with 1 "$AGENT" facts kernel.release os.nothing
	shows os.nothing
	fails_with 2 "$AGENT" facts --nonsense
	fails_with 2 "$AGENT" facts --format xml
	"$AGENT" facts --help | grep '^usage: agent facts'
}

@test "only what is named is read" {
	command -v strace >/dev/null || skip "there is no strace"
	strace -o trace "$AGENT" facts memory.total >/dev/null
	grep -q '/proc/meminfo' trace
	! grep -qE 'os-release|dpkg|mountinfo|NETLINK' trace
}

# scratch ARGUMENTS-AS-JSON HOST-CONFIG: what the agent prints in a container whose image holds
# nothing but it.
scratch() {
	local id
	tar -c -C "$(dirname "$AGENT")" "$(basename "$AGENT")" |
		api POST '/images/create?fromSrc=-&repo=t/facts-scratch' --data-binary @- \
			--header 'Content-Type: application/x-tar' >/dev/null
	id=$(api POST /containers/create --header 'Content-Type: application/json' --data \
		"{\"Image\":\"t/facts-scratch\",\"Cmd\":$1,\"Tty\":true,\"HostConfig\":$2}" | jq -r .Id)
	api POST "/containers/$id/start" >/dev/null
	api POST "/containers/$id/wait" >/dev/null
	api GET "/containers/$id/logs?stdout=1&stderr=1" | tr -d '\r'
	api DELETE "/containers/$id" >/dev/null
	echo "$id" >id
}

@test "as the only file of a container: whose it is, its limits and privileges" {
	scratch "[\"/$(basename "$AGENT")\",\"facts\"]" '{"NetworkMode":"none","Memory":67108864,
		"CpuQuota":50000,"CpuPeriod":100000,"PidsLimit":50,"CapDrop":["ALL"],
		"CapAdd":["NET_RAW"],"SecurityOpt":["no-new-privileges"]}' >facts
	jq -e --arg id "$(cat id)" '.container | .detected and .engine == "docker" and .id == $id' facts
	jq -e '.container.limits | .memory_bytes == 67108864 and .cpus == 0.5 and .pids == 50' facts
	jq -e '.container.capabilities | .effective == ["CAP_NET_RAW"] and .bounding == .effective' facts
	jq -e '.container | .no_new_privs and .seccomp.mode == "filter"' facts
	jq -e '.container.namespaces | .pid.initial == false and .user.initial' facts
	jq -e '.virtual == "docker" and .is_virtual' facts
	jq -e '(.networking.interfaces | keys) == ["lo"] and .networking.primary == null' facts
	jq -e '.os.id == null and .users == null and .packages == null' facts
	jq -e '.kernel.release and .memory.total and .processors.count' facts
}
