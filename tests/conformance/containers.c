#include "common/memory.h"
#include "tests/conformance/conformance.h"

#include <unistd.h>

static const char *refuses_names(struct suite *suite)
{
	const struct engine_container spec = {.image = DATA_IMAGE, .name = DATA_NAME};
	auto_kept struct engine_kept kept = {0};
	engine_create(suite->engine, &spec, engine_keep, &kept);
	settle(suite, &kept, ENGINE_CONFLICT);
	return NULL;
}

static const char *misses(struct suite *suite)
{
	struct engine_kept kept = {0};
	engine_inspect(suite->engine, "no-such-container", engine_keep, &kept);
	settle(suite, &kept, ENGINE_NOT_FOUND);
	engine_kept_free(&kept);
	engine_start(suite->engine, "no-such-container", engine_keep, &kept);
	settle(suite, &kept, ENGINE_NOT_FOUND);
	engine_kept_free(&kept);
	remove_container(suite, "no-such-container"); /* gone is what was asked for */
	return NULL;
}

static const char *labels(struct suite *suite)
{
	static const char *const pairs[] = {"factory.one", "1", "two", "a b=c", NULL};
	static const char *const command[] = {"/bin/true", NULL};
	const struct engine_container spec = {.image = BASE_IMAGE,
					      .command = command,
					      .labels = pairs,
					      .session = true,
					      .network = "none"};
	auto_arena struct arena arena = {0};
	autofree char *id = new_container(suite, &spec);
	const struct value *seen =
		value_path(look_at_container(suite, &arena, id), "Config.Labels");
	check_text(value_text(value_get(seen, "factory.one")), "1");
	check_text(value_text(value_get(seen, "two")), "a b=c");
	remove_container(suite, id);
	return NULL;
}

/* Whether the list of those that run has it. */
static bool is_listed(struct suite *suite, const char *id)
{
	auto_kept struct engine_kept kept = {0};
	engine_list(suite->engine, engine_keep, &kept);
	settle(suite, &kept, ENGINE_OK);
	check(value_is(kept.body, VALUE_LIST));
	for (size_t i = 0; i < kept.body->list.len; i++) {
		const struct value *item = kept.body->list.items[i];
		const char *name = value_text(value_path(item, "Names.0"));
		check(name && *name == '/');
		if (strcmp(value_text(value_get(item, "Id")), id) == 0)
			return true;
	}
	return false;
}

static const char *lists(struct suite *suite)
{
	auto_arena struct arena arena = {0};
	struct talk *talk = talk_begin(suite, NULL, "echo there; cat");
	talk_until(talk, "there");
	check(is_listed(suite, talk->id));
	const struct value *seen = look_at_container(suite, &arena, talk->id);
	const struct value *runs = value_path(seen, "State.Running");
	check(value_is(runs, VALUE_BOOL) && runs->boolean);
	autofree char *id = mem_strdup(talk->id);
	talk_end(talk);
	check(!is_listed(suite, id));
	return NULL;
}

static bool is_there(struct suite *suite, const char *id)
{
	auto_kept struct engine_kept kept = {0};
	auto_error struct error ignored = {0};
	engine_inspect(suite->engine, id, engine_keep, &kept);
	engine_finish(suite->engine, &kept, &ignored);
	return kept.status == ENGINE_OK;
}

static const char *removes_by_force(struct suite *suite)
{
	struct talk *talk = talk_begin(
		suite, NULL, "trap '' TERM INT HUP; echo there; while :; do sleep 1; done");
	talk_until(talk, "there");
	remove_container(suite, talk->id);
	talk_until_closed(talk);
	check(!is_there(suite, talk->id));
	talk_end(talk);
	return NULL;
}

static const char *goes_when_it_ends(struct suite *suite)
{
	struct talk *talk = talk_begin(suite, NULL, "read line");
	talk_say(talk, "bye\n");
	talk_until_closed(talk);
	check(!talk->error);
	for (int i = 0; is_there(suite, talk->id); i++) {
		check(i < 100);
		usleep(100000);
	}
	talk_end(talk);
	return NULL;
}

static const char *shares_volumes(struct suite *suite)
{
	const struct engine_container spec = {.network = "none", .volumes_from = DATA_NAME ":ro"};
	autofree char *seen = output_of(suite, &spec,
					"cat /data/file; ls -ld /data/file | cut -c 1-10; touch "
					"/data/x 2>/dev/null || echo read-only");
	check_text(seen, "content\n-rw-r-----\nread-only\n");
	return NULL;
}

/* It is made for the first, and there for the next. */
static const char *keeps_named_volumes(struct suite *suite)
{
	static const char *const labels[] = {"factory.test", "1", NULL};
	const struct engine_volume volume = {
		.source = "factory-conformance-named", .target = "/kept", .labels = labels};
	const struct engine_container spec = {
		.network = "none", .volumes = &volume, .volume_count = 1};
	free(output_of(suite, &spec, "echo here > /kept/file"));
	autofree char *seen = output_of(suite, &spec, "cat /kept/file; rm /kept/file");
	check_text(seen, "here\n");
	return NULL;
}

static const char *leaves_no_mount_point(struct suite *suite)
{
	const struct engine_container with_data = {.network = "none",
						   .volumes_from = DATA_NAME ":ro"};
	struct talk *talk = talk_begin(suite, &with_data, "echo x > /x; echo there; cat");
	talk_until(talk, "there");
	autofree char *image = commit(suite, talk->id, "{}");
	talk_end(talk);
	const struct engine_container again = {.image = image, .network = "none"};
	autofree char *seen = output_of(suite, &again, "ls -a /data 2>/dev/null | wc -l");
	remove_image(suite, image);
	if (strcmp(seen, "0\n") == 0)
		return NULL;
	check_text(seen, "2\n"); /* the mount point, never what was mounted */
	return "an empty directory stays";
}

static const char *digests_a_file(struct suite *suite)
{
	auto_kept struct engine_kept kept = {0};
	struct engine_kept missing = {0};
	const struct engine_container spec = {.image = DATA_IMAGE, .session = true};
	autofree char *id = new_container(suite, &spec);
	engine_file_digest(suite->engine, id, "/etc/hello", engine_keep, &kept);
	settle(suite, &kept, ENGINE_OK); /* of "hello\n" */
	check_text(kept.id, "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
	engine_file_digest(suite->engine, id, "/etc/none", engine_keep, &missing);
	settle(suite, &missing, ENGINE_NOT_FOUND);
	engine_kept_free(&missing);
	remove_container(suite, id);
	return NULL;
}

static const char *commits_changes(struct suite *suite)
{
	struct talk *talk = talk_begin(
		suite, NULL,
		"umask 022; rm /etc/os-release; rm -r /home/app; mkdir /home/app; echo n > "
		"/home/app/new;"
		"mkdir -m 1777 /sticky; echo one > /a; ln /a /hard; ln -s a /soft; mkfifo /fifo;"
		"chown 7:8 /a; chmod 4750 /a; echo 'with space' > '/with space'; echo there; cat");
	talk_until(talk, "there");
	autofree char *image = commit(suite, talk->id, "{}");
	talk_end(talk);
	const struct engine_container again = {.image = image, .network = "none"};
	autofree char *seen = output_of(
		suite, &again,
		"ls /etc/os-release 2>/dev/null; ls -A /home/app; stat -c '%a %u %g %h %s' /a "
		"/sticky | "
		"cut -d ' ' -f 1-4 | head -n 1; stat -c %a /sticky; cat /hard /soft '/with space';"
		"stat -c %F /fifo; stat -c %h /hard; cat /etc/group | wc -l");
	remove_image(suite, image);
	check_text(seen, "new\n4750 7 8 2\n1777\none\none\nwith space\nfifo\n2\n2\n");
	return NULL;
}

static const char *commits_twice(struct suite *suite)
{
	auto_arena struct arena arena = {0};
	struct talk *talk = talk_begin(
		suite, NULL,
		"echo 1 > /one; echo first; read x; rm /one; echo 2 > /two; echo second; cat");
	talk_until(talk, "first");
	autofree char *first = commit(suite, talk->id, "{}");
	talk_say(talk, "go\n");
	talk_until(talk, "second");
	autofree char *second = commit(suite, talk->id, "{}");
	talk_end(talk);
	const struct engine_container early = {.image = first, .network = "none"};
	const struct engine_container late = {.image = second, .network = "none"};
	autofree char *before = output_of(suite, &early, "cat /one; ls /two 2>/dev/null");
	autofree char *after = output_of(suite, &late, "ls /one 2>/dev/null; cat /two");
	check_text(before, "1\n");
	check_text(after, "2\n");
	const struct value *layers =
		value_path(look_at_image(suite, &arena, second), "RootFS.Layers");
	check(value_is(layers, VALUE_LIST) && layers->list.len == 2);
	remove_image(suite, second);
	remove_image(suite, first);
	return NULL;
}

const struct named_case container_cases[] = {
	{"conflict", "says that a container's name is in use", refuses_names},
	{"missing-container", "says that a container is missing", misses},
	{"labels", "keeps labels of containers", labels},
	{"list", "lists the containers that run", lists},
	{"remove", "removes a running container by force", removes_by_force},
	{"auto-remove", "removes a session's container when it ends", goes_when_it_ends},
	{"volumes", "shares a data container's volumes, read-only", shares_volumes},
	{"named-volumes", "keeps volumes that have a name", keeps_named_volumes},
	{"traceless", "leaves no mount point in a committed image", leaves_no_mount_point},
	{"digest", "reads a file of a container that does not run", digests_a_file},
	{"commit", "commits changes, deletions, links, owners and modes", commits_changes},
	{"commit-twice", "commits a container that goes on", commits_twice},
	{0},
};
