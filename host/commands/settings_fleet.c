/* Who the endpoints are shared with, as the configuration file and --fleet say. */
#include "host/commands/settings.h"

#include <string.h>

static bool is_prefix(const char *text)
{
	size_t len = strlen(text);
	return len && len <= 200 && text[0] != '/' && text[len - 1] != '/' && !strstr(text, "//") &&
	       text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				 "-_./")] == '\0';
}

int settings_take_fleet(struct settings *settings, struct value *value)
{
	settings->fleet = value_text(value);
	return settings->fleet && is_prefix(settings->fleet) ? 0 : -1;
}

int settings_give_fleet(void *target, const char *text, struct error *err)
{
	struct settings *settings = target;
	if (!is_prefix(text))
		return error_set(err,
				 "--fleet takes consul, none or a prefix of keys (letters, digits, "
				 "'-', '_', '.', and '/' within), not '%s'",
				 text);
	settings->given_fleet = text;
	return 0;
}

const struct option settings_fleet_options[] = {
	{.name = "fleet",
	 .argument = "PREFIX",
	 .help = "share the endpoints' slots with other drivers, by keys in Consul below this "
		 "prefix (consul: factory; none: don't)",
	 .each = settings_give_fleet},
	{0},
};

const char *settings_fleet(const struct settings *settings)
{
	const char *fleet = settings->given_fleet ? settings->given_fleet : settings->fleet;
	if (!fleet || strcmp(fleet, "none") == 0)
		return NULL;
	return strcmp(fleet, "consul") == 0 ? "factory" : fleet;
}
