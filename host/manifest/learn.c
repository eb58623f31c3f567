#include "host/manifest/learn.h"

#include "common/json.h"
#include "common/kv.h"
#include "common/own.h"
#include "host/manifest/pillar.h"
#include "host/manifest/secrets.h"

static void add(struct arena *arena, struct value *map, const struct value *more)
{
	for (size_t i = 0; more && i < more->map.len; i++)
		value_setn(arena, map, more->map.entries[i].key, more->map.entries[i].key_len,
			   value_copy(arena, more->map.entries[i].value));
}

/* An image's facts, asked for once. */
static const struct value *facts_of_image(struct loader *loader, const struct manifest *manifest,
					  struct error *err)
{
	const struct manifest_facts *facts = loader->options->facts;
	if (manifest->from) {
		error_set_at(err, manifest->from_at.file, manifest->from_at.line,
			     manifest->from_at.column,
			     "facts can't be read where the base is `from` another manifest");
		return NULL;
	}
	if (!loader->gathered)
		loader->gathered = value_map(loader->lasting);
	struct value *known = value_get(loader->gathered, manifest->image);
	if (known)
		return known;
	known = facts->gather(facts->ctx, manifest->image, loader->lasting, err);
	if (known)
		value_set(loader->lasting, loader->gathered, manifest->image, known);
	return known;
}

/* What is known of services before they run: `facts.services.NAME`. Those of a test win, the first
 * one's that has the name. */
static void add_services(struct arena *arena, struct value *facts, const struct service_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct service *service = &set->items[i];
		struct value *fact = value_map(arena);
		if (value_get(facts, service->name))
			continue;
		value_set(arena, fact, "host", value_string(arena, service->name));
		value_set(arena, fact, "address", value_string(arena, service->name));
		if (service->ports && service->ports->list.len)
			value_set(arena, fact, "port",
				  value_copy(arena, service->ports->list.items[0]));
		value_set(arena, facts, service->name, fact);
	}
}

static struct value *services_of(struct arena *arena, const struct manifest *manifest)
{
	struct value *facts = value_map(arena);
	for (size_t i = 0; i < manifest->tests.count; i++)
		if (manifest->tests.items[i].services)
			add_services(arena, facts, manifest->tests.items[i].services);
	return facts;
}

/* With the engine's host, where it is mentioned, the services, and the manifest's own. */
static struct value *facts_for(struct loader *loader, const struct manifest *manifest, bool wanted,
			       struct error *err)
{
	const struct manifest_facts *facts = loader->options->facts;
	struct value *all = value_map(loader->lasting);
	const struct value *images = wanted ? facts_of_image(loader, manifest, err) : NULL;
	if (wanted && !images)
		return NULL;
	add(loader->lasting, all, images);
	if (facts->host && loader->mentions_host && !loader->host)
		loader->host = facts->host(facts->ctx, loader->lasting);
	if (loader->host)
		value_set(loader->lasting, all, "host", loader->host);
	value_set(loader->lasting, all, "services", services_of(loader->lasting, manifest));
	add(loader->lasting, all, manifest->facts);
	return all;
}

static int load_pillar(struct loader *loader, const struct manifest *manifest,
		       const struct value *facts, struct value **values, struct error *err)
{
	struct pillar_values found;
	int status = pillar_load(&manifest->pillar, facts, loader->lasting, &found, err);
	for (size_t i = 0; i < found.secrets->list.len; i++)
		value_append(loader->lasting, loader->secrets, found.secrets->list.items[i]);
	secrets_sort(loader->secrets);
	*values = found.values;
	return status;
}

int learn(struct loader *loader, const struct manifest *first, struct error *err)
{
	/* An include of Jinja2's may read anything: that alone is nothing to refuse. */
	bool reads = loader->reads_facts && (loader->mentions_facts || !first->from);
	bool wanted = reads || pillar_needs_facts(&first->pillar);
	loader->facts = facts_for(loader, first, wanted, err);
	loader->knows_facts = true;
	return loader->facts ? load_pillar(loader, first, loader->facts, &loader->pillar, err) : -1;
}

/* A key has a text: a list is one as JSON, for {{ key "pillar/names" | parseJSON }}. */
static struct value *with_texts(struct arena *arena, const struct value *values)
{
	struct value *map = value_map(arena);
	for (size_t i = 0; i < values->map.len; i++) {
		const struct value_entry *entry = &values->map.entries[i];
		struct value *value = entry->value;
		auto_buf struct buf text = {0};
		if (value->kind == VALUE_LIST) {
			json_write(&text, value);
			value = value_string(arena, buf_text(&text));
		} else if (value->kind == VALUE_MAP) {
			value = with_texts(arena, value);
		}
		value_setn(arena, map, entry->key, entry->key_len, value);
	}
	return map;
}

/* The pillar as keys, for files' templates: {{ key "pillar/db/host" }}. The manifest's own win. */
static int add_keys(struct manifest *manifest, const struct value *values, struct error *err)
{
	struct arena *arena = &manifest->arena;
	struct value *tree = value_map(arena);
	value_set(arena, tree, "pillar", value_copy(arena, with_texts(arena, values)));
	struct value *keys = kv_flatten(arena, manifest->path, tree, err);
	if (!keys)
		return error_wrap(err, "the pillar can't be keys");
	for (size_t i = 0; manifest->kv && i < manifest->kv->map.len; i++)
		value_setn(arena, keys, manifest->kv->map.entries[i].key,
			   manifest->kv->map.entries[i].key_len,
			   manifest->kv->map.entries[i].value);
	value_sort_map(keys);
	manifest->kv = keys;
	return 0;
}

static int learn_cell(struct loader *loader, struct manifest *cell, struct error *err)
{
	struct value *values = NULL;
	if (!cell->pillar.count)
		return 0;
	const struct value *facts = facts_for(loader, cell, pillar_needs_facts(&cell->pillar), err);
	if (!facts || load_pillar(loader, cell, facts, &values, err) < 0)
		return -1;
	return add_keys(cell, values, err);
}

int learn_keys(struct loader *loader, struct manifest *manifest, struct error *err)
{
	for (size_t i = 0; i < manifest->cell_count; i++)
		if (learn_cell(loader, manifest->cells[i], err) < 0)
			return -1;
	manifest->secrets = value_copy(&manifest->arena, loader->secrets);
	return 0;
}
