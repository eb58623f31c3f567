#include "agent/render/render.h"

#include "agent/account.h"
#include "agent/render/command.h"
#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct output {
	struct buf text;
	bool changed;
};

/* What a file is to be, and what it is now. */
struct wanted {
	mode_t mode;
	uid_t uid; /* -1: as it is made */
	gid_t gid;
	bool same_attributes, same_text;
};

/* Piece by piece: the text is in memory already, and large files need not be there twice. */
static bool reads_as(int fd, const char *text, size_t len)
{
	char piece[16384];
	for (;;) {
		ssize_t got = read(fd, piece, sizeof piece);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0 && len == 0;
		if ((size_t)got > len || memcmp(piece, text, (size_t)got) != 0)
			return false;
		text += got;
		len -= (size_t)got;
	}
}

static bool holds(const char *path, const struct stat *info, const struct buf *text)
{
	if (!S_ISREG(info->st_mode) || (size_t)info->st_size != text->len)
		return false;
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && reads_as(fd, buf_text(text), text->len);
}

/* The owner the template names, as numbers; what it does not name stays. */
static int find_owner(const struct render_template *tmpl, struct wanted *wanted, struct error *err)
{
	auto_account struct account account = {0};
	if (!tmpl->user && !tmpl->group)
		return 0;
	autofree char *own = mem_printf("%u", (unsigned)geteuid());
	autofree char *spec = mem_printf("%s%s%s", tmpl->user ? tmpl->user : own,
					 tmpl->group ? ":" : "", tmpl->group ? tmpl->group : "");
	if (account_find(spec, "/etc/passwd", "/etc/group", &account, err) < 0)
		return error_wrap(err, "the owner of %s", tmpl->destination);
	if (tmpl->user)
		wanted->uid = account.uid;
	if (tmpl->group)
		wanted->gid = account.gid;
	return 0;
}

/* The mode is the template's, else that of the file that is there, else 0644. */
static int look(const struct render_template *tmpl, const struct buf *text, struct wanted *wanted,
		struct error *err)
{
	struct stat info = {0};
	bool there = stat(tmpl->destination, &info) == 0;
	*wanted = (struct wanted){.mode = 0644, .uid = (uid_t)-1, .gid = (gid_t)-1};
	if (there)
		*wanted = (struct wanted){info.st_mode & 07777, info.st_uid, info.st_gid, false,
					  holds(tmpl->destination, &info, text)};
	if (tmpl->perms >= 0)
		wanted->mode = (mode_t)tmpl->perms;
	if (find_owner(tmpl, wanted, err) < 0)
		return -1;
	wanted->same_attributes = there && wanted->mode == (info.st_mode & 07777) &&
				  wanted->uid == info.st_uid && wanted->gid == info.st_gid;
	return 0;
}

/* The old file by another name: it is replaced by a rename, so that its content stays. */
static int keep_backup(const char *path, struct error *err)
{
	autofree char *backup = mem_printf("%s.bak", path);
	if (unlink(backup) < 0 && errno != ENOENT)
		return error_errno(err, "can't replace %s", backup);
	if (link(path, backup) < 0 && errno != ENOENT)
		return error_errno(err, "can't keep the old %s", path);
	return 0;
}

/* A signal in between would leave the temporary file. */
static int replace(const char *path, const struct buf *text, const struct wanted *wanted,
		   struct error *err)
{
	sigset_t all, before;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	int status = file_replace(path, buf_text(text), text->len, wanted->mode, wanted->uid,
				  wanted->gid, err);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return status;
}

/* Before the file replaces the old one it may be looked at. */
static int check(const struct render_template *tmpl, const char *candidate, struct error *err)
{
	autofree char *word = mem_printf("CANDIDATE=%s", candidate);
	struct exec_settings exec = tmpl->exec;
	const char *const *given = exec.environment.custom;
	size_t count = 0;
	while (given && given[count])
		count++;
	autofree const char **custom = mem_alloc((count + 2) * sizeof *custom);
	for (size_t i = 0; i < count; i++)
		custom[i] = given[i];
	custom[count] = word;
	exec.command = tmpl->check;
	exec.argv = NULL;
	exec.environment.custom = custom;
	return command_run(&exec, err);
}

static int replace_checked(const struct render_template *tmpl, const struct buf *text,
			   const struct wanted *wanted, struct error *err)
{
	const char *path = tmpl->destination;
	autofree char *candidate = file_stage(path, buf_text(text), text->len, wanted->mode,
					      wanted->uid, wanted->gid, err);
	if (!candidate)
		return -1;
	int status = check(tmpl, candidate, err);
	if (status < 0)
		error_wrap(err, "the new %s is not good, the old one stays", path);
	else if (!tmpl->backup || (status = keep_backup(path, err)) == 0)
		return file_commit(candidate, path, err);
	unlink(candidate);
	return status;
}

int render_write(const struct render_template *tmpl, const struct buf *text, bool *changed,
		 struct error *err)
{
	struct wanted wanted;
	*changed = false;
	if (look(tmpl, text, &wanted, err) < 0)
		return -1;
	if (wanted.same_text && wanted.same_attributes)
		return 0;
	if (tmpl->create_dest_dirs && file_make_parents(tmpl->destination, err) < 0)
		return -1;
	bool checked = tmpl->check && !wanted.same_text;
	if (tmpl->backup && !wanted.same_text && !checked &&
	    keep_backup(tmpl->destination, err) < 0)
		return -1;
	int status = checked ? replace_checked(tmpl, text, &wanted, err)
			     : replace(tmpl->destination, text, &wanted, err);
	*changed = status == 0 && !wanted.same_text;
	return status;
}

static void note(struct arena *arena, struct value *rendered, const struct render_template *tmpl,
		 const struct output *output)
{
	struct value *map = value_map(arena);
	value_set(arena, map, "destination", value_string(arena, tmpl->destination));
	value_set(arena, map, "changed", value_bool(arena, output->changed));
	value_append(arena, rendered, map);
}

/* A command that several templates name runs once, as in consul-template. */
static bool has_run(const struct render_template *templates, const struct output *outputs,
		    size_t before)
{
	for (size_t i = 0; i < before; i++)
		if (outputs[i].changed &&
		    command_equal(&templates[i].exec, &templates[before].exec))
			return true;
	return false;
}

static int run_commands(const struct render_template *templates, size_t count,
			const struct output *outputs, struct error *err)
{
	for (size_t i = 0; i < count; i++)
		if (outputs[i].changed && command_given(&templates[i].exec) &&
		    !has_run(templates, outputs, i) && command_run(&templates[i].exec, err) < 0)
			return -1;
	return 0;
}

static int write_outputs(const struct render_template *templates, size_t count,
			 struct output *outputs, struct arena *arena, struct value *rendered,
			 struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (render_write(&templates[i], &outputs[i].text, &outputs[i].changed, err) < 0)
			return -1;
		note(arena, rendered, &templates[i], &outputs[i]);
	}
	return run_commands(templates, count, outputs, err);
}

struct outputs {
	struct output *items;
	size_t count;
};

static void free_outputs(struct outputs *outputs)
{
	for (size_t i = 0; i < outputs->count; i++)
		buf_free(&outputs->items[i].text);
	free(outputs->items);
}

int render_all(const struct render_template *templates, size_t count, struct source *source,
	       const struct value *facts, struct arena *arena, struct render_report *report,
	       struct error *err)
{
	__attribute__((cleanup(free_outputs))) struct outputs made = {
		mem_alloc(count * sizeof *made.items), count};
	struct output *outputs = made.items;
	int status = 0;
	report->rendered = value_list(arena);
	report->reads = value_list(arena);
	for (size_t i = 0; i < count && status == 0; i++)
		status = render_bytes(&templates[i], source, facts, arena, &outputs[i].text,
				      report->reads, err);
	if (status == 0)
		status = write_outputs(templates, count, outputs, arena, report->rendered, err);
	return status;
}
