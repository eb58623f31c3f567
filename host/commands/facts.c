/* factory facts: what images, containers and manifests' bases are, from inside. */
#include "common/fact_names.h"
#include "common/own.h"
#include "common/select.h"
#include "host/build/probe.h"
#include "host/commands/commands.h"
#include "host/commands/facts_show.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"
#include "host/interrupt.h"
#include "host/manifest/condition.h"

#define auto_kept __attribute__((cleanup(engine_kept_free)))

struct inquiry {
	struct settings settings;
	struct probe probe;
	const char **targets, **names; /* into argv */
	size_t target_count, name_count;
	const char *format, *expression;
	bool diff;
	struct condition *where;
	size_t undecided; /* targets of which --where can't be said: they lack a fact */
	struct facts_of *answers;
	size_t answer_count;
};

/* With --where all words are names: the targets are the containers that run. */
static void sort_words(struct inquiry *inquiry, int argc, char **argv)
{
	struct arena *arena = &inquiry->settings.arena;
	inquiry->targets = arena_alloc(arena, (size_t)argc * sizeof *inquiry->targets);
	inquiry->names = arena_alloc(arena, (size_t)argc * sizeof *inquiry->names);
	for (int i = 1; i < argc; i++) {
		bool first = i == 1 && !inquiry->expression;
		if (!first && (select_is_pattern(argv[i]) || fact_names_begin(argv[i])))
			inquiry->names[inquiry->name_count++] = argv[i];
		else
			inquiry->targets[inquiry->target_count++] = argv[i];
	}
}

static int check_words(const struct inquiry *inquiry, struct error *err)
{
	if (inquiry->expression && inquiry->target_count)
		return commands_misused(&command_facts,
					"--where looks at the containers that run: name "
					"facts only",
					err);
	if (inquiry->expression && inquiry->diff)
		return commands_misused(&command_facts, "--diff and --where exclude each other",
					err);
	if (inquiry->diff && inquiry->target_count != 2)
		return commands_misused(&command_facts, "--diff compares two targets", err);
	if (!inquiry->target_count && !inquiry->expression)
		return commands_misused(&command_facts, "name an image, a container or a manifest",
					err);
	return 0;
}

struct patterns {
	struct arena *arena;
	const char **items;
	size_t count;
};

static void add_pattern(struct patterns *patterns, const char *pattern)
{
	patterns->items = arena_grow(patterns->arena, patterns->items, patterns->count,
				     patterns->count + 2, sizeof *patterns->items);
	patterns->items[patterns->count++] = pattern;
	patterns->items[patterns->count] = NULL;
}

/* What the agents are asked for: no more than is shown. NULL: all. */
static const char *const *wanted_of(struct inquiry *inquiry)
{
	struct patterns patterns = {.arena = &inquiry->settings.arena};
	bool table = inquiry->target_count > 1 || inquiry->expression;
	if (inquiry->diff && !inquiry->name_count) {
		add_pattern(&patterns, "*");
		add_pattern(&patterns, "package");
		return patterns.items;
	}
	if (!inquiry->name_count && (!table || inquiry->format))
		return NULL;
	for (size_t i = 0; i < inquiry->name_count; i++)
		add_pattern(&patterns, inquiry->names[i]);
	for (size_t i = 0; !inquiry->name_count && i < facts_column_count; i++)
		add_pattern(&patterns, facts_columns[i]);
	for (size_t i = 0; inquiry->where && i < fact_name_count; i++)
		if (condition_reads(inquiry->where, fact_names[i]))
			add_pattern(&patterns, fact_names[i]);
	add_pattern(&patterns, "container.image");
	return patterns.items;
}

static void refuse_from(const struct manifest *manifest, struct error *err)
{
	error_set_at(err, manifest->from_at.file, manifest->from_at.line, manifest->from_at.column,
		     "its base is `from` another manifest: build that one, and name its image");
	err->exit_code = EXIT_MANIFEST;
}

static struct value *ask_manifest(struct inquiry *inquiry, const char *path, struct error *err)
{
	struct manifest *manifest = settings_manifest(&inquiry->settings, path, NULL, err);
	struct value *facts = NULL;
	if (!manifest)
		return NULL;
	if (manifest->image)
		facts = probe_target(&inquiry->probe, manifest->image, &inquiry->settings.arena,
				     err);
	else
		refuse_from(manifest, err);
	manifest_free(manifest);
	return facts;
}

/* Keeps what the target is, unless --where says no. */
static int ask(struct inquiry *inquiry, const char *target, struct error *err)
{
	struct value *facts =
		settings_is_manifest(target)
			? ask_manifest(inquiry, target, err)
			: probe_target(&inquiry->probe, target, &inquiry->settings.arena, err);
	if (!facts)
		return -1;
	int holds = inquiry->where ? condition_holds(inquiry->where, facts, err) : 1;
	if (holds > 0)
		inquiry->answers[inquiry->answer_count++] = (struct facts_of){target, facts};
	if (holds >= 0)
		return 0;
	/* A fact that some lack is nothing to complain about; one that all lack is mistyped. */
	if (++inquiry->undecided == inquiry->target_count)
		return -1;
	error_clear(err);
	return 0;
}

/* A target that fails doesn't keep the others from being shown; the first failure counts. */
static int ask_all(struct inquiry *inquiry, struct error *err)
{
	int status = 0;
	inquiry->answers = arena_alloc(&inquiry->settings.arena,
				       (inquiry->target_count + 1) * sizeof *inquiry->answers);
	for (size_t i = 0; i < inquiry->target_count; i++) {
		auto_error struct error failure = {0};
		if (ask(inquiry, inquiry->targets[i], &failure) == 0)
			continue;
		bool interrupted = failure.exit_code >= EXIT_INTERRUPTED;
		if (inquiry->target_count > 1)
			error_wrap(&failure, "%s", inquiry->targets[i]);
		if (status == 0)
			status = error_move(err, &failure);
		else
			report_notice(inquiry->probe.report, "%s", failure.message);
		if (interrupted)
			break;
	}
	return status;
}

/* The names of the containers that run, the toolbox's aside. */
static int find_containers(struct inquiry *inquiry, struct error *err)
{
	struct arena *arena = &inquiry->settings.arena;
	auto_kept struct engine_kept kept = {0};
	engine_list(inquiry->probe.engine, engine_keep, &kept);
	if (engine_finish(inquiry->probe.engine, &kept, err) < 0)
		return -1;
	size_t count = value_is(kept.body, VALUE_LIST) ? kept.body->list.len : 0;
	inquiry->targets = arena_alloc(arena, (count + 1) * sizeof *inquiry->targets);
	for (size_t i = 0; i < count; i++) {
		const struct value *container = kept.body->list.items[i];
		const char *name = value_text(value_path(container, "Names.0"));
		if (!name)
			name = value_text(value_get(container, "Id"));
		if (name)
			inquiry->targets[inquiry->target_count++] =
				arena_strdup(arena, name + (*name == '/'));
	}
	return 0;
}

/* As diff does: 1 where there is a difference. */
static int show(const struct inquiry *inquiry, struct error *err)
{
	auto_buf struct buf out = {0};
	struct facts_view view = {inquiry->names, inquiry->name_count, inquiry->format};
	int code = EXIT_OK;
	if (inquiry->expression && !view.format)
		view.format = "table";
	if (inquiry->diff) {
		if (inquiry->answer_count == 2 &&
		    facts_show_difference(&inquiry->answers[0], &inquiry->answers[1], &view, &out))
			code = EXIT_FAILED;
	} else if (inquiry->answer_count || inquiry->expression) {
		bool alone = inquiry->target_count == 1;
		if (!alone && !view.format)
			view.format = "table";
		if (facts_show(inquiry->answers, inquiry->answer_count, &view, &out, err) < 0)
			return -1;
	}
	if (fwrite(buf_text(&out), 1, out.len, stdout) != out.len || fflush(stdout) != 0)
		return error_errno(err, "can't write");
	return code;
}

static int run(struct inquiry *inquiry, struct error *err)
{
	struct report *report = settings_report(&inquiry->settings, NULL, err);
	int code = -1;
	if (!report)
		return -1;
	inquiry->probe.report = report;
	inquiry->probe.toolbox = inquiry->settings.toolbox;
	inquiry->probe.signals = interrupt_open(err);
	bool ready = inquiry->probe.signals >= 0 &&
		     (!inquiry->expression || find_containers(inquiry, err) == 0);
	if (ready) {
		auto_error struct error failure = {0};
		inquiry->probe.patterns = wanted_of(inquiry);
		int asked = ask_all(inquiry, &failure);
		code = show(inquiry, err);
		if (asked < 0)
			code = error_move(err, &failure);
	}
	report_free(report);
	if (inquiry->probe.signals >= 0)
		close(inquiry->probe.signals);
	return code;
}

static int parse_expression(struct inquiry *inquiry, struct error *err)
{
	inquiry->where =
		condition_parse(&inquiry->settings.arena, "--where", inquiry->expression, err);
	if (inquiry->where)
		return 0;
	err->exit_code = EXIT_USAGE;
	return -1;
}

static int facts(void *options, int argc, char **argv, struct error *err)
{
	struct inquiry *inquiry = options;
	sort_words(inquiry, argc, argv);
	if (check_words(inquiry, err) < 0)
		return -1;
	if (inquiry->expression && parse_expression(inquiry, err) < 0)
		return -1;
	if (settings_engine(&inquiry->settings, &inquiry->probe.loop, &inquiry->probe.engine, err) <
	    0)
		return -1;
	int status = run(inquiry, err);
	engine_close(inquiry->probe.engine);
	loop_free(inquiry->probe.loop);
	return status;
}

static const struct option facts_options[] = {
	{.name = "format",
	 .argument = "FORMAT",
	 .help = "json, jsonl (a line for each target) or table",
	 .choices = "json jsonl table",
	 OPTION_INTO(struct inquiry, format)},
	{.name = "diff",
	 .help = "print how two targets differ; exit code 1 if they do",
	 OPTION_INTO(struct inquiry, diff)},
	{.name = "where",
	 .argument = "EXPR",
	 .help = "the running containers of which it is true (Jinja2)",
	 OPTION_INTO(struct inquiry, expression)},
	{0},
};

const struct command command_facts = {
	.name = "facts",
	.summary = "print the facts of an image or a container",
	.usage = "facts IMAGE|CONTAINER|MANIFEST... [NAME...] [OPTION]...\n"
		 "facts --where EXPR [NAME...] [OPTION]...",
	.text = "Prints what the agent finds out about each target, from inside a container of it\n"
		"that is gone afterwards; of a manifest, about its base image. Behind the first\n"
		"target, words such as os.id, memory.* or package.bash.version name facts. One\n"
		"target: all facts as JSON, one value, or NAME=VALUE lines. Several: a table with\n"
		"a row for each.",
	.options = {facts_options, settings_engine_options},
	.words = WORD_MANIFEST | WORD_IMAGE | WORD_CONTAINER | WORD_FACT,
	.size = sizeof(struct inquiry),
	.run = facts,
};
