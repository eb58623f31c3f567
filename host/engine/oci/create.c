/* Making a container: its config, what is mounted into it, its directory. */
#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/oci/parts.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

enum { SHORT_ID = 12 };

/* --- what a container's config is --- */

static struct value *text_list(struct arena *arena, const char *const *texts)
{
	struct value *list = value_list(arena);
	for (; *texts; texts++)
		value_append(arena, list, value_string(arena, *texts));
	return list;
}

static size_t name_len(const struct value *variable)
{
	return strcspn(value_text(variable), "=");
}

/* Adds a variable, or puts it in the place of the one of that name. */
static void set_variable(struct arena *arena, struct value *env, const char *variable)
{
	struct value *added = value_string(arena, variable);
	size_t len = name_len(added);
	for (size_t i = 0; i < env->list.len; i++) {
		struct value **at = &env->list.items[i];
		if (name_len(*at) == len && strncmp(value_text(*at), variable, len) == 0) {
			*at = added;
			return;
		}
	}
	value_append(arena, env, added);
}

static void add_env(struct arena *arena, struct value *config, const char *const *variables)
{
	struct value *env = value_get(config, "Env");
	if (!value_is(env, VALUE_LIST)) {
		env = value_list(arena);
		value_set(arena, config, "Env", env);
	}
	for (; variables && *variables; variables++)
		set_variable(arena, env, *variables);
}

static void add_labels(struct arena *arena, struct value *config, const char *const *labels)
{
	struct value *map = value_get(config, "Labels");
	if (!value_is(map, VALUE_MAP)) {
		map = value_map(arena);
		value_set(arena, config, "Labels", map);
	}
	for (; labels && *labels; labels += 2)
		store_text(arena, map, labels[0], labels[1]);
}

/* The image's, with what the container says over it; an entrypoint of its own takes the image's
 * command away. */
static struct value *make_config(struct arena *arena, const struct value *image,
				 const struct engine_container *spec)
{
	const struct value *theirs = value_get(image, "config");
	struct value *config = theirs ? value_copy(arena, theirs) : value_map(arena);
	if (spec->entrypoint) {
		value_set(arena, config, "Entrypoint", text_list(arena, spec->entrypoint));
		value_unset(config, "Cmd");
	}
	if (spec->command)
		value_set(arena, config, "Cmd", text_list(arena, spec->command));
	store_text(arena, config, "User", spec->user);
	store_text(arena, config, "WorkingDir", spec->workdir);
	add_env(arena, config, spec->env);
	add_labels(arena, config, spec->labels);
	store_text(arena, config, "Image", spec->image);
	return config;
}

/* --- what is mounted into it --- */

static struct value *add_mount(struct arena *arena, struct value *mounts, const char *source,
			       const char *target, bool read_only)
{
	struct value *mount = value_map(arena);
	store_text(arena, mount, "Source", source);
	store_text(arena, mount, "Destination", target);
	value_set(arena, mount, "RW", value_bool(arena, !read_only));
	value_append(arena, mounts, mount);
	return mount;
}

/* The volumes of its image, each a directory of its own. */
static void add_own_volumes(struct arena *arena, struct value *mounts, const struct value *config,
			    const char *directory)
{
	const struct value *volumes = value_get(config, "Volumes");
	for (size_t i = 0; value_is(volumes, VALUE_MAP) && i < volumes->map.len; i++) {
		char *source = arena_printf(arena, "%s/volumes/%zu", directory, i);
		struct value *mount =
			add_mount(arena, mounts, source, volumes->map.entries[i].key, false);
		value_set(arena, mount, "Volume", value_bool(arena, true));
		store_text(arena, mount, "Name", source); /* can be mounted by it */
	}
}

static int add_volumes_from(struct reply *reply, struct value *mounts, const char *from)
{
	struct arena *arena = &reply->arena;
	char id[ID_HEX];
	const char *colon = strchr(from, ':');
	bool read_only = colon && strcmp(colon, ":ro") == 0;
	const char *name = arena_strndup(arena, from, strcspn(from, ":"));
	const struct value *other = reply_container(reply, name, id);
	const struct value *theirs = value_get(other, "Mounts");
	for (size_t i = 0; value_is(theirs, VALUE_LIST) && i < theirs->list.len; i++)
		if (value_get(theirs->list.items[i], "Volume"))
			add_mount(arena, mounts,
				  value_text(value_get(theirs->list.items[i], "Source")),
				  value_text(value_get(theirs->list.items[i], "Destination")),
				  read_only);
	return other ? 0 : -1;
}

/* With the host's network its names should be found, too. */
static void add_resolver(struct arena *arena, struct value *mounts)
{
	static const char *const files[] = {"/etc/resolv.conf", "/etc/hosts"};
	for (size_t i = 0; i < COUNT_OF(files); i++)
		if (access(files[i], R_OK) == 0)
			add_mount(arena, mounts, files[i], files[i], true);
}

static int note_volume(struct reply *reply, const struct engine_volume *volume)
{
	struct arena *arena = &reply->arena;
	struct value *note = value_map(arena), *labels = value_map(arena);
	autofree char *path = store_path(reply->oci, "labels/%s", volume->source);
	for (const char *const *at = volume->labels; at && *at; at += 2)
		store_text(arena, labels, at[0], at[1]);
	store_text(arena, note, "CreatedAt", store_now(arena));
	value_set(arena, note, "Labels", labels);
	return store_write(path, note, &reply->error);
}

/* A path of the host, or a volume by name, which is made and filled where there is none. */
static int add_volume(struct reply *reply, struct value *mounts, const struct engine_volume *volume)
{
	struct arena *arena = &reply->arena;
	if (*volume->source == '/') {
		add_mount(arena, mounts, volume->source, volume->target, volume->read_only);
		return 0;
	}
	autofree char *path = store_path(reply->oci, "volumes/%s", volume->source);
	if (strchr(volume->source, '/') || *volume->source == '.' || !*volume->source)
		return reply_refuse(reply, ENGINE_FAILED, "'%s' is no volume's name",
				    volume->source);
	struct value *mount = add_mount(arena, mounts, path, volume->target, volume->read_only);
	store_text(arena, mount, "Name", volume->source);
	if (access(path, F_OK) == 0)
		return 0;
	value_set(arena, mount, "Volume", value_bool(arena, true));
	return note_volume(reply, volume);
}

static int make_mounts(struct reply *reply, struct value *mounts, const struct value *config,
		       const struct engine_container *spec, const char *directory)
{
	add_own_volumes(&reply->arena, mounts, config, directory);
	for (size_t i = 0; i < spec->volume_count; i++)
		if (add_volume(reply, mounts, &spec->volumes[i]) < 0)
			return -1;
	if (!spec->network || strcmp(spec->network, "host") == 0)
		add_resolver(&reply->arena, mounts);
	if (spec->volumes_from && add_volumes_from(reply, mounts, spec->volumes_from) < 0)
		return -1;
	for (size_t i = 0; i < mounts->list.len; i++) {
		const char *target = value_text(value_get(mounts->list.items[i], "Destination"));
		if (*target != '/' || strstr(target, "/..") || strchr(target, '\n'))
			return reply_refuse(reply, ENGINE_FAILED, "nothing can be mounted at '%s'",
					    target);
	}
	return 0;
}

/* --- creating --- */

static void make_id(char id[ID_HEX])
{
	unsigned char bytes[(ID_HEX - 1) / 2];
	while (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		continue;
	for (size_t i = 0; i < sizeof bytes; i++)
		snprintf(id + 2 * i, 3, "%02x", bytes[i]);
}

static struct value *make_limits(struct arena *arena, const struct engine_container *spec)
{
	struct value *limits = value_map(arena);
	const char *network = spec->network ? spec->network : "host";
	store_text(arena, limits, "NetworkMode", network);
	value_set(arena, limits, "Memory", value_int(arena, (int64_t)spec->memory));
	value_set(arena, limits, "NanoCpus", value_int(arena, (int64_t)spec->nano_cpus));
	value_set(arena, limits, "PidsLimit", value_int(arena, spec->pids));
	value_set(arena, limits, "NoNewPrivileges", value_bool(arena, spec->no_new_privileges));
	value_set(arena, limits, "ReadonlyRootfs", value_bool(arena, spec->read_only));
	value_set(arena, limits, "AutoRemove", value_bool(arena, spec->session));
	if (spec->drop)
		value_set(arena, limits, "CapDrop", value_copy(arena, spec->drop));
	return limits;
}

static int make_directories(const char *directory, const struct value *mounts, struct error *err)
{
	static const char *const parts[] = {"upper", "places", "lower", "work",
					    "root",  "bundle", "state", "volumes"};
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		autofree char *path = mem_printf("%s/%s", directory, parts[i]);
		if (mkdir(path, 0755) < 0)
			return error_errno(err, "can't make %s", path);
	}
	for (size_t i = 0; i < mounts->list.len; i++) {
		const struct value *mount = mounts->list.items[i];
		const char *source = value_text(value_get(mount, "Source"));
		if (value_get(mount, "Volume") && mkdir(source, 0755) < 0)
			return error_errno(err, "can't make %s", source);
	}
	return 0;
}

/* Makes the container's directory under the name it was given. */
static int make_container(struct reply *reply, const char *directory, const struct value *container)
{
	autofree char *json = mem_printf("%s/container.json", directory);
	autofree char *lock = mem_printf("%s/lock", directory);
	if (mkdir(directory, 0711) < 0)
		return error_errno(&reply->error, "can't make %s", directory);
	if (make_directories(directory, value_get(container, "Mounts"), &reply->error) < 0 ||
	    store_write(json, container, &reply->error) < 0 ||
	    file_replace(lock, "", 0, 0600, (uid_t)-1, (gid_t)-1, &reply->error) < 0)
		return -1;
	return mount_fill_volumes(reply->oci, directory, container, &reply->error);
}

static int take_name(struct reply *reply, const char *name, const char *id)
{
	autofree char *link = store_path(reply->oci, "names/%s", name);
	if (strchr(name, '/') || *name == '.')
		return reply_refuse(reply, ENGINE_FAILED, "'%s' is no container's name", name);
	if (symlink(id, link) == 0)
		return 0;
	if (errno == EEXIST)
		return reply_refuse(reply, ENGINE_CONFLICT, "the name '%s' is in use", name);
	return error_errno(&reply->error, "can't make %s", link);
}

static struct value *describe(struct arena *arena, const char *id, const char *hex,
			      const struct value *image, struct value *config)
{
	struct value *container = value_map(arena), *base = value_copy(arena, image);
	store_text(arena, container, "Id", id);
	store_text(arena, container, "Created", store_now(arena));
	store_text(arena, container, "Image", arena_printf(arena, "sha256:%s", hex));
	value_set(arena, container, "Config", config);
	value_set(arena, container, "Layers", value_path(image, "rootfs.diff_ids"));
	value_unset(base, "config");
	value_set(arena, container, "Base", base);
	return container;
}

static int check_network(struct reply *reply, const char *network)
{
	if (!network || strcmp(network, "none") == 0 || strcmp(network, "host") == 0)
		return 0;
	return reply_refuse(reply, ENGINE_FAILED, "%s has no network '%s', only none and host",
			    reply->oci->engine.endpoint, network);
}

/* Its json; the image is there. NULL: it was refused, or failed. */
static struct value *plan(struct reply *reply, const struct engine_container *spec, const char *id,
			  const char *hex, const char *directory)
{
	struct arena *arena = &reply->arena;
	const struct value *image = store_image(reply->oci, arena, hex, &reply->error);
	if (!image)
		return NULL;
	struct value *mounts = value_list(arena);
	struct value *config = make_config(arena, image, spec);
	struct value *container = describe(arena, id, hex, image, config);
	store_text(arena, container, "Name",
		   spec->name ? spec->name : arena_strndup(arena, id, SHORT_ID));
	value_set(arena, container, "Mounts", mounts);
	value_set(arena, container, "HostConfig", make_limits(arena, spec));
	return make_mounts(reply, mounts, config, spec, directory) < 0 ? NULL : container;
}

static int create(struct reply *reply, const struct engine_container *spec)
{
	char hex[HASH_HEX], id[ID_HEX];
	autoclose int lock = store_lock(reply->oci, &reply->error);
	auto_error struct error ignored = {0};
	if (lock < 0)
		return -1;
	if (!store_find_image(reply->oci, spec->image, hex))
		return reply_refuse(reply, ENGINE_NOT_FOUND, "no such image: %s", spec->image);
	make_id(id);
	autofree char *directory = store_path(reply->oci, "containers/%s", id);
	const struct value *container = check_network(reply, spec->network) < 0
						? NULL
						: plan(reply, spec, id, hex, directory);
	if (!container || take_name(reply, value_text(value_get(container, "Name")), id) < 0)
		return -1;
	int status = make_container(reply, directory, container);
	if (status < 0)
		oci_container_discard(reply->oci, id, &ignored);
	reply->id = arena_strdup(&reply->arena, id);
	return status;
}

void oci_create(struct engine *engine, const struct engine_container *container, engine_done *done,
		void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	reply_result(reply, create(reply, container));
}
