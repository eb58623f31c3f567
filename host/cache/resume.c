#include "host/cache/resume.h"

#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"

#include <string.h>

static const char prefix[] = "factory reads ";

static const char steps[] = "\nsteps ";

char *resume_comment(const struct value *reads, const char *trail)
{
	auto_buf struct buf text = {0};
	buf_puts(&text, prefix);
	if (reads)
		json_write(&text, reads);
	else
		buf_puts(&text, "[]");
	buf_printf(&text, "%s[%s]", steps, trail);
	return buf_steal(&text);
}

/* What the image read, from its comment; NULL where the comment is not ours. */
static struct value *reads_of(struct arena *arena, const struct value *image)
{
	auto_error struct error foreign = {0};
	const char *comment = value_text(value_get(image, "Comment"));
	size_t len = sizeof prefix - 1;
	if (!comment || strncmp(comment, prefix, len) != 0)
		return NULL;
	return json_parse(arena, "the image's comment", comment + len, strcspn(comment + len, "\n"),
			  &foreign);
}

struct value *resume_steps(struct arena *arena, const char *comment)
{
	auto_error struct error foreign = {0};
	const char *line = comment ? strstr(comment, steps) : NULL;
	if (!line || strncmp(comment, prefix, sizeof prefix - 1) != 0)
		return NULL;
	line += sizeof steps - 1;
	struct value *list = json_parse(arena, "the image's comment", line, strlen(line), &foreign);
	return value_is(list, VALUE_LIST) ? list : NULL;
}

/* Whether both have read the same. */
static bool is_same_reading(const char *left, const char *right)
{
	size_t len = strcspn(left, "\n");
	return len == strcspn(right, "\n") && strncmp(left, right, len) == 0;
}

/* A state that may be there. */
struct candidate {
	size_t at;
	const char *key;
	bool provisioned;
	bool is_guarded; /* since before it was asked for */
	struct engine_kept kept;
};

struct search {
	struct engine *engine;
	struct values *values;
	struct uses *uses; /* or NULL */
	const struct graph *graph;
	size_t limit;
	struct candidate *candidates; /* the best one first */
	size_t count;
	const char *comment; /* the last one whose values were asked for, and what came out */
	struct value *changed;
};

static void add_candidate(struct search *search, size_t at, const char *key, bool provisioned)
{
	if (at <= search->limit)
		search->candidates[search->count++] =
			(struct candidate){.at = at, .key = key, .provisioned = provisioned};
}

/* The start needs none: that is the base. */
static void list_candidates(struct search *search)
{
	const struct graph *graph = search->graph;
	size_t end = graph->chain_end;
	search->candidates = mem_alloc((end + 2) * sizeof *search->candidates);
	add_candidate(search, graph->count, graph->nodes[graph->count - 1]->key, true);
	if (graph->nodes[end]->kind == NODE_TEST)
		add_candidate(search, end, graph->image_key, true);
	for (size_t i = end; i-- > 1;)
		if (!node_is_in_branch(graph->nodes[i]))
			add_candidate(search, i + 1, graph->nodes[i]->key, false);
}

static void search_free(struct search *search)
{
	for (size_t i = 0; i < search->count; i++)
		engine_kept_free(&search->candidates[i].kept);
	free(search->candidates);
}

static void ask(struct search *search, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		struct candidate *candidate = &search->candidates[i];
		autofree char *name = mem_printf("%s:%s", CACHE_REPOSITORY, candidate->key);
		engine_image_inspect(search->engine, name, engine_keep, &candidate->kept);
	}
}

/* All are waited for, also behind a failure: the engine has their addresses. */
static int await(struct search *search, size_t from, size_t to, struct error *err)
{
	int status = 0;
	for (size_t i = from; i < to; i++) {
		struct error one = {0};
		if (engine_finish(search->engine, &search->candidates[i].kept, &one) == 0)
			continue;
		if (status == 0)
			status = error_move(err, &one);
		error_clear(&one);
	}
	return status;
}

/* Holds what was found from now on; *there is false where it has been cleaned away meanwhile. */
static int hold(const struct search *search, const struct candidate *candidate, bool *there,
		struct error *err)
{
	__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
	if (!search->uses)
		return 0;
	*there = uses_take(search->uses, candidate->key);
	if (!*there || candidate->is_guarded)
		return 0;
	autofree char *name = mem_printf("%s:%s", CACHE_REPOSITORY, candidate->key);
	engine_image_inspect(search->engine, name, engine_keep, &kept);
	if (engine_finish(search->engine, &kept, err) < 0)
		return -1;
	*there = kept.status == ENGINE_OK;
	return 0;
}

/* Whether what the image has read is still the same. States of one chain mostly have the same
 * comment: it is asked once. */
static int check(struct search *search, const struct candidate *candidate, struct resume *resume,
		 bool *good, struct error *err)
{
	const char *comment = value_text(value_get(candidate->kept.body, "Comment"));
	const char *id = value_text(value_get(candidate->kept.body, "Id"));
	*good = false;
	resume->reads = id ? reads_of(&resume->arena, candidate->kept.body) : NULL;
	if (!resume->reads)
		return 0;
	if (!search->comment || !is_same_reading(search->comment, comment)) {
		search->changed = value_list(&resume->arena);
		if (values_changed(search->values, resume->reads, &resume->arena, search->changed,
				   err) < 0)
			return error_wrap(
				err, "can't tell whether what was built before is still right");
	}
	search->comment = comment;
	*good = !search->changed->list.len;
	if (!*good && !resume->changed)
		resume->changed = search->changed;
	if (*good && hold(search, candidate, good, err) < 0)
		return -1;
	if (!*good)
		return 0;
	resume->image = mem_strdup(id);
	const struct value *names = value_get(candidate->kept.body, "RepoTags");
	resume->names = names ? value_copy(&resume->arena, names) : NULL;
	return 0;
}

/* The first good one of some candidates. */
static int choose(struct search *search, size_t from, size_t to, struct resume *resume,
		  struct error *err)
{
	ask(search, from, to);
	if (await(search, from, to, err) < 0)
		return -1;
	for (size_t i = from; i < to && !resume->image; i++) {
		const struct candidate *candidate = &search->candidates[i];
		bool good = false;
		if (candidate->kept.status != ENGINE_OK)
			continue;
		if (check(search, candidate, resume, &good, err) < 0)
			return -1;
		if (good) {
			resume->at = candidate->at;
			resume->provisioned = candidate->provisioned;
		}
	}
	return 0;
}

void resume_branch_key(const struct graph *graph, const struct node *end, const char *fork,
		       char key[HASH_HEX])
{
	auto_hash struct hash *hash = hash_new();
	hash_add_text(hash, "branch");
	hash_add_text(hash, end->key);
	hash_add_text(hash, fork ? fork : graph->nodes[0]->key);
	hash_finish(STEAL(hash), key);
}

/* What a branch has read is what its fork has. NULL in *image: it is not there. */
static int find_end(const struct search *search, const struct node *end, struct resume *resume,
		    const char **image, struct error *err)
{
	char key[HASH_HEX];
	const struct value *reads;
	const struct candidate candidate = {.key = key};
	bool there = true;
	resume_branch_key(search->graph, end, resume->image, key);
	if (resume_reads(search->engine, key, &resume->arena, image, &reads, err) < 0)
		return -1;
	if (*image && hold(search, &candidate, &there, err) < 0)
		return -1;
	if (!there)
		*image = NULL;
	return 0;
}

/* The limit is a node that is to run: in the group it means its branch alone, for the others are
 * not behind it. */
static int find_ends(const struct search *search, const struct node *merge, struct resume *resume,
		     struct error *err)
{
	size_t count = merge->after_count;
	bool is_behind = search->limit < graph_index(search->graph, graph_branch(merge, 0));
	resume->ends = arena_alloc(&resume->arena, count * sizeof *resume->ends);
	for (size_t i = 0; i < count; i++) {
		if (is_behind || graph_branch_has(search->graph, merge, i, search->limit))
			continue;
		if (find_end(search, merge->after[i], resume, &resume->ends[i], err) < 0)
			return -1;
	}
	return 0;
}

bool resume_has_name(const struct resume *resume, const char *repo, const char *tag)
{
	autofree char *name = mem_printf("%s:%s", repo, tag);
	for (size_t i = 0; value_is(resume->names, VALUE_LIST) && i < resume->names->list.len;
	     i++) {
		const char *one = value_text(resume->names->list.items[i]);
		if (one && strcmp(one, name) == 0)
			return true;
	}
	return false;
}

bool resume_has(const struct resume *resume, const struct graph *graph, size_t index)
{
	const struct node *merge =
		resume->ends ? graph_group(graph, resume->image ? resume->at : 1) : NULL;
	for (size_t i = 0; merge && i < merge->after_count; i++)
		if (resume->ends[i] && graph_branch_has(graph, merge, i, index))
			return true;
	return index < resume->at;
}

enum { AT_ONCE = 64 }; /* more requests than that only wait for each other */

static int choose_any(struct search *search, size_t from, size_t to, struct resume *resume,
		      struct error *err)
{
	for (; from < to && !resume->image; from += AT_ONCE) {
		size_t end = to - from > AT_ONCE ? from + AT_ONCE : to;
		if (choose(search, from, end, resume, err) < 0)
			return -1;
	}
	return 0;
}

/* Mostly it is there: it is not asked for twice. */
static void guard_best(struct search *search)
{
	struct candidate *best = search->candidates;
	best->is_guarded = search->uses && uses_guard(search->uses, best->key);
}

/* The best one alone first, for mostly it is there. */
int resume_find(struct engine *engine, struct values *values, struct uses *uses,
		const struct graph *graph, size_t limit, bool whole, struct resume *resume,
		struct error *err)
{
	__attribute__((cleanup(search_free))) struct search search = {
		.engine = engine, .values = values, .uses = uses, .graph = graph, .limit = limit};
	list_candidates(&search);
	size_t first = limit >= graph->count ? 1 : 0, all = whole ? first : search.count;
	resume_free(resume);
	if (first)
		guard_best(&search);
	if (choose(&search, 0, first, resume, err) < 0 ||
	    (!resume->image && choose_any(&search, first, all, resume, err) < 0))
		return -1;
	if (!resume->image)
		resume->reads = NULL;
	const struct node *merge = graph_group(graph, resume->image ? resume->at : 1);
	return merge && !whole ? find_ends(&search, merge, resume, err) : 0;
}

void resume_free(struct resume *resume)
{
	free(resume->image);
	arena_free(&resume->arena);
	*resume = (struct resume){0};
}

int resume_reads(struct engine *engine, const char *key, struct arena *arena, const char **image,
		 const struct value **reads, struct error *err)
{
	__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
	autofree char *name = mem_printf("%s:%s", CACHE_REPOSITORY, key);
	*image = NULL;
	*reads = NULL;
	engine_image_inspect(engine, name, engine_keep, &kept);
	if (engine_finish(engine, &kept, err) < 0)
		return -1;
	const char *id = value_text(value_get(kept.body, "Id"));
	*reads = kept.status == ENGINE_OK && id ? reads_of(arena, kept.body) : NULL;
	*image = *reads ? arena_strdup(arena, id) : NULL;
	return 0;
}

int resume_store(struct engine *engine, const struct graph *graph, const char *image,
		 struct error *err)
{
	__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
	const char *key = graph->nodes[graph->count - 1]->key;
	if (strcmp(key, graph->image_key) == 0) /* there are no tests */
		return 0;
	engine_image_tag(engine, image, CACHE_REPOSITORY, key, engine_keep, &kept);
	return engine_finish(engine, &kept, err);
}
