#include "agent/render/life/gather.h"

#include "agent/facts/facts.h"
#include "agent/signals.h"
#include "common/file.h"
#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"
#include "common/select.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

enum { LONGEST_S = 60, STEP = 16 << 10, MOST_BYTES = 8 << 20 };

struct gather {
	struct loop *loop;
	struct arena *arena;
	gather_done *done;
	void *ctx;
	int fd;
	struct buf text;
};

const char *const *gather_patterns(const struct facts_settings *settings)
{
	static const char *const usual[] = {
		"os",
		"kernel",
		"processors.count",
		"memory.system.total_bytes",
		"networking.hostname",
		"networking.fqdn",
		"networking.ip",
		"networking.ip6",
		"networking.mac",
		"container.engine",
		"container.id",
		"container.image_id",
		"container.cgroup.version",
		"container.limits",
		"virtual",
		"timezone",
		NULL,
	};
	return settings->patterns && settings->patterns[0] ? settings->patterns : usual;
}

/* --- in the other process --- */

struct flat {
	struct arena *arena;
	struct value *facts;
};

static void add_leaf(void *ctx, const char *path, const struct value *fact)
{
	const struct flat *flat = ctx;
	auto_buf struct buf text = {0};
	if (!value_text(fact))
		json_write(&text, fact);
	value_set(flat->arena, flat->facts, path,
		  value_string(flat->arena, value_text(fact) ? value_text(fact) : buf_text(&text)));
}

static size_t count(const char *const *strings)
{
	size_t len = 0;
	while (strings && strings[len])
		len++;
	return len;
}

/* A pattern that fits nothing is none to complain about: not every system has every fact. */
static struct value *collect(const struct facts_settings *settings, struct arena *arena)
{
	const char *const *patterns = gather_patterns(settings);
	const struct facts_external external = {settings->directories, count(settings->directories),
						0};
	const struct facts_wanted wanted = {.patterns = patterns,
					    .count = count(patterns),
					    .external = external.count ? &external : NULL};
	struct value *facts = facts_collect(arena, &wanted), *selected = value_map(arena);
	struct flat flat = {arena, value_map(arena)};
	for (; *patterns; patterns++) {
		auto_error struct error ignored = {0};
		facts_select(arena, facts, *patterns, selected, &ignored);
	}
	select_each_leaf(selected, add_leaf, &flat);
	return flat.facts;
}

/* It ends when nobody listens any more, or at last by the alarm. */
static _Noreturn void become(const struct facts_settings *settings, int fd)
{
	struct arena arena = {0};
	struct buf text = {0};
	sigset_t none;
	sigemptyset(&none);
	signals_reset(&none);
	alarm(LONGEST_S);
	json_write(&text, collect(settings, &arena));
	_exit(file_write_all(fd, text.data, text.len) < 0 ? 1 : 0);
}

/* --- in ours --- */

void gather_cancel(struct gather *gather)
{
	if (!gather)
		return;
	loop_unwatch(gather->loop, gather->fd);
	close(gather->fd);
	buf_free(&gather->text);
	free(gather);
}

static void end(struct gather *gather)
{
	auto_error struct error err = {0};
	auto_error struct error broken = {0};
	struct value *facts = NULL;
	gather_done *done = gather->done;
	void *ctx = gather->ctx;
	if (gather->text.len > MOST_BYTES)
		error_set(&err, "facts are larger than %d MiB: name fewer of them",
			  MOST_BYTES >> 20);
	else
		facts = json_parse(gather->arena, "facts", buf_text(&gather->text),
				   gather->text.len, &broken);
	if (!facts && !error_is_set(&err))
		error_set(&err, "gathering facts was cut off; it may take %d s", LONGEST_S);
	gather_cancel(gather);
	done(ctx, facts, &err);
}

static void on_text(void *ctx, unsigned events)
{
	struct gather *gather = ctx;
	(void)events;
	char piece[STEP];
	ssize_t got = read(gather->fd, piece, sizeof piece);
	if (got > 0)
		buf_add(&gather->text, piece, (size_t)got);
	if (got > 0 ? gather->text.len > MOST_BYTES : got == 0 || errno != EINTR)
		end(gather);
}

struct gather *gather_start(struct loop *loop, const struct facts_settings *settings,
			    struct arena *arena, gather_done *done, void *ctx, struct error *err)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0) {
		error_errno(err, "can't gather facts");
		return NULL;
	}
	autoclose int output = ends[1];
	pid_t pid = fork();
	if (pid == 0)
		become(settings, output);
	if (pid < 0) {
		error_errno(err, "can't gather facts");
		close(ends[0]);
		return NULL;
	}
	struct gather *gather = mem_alloc(sizeof *gather);
	*gather = (struct gather){loop, arena, done, ctx, ends[0], {0}};
	loop_watch(loop, gather->fd, LOOP_READ, on_text, gather);
	return gather;
}
