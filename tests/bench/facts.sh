# Facts of this machine.
# shellcheck shell=bash disable=SC2154

facter_all() { facter --json || true; } # it fails where a file is hidden

section 'all facts of this machine'
measure 'agent facts' $((rounds * 10)) build/agent facts
peer facter facter "$rounds" facter_all
peer ohai ohai "$rounds" ohai
peer ansible "ansible's setup" "$rounds" ansible localhost -m setup
figure 'agent facts, resident at its peak' "$(/usr/bin/time -f %M build/agent facts 2>&1 >/dev/null) KB"

section 'one fact'
measure 'agent facts os.release.full' $((rounds * 10)) build/agent facts os.release.full
peer facter 'facter os.release.full' "$rounds" facter os.release.full
