# An apt of our own, to be sourced by bash scripts: it downloads from the machine's mirrors, by the
# machine's proxy and certificates, but keeps its lists and cache below one directory. It needs no
# root and leaves the machine's lists as they are.
# shellcheck shell=bash

private_apt_codename() {
	# shellcheck source=/dev/null
	(. /etc/os-release && echo "${VERSION_CODENAME:?this is not a Debian release}")
}

# private_apt_source deb|deb-src MIRROR SUITE: prints the line for sources.list.
private_apt_source() {
	echo "$1 [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $2 $3 main"
}

# Prints "MIRROR SUITE" for each suite of this Debian release that the machine's apt knows.
private_apt_suites() {
	local codename
	codename=$(private_apt_codename)
	# shellcheck disable=SC2016 # apt expands these
	apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
		awk -v name="$codename" '
			$3 == "main" && $1 !~ /^cdrom/ && $2 ~ "^(" name "|stable)(-updates|-security)?$" &&
				!seen[$1, $2]++ { print $1, $2; any = 1 }
			END { if (!any) print "http://deb.debian.org/debian", name }'
}

# private_apt_init DIR < sources.list: makes the directory and fetches the lists.
private_apt_init() {
	local dir=$1
	mkdir -p "$dir"/{state/lists/partial,cache/archives/partial}
	cat >"$dir/sources.list"
	{
		# The machine's hooks and its list of wanted indexes stay out, its ways to download come in.
		apt-config dump | grep '^Acquire::' | grep -v '^Acquire::IndexTargets' || true
		cat <<-CONFIG
			Acquire::Retries "3";
			APT::Sandbox::User "$(id -un)";
			Dir::State "$dir/state";
			Dir::Cache "$dir/cache";
			Dir::Etc::sourcelist "$dir/sources.list";
			Dir::Etc::sourceparts "/dev/null";
			Dir::Etc::parts "/dev/null";
			Dir::Etc::preferences "/dev/null";
			Dir::Etc::preferencesparts "/dev/null";
		CONFIG
	} >"$dir/apt.conf"
	private_apt "$dir" update -qq
}

# private_apt DIR ARGUMENT...: apt-get with that directory's lists.
private_apt() {
	APT_CONFIG="$1/apt.conf" apt-get "${@:2}"
}
