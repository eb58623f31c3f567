#include "host/interactive/prompt.h"

#include "common/buffer.h"
#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"

#include <errno.h>
#include <fcntl.h>
#include <histedit.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HISTORY_LINES = 500, LONGEST_LINE = 65536 };

struct prompt {
	struct loop *loop;
	EditLine *editor; /* NULL: no terminal */
	History *history;
	char *history_path; /* NULL: it is not kept */
	char *text;         /* what the line is called */
	struct buf line;    /* without a terminal: what has come of it */
	prompt_answered *answered;
	void *ctx;
	int sizes; /* a signalfd: the terminal has another size, -1: not asking */
	sigset_t mask;
	bool asking;
};

static char *prompt_text(EditLine *editor)
{
	struct prompt *prompt = NULL;
	el_get(editor, EL_CLIENTDATA, &prompt);
	return prompt->text;
}

static char *history_path(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	if (state && *state == '/')
		return mem_printf("%s/factory/history", state);
	return home && *home == '/' ? mem_printf("%s/.local/state/factory/history", home) : NULL;
}

/* Commands may hold what others must not read: the file is the user's alone from its beginning. */
static void open_history(struct prompt *prompt)
{
	auto_error struct error ignored = {0};
	HistEvent event;
	prompt->history = history_init();
	history(prompt->history, &event, H_SETSIZE, HISTORY_LINES);
	history(prompt->history, &event, H_SETUNIQUE, 1);
	el_set(prompt->editor, EL_HIST, history, prompt->history);
	prompt->history_path = history_path();
	if (!prompt->history_path || file_make_parents(prompt->history_path, &ignored) < 0)
		return;
	autoclose int fd = open(prompt->history_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0 && fchmod(fd, 0600) == 0)
		history(prompt->history, &event, H_LOAD, prompt->history_path);
}

struct prompt *prompt_new(struct loop *loop)
{
	struct prompt *prompt = mem_alloc(sizeof *prompt);
	prompt->loop = loop;
	prompt->sizes = -1;
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return prompt;
	setlocale(LC_CTYPE, ""); /* letters of more than one byte */
	prompt->editor = el_init("factory", stdin, stderr, stderr);
	if (!prompt->editor)
		return prompt;
	el_set(prompt->editor, EL_CLIENTDATA, prompt);
	el_set(prompt->editor, EL_PROMPT, prompt_text);
	el_set(prompt->editor, EL_EDITOR, "emacs");
	open_history(prompt);
	return prompt;
}

void prompt_free(struct prompt *prompt)
{
	HistEvent event;
	if (!prompt)
		return;
	prompt_leave(prompt);
	if (prompt->history && prompt->history_path)
		history(prompt->history, &event, H_SAVE, prompt->history_path);
	if (prompt->history)
		history_end(prompt->history);
	if (prompt->editor)
		el_end(prompt->editor);
	buf_free(&prompt->line);
	free(prompt->history_path);
	free(prompt->text);
	free(prompt);
}

void prompt_leave(struct prompt *prompt)
{
	if (!prompt->asking)
		return;
	prompt->asking = false;
	loop_unwatch(prompt->loop, STDIN_FILENO);
	if (prompt->editor)
		el_set(prompt->editor, EL_UNBUFFERED, 0);
	if (prompt->sizes < 0)
		return;
	loop_unwatch(prompt->loop, prompt->sizes);
	close(prompt->sizes);
	prompt->sizes = -1;
	sigprocmask(SIG_SETMASK, &prompt->mask, NULL);
}

/* `line` is the editor's or the caller's: whoever is told may ask again. */
static void answer(struct prompt *prompt, const char *line, size_t len)
{
	HistEvent event;
	autofree char *copy = line ? mem_strndup(line, len) : NULL;
	prompt_leave(prompt);
	if (copy && *copy && prompt->history)
		history(prompt->history, &event, H_ENTER, copy);
	prompt->answered(prompt->ctx, copy);
}

/* --- a terminal --- */

static void on_key(struct prompt *prompt)
{
	int count = 0;
	const char *line = el_gets(prompt->editor, &count);
	if (!line && count < 0 && errno == EINTR)
		return;
	if (!line || count <= 0 || (count == 1 && line[0] == '\x04')) {
		if (!line || count < 0 || line[0] == '\x04') {
			fputc('\n', stderr);
			answer(prompt, NULL, 0);
		}
		return;
	}
	if (line[count - 1] == '\n' || line[count - 1] == '\r')
		answer(prompt, line, (size_t)count - 1);
}

static void on_size(void *ctx, unsigned events)
{
	struct prompt *prompt = ctx;
	struct signalfd_siginfo info;
	(void)events;
	if (read(prompt->sizes, &info, sizeof info) == (ssize_t)sizeof info &&
	    info.ssi_signo == SIGWINCH)
		el_resize(prompt->editor);
}

/* SIGTSTP is kept away: whoever sends it would be left with the editor's terminal. */
static void watch_size(struct prompt *prompt)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigaddset(&set, SIGTSTP);
	sigprocmask(SIG_BLOCK, &set, &prompt->mask);
	prompt->sizes = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (prompt->sizes >= 0)
		loop_watch(prompt->loop, prompt->sizes, LOOP_READ, on_size, prompt);
}

/* --- none --- */

/* Byte by byte: what follows the line may be for a shell. */
static void on_byte(struct prompt *prompt)
{
	char byte;
	ssize_t got = read(STDIN_FILENO, &byte, 1);
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	bool ended = got <= 0 || prompt->line.len >= LONGEST_LINE;
	if (!ended && byte != '\n') {
		buf_add(&prompt->line, &byte, 1);
		return;
	}
	struct buf line = prompt->line;
	prompt->line = (struct buf){0};
	answer(prompt, ended && !line.len ? NULL : buf_text(&line), line.len);
	buf_free(&line);
}

static void on_input(void *ctx, unsigned events)
{
	struct prompt *prompt = ctx;
	(void)events;
	if (prompt->editor)
		on_key(prompt);
	else
		on_byte(prompt);
}

void prompt_ask(struct prompt *prompt, const char *text, const char *filled,
		prompt_answered *answered, void *ctx)
{
	prompt_leave(prompt);
	free(STEAL(prompt->text));
	prompt->text = mem_strdup(text);
	prompt->answered = answered;
	prompt->ctx = ctx;
	prompt->asking = true;
	if (prompt->editor) {
		watch_size(prompt);
		el_set(prompt->editor, EL_UNBUFFERED, 1);
		if (filled && *filled && el_insertstr(prompt->editor, filled) == 0)
			el_set(prompt->editor, EL_REFRESH);
	}
	loop_watch(prompt->loop, STDIN_FILENO, LOOP_READ, on_input, prompt);
}
