/* Which templates there are: those of the configuration, and the files of its directories. */
#include "agent/render/life/directory.h"
#include "agent/render/life/runner_parts.h"
#include "common/memory.h"
#include "common/own.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct job *add(struct job_list *list)
{
	list->jobs = mem_resize(list->jobs, list->count + 1, sizeof *list->jobs);
	struct job *job = &list->jobs[list->count++];
	*job = (struct job){0};
	return job;
}

/* A script stays one: the mode is the source's. */
static void add_file(struct job_list *list, const struct render_directory *directory,
		     const char *name)
{
	struct stat info;
	struct job *job = add(list);
	autofree char *result = directory_result_name(name);
	job->directory = directory;
	job->own = directory->each;
	job->own.source = mem_printf("%s/%s", directory->source, name);
	job->own.destination = mem_printf("%s/%s", directory->destination, result);
	job->name = STEAL(result);
	if (job->own.perms < 0 && stat(job->own.source, &info) == 0)
		job->own.perms = info.st_mode & 0777;
}

static int add_directory(struct job_list *list, const struct render_directory *directory,
			 struct error *err)
{
	struct file_list files;
	if (directory_list(directory->source, false, &files, err) < 0)
		return -1;
	for (size_t i = 0; i < files.count; i++)
		add_file(list, directory, files.names[i]);
	file_list_free(&files);
	return 0;
}

/* A template that is wrong is another mistake than one that is not there. */
static int read_job(struct job *job, struct error *err)
{
	const char *source = job->tmpl->source;
	if (source && access(source, R_OK) < 0) {
		error_errno(err, "can't read the template %s", source);
		err->exit_code = CODE_RUNNER;
		return -1;
	}
	if (job_parse(job, err) == 0)
		return 0;
	err->exit_code = CODE_ERROR;
	return -1;
}

static int read_all(const struct render_settings *settings, struct job_list *list,
		    struct error *err)
{
	for (size_t i = 0; i < settings->count; i++)
		add(list)->given = &settings->templates[i];
	for (size_t i = 0; i < settings->directory_count; i++)
		if (add_directory(list, &settings->directories[i], err) < 0)
			return -1;
	/* The array does not move any more. */
	for (size_t i = 0; i < list->count; i++) {
		struct job *job = &list->jobs[i];
		job->tmpl = job->given ? job->given : &job->own;
		if (read_job(job, err) < 0)
			return -1;
	}
	return 0;
}

int jobs_read(const struct render_settings *settings, struct job_list *list, struct error *err)
{
	*list = (struct job_list){0};
	if (read_all(settings, list, err) == 0)
		return 0;
	job_list_free(list);
	return -1;
}

void job_list_free(struct job_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		job_free(&list->jobs[i]);
	free(list->jobs);
	*list = (struct job_list){0};
}

void jobs_replace(struct runner *runner, struct job_list *list)
{
	jobs_close(runner);
	runner->jobs = list->jobs;
	runner->job_count = list->count;
	runner->unwritten = true;
	*list = (struct job_list){0};
}

int jobs_open(struct runner *runner, struct error *err)
{
	struct job_list list;
	if (jobs_read(runner->settings, &list, err) < 0)
		return -1;
	jobs_replace(runner, &list);
	return 0;
}

void jobs_close(struct runner *runner)
{
	struct job_list list = {runner->jobs, runner->job_count};
	job_list_free(&list);
	runner->jobs = NULL;
	runner->job_count = 0;
}

/* --- edits --- */

static void parse_again(struct runner *runner, struct job *job)
{
	auto_error struct error err = {0};
	if (job_parse(job, &err) == 0) {
		journal_write(runner->journal, JOURNAL_INFO, "(runner) %s was edited",
			      job->tmpl->source);
		return;
	}
	autofree char *text = error_text(&err);
	journal_write(runner->journal, JOURNAL_ERR, "(runner) %s: the old template stays in use",
		      text);
}

static bool has_other_files(const struct runner *runner, const struct render_directory *directory)
{
	struct file_list list;
	auto_error struct error err = {0};
	size_t same = 0, jobs = 0;
	if (directory_list(directory->source, true, &list, &err) < 0)
		return false;
	for (size_t i = 0; i < runner->job_count; i++) {
		const struct job *job = &runner->jobs[i];
		if (job->directory != directory)
			continue;
		const char *name = job->own.source + strlen(directory->source) + 1;
		same += jobs < list.count && strcmp(list.names[jobs], name) == 0;
		jobs++;
	}
	bool other = same != jobs || jobs != list.count;
	file_list_free(&list);
	return other;
}

/* The same mistake is found at each look, and told once. */
static void complain(struct runner *runner, const struct error *err)
{
	autofree char *text = error_text(err);
	if (!runner->complaint || strcmp(runner->complaint, text) != 0)
		journal_write(runner->journal, JOURNAL_ERR,
			      "(runner) %s: the old templates stay in use", text);
	free(runner->complaint);
	runner->complaint = STEAL(text);
}

/* All anew: files that did not change are not written again. */
static bool open_again(struct runner *runner)
{
	auto_error struct error err = {0};
	if (jobs_open(runner, &err) < 0) {
		complain(runner, &err);
		return false;
	}
	free(STEAL(runner->complaint));
	return true;
}

static bool directories_differ(const struct runner *runner)
{
	for (size_t i = 0; i < runner->settings->directory_count; i++)
		if (has_other_files(runner, &runner->settings->directories[i]))
			return true;
	return false;
}

void jobs_look(struct runner *runner)
{
	if (directories_differ(runner) && open_again(runner))
		return;
	for (size_t i = 0; i < runner->job_count; i++) {
		struct job *job = &runner->jobs[i];
		struct stamp now = job->tmpl->source ? stamp_of(job->tmpl->source) : job->stamp;
		/* A source that is gone may be about to be replaced. */
		if (now.there && !stamp_equal(&now, &job->stamp))
			parse_again(runner, job);
		else if (stamps_changed(&job->files))
			job->state = JOB_DUE;
	}
}

/* --- what is left over --- */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int jobs_purge(struct runner *runner, struct error *err)
{
	const struct render_settings *settings = runner->settings;
	autofree const char **keep = mem_alloc((runner->job_count + 1) * sizeof *keep);
	for (size_t i = 0; i < runner->job_count; i++) {
		if (runner->jobs[i].state != JOB_DONE)
			return 0;
		keep[i] = runner->jobs[i].tmpl->destination;
	}
	qsort(keep, runner->job_count, sizeof *keep, by_text);
	for (size_t i = 0; i < settings->directory_count; i++)
		if (settings->directories[i].purge &&
		    directory_purge(settings->directories[i].destination, keep, runner->job_count,
				    err) < 0)
			return -1;
	return 0;
}
