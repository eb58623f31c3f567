# The agent as a program: size, start, memory.
# shellcheck shell=bash disable=SC2154

section 'the agent'
measure 'agent version' $((rounds * 20)) build/agent version
measure '/bin/true, dynamic' $((rounds * 20)) /bin/true
figure 'size' "$(stat -c %s build/agent) bytes"
figure 'resident at its peak' "$(/usr/bin/time -f %M build/agent version 2>&1 >/dev/null) KB"
