#include "host/interactive/editor.h"

#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/interactive/terminal.h"
#include "host/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	LONGEST_TEXT = 128 * 1024, /* a shell takes no longer line */
	PATIENCE = 100,            /* looks, 10 ms apart, at one that was told to end */
};

struct editor {
	struct loop *loop;
	char *directory; /* NULL: there is none */
	char *path;
	const char *program;
	pid_t pid; /* 0: it does not run */
	int ends;  /* readable once it has ended; -1: not watched */
	struct terminal terminal;
	editor_done *done;
	void *ctx;
};

static const char *choose_program(void)
{
	const char *visual = getenv("VISUAL"), *editor = getenv("EDITOR");
	return visual && *visual ? visual : editor && *editor ? editor : "vi";
}

/* The name lets editors know what they have before them. */
static int write_text(struct editor *editor, const char *text, struct error *err)
{
	const char *place = getenv("TMPDIR");
	editor->directory =
		mem_printf("%s/factory-edit-XXXXXX", place && *place == '/' ? place : "/tmp");
	if (!mkdtemp(editor->directory)) {
		error_errno(err, "can't make \"%s\"", editor->directory);
		free(STEAL(editor->directory));
		return -1;
	}
	editor->path = mem_printf("%s/command.sh", editor->directory);
	size_t len = strlen(text);
	autofree char *line = mem_printf("%s%s", text, len && text[len - 1] == '\n' ? "" : "\n");
	return file_replace(editor->path, line, strlen(line), 0600, (uid_t)-1, (gid_t)-1, err);
}

/* What the variables hold may have words of its own. Standard output may not be the terminal. */
static int spawn(struct editor *editor, struct error *err)
{
	autofree char *line = mem_printf("exec %s \"$1\"", editor->program);
	const char *argv[] = {"sh", "-c", line, "sh", editor->path, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	program_usual_signals(&attributes);
	posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
	errno = posix_spawnp(&editor->pid, argv[0], &actions, &attributes, (char *const *)argv,
			     environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	if (!errno)
		return 0;
	editor->pid = 0;
	return error_errno(err, "can't start the editor");
}

/* --- its end --- */

static void leave(struct editor *editor)
{
	if (editor->ends >= 0) {
		loop_unwatch(editor->loop, editor->ends);
		close(editor->ends);
	}
	editor->ends = -1;
	terminal_restore(&editor->terminal);
}

static int read_text(const struct editor *editor, struct buf *text, struct error *err)
{
	if (file_read(editor->path, LONGEST_TEXT, text, err) < 0)
		return -1;
	if (text->len && memchr(text->data, '\0', text->len))
		return error_set(err, "a command can't have a zero byte");
	if (text->len && text->data[text->len - 1] == '\n')
		text->data[--text->len] = '\0';
	if (strspn(buf_text(text), " \t\r\n") == text->len)
		return error_set(err, "there is nothing left of it");
	return 0;
}

static int check_end(const struct editor *editor, int ended, struct error *err)
{
	if (WIFSIGNALED(ended))
		return error_set(err, "the editor '%s' was killed by signal %d", editor->program,
				 WTERMSIG(ended));
	if (WEXITSTATUS(ended))
		return error_set(err,
				 "the editor '%s' ended with exit code %d; $VISUAL or $EDITOR "
				 "names another one",
				 editor->program, WEXITSTATUS(ended));
	return 0;
}

static void on_end(void *ctx, unsigned events)
{
	struct editor *editor = ctx;
	auto_error struct error err = {0};
	auto_buf struct buf text = {0};
	int ended;
	(void)events;
	if (waitpid(editor->pid, &ended, WNOHANG) != editor->pid)
		return;
	editor->pid = 0;
	leave(editor);
	bool worked = check_end(editor, ended, &err) == 0 && read_text(editor, &text, &err) == 0;
	editor->done(editor->ctx, worked ? buf_text(&text) : NULL, worked ? NULL : &err);
}

static void end(struct editor *editor)
{
	const struct timespec moment = {.tv_nsec = 10000000};
	int ended, looks = 0;
	kill(editor->pid, SIGTERM);
	while (waitpid(editor->pid, &ended, WNOHANG) == 0) {
		if (looks++ == PATIENCE)
			kill(editor->pid, SIGKILL);
		nanosleep(&moment, NULL);
	}
}

void editor_free(struct editor *editor)
{
	auto_error struct error ignored = {0};
	if (!editor)
		return;
	if (editor->pid)
		end(editor);
	leave(editor);
	if (editor->directory)
		file_remove_tree(editor->directory, &ignored);
	free(editor->directory);
	free(editor->path);
	free(editor);
}

static int begin(struct editor *editor, const char *text, struct error *err)
{
	if (write_text(editor, text, err) < 0 || terminal_keep(&editor->terminal, err) < 0 ||
	    spawn(editor, err) < 0)
		return -1;
	editor->ends = (int)syscall(SYS_pidfd_open, editor->pid, 0);
	if (editor->ends < 0)
		return error_errno(err, "can't wait for the editor");
	fcntl(editor->ends, F_SETFD, FD_CLOEXEC);
	loop_watch(editor->loop, editor->ends, LOOP_READ, on_end, editor);
	return 0;
}

struct editor *editor_begin(struct loop *loop, const char *text, editor_done *done, void *ctx,
			    struct error *err)
{
	struct editor *editor = mem_alloc(sizeof *editor);
	editor->loop = loop;
	editor->program = choose_program();
	editor->ends = -1;
	editor->done = done;
	editor->ctx = ctx;
	if (begin(editor, text, err) == 0)
		return editor;
	editor_free(editor);
	return NULL;
}
