/* Taking images away: a name, and with the last one the image and what it alone stood on. */
#include "common/own.h"
#include "host/engine/oci/parts.h"

#include <string.h>

struct removal {
	struct reply *reply;
	const char *ref;
	char hex[HASH_HEX];
	bool force, by_id;
	const struct value *tags, *digests;
};

bool image_is_used(const struct oci *oci, const char *hex)
{
	auto_arena struct arena arena = {0};
	auto_error struct error ignored = {0};
	autofree char *directory = store_path(oci, "containers");
	for (char **id = store_names(&arena, directory); *id; id++) {
		const struct value *container = oci_container_read(oci, &arena, *id, &ignored);
		const char *image = value_text(value_get(container, "Image"));
		if (image && strcmp(image + strlen("sha256:"), hex) == 0)
			return true;
	}
	return false;
}

/* "a" asks for "a:latest". */
static bool is_asked(const struct removal *removal, const char *name)
{
	size_t len = strlen(removal->ref);
	return strncmp(name, removal->ref, len) == 0 &&
	       (!name[len] || strcmp(name + len, ":latest") == 0);
}

static int drop_names(const struct removal *removal, const struct value *names, bool all)
{
	for (size_t i = 0; i < names->list.len; i++) {
		const char *name = value_text(names->list.items[i]);
		if ((all || is_asked(removal, name)) &&
		    store_untag(removal->reply->oci, name, &removal->reply->error) < 0)
			return -1;
	}
	return 0;
}

/* Whether what is asked for leaves the image without a name. */
static bool is_last(const struct removal *removal)
{
	if (removal->by_id)
		return true;
	if (strchr(removal->ref, '@'))
		return removal->tags->list.len == 0 && removal->digests->list.len <= 1;
	return removal->tags->list.len <= 1;
}

/* Why not, or NULL. */
static const char *objection(const struct removal *removal)
{
	const struct oci *oci = removal->reply->oci;
	if (removal->force || !is_last(removal))
		return NULL;
	if (removal->by_id && removal->tags->list.len > 1)
		return "it has several names";
	if (image_is_used(oci, removal->hex))
		return "a container needs it";
	if (removal->by_id && store_has_child(oci, removal->hex))
		return "other images stand on it";
	return NULL;
}

/* It, and below it what has no name and nobody else needs. */
static int remove_chain(struct removal *removal)
{
	struct reply *reply = removal->reply;
	char parent[HASH_HEX];
	for (;;) {
		bool known = store_parent(reply->oci, removal->hex, parent);
		if (store_remove_image(reply->oci, removal->hex, &reply->error) < 0)
			return -1;
		if (!known || store_has_child(reply->oci, parent) ||
		    image_is_used(reply->oci, parent) ||
		    image_names(reply->oci, &reply->arena, parent, false)->list.len ||
		    image_names(reply->oci, &reply->arena, parent, true)->list.len)
			return 0;
		memcpy(removal->hex, parent, HASH_HEX);
	}
}

static int carry_out(struct removal *removal)
{
	struct reply *reply = removal->reply;
	const char *why = objection(removal);
	if (why)
		return reply_refuse(reply, ENGINE_CONFLICT, "can't remove the image %s: %s",
				    removal->ref, why);
	bool last = is_last(removal);
	if (drop_names(removal, removal->tags, removal->by_id) < 0 ||
	    drop_names(removal, removal->digests, last) < 0)
		return -1;
	if (!last || (!removal->by_id && store_has_child(reply->oci, removal->hex)))
		return 0;
	int status = remove_chain(removal);
	store_sweep(reply->oci);
	return status;
}

static int remove_image(struct reply *reply, const char *ref, bool force)
{
	struct removal removal = {.reply = reply, .ref = ref, .force = force};
	autoclose int lock = store_lock(reply->oci, &reply->error);
	if (lock < 0)
		return -1;
	if (!store_find_image(reply->oci, ref, removal.hex))
		return reply_no_image(reply, ref);
	removal.by_id = strncmp(ref, "sha256:", 7) == 0 || strcmp(ref, removal.hex) == 0;
	removal.tags = image_names(reply->oci, &reply->arena, removal.hex, false);
	removal.digests = image_names(reply->oci, &reply->arena, removal.hex, true);
	return carry_out(&removal);
}

void oci_image_remove(struct engine *engine, const char *ref, engine_done *done, void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	reply_result(reply, remove_image(reply, ref, true));
}

/* An image that is gone is what was asked for. */
void oci_image_untag(struct engine *engine, const char *ref, engine_done *done, void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	reply_result(reply, remove_image(reply, ref, false));
	if (reply->status != ENGINE_NOT_FOUND)
		return;
	reply->status = ENGINE_OK;
	error_clear(&reply->error);
}
