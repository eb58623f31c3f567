/* A set of services as a whole: names, what each needs, and who has which. */
#include "common/nearest.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/manifest/services_parts.h"

#include <ctype.h>
#include <string.h>

static const struct service *find(const struct service_set *set, const char *name)
{
	for (size_t i = 0; set && i < set->count; i++)
		if (strcmp(set->items[i].name, name) == 0)
			return &set->items[i];
	return NULL;
}

static bool is_name(const char *name)
{
	size_t len = 0;
	for (; name[len]; len++)
		if (!isalnum((unsigned char)name[len]) && (!len || !strchr("-_.", name[len])))
			return false;
	return len > 0 && len <= 63;
}

static struct service *append(struct reader *reader, struct service_set *set)
{
	set->items = arena_grow(&reader->manifest->arena, set->items, set->count, set->count + 1,
				sizeof *set->items);
	return &set->items[set->count++];
}

struct service *services_add(struct reader *reader, struct service_set *set, const char *name,
			     const struct value *at)
{
	const char *wrong = !is_name(name) ? "'%s' is no name for a service: letters, digits, - _ ."
			    : find(set, name)             ? "there are two services '%s'"
			    : set->count == MOST_SERVICES ? "there are too many services at '%s'"
							  : NULL;
	if (wrong) {
		autofree char *text = mem_printf(wrong, name);
		reader_fail(reader, at, "%s", text);
		return NULL;
	}
	struct service *service = append(reader, set);
	*service = (struct service){.name = arena_strdup(&reader->manifest->arena, name),
				    .at = reader_at(reader, at)};
	service->ready = (struct service_check){.interval_ms = SERVICE_INTERVAL_MS,
						.try_ms = SERVICE_TRY_MS,
						.timeout_ms = SERVICE_TIMEOUT_MS,
						.at = service->at};
	return service;
}

void services_need(struct reader *reader, struct service *service, const char *name,
		   enum service_condition condition, const struct value *at)
{
	service->needs = arena_grow(&reader->manifest->arena, service->needs, service->need_count,
				    service->need_count + 1, sizeof *service->needs);
	service->needs[service->need_count++] = (struct service_need){
		.name = name, .condition = condition, .at = reader_at(reader, at)};
}

int services_need_each(struct reader *reader, struct service *service,
		       const struct value_entry *entry, enum service_condition condition)
{
	const struct value *from = entry->value, *names;
	if (reader_texts(reader, entry, &names) < 0)
		return -1;
	for (size_t i = 0; i < names->list.len; i++)
		services_need(reader, service, value_text(names->list.items[i]), condition,
			      from->kind == VALUE_LIST ? from->list.items[i] : from);
	return 0;
}

static int refuse_name(struct reader *reader, const char *name, struct position at,
		       const struct service_set *a, const struct service_set *b)
{
	const char *names[2 * MOST_SERVICES];
	size_t count = 0;
	for (size_t i = 0; i < a->count; i++)
		names[count++] = a->items[i].name;
	for (size_t i = 0; b && i < b->count; i++)
		names[count++] = b->items[i].name;
	const char *near = nearest_name(name, names, count);
	autofree char *hint = near ? mem_printf("did you mean '%s'?", near) : NULL;
	return reader_problem(reader, at, "value", hint, "there is no service '%s'", name);
}

/* The set grows while it is walked through: what is added has needs too. */
static int add_needed(struct reader *reader, struct service_set *set,
		      const struct service_set *others)
{
	int status = 0;
	for (size_t i = 0; i < set->count; i++)
		for (size_t n = 0; n < set->items[i].need_count; n++) {
			const struct service_need need = set->items[i].needs[n];
			const struct service *other = find(others, need.name);
			if (find(set, need.name))
				continue;
			if (other && set->count < MOST_SERVICES)
				*append(reader, set) = *other;
			else
				status = refuse_name(reader, need.name, need.at, set, others);
		}
	return status;
}

static void number_needs(struct service_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		set->items[i].ends = false;
	for (size_t i = 0; i < set->count; i++)
		for (size_t n = 0; n < set->items[i].need_count; n++) {
			struct service_need *need = &set->items[i].needs[n];
			need->number = (size_t)(find(set, need->name) - set->items);
			if (need->condition == SERVICE_COMPLETED)
				set->items[need->number].ends = true;
		}
}

/* A service shared with another set has needs with other numbers there. */
static void own_needs(struct reader *reader, struct service_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		struct service *service = &set->items[i];
		size_t size = service->need_count * sizeof *service->needs;
		struct service_need *needs = arena_alloc(&reader->manifest->arena, size + 1);
		if (size)
			memcpy(needs, service->needs, size);
		service->needs = needs;
	}
}

/* Takes away what needs nothing that is left, again and again: what stays is a circle. */
static int refuse_circles(struct reader *reader, const struct service_set *set)
{
	bool gone[MOST_SERVICES] = {0};
	size_t left = set->count;
	for (bool any = true; any && left;) {
		any = false;
		for (size_t i = 0; i < set->count; i++) {
			bool waits = gone[i];
			for (size_t n = 0; n < set->items[i].need_count; n++)
				waits |= !gone[set->items[i].needs[n].number];
			if (waits)
				continue;
			gone[i] = any = true;
			left--;
		}
	}
	for (size_t i = 0; i < set->count; i++)
		if (!gone[i])
			return reader_problem(reader, set->items[i].at, "value", NULL,
					      "the service '%s' waits for itself, by what it needs",
					      set->items[i].name);
	return 0;
}

int services_resolve(struct reader *reader, struct service_set *set,
		     const struct service_set *others)
{
	if (add_needed(reader, set, others) < 0)
		return -1;
	own_needs(reader, set);
	number_needs(set);
	return refuse_circles(reader, set);
}

static int add_used(struct reader *reader, const struct step *step, struct service_set *set)
{
	const struct service_set *all = &reader->manifest->services;
	int status = 0;
	for (size_t i = 0; i < step->uses->list.len; i++) {
		const struct value *item = step->uses->list.items[i];
		const char *name = value_text(item);
		const struct service *service = find(all, name);
		if (!service)
			status = refuse_name(reader, name, reader_at(reader, item), all, NULL);
		else if (!find(set, name) && set->count < MOST_SERVICES)
			*append(reader, set) = *service;
	}
	return status;
}

static int give(struct reader *reader, struct step *step)
{
	struct manifest *manifest = reader->manifest;
	if (!step->services) {
		step->services = &manifest->services;
		return 0;
	}
	if (add_used(reader, step, step->services) < 0)
		return -1;
	return services_resolve(reader, step->services, &manifest->services);
}

/* They have a network of their own, which the test joins. */
static int check_network(struct reader *reader, const struct step *step)
{
	const char *network = reader->manifest->network;
	if (!step->services->count || !network || strcmp(network, "none") == 0)
		return 0;
	return reader_problem(reader, step->services->items[0].at, "value",
			      "leave `network` away, or say `none` for one that leads nowhere else",
			      "services are in a network of their own, not in 'network: %s'",
			      network);
}

int services_give(struct reader *reader, struct manifest *manifest)
{
	if (manifest->services.incomplete)
		return -1;
	int status = services_resolve(reader, &manifest->services, NULL);
	for (size_t i = 0; i < manifest->install.count; i++)
		if (manifest->install.items[i].services)
			status = reader_problem(reader, manifest->install.items[i].services->at,
						"value", NULL,
						"services are for tests: an install step has none");
	for (size_t i = 0; i < manifest->tests.count; i++)
		if (give(reader, &manifest->tests.items[i]) < 0 ||
		    check_network(reader, &manifest->tests.items[i]) < 0)
			status = -1;
	return status;
}
