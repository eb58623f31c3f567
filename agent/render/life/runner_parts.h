/* What runner.c (the turns), jobs.c (which templates there are), changes.c (what is due),
 * outputs.c (files and commands), end.c and signals.c share. */
#ifndef FACTORY_AGENT_RENDER_LIFE_RUNNER_PARTS_H
#define FACTORY_AGENT_RENDER_LIFE_RUNNER_PARTS_H

#include "agent/render/life/child.h"
#include "agent/render/life/job.h"
#include "agent/render/life/runner.h"

struct runner {
	int argc;
	char **argv;
	struct arena *arena;   /* of the settings; the caller's */
	struct arena reloaded; /* of those that were read again */
	struct render_settings *settings, fresh;
	struct loop *loop;
	struct journal *journal;
	struct processes *processes;
	struct child *child; /* NULL: there is none */
	int signals;         /* signalfd; -1 */
	struct source *file; /* values from a file; NULL: from servers */
	struct stamp file_stamp;
	struct live *live;
	struct job *jobs;
	size_t job_count;
	uint32_t look_timer, quiet_timer;
	bool looks, reload; /* at the next step */
	bool child_started;
	bool unwritten;  /* templates were read, and nothing was written since */
	char *complaint; /* the last one about templates that can't be read again; or NULL */
	bool ending;
	int code; /* how it ends */
	struct error error;
	/* Commands of the last writing: jobs before `next_command` have had theirs. */
	bool commands_run, wrote;
	size_t next_command;
};

/* end.c: the first one counts. */
void runner_end(struct runner *runner, int code);
void runner_fail(struct runner *runner, int code, struct error *err); /* takes the error */

struct job_list {
	struct job *jobs;
	size_t count;
};

/* jobs.c: reads and parses all templates, of directories too. On failure there are none. */
int jobs_read(const struct render_settings *settings, struct job_list *list, struct error *err);
void job_list_free(struct job_list *list);
void jobs_replace(struct runner *runner, struct job_list *list); /* takes them */
/* Both at once: on failure the old ones stay. */
int jobs_open(struct runner *runner, struct error *err);
void jobs_close(struct runner *runner);
/* Looks for sources that were edited, added or removed. */
void jobs_look(struct runner *runner);
/* Removes files whose template is gone, where a directory says so and everything was rendered. */
int jobs_purge(struct runner *runner, struct error *err);

/* values.c */
int source_open(struct runner *runner, struct error *err);
void source_close(struct runner *runner); /* the jobs too, which point to its values */
void source_look(struct runner *runner);  /* whether the file was edited */

/* changes.c */
void changes_notice(struct runner *runner); /* jobs whose values have changed become due in time */
int changes_render(struct runner *runner);  /* renders what is due; -1: the runner has failed */
bool changes_any(const struct runner *runner, enum job_state state);

/* outputs.c */
void outputs_write(struct runner *runner); /* what is ready; then the commands, one by one */

/* events.c: signals, and everything that comes at an interval. */
int events_open(struct runner *runner, struct error *err);
void events_close(struct runner *runner);

/* reload.c: reads flags and configuration again; a mistake leaves everything as it is. */
void reload(struct runner *runner);

#endif
