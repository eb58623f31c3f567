#include "agent/render/render.h"

#include "agent/account.h"
#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct output {
	struct buf text;
	bool changed;
};

static bool is_same(const char *path, const struct buf *text)
{
	auto_buf struct buf old = {0};
	auto_error struct error ignored = {0};
	return access(path, F_OK) == 0 && file_read(path, 0, &old, &ignored) == 0 &&
	       old.len == text->len && (!old.len || memcmp(old.data, text->data, old.len) == 0);
}

/* The template's, else those of the file that is there, else 0644. */
static mode_t mode_of(const struct render_template *tmpl, const struct stat *info)
{
	if (tmpl->perms >= 0)
		return (mode_t)tmpl->perms;
	return info ? info->st_mode & 07777 : 0644;
}

/* The owner the template names, as numbers; what it does not name stays. */
static int find_owner(const struct render_template *tmpl, uid_t *uid, gid_t *gid, struct error *err)
{
	auto_account struct account account = {0};
	if (!tmpl->user && !tmpl->group)
		return 0;
	autofree char *own = mem_printf("%d", (int)geteuid());
	autofree char *spec = mem_printf("%s%s%s", tmpl->user ? tmpl->user : own,
					 tmpl->group ? ":" : "", tmpl->group ? tmpl->group : "");
	if (account_find(spec, "/etc/passwd", "/etc/group", &account, err) < 0)
		return error_wrap(err, "the owner of %s", tmpl->destination);
	*uid = tmpl->user ? account.uid : *uid;
	*gid = account.gid;
	return 0;
}

static int write_one(const struct render_template *tmpl, struct output *output, struct error *err)
{
	struct stat info;
	bool there = stat(tmpl->destination, &info) == 0;
	bool same_mode = there && mode_of(tmpl, &info) == (info.st_mode & 07777);
	uid_t uid = there ? info.st_uid : (uid_t)-1;
	gid_t gid = there ? info.st_gid : (gid_t)-1;
	if (there && same_mode && !tmpl->user && !tmpl->group &&
	    is_same(tmpl->destination, &output->text))
		return 0;
	if (find_owner(tmpl, &uid, &gid, err) < 0)
		return -1;
	if (tmpl->create_dest_dirs && file_make_parents(tmpl->destination, err) < 0)
		return -1;
	output->changed = !there || !is_same(tmpl->destination, &output->text);
	return file_replace(tmpl->destination, buf_text(&output->text), output->text.len,
			    mode_of(tmpl, there ? &info : NULL), uid, gid, err);
}

static int run_command(const char *command, struct error *err)
{
	pid_t child = fork();
	if (child < 0)
		return error_errno(err, "can't run '%s'", command);
	if (child == 0) {
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	int status;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return error_errno(err, "can't wait for '%s'", command);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFSIGNALED(status))
		return error_set(err, "the command '%s' was killed by signal %d", command,
				 WTERMSIG(status));
	return error_set(err, "the command '%s' failed with exit code %d", command,
			 WEXITSTATUS(status));
}

static void note(struct arena *arena, struct value *rendered, const struct render_template *tmpl,
		 const struct output *output)
{
	struct value *map = value_map(arena);
	value_set(arena, map, "destination", value_string(arena, tmpl->destination));
	value_set(arena, map, "changed", value_bool(arena, output->changed));
	value_append(arena, rendered, map);
}

static int write_outputs(const struct render_template *templates, size_t count,
			 struct output *outputs, struct arena *arena, struct value *rendered,
			 struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (write_one(&templates[i], &outputs[i], err) < 0)
			return -1;
		note(arena, rendered, &templates[i], &outputs[i]);
	}
	for (size_t i = 0; i < count; i++)
		if (outputs[i].changed && templates[i].command &&
		    run_command(templates[i].command, err) < 0)
			return -1;
	return 0;
}

int render_all(const struct render_template *templates, size_t count, struct source *source,
	       const struct value *facts, struct arena *arena, struct render_report *report,
	       struct error *err)
{
	struct output *outputs = mem_alloc(count * sizeof *outputs);
	int status = 0;
	report->rendered = value_list(arena);
	report->reads = value_list(arena);
	for (size_t i = 0; i < count && status == 0; i++)
		status = render_bytes(&templates[i], source, facts, arena, &outputs[i].text,
				      report->reads, err);
	if (status == 0)
		status = write_outputs(templates, count, outputs, arena, report->rendered, err);
	for (size_t i = 0; i < count; i++)
		buf_free(&outputs[i].text);
	free(outputs);
	return status;
}
