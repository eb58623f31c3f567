#include "host/sbom/sbom.h"

#include "common/http.h"
#include "common/own.h"
#include "common/version.h"
#include "host/clean/amounts.h"
#include "host/moment.h"

#include <ctype.h>
#include <string.h>

static const char document[] = "SPDXRef-DOCUMENT", image_id[] = "SPDXRef-Image";

static void set(struct arena *arena, struct value *map, const char *key, const char *text)
{
	value_set(arena, map, key, value_string(arena, text));
}

static const char *text_at(const struct value *map, const char *key)
{
	const char *text = value_text(value_get(map, key));
	return text ? text : "";
}

/* How package URLs call what a manager installs (https://github.com/package-url/purl-spec); the
 * vendor is the distribution's id where it is NULL. */
static const struct {
	const char *manager, *type, *vendor;
} kinds[] = {
	{"dpkg", "deb", NULL},    {"apk", "apk", NULL},        {"rpm", "rpm", NULL},
	{"pacman", "alpm", NULL}, {"opkg", "opkg", "openwrt"},
};

static const char *package_url(struct arena *arena, const char *name, const struct value *package,
			       const char *distribution)
{
	const char *manager = text_at(package, "manager");
	const char *architecture = text_at(package, "architecture");
	auto_buf struct buf url = {0};
	size_t i = 0;
	while (i < COUNT_OF(kinds) && strcmp(kinds[i].manager, manager) != 0)
		i++;
	const char *vendor =
		i < COUNT_OF(kinds) && kinds[i].vendor ? kinds[i].vendor : distribution;
	buf_printf(&url, "pkg:%s/", i < COUNT_OF(kinds) ? kinds[i].type : "generic");
	http_escape(&url, vendor, "");
	buf_puts(&url, *vendor ? "/" : "");
	http_escape(&url, name, "");
	buf_puts(&url, "@");
	http_escape(&url, text_at(package, "version"), "");
	if (*architecture) {
		buf_puts(&url, "?arch=");
		http_escape(&url, architecture, "");
	}
	return arena_strdup(arena, buf_text(&url));
}

static void refer_to(struct arena *arena, struct value *package, const char *url)
{
	struct value *reference = value_map(arena), *references = value_list(arena);
	set(arena, reference, "referenceCategory", "PACKAGE-MANAGER");
	set(arena, reference, "referenceType", "purl");
	set(arena, reference, "referenceLocator", url);
	value_append(arena, references, reference);
	value_set(arena, package, "externalRefs", references);
}

static struct value *new_package(struct arena *arena, const char *id, const char *name,
				 const char *version)
{
	struct value *package = value_map(arena);
	set(arena, package, "SPDXID", id);
	set(arena, package, "name", name);
	if (*version)
		set(arena, package, "versionInfo", version);
	set(arena, package, "downloadLocation", "NOASSERTION");
	value_set(arena, package, "filesAnalyzed", value_bool(arena, false));
	set(arena, package, "licenseConcluded", "NOASSERTION");
	set(arena, package, "licenseDeclared", "NOASSERTION");
	set(arena, package, "copyrightText", "NOASSERTION");
	return package;
}

static void relate(struct arena *arena, struct value *list, const char *from, const char *how,
		   const char *to)
{
	struct value *relation = value_map(arena);
	set(arena, relation, "spdxElementId", from);
	set(arena, relation, "relationshipType", how);
	set(arena, relation, "relatedSpdxElement", to);
	value_append(arena, list, relation);
}

/* Letters, digits, dots and dashes; the number keeps apart what only others tell apart. */
static const char *package_id(struct arena *arena, size_t number, const char *name)
{
	char *copy = arena_strdup(arena, name);
	for (char *at = copy; *at; at++)
		if (!isalnum((unsigned char)*at) && *at != '.')
			*at = '-';
	return arena_printf(arena, "SPDXRef-Package-%zu-%s", number, copy);
}

/* A name that is there more than once has something behind it: "libc6:i386". */
static const char *bare_name(struct arena *arena, const char *key, const struct value *package)
{
	const char *tail = arena_printf(arena, ":%s", text_at(package, "architecture"));
	const char *found = strstr(key, tail);
	return found && tail[1] ? arena_strndup(arena, key, (size_t)(found - key)) : key;
}

static void add_installed(struct arena *arena, const struct value *facts, struct value *packages,
			  struct value *relations)
{
	struct value *installed = value_get(facts, "package");
	const char *distribution = value_text(value_path(facts, "os.id"));
	if (!value_is(installed, VALUE_MAP))
		return;
	installed = value_copy(arena, installed);
	value_sort_map(installed);
	for (size_t i = 0; i < installed->map.len; i++) {
		const struct value_entry *entry = &installed->map.entries[i];
		const char *name = bare_name(arena, entry->key, entry->value);
		const char *id = package_id(arena, i + 1, name);
		struct value *package =
			new_package(arena, id, name, text_at(entry->value, "version"));
		refer_to(arena, package,
			 package_url(arena, name, entry->value, distribution ? distribution : ""));
		value_append(arena, packages, package);
		relate(arena, relations, image_id, "CONTAINS", id);
	}
}

static struct value *image_package(struct arena *arena, const char *name, const char *id)
{
	struct value *package = new_package(arena, image_id, name, id);
	struct value *checksum = value_map(arena), *checksums = value_list(arena);
	const char *colon = strchr(id, ':');
	set(arena, checksum, "algorithm", "SHA256");
	set(arena, checksum, "checksumValue", colon ? colon + 1 : id);
	value_append(arena, checksums, checksum);
	value_set(arena, package, "checksums", checksums);
	set(arena, package, "primaryPackagePurpose", "CONTAINER");
	return package;
}

static struct value *creation(struct arena *arena, const char *created)
{
	struct value *info = value_map(arena), *creators = value_list(arena);
	time_t when = moment_given() ? moment_of_epoch() : amount_time(created);
	value_append(arena, creators, value_string(arena, "Tool: factory-" FACTORY_VERSION));
	set(arena, info, "created", moment_text(arena, when));
	value_set(arena, info, "creators", creators);
	return info;
}

struct value *sbom_make(struct arena *arena, const char *name, const char *id, const char *created,
			const struct value *facts)
{
	struct value *sbom = value_map(arena), *packages = value_list(arena);
	struct value *relations = value_list(arena);
	const char *colon = strchr(id, ':');
	set(arena, sbom, "spdxVersion", "SPDX-2.3");
	set(arena, sbom, "dataLicense", "CC0-1.0");
	set(arena, sbom, "SPDXID", document);
	set(arena, sbom, "name", name);
	set(arena, sbom, "documentNamespace",
	    arena_printf(arena, "https://spdx.org/spdxdocs/factory-image-%s",
			 colon ? colon + 1 : id));
	value_set(arena, sbom, "creationInfo", creation(arena, created));
	value_append(arena, packages, image_package(arena, name, id));
	relate(arena, relations, document, "DESCRIBES", image_id);
	add_installed(arena, facts, packages, relations);
	value_set(arena, sbom, "packages", packages);
	value_set(arena, sbom, "relationships", relations);
	return sbom;
}
