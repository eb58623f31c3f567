/* PUT: a file, directory or symbolic link, made so that nobody sees a part of it. */
#include "agent/account.h"
#include "agent/session/agent.h"
#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
	const char *path;
	const char *target; /* of a symbolic link */
	bool has_mode;
	mode_t mode;
	bool has_owner;
	uid_t uid;
	gid_t gid;
};

/* A file whose content is on its way. */
struct put {
	struct task task;
	struct place place; /* its path is owned */
	char *temporary;    /* NULL: renamed */
	int fd;
};

static char *temporary_beside(const char *path)
{
	size_t directory = (size_t)(strrchr(path, '/') - path);
	return mem_printf("%.*s/.factory.XXXXXX", (int)directory, path);
}

/* The owner comes first: a change of it takes the set-user-ID bit away. */
static int set_attributes(int fd, const struct place *place, mode_t default_mode, struct error *err)
{
	if (place->has_owner && fchown(fd, place->uid, place->gid) < 0)
		return error_errno(err, "can't set the owner of \"%s\"", place->path);
	if (fchmod(fd, place->has_mode ? place->mode : default_mode) < 0)
		return error_errno(err, "can't set the mode of \"%s\"", place->path);
	return 0;
}

static int put_write(struct put *put, const char *bytes, size_t length, struct error *err)
{
	if (file_write_all(put->fd, bytes, length) < 0)
		return error_errno(err, "can't write \"%s\"", put->place.path);
	return 0;
}

static int put_finish(struct put *put, struct error *err)
{
	if (set_attributes(put->fd, &put->place, 0644, err) < 0)
		return -1;
	if (rename(put->temporary, put->place.path) < 0)
		return error_errno(err, "can't write \"%s\"", put->place.path);
	free(STEAL(put->temporary));
	answer_result(&put->task.agent->outbox.bytes, put->task.id, NULL);
	put->task.answered = true;
	return 0;
}

static void put_frame(struct task *task, const struct frame *frame)
{
	struct put *put = (struct put *)task;
	auto_error struct error err = {0};
	if (frame->type != FRAME_DATA)
		return;
	if (put_write(put, frame->payload, frame->length, &err) < 0 ||
	    (!frame->more && put_finish(put, &err) < 0))
		task_failed(task, &err);
	task->over = task->answered;
}

static void put_release(struct task *task)
{
	struct put *put = (struct put *)task;
	if (put->temporary)
		unlink(put->temporary);
	free(put->temporary);
	if (put->fd >= 0)
		close(put->fd);
	free((char *)put->place.path);
}

static const struct task_class put_class = {.frame = put_frame, .release = put_release};

static int put_file(struct agent *agent, uint32_t id, const struct place *place, struct error *err)
{
	autofree char *temporary = temporary_beside(place->path);
	autofree char *path = mem_strdup(place->path);
	struct put *put = task_new(agent, sizeof *put, &put_class, id);
	put->place = *place;
	put->place.path = STEAL(path);
	put->fd = mkostemp(temporary, O_CLOEXEC);
	if (put->fd >= 0) {
		put->temporary = STEAL(temporary);
		return 0;
	}
	error_errno(err, "can't write \"%s\"", place->path);
	task_abandon(&put->task);
	return -1;
}

static int put_directory(struct agent *agent, uint32_t id, const struct place *place,
			 struct error *err)
{
	bool made = mkdir(place->path, 0700) == 0;
	if (!made && errno != EEXIST)
		return error_errno(err, "can't make the directory \"%s\"", place->path);
	autoclose int fd = open(place->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, "can't make the directory \"%s\"", place->path);
	if ((made || place->has_mode) && set_attributes(fd, place, 0755, err) < 0)
		return -1;
	answer_result(&agent->outbox.bytes, id, NULL);
	return 0;
}

/* A name that is free is found by making the link itself: there is no mkstemp for links. */
static int link_temporary(const char *target, char *temporary, size_t length)
{
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(temporary + length - 6, 7, "%06u", i);
		if (symlink(target, temporary) == 0)
			return 0;
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

static int put_symlink(struct agent *agent, uint32_t id, const struct place *place,
		       struct error *err)
{
	if (!place->target)
		return error_set(err, "the link \"%s\" has no target", place->path);
	autofree char *temporary = temporary_beside(place->path);
	if (link_temporary(place->target, temporary, strlen(temporary)) < 0)
		return error_errno(err, "can't make the link \"%s\"", place->path);
	if ((place->has_owner && lchown(temporary, place->uid, place->gid) < 0) ||
	    rename(temporary, place->path) < 0) {
		error_errno(err, "can't make the link \"%s\"", place->path);
		unlink(temporary);
		return -1;
	}
	answer_result(&agent->outbox.bytes, id, NULL);
	return 0;
}

static int absolute_path(const struct value *request, const char **path, struct error *err)
{
	*path = value_text(value_get(request, "path"));
	if (!*path || **path != '/')
		return error_set(err, "\"%s\" is no absolute path", *path ? *path : "");
	return 0;
}

static int read_place(const struct value *request, struct place *place, struct error *err)
{
	auto_account struct account account = {0};
	const struct value *mode = value_get(request, "mode");
	const char *user = value_text(value_get(request, "user"));
	if (absolute_path(request, &place->path, err) < 0)
		return -1;
	if (mode && (!value_is(mode, VALUE_INT) || mode->integer < 0 || mode->integer > 07777))
		return error_set(err, "the mode of \"%s\" must be a number from 0 to 07777",
				 place->path);
	place->has_mode = mode;
	place->mode = mode ? (mode_t)mode->integer : 0;
	place->target = value_text(value_get(request, "target"));
	if (!user)
		return 0;
	if (account_find(user, "/etc/passwd", "/etc/group", &account, err) < 0)
		return error_wrap(err, "the owner of \"%s\"", place->path);
	place->has_owner = true;
	place->uid = account.uid;
	place->gid = account.gid;
	return 0;
}

static const struct kind {
	const char *name;
	int (*put)(struct agent *agent, uint32_t id, const struct place *place, struct error *err);
} kinds[] = {{"file", put_file}, {"directory", put_directory}, {"symlink", put_symlink}};

static const struct kind *find_kind(const struct value *request, struct error *err)
{
	const char *name = value_text(value_get(request, "kind"));
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (!name || strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	error_set(err, "\"%s\" is no kind of file: expected file, directory or symlink", name);
	return NULL;
}

int put_begin(struct agent *agent, const struct frame *request, struct error *err)
{
	auto_arena struct arena arena = {0};
	struct place place = {0};
	const struct value *asked = frame_json(request, &arena, err);
	const struct kind *kind = asked ? find_kind(asked, err) : NULL;
	if (!kind || read_place(asked, &place, err) < 0)
		return -1;
	const struct value *parents = value_get(asked, "parents");
	if (value_is(parents, VALUE_BOOL) && parents->boolean &&
	    file_make_parents(place.path, err) < 0)
		return -1;
	return kind->put(agent, request->id, &place, err);
}

int remove_begin(struct agent *agent, const struct frame *request, struct error *err)
{
	auto_arena struct arena arena = {0};
	const struct value *asked = frame_json(request, &arena, err);
	const char *path;
	if (!asked || absolute_path(asked, &path, err) < 0)
		return -1;
	if (!path[strspn(path, "/.")])
		return error_set(err, "\"%s\" can't be removed", path);
	if (file_remove_tree(path, err) < 0)
		return -1;
	answer_result(&agent->outbox.bytes, request->id, NULL);
	return 0;
}
