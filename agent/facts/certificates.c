/* Which certificate authorities programs trust: the bundle that the distribution keeps, or the one
 * that the environment names. */
#include "agent/facts/families.h"
#include "agent/facts/text.h"
#include "common/own.h"

#include <string.h>

static const char *const bundles[] = {
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/var/lib/ca-certificates/ca-bundle.pem",
	"/etc/ssl/ca-bundle.pem",
	"/etc/ssl/cert.pem",
};

static const char *const directories[] = {"/etc/ssl/certs", "/etc/pki/tls/certs"};

static bool count_line(void *ctx, const char *line, size_t len)
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----", trusted[] = "-----BEGIN TRUSTED";
	int64_t *count = ctx;
	*count += (len >= sizeof begin - 1 && memcmp(line, begin, sizeof begin - 1) == 0) ||
		  (len >= sizeof trusted - 1 && memcmp(line, trusted, sizeof trusted - 1) == 0);
	return true;
}

static const char *first_of(struct facts_system *system, const char *const *paths, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (facts_exists(system, paths[i]))
			return paths[i];
	return NULL;
}

struct value *facts_certificates(struct facts_system *system, struct arena *arena)
{
	struct value *certificates = value_map(arena);
	const char *bundle = facts_variable(system, "SSL_CERT_FILE");
	const char *directory = facts_variable(system, "SSL_CERT_DIR");
	int64_t count = 0;
	if (!bundle || !*bundle)
		bundle = first_of(system, bundles, COUNT_OF(bundles));
	if (!directory || !*directory)
		directory = first_of(system, directories, COUNT_OF(directories));
	facts_set_text(arena, certificates, "bundle", bundle);
	facts_set_text(arena, certificates, "directory", directory);
	if (bundle && facts_each_line(system, bundle, count_line, &count))
		facts_set_int(arena, certificates, "count", count);
	return certificates->map.len ? certificates : NULL;
}
