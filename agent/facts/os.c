/* The operating system's name and release, as os-release(5) and the distributions' own files tell.
 */
#include "agent/facts/families.h"
#include "agent/facts/text.h"
#include "common/own.h"

#include <ctype.h>
#include <string.h>

/* Removes the quotes and backslashes of a shell's assignment, in place. */
static char *unquote(char *text)
{
	char quote = *text == '"' || *text == '\'' ? *text : '\0';
	char *to = text;
	for (const char *from = text + (quote != '\0'); *from && *from != quote; from++) {
		if (*from == '\\' && quote != '\'' && from[1])
			from++;
		*to++ = *from;
		if (!quote && !from[1])
			break;
	}
	*to = '\0';
	return text;
}

static struct value *parse_os_release(struct arena *arena, char *text)
{
	struct value *variables = value_map(arena);
	for (char *line; (line = facts_next_line(&text));) {
		char *name, *assigned;
		line = facts_trim(line);
		if (*line != '#' && facts_split_pair(line, '=', &name, &assigned))
			value_set(arena, variables, name, value_string(arena, unquote(assigned)));
	}
	return variables;
}

static struct value *read_os_release(struct facts_system *system, struct arena *arena)
{
	char *text = facts_text(system, arena, "/etc/os-release");
	if (!text)
		text = facts_text(system, arena, "/usr/lib/os-release");
	return text ? parse_os_release(arena, text) : value_map(arena);
}

static const struct {
	const char *id, *family;
} families[] = {
	{"debian", "Debian"},
	{"ubuntu", "Debian"},
	{"devuan", "Debian"},
	{"linuxmint", "Debian"},
	{"raspbian", "Debian"},
	{"rhel", "RedHat"},
	{"fedora", "RedHat"},
	{"centos", "RedHat"},
	{"rocky", "RedHat"},
	{"almalinux", "RedHat"},
	{"ol", "RedHat"},
	{"amzn", "RedHat"},
	{"scientific", "RedHat"},
	{"virtuozzo", "RedHat"},
	{"photon", "RedHat"},
	{"mariner", "RedHat"},
	{"azurelinux", "RedHat"},
	{"suse", "Suse"},
	{"sles", "Suse"},
	{"sled", "Suse"},
	{"opensuse", "Suse"},
	{"opensuse-leap", "Suse"},
	{"opensuse-tumbleweed", "Suse"},
	{"gentoo", "Gentoo"},
	{"arch", "Archlinux"},
	{"manjaro", "Archlinux"},
	{"mageia", "Mandrake"},
};

static const char *family_of_word(const char *word)
{
	for (size_t i = 0; i < COUNT_OF(families); i++)
		if (strcmp(families[i].id, word) == 0)
			return families[i].family;
	return NULL;
}

static char *capitalized(struct arena *arena, const char *text)
{
	char *copy = text ? arena_strdup(arena, text) : NULL;
	if (copy)
		copy[0] = (char)toupper((unsigned char)copy[0]);
	return copy;
}

/* The family of the id, else of what it is like, else the id itself. */
static const char *family_of(struct arena *arena, const char *id, const char *id_like)
{
	const char *family = id ? family_of_word(id) : NULL;
	char *rest = id_like ? arena_strdup(arena, id_like) : NULL;
	for (char *word; !family && (word = facts_next_word(&rest));)
		family = family_of_word(word);
	return family ? family : capitalized(arena, id);
}

/* Facter's names are one word: the first of NAME, or two joined where one says too little. */
static const char *short_name(struct arena *arena, const char *name)
{
	static const char *const joined[] = {"Red ", "Oracle ", "Arch ", "Manjaro "};
	if (!name)
		return NULL;
	char *rest = arena_strdup(arena, name);
	const char *first = facts_next_word(&rest), *second = NULL;
	for (size_t i = 0; i < COUNT_OF(joined); i++)
		if (strncmp(name, joined[i], strlen(joined[i])) == 0)
			second = facts_next_word(&rest);
	if (!second)
		return first;
	if (strcmp(first, "Arch") == 0 || strcmp(first, "Manjaro") == 0)
		return arena_printf(arena, "%s%c%s", first, tolower((unsigned char)*second),
				    second + 1);
	return arena_printf(arena, "%s%s", first, second);
}

/* "Rocky Linux release 9.3 (Blue Onyx)" -> "9.3" */
static char *version_behind_release(char *line)
{
	char *at = line ? strstr(line, "release ") : NULL;
	if (!at)
		return NULL;
	at += strlen("release ");
	return facts_next_word(&at);
}

static const struct {
	const char *id, *path;
} release_files[] = {
	{"debian", "/etc/debian_version"},
	{"devuan", "/etc/devuan_version"},
	{"alpine", "/etc/alpine-release"},
};

/* The distribution's own file says more ("12.11") than os-release ("12"). */
static struct value *release_of(struct facts_system *system, struct arena *arena, const char *id,
				const char *family, const char *version_id)
{
	const char *version = NULL;
	if (id && strcmp(id, "ubuntu") == 0 && version_id) {
		struct value *release = value_map(arena);
		facts_set_text(arena, release, "full", version_id);
		facts_set_text(arena, release, "major", version_id);
		return release;
	}
	for (size_t i = 0; id && i < COUNT_OF(release_files); i++)
		if (strcmp(release_files[i].id, id) == 0)
			version = facts_line(system, arena, release_files[i].path);
	if (!version && family && strcmp(family, "RedHat") == 0)
		version = version_behind_release(facts_line(system, arena, "/etc/redhat-release"));
	return facts_release(arena, version ? version : version_id);
}

/* VERSION_CODENAME, else what VERSION has in brackets: "40 (Container Image)". */
static const char *codename_of(struct arena *arena, const struct value *release)
{
	const char *codename = value_text(value_get(release, "VERSION_CODENAME"));
	const char *version = value_text(value_get(release, "VERSION"));
	const char *open = version ? strchr(version, '(') : NULL;
	if ((codename && *codename) || !open)
		return codename;
	return arena_strndup(arena, open + 1, strcspn(open + 1, ")"));
}

static struct value *distro_of(struct arena *arena, const struct value *os_release,
			       struct value *release)
{
	struct value *distro = value_map(arena);
	facts_set_text(arena, distro, "id",
		       capitalized(arena, value_text(value_get(os_release, "ID"))));
	facts_set_text(arena, distro, "codename", codename_of(arena, os_release));
	facts_set_text(arena, distro, "description",
		       value_text(value_get(os_release, "PRETTY_NAME")));
	facts_set_value(arena, distro, "release", release);
	return distro;
}

static const char *architecture_of(const char *machine, const char *family)
{
	if (family && strcmp(family, "Debian") == 0 && strcmp(machine, "x86_64") == 0)
		return "amd64";
	if (machine[0] == 'i' && machine[1] && strcmp(machine + 2, "86") == 0)
		return "i386";
	return machine;
}

/* What is to be in force after the next start. */
static void add_selinux_config(struct facts_system *system, struct arena *arena,
			       struct value *selinux)
{
	char *text = facts_text(system, arena, "/etc/selinux/config");
	const struct value *config = text ? parse_os_release(arena, text) : NULL;
	facts_set_text(arena, selinux, "config_mode", value_text(value_get(config, "SELINUX")));
	facts_set_text(arena, selinux, "config_policy",
		       value_text(value_get(config, "SELINUXTYPE")));
}

static struct value *selinux_of(struct facts_system *system, struct arena *arena)
{
	struct value *selinux = value_map(arena);
	int64_t enforced = 0;
	bool enabled = facts_number(system, arena, "/sys/fs/selinux/enforce", &enforced);
	facts_set_bool(arena, selinux, "enabled", enabled);
	add_selinux_config(system, arena, selinux);
	if (!enabled)
		return selinux;
	facts_set_bool(arena, selinux, "enforced", enforced == 1);
	facts_set_text(arena, selinux, "current_mode", enforced ? "enforcing" : "permissive");
	facts_set_text(arena, selinux, "policy_version",
		       facts_line(system, arena, "/sys/fs/selinux/policyvers"));
	return selinux;
}

struct value *facts_os(struct facts_system *system, struct arena *arena)
{
	struct value *os = value_map(arena);
	struct value *os_release = read_os_release(system, arena);
	const char *id = value_text(value_get(os_release, "ID"));
	const char *id_like = value_text(value_get(os_release, "ID_LIKE"));
	const char *version_id = value_text(value_get(os_release, "VERSION_ID"));
	const char *family = family_of(arena, id, id_like);
	struct value *release = release_of(system, arena, id, family, version_id);
	facts_set_text(arena, os, "id", id);
	facts_set_value(arena, os, "id_like", facts_words(arena, id_like, ' '));
	facts_set_text(arena, os, "name",
		       short_name(arena, value_text(value_get(os_release, "NAME"))));
	facts_set_text(arena, os, "family", family);
	facts_set_text(arena, os, "version_id", version_id);
	facts_set_value(arena, os, "release", release);
	facts_set_value(arena, os, "distro", distro_of(arena, os_release, release));
	facts_set_text(arena, os, "architecture", architecture_of(system->uts.machine, family));
	facts_set_text(arena, os, "hardware", system->uts.machine);
	facts_add_libc(system, arena, os);
	facts_set_value(arena, os, "selinux", selinux_of(system, arena));
	return os;
}
