#include "host/engine/registry_auth.h"

#include "common/file.h"
#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/exit_codes.h"
#include "host/program.h"

#include <mbedtls/base64.h>
#include <string.h>

enum { CONFIG_LARGEST = 1 << 20, HELPER_LARGEST = 1 << 16, HELPER_MS = 60000 };

/* Docker's own registry is called differently in configurations. */
static const char hub[] = "docker.io", hub_key[] = "https://index.docker.io/v1/";

char *registry_host(const char *ref)
{
	size_t len = strcspn(ref, "/");
	bool named = ref[len] && (memchr(ref, '.', len) || memchr(ref, ':', len) ||
				  (len == 9 && memcmp(ref, "localhost", 9) == 0));
	return named ? mem_strndup(ref, len) : mem_strdup(hub);
}

/* The host in "https://HOST/v1/" or "HOST". */
static bool names_host(const char *key, const char *host)
{
	static const char *const aliases[] = {"index.docker.io", "registry-1.docker.io"};
	const char *scheme = strstr(key, "://");
	key = scheme ? scheme + 3 : key;
	size_t len = strcspn(key, "/");
	bool hub_is_meant = strcmp(host, hub) == 0;
	for (size_t i = 0; hub_is_meant && i < COUNT_OF(aliases); i++)
		if (strlen(aliases[i]) == len && memcmp(aliases[i], key, len) == 0)
			return true;
	return strlen(host) == len && memcmp(host, key, len) == 0;
}

/* The entry of a map of hosts. */
static const struct value *of_host(const struct value *map, const char *host)
{
	const struct value *exact = value_get(map, host);
	for (size_t i = 0; !exact && value_is(map, VALUE_MAP) && i < map->map.len; i++)
		if (names_host(map->map.entries[i].key, host))
			exact = map->map.entries[i].value;
	return exact;
}

/* --- what the engine is told --- */

static char *base64(const struct buf *text)
{
	size_t len = 0, room = (text->len + 2) / 3 * 4 + 1;
	char *out = mem_alloc(room);
	mbedtls_base64_encode((unsigned char *)out, room, &len, (unsigned char *)text->data,
			      text->len);
	return out;
}

static char *base64_url(const struct buf *text)
{
	char *out = base64(text);
	for (char *c = out; *c; c++)
		*c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
	return out;
}

struct credentials {
	const char *user, *password, *token;
};

static char *encoded(struct arena *arena, const struct credentials *credentials, const char *host)
{
	auto_buf struct buf json = {0};
	struct value *map = value_map(arena);
	if (credentials->token) {
		value_set(arena, map, "identitytoken", value_string(arena, credentials->token));
	} else {
		value_set(arena, map, "username", value_string(arena, credentials->user));
		value_set(arena, map, "password", value_string(arena, credentials->password));
	}
	value_set(arena, map, "serveraddress",
		  value_string(arena, strcmp(host, hub) == 0 ? hub_key : host));
	json_write(&json, map);
	return base64_url(&json);
}

/* --- a helper: docker-credential-NAME get (docs.docker.com, Credential helpers) --- */

static int run_helper(const char *name, const char *host, struct program_result *result,
		      struct error *err)
{
	autofree char *path = mem_printf("docker-credential-%s", name);
	const char *const argv[] = {path, "get", NULL};
	struct program program = {.argv = argv,
				  .input = strcmp(host, hub) == 0 ? hub_key : host,
				  .limit = HELPER_LARGEST,
				  .timeout_ms = HELPER_MS};
	if (strchr(name, '/'))
		return error_as(err, ERROR_REGISTRY_HELPER, "'%s' is no name of a credential helper", name);
	return program_run(&program, result, err);
}

static int read_helper(struct arena *arena, const char *name, const char *host,
		       struct program_result *result, struct credentials *found, struct error *err)
{
	auto_error struct error ignored = {0};
	if (result->code != 0 && strstr(buf_text(&result->out), "credentials not found"))
		return 0;
	if (result->code != 0)
		return error_as(err, ERROR_REGISTRY_HELPER, "docker-credential-%s ended with code %d%s%s", name,
				 result->code, result->diagnostics.len ? ": " : "",
				 program_complaint(result));
	const struct value *answer =
		json_parse(arena, "answer", buf_text(&result->out), result->out.len, &ignored);
	const char *user = value_text(value_get(answer, "Username"));
	const char *secret = value_text(value_get(answer, "Secret"));
	if (!user || !secret)
		return error_as(err, ERROR_REGISTRY_HELPER,
				 "docker-credential-%s answered without Username and Secret for %s",
				 name, host);
	if (strcmp(user, "<token>") == 0)
		found->token = secret;
	else
		*found = (struct credentials){.user = user, .password = secret};
	return 0;
}

static int ask_helper(struct arena *arena, const char *name, const char *host,
		      struct credentials *found, struct error *err)
{
	struct program_result result = {0};
	int status = run_helper(name, host, &result, err);
	if (status == 0)
		status = read_helper(arena, name, host, &result, found, err);
	program_result_free(&result);
	return status;
}

/* --- the file itself --- */

/* "USER:PASSWORD" in base64. */
static int decode(struct arena *arena, const char *text, struct credentials *found)
{
	size_t room = strlen(text) + 1, len = 0;
	char *pair = arena_alloc(arena, room);
	if (mbedtls_base64_decode((unsigned char *)pair, room, &len, (const unsigned char *)text,
				  strlen(text)) != 0)
		return -1;
	pair[len < room ? len : room - 1] = '\0';
	char *colon = strchr(pair, ':');
	if (!colon)
		return -1;
	*colon = '\0';
	*found = (struct credentials){.user = pair, .password = colon + 1};
	return 0;
}

static int read_entry(struct arena *arena, const struct value *entry, const char *path,
		      const char *host, struct credentials *found, struct error *err)
{
	const char *token = value_text(value_get(entry, "identitytoken"));
	const char *pair = value_text(value_get(entry, "auth"));
	const char *user = value_text(value_get(entry, "username"));
	const char *password = value_text(value_get(entry, "password"));
	if (user && password)
		*found = (struct credentials){.user = user, .password = password};
	if (pair && *pair && decode(arena, pair, found) < 0)
		return error_set(err, "%s: the `auth` of %s is no base64 of USER:PASSWORD", path,
				 host);
	if (token && *token)
		found->token = token;
	return 0;
}

static int find(struct arena *arena, const struct value *config, const char *path, const char *host,
		struct credentials *found, struct error *err)
{
	const char *helper = value_text(of_host(value_get(config, "credHelpers"), host));
	if (!helper)
		helper = value_text(value_get(config, "credsStore"));
	if (helper && *helper)
		return ask_helper(arena, helper, host, found, err);
	return read_entry(arena, of_host(value_get(config, "auths"), host), path, host, found, err);
}

static char *config_path(void)
{
	const char *directory = getenv("DOCKER_CONFIG"), *home = getenv("HOME");
	if (directory && *directory)
		return mem_printf("%s/config.json", directory);
	return home && *home ? mem_printf("%s/.docker/config.json", home) : NULL;
}

/* What is known for a host; nothing where there is no configuration. */
static int look_up(struct arena *arena, const char *host, struct credentials *found,
		   struct error *err)
{
	auto_buf struct buf text = {0};
	autofree char *path = config_path();
	if (!path || access(path, F_OK) < 0)
		return 0;
	const struct value *config = NULL;
	if (file_read(path, CONFIG_LARGEST, &text, err) == 0)
		config = json_parse(arena, path, buf_text(&text), text.len, err);
	if (config && find(arena, config, path, host, found, err) == 0)
		return 0;
	if (!err->exit_code)
		err->exit_code = EXIT_REGISTRY;
	return error_wrap(err, "no credentials for the registry %s", host);
}

int registry_auth(const char *ref, char **auth, struct error *err)
{
	auto_arena struct arena arena = {0};
	autofree char *host = registry_host(ref);
	struct credentials found = {0};
	*auth = NULL;
	if (look_up(&arena, host, &found, err) < 0)
		return -1;
	if (found.user || found.token)
		*auth = encoded(&arena, &found, host);
	return 0;
}

static struct value *entry_of(struct arena *arena, const struct credentials *credentials)
{
	struct value *entry = value_map(arena);
	auto_buf struct buf pair = {0};
	buf_printf(&pair, "%s:%s", credentials->user ? credentials->user : "",
		   credentials->password ? credentials->password : "");
	autofree char *auth = base64(&pair);
	if (credentials->user || credentials->token)
		value_set(arena, entry, "auth", value_string(arena, auth));
	if (credentials->token)
		value_set(arena, entry, "identitytoken", value_string(arena, credentials->token));
	return entry;
}

int registry_auth_file(const char *ref, struct buf *out, struct error *err)
{
	auto_arena struct arena arena = {0};
	autofree char *host = registry_host(ref);
	struct credentials found = {0};
	struct value *file = value_map(&arena), *auths = value_map(&arena);
	if (look_up(&arena, host, &found, err) < 0)
		return -1;
	if (found.user || found.token)
		value_set(&arena, auths, host, entry_of(&arena, &found));
	value_set(&arena, file, "auths", auths);
	json_write(out, file);
	return 0;
}
