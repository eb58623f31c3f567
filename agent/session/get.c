/* GET: a regular file's bytes, as fast as the driver takes them. */
#include "agent/session/agent.h"
#include "common/own.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file is where a process's output would be: a task has one source of bytes. */
enum { WATCH_FILE = WATCH_STDOUT };

struct get {
	struct task task;
	mode_t mode;
	int64_t size; /* read so far */
};

static void finish(struct get *get)
{
	auto_arena struct arena arena = {0};
	struct value *map = value_map(&arena);
	struct buf *out = &get->task.agent->outbox.bytes;
	value_set(&arena, map, "mode", value_int(&arena, get->mode & 07777));
	value_set(&arena, map, "size", value_int(&arena, get->size));
	frame_add(out, FRAME_DATA, get->task.id, NULL, 0);
	answer_result(out, get->task.id, map);
	get->task.answered = true;
}

static void get_ready(struct task *task, struct watch *watch)
{
	struct get *get = (struct get *)task;
	auto_error struct error err = {0};
	char bytes[READ_SIZE];
	ssize_t got = read(watch->fd, bytes, sizeof bytes);
	if (got < 0) {
		error_errno(&err, "can't read the file");
		task_failed(task, &err);
	} else if (got == 0) {
		finish(get);
	} else {
		get->size += got;
		frame_add_more(&task->agent->outbox.bytes, FRAME_DATA, task->id, bytes,
			       (size_t)got);
	}
	task->over = task->answered;
}

static const struct task_class get_class = {.ready = get_ready};

int get_begin(struct agent *agent, const struct frame *request, struct error *err)
{
	auto_arena struct arena arena = {0};
	const struct value *asked = frame_json(request, &arena, err);
	const char *path = value_text(value_get(asked, "path"));
	struct stat stat;
	if (!asked)
		return -1;
	if (!path || *path != '/')
		return error_set(err, "\"%s\" is no absolute path", path ? path : "");
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return error_errno(err, "can't read \"%s\"", path);
	bool known = fstat(fd, &stat) == 0;
	if (known && S_ISDIR(stat.st_mode))
		return list_directory(agent, request->id, fd, path, err);
	if (!known || !S_ISREG(stat.st_mode))
		return error_set(err, "can't read \"%s\": it is no regular file and no directory",
				 path);
	struct get *get = task_new(agent, sizeof *get, &get_class, request->id);
	get->mode = stat.st_mode;
	get->task.watches[WATCH_FILE] = (struct watch){fd, POLLIN, true};
	fd = -1;
	return 0;
}
