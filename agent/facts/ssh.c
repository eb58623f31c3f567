/* The host's public SSH keys, and their fingerprints as in SSHFP records (RFC 4255, RFC 6594). */
#include "agent/facts/families.h"
#include "agent/facts/text.h"
#include "common/own.h"

#include <mbedtls/base64.h>
#include <mbedtls/md.h>
#include <string.h>

enum { LONGEST_KEY = 8 << 10 };

static const char *const directories[] = {"/etc/ssh", "/usr/local/etc/ssh", "/etc",
					  "/usr/local/etc", "/etc/opt/ssh"};

/* The number is that of the algorithm in SSHFP records. */
static const struct {
	const char *name, *type;
	unsigned number;
} kinds[] = {
	{"rsa", "ssh-rsa", 1},
	{"dsa", "ssh-dss", 2},
	{"ecdsa", "ecdsa-sha2-nistp256", 3},
	{"ecdsa", "ecdsa-sha2-nistp384", 3},
	{"ecdsa", "ecdsa-sha2-nistp521", 3},
	{"ed25519", "ssh-ed25519", 4},
};

static void add_fingerprint(struct arena *arena, struct value *fingerprints, const char *name,
			    mbedtls_md_type_t algorithm, const char *prefix,
			    const unsigned char *key, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const mbedtls_md_info_t *info = mbedtls_md_info_from_type(algorithm);
	unsigned char digest[MBEDTLS_MD_MAX_SIZE];
	char hex[2 * MBEDTLS_MD_MAX_SIZE + 1];
	if (!info || mbedtls_md(info, key, len, digest) != 0)
		return;
	size_t size = mbedtls_md_get_size(info);
	for (size_t i = 0; i < size; i++) {
		hex[i * 2] = digits[digest[i] >> 4];
		hex[i * 2 + 1] = digits[digest[i] & 15];
	}
	hex[size * 2] = '\0';
	facts_set_text(arena, fingerprints, name, arena_printf(arena, "%s %s", prefix, hex));
}

static struct value *fingerprints_of(struct arena *arena, unsigned number, const char *key)
{
	unsigned char bytes[LONGEST_KEY];
	size_t len;
	struct value *fingerprints = value_map(arena);
	if (mbedtls_base64_decode(bytes, sizeof bytes, &len, (const void *)key, strlen(key)) != 0)
		return NULL;
	add_fingerprint(arena, fingerprints, "sha1", MBEDTLS_MD_SHA1,
			arena_printf(arena, "SSHFP %u 1", number), bytes, len);
	add_fingerprint(arena, fingerprints, "sha256", MBEDTLS_MD_SHA256,
			arena_printf(arena, "SSHFP %u 2", number), bytes, len);
	return fingerprints;
}

/* "ssh-ed25519 AAAAC3N... root@host" */
static void add_key(struct arena *arena, struct value *ssh, char *line)
{
	const char *type = facts_next_word(&line), *key = facts_next_word(&line);
	for (size_t i = 0; type && key && i < COUNT_OF(kinds); i++) {
		if (strcmp(kinds[i].type, type) != 0)
			continue;
		struct value *fact = value_map(arena);
		struct value *fingerprints = fingerprints_of(arena, kinds[i].number, key);
		if (!fingerprints)
			return;
		facts_set_value(arena, fact, "fingerprints", fingerprints);
		facts_set_text(arena, fact, "key", key);
		facts_set_text(arena, fact, "type", type);
		value_set(arena, ssh, kinds[i].name, fact);
	}
}

/* ssh_host_NAME_key.pub of each kind in each directory. */
struct value *facts_ssh(struct facts_system *system, struct arena *arena)
{
	static const char *const names[] = {"rsa", "dsa", "ecdsa", "ed25519"};
	struct value *ssh = value_map(arena);
	for (size_t i = 0; i < COUNT_OF(directories); i++)
		for (size_t k = 0; k < COUNT_OF(names); k++) {
			char *line = facts_line(system, arena,
						arena_printf(arena, "%s/ssh_host_%s_key.pub",
							     directories[i], names[k]));
			if (line)
				add_key(arena, ssh, line);
		}
	return ssh->map.len ? ssh : NULL;
}
