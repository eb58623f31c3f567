/* The host's names, and how it looks up those of others: resolv.conf(5), hosts(5). */
#include "agent/facts/families.h"
#include "agent/facts/text.h"

#include <string.h>

static void add_words(struct arena *arena, struct value *list, char *words)
{
	for (char *word; (word = facts_next_word(&words));)
		value_append(arena, list, value_string(arena, word));
}

/* The last of several search lines counts, and `domain` is a search list of one. */
static struct value *parse_resolv_conf(struct arena *arena, char *text)
{
	struct value *dns = value_map(arena), *servers = value_list(arena);
	struct value *search = value_list(arena), *options = value_list(arena);
	for (char *line; (line = facts_next_line(&text));) {
		line = facts_trim(line);
		char *keyword = *line == '#' || *line == ';' ? NULL : facts_next_word(&line);
		if (!keyword)
			continue;
		if (strcmp(keyword, "nameserver") == 0) {
			char *server = facts_next_word(&line);
			if (server)
				value_append(arena, servers, value_string(arena, server));
		} else if (strcmp(keyword, "search") == 0 || strcmp(keyword, "domain") == 0) {
			search = value_list(arena);
			add_words(arena, search, line);
		} else if (strcmp(keyword, "options") == 0) {
			add_words(arena, options, line);
		}
	}
	facts_set_value(arena, dns, "nameservers", servers);
	facts_set_value(arena, dns, "search", search);
	facts_set_value(arena, dns, "options", options);
	return dns;
}

struct value *facts_dns(struct facts_system *system, struct arena *arena)
{
	char *text = facts_text(system, arena, "/etc/resolv.conf");
	if (!text)
		return NULL;
	return parse_resolv_conf(arena, text);
}

/* The domain in the first name of /etc/hosts that is HOSTNAME.DOMAIN. */
static const char *domain_of_hosts(struct facts_system *system, struct arena *arena,
				   const char *hostname)
{
	size_t len = strlen(hostname);
	char *text = facts_text(system, arena, "/etc/hosts");
	if (!text)
		return NULL;
	char *rest = text;
	for (char *line; (line = facts_next_line(&rest));) {
		line[strcspn(line, "#\r")] = '\0';
		facts_next_word(&line); /* the address */
		for (char *name; (name = facts_next_word(&line));)
			if (strncmp(name, hostname, len) == 0 && name[len] == '.' && name[len + 1])
				return arena_strdup(arena, name + len + 1);
	}
	return NULL;
}

void facts_add_names(struct facts_system *system, struct arena *arena, struct value *networking)
{
	const char *node = system->uts.nodename;
	const char *hostname = arena_strndup(arena, node, strcspn(node, "."));
	const char *domain = strchr(node, '.');
	if (!*hostname)
		return;
	domain = domain && domain[1] ? domain + 1 : domain_of_hosts(system, arena, hostname);
	if (!domain)
		domain = value_text(value_path(facts_dns(system, arena), "search.0"));
	facts_set_text(arena, networking, "hostname", hostname);
	facts_set_text(arena, networking, "domain", domain);
	facts_set_text(arena, networking, "fqdn",
		       domain ? arena_printf(arena, "%s.%s", hostname, domain) : hostname);
}
