#include "host/interactive/prompt.h"

#include "common/buffer.h"
#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"

#include <errno.h>
#include <fcntl.h>
#include <histedit.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
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
	struct buf begun;   /* lines that the next one goes on */
	prompt_answered *answered;
	void *ctx;
	const char *more; /* that Tab is to insert now, or NULL */
	prompt_tabbed *tabbed;
	void *tab_ctx;
	int signals; /* a signalfd: the terminal has another size, or Ctrl-Z; -1: not asking */
	sigset_t mask;
	bool asking;
	bool is_plain;  /* nothing is completed */
	bool is_tabbed; /* Tab has come */
	bool is_ended;  /* Ctrl-D has come */
};

static void ask(struct prompt *prompt, const char *text);
static void on_input(void *ctx, unsigned events);

static char *prompt_text(EditLine *editor)
{
	struct prompt *prompt = NULL;
	el_get(editor, EL_CLIENTDATA, &prompt);
	return prompt->text;
}

/* A person's Tab is for on_key to see to; that of prompt_complete inserts. */
static unsigned char take_tab(EditLine *editor, int key)
{
	struct prompt *prompt = NULL;
	(void)key;
	el_get(editor, EL_CLIENTDATA, &prompt);
	prompt->is_tabbed = !prompt->more;
	if (!prompt->more)
		return CC_NORM;
	el_insertstr(editor, STEAL(prompt->more));
	return CC_REFRESH;
}

/* Ctrl-D ends the input where the line is empty, and else deletes a letter. */
static unsigned char take_end(EditLine *editor, int key)
{
	struct prompt *prompt = NULL;
	const LineInfo *line = el_line(editor);
	(void)key;
	el_get(editor, EL_CLIENTDATA, &prompt);
	prompt->is_ended = line->lastchar == line->buffer;
	if (prompt->is_ended)
		return CC_NORM;
	if (line->cursor == line->lastchar)
		return CC_ERROR;
	el_cursor(editor, 1);
	el_deletestr(editor, 1);
	return CC_REFRESH;
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

/* The editor keeps these names as they are given, or a copy for good: so they are wide. */
static void bind_keys(EditLine *editor)
{
	el_set(editor, EL_EDITOR, "emacs");
	el_wset(editor, EL_ADDFN, L"factory-complete", L"complete the word", take_tab);
	el_set(editor, EL_BIND, "^I", "factory-complete", NULL);
	el_wset(editor, EL_ADDFN, L"factory-end", L"end the input, or delete", take_end);
	el_set(editor, EL_BIND, "^D", "factory-end", NULL);
}

struct prompt *prompt_new(struct loop *loop)
{
	struct prompt *prompt = mem_alloc(sizeof *prompt);
	prompt->loop = loop;
	prompt->signals = -1;
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return prompt;
	setlocale(LC_CTYPE, ""); /* letters of more than one byte */
	prompt->editor = el_init("factory", stdin, stderr, stderr);
	if (!prompt->editor)
		return prompt;
	el_set(prompt->editor, EL_CLIENTDATA, prompt);
	el_set(prompt->editor, EL_PROMPT, prompt_text);
	bind_keys(prompt->editor);
	open_history(prompt);
	return prompt;
}

bool prompt_is_asking(const struct prompt *prompt)
{
	return prompt->asking;
}

bool prompt_has_terminal(const struct prompt *prompt)
{
	return prompt->editor != NULL;
}

void prompt_free(struct prompt *prompt)
{
	HistEvent event;
	if (!prompt)
		return;
	bool is_begun = prompt->asking && prompt->editor;
	prompt_leave(prompt);
	if (is_begun) /* whatever is printed next is no part of the line */
		fputc('\n', stderr);
	if (prompt->history && prompt->history_path)
		history(prompt->history, &event, H_SAVE, prompt->history_path);
	if (prompt->history)
		history_end(prompt->history);
	if (prompt->editor)
		el_end(prompt->editor);
	buf_free(&prompt->line);
	buf_free(&prompt->begun);
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
	if (prompt->signals < 0)
		return;
	loop_unwatch(prompt->loop, prompt->signals);
	close(prompt->signals);
	prompt->signals = -1;
	sigprocmask(SIG_SETMASK, &prompt->mask, NULL);
}

/* A backslash that stands for itself is doubled. */
static bool goes_on(const char *line, size_t len)
{
	size_t count = 0;
	while (count < len && line[len - 1 - count] == '\\')
		count++;
	return count % 2;
}

/* `line` is the editor's or the caller's: whoever is told may ask again. */
static void answer(struct prompt *prompt, const char *line, size_t len)
{
	HistEvent event;
	if (line)
		buf_add(&prompt->begun, line, len);
	if (line && goes_on(line, len) && prompt->begun.len < LONGEST_LINE) {
		buf_puts(&prompt->begun, "\n");
		prompt_leave(prompt);
		prompt->is_plain = true;
		ask(prompt, "> ");
		return;
	}
	autofree char *copy = line ? buf_steal(&prompt->begun) : NULL;
	prompt_leave(prompt);
	if (copy && *copy && prompt->history)
		history(prompt->history, &event, H_ENTER, copy);
	prompt->answered(prompt->ctx, copy);
}

/* --- a terminal --- */

void prompt_on_tab(struct prompt *prompt, prompt_tabbed *tabbed, void *ctx)
{
	prompt->tabbed = tabbed;
	prompt->tab_ctx = ctx;
}

static void tab(struct prompt *prompt)
{
	const LineInfo *line = el_line(prompt->editor);
	if (prompt->is_plain || !prompt->tabbed) {
		el_beep(prompt->editor);
		return;
	}
	autofree char *text = mem_strndup(line->buffer, (size_t)(line->cursor - line->buffer));
	loop_unwatch(prompt->loop, STDIN_FILENO);
	prompt->tabbed(prompt->tab_ctx, text);
}

/* No line may mean that it is empty, whatever the count is, or that there is no terminal. */
static bool is_gone(void)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	return errno == EIO || (poll(&in, 1, 0) > 0 && in.revents & (POLLHUP | POLLERR | POLLNVAL));
}

static void on_key(struct prompt *prompt)
{
	int count = 0;
	prompt->is_tabbed = prompt->is_ended = false;
	errno = 0;
	const char *line = el_gets(prompt->editor, &count);
	if (prompt->is_tabbed) {
		tab(prompt);
		return;
	}
	if (prompt->is_ended || (!line && is_gone())) {
		fputc('\n', stderr);
		answer(prompt, NULL, 0);
	} else if (line && count > 0 && (line[count - 1] == '\n' || line[count - 1] == '\r')) {
		answer(prompt, line, (size_t)count - 1);
	}
}

void prompt_complete(struct prompt *prompt, const char *more, const char *shown)
{
	if (!prompt->asking)
		return;
	loop_watch(prompt->loop, STDIN_FILENO, LOOP_READ, on_input, prompt);
	if (*more) {
		prompt->more = more;
		el_push(prompt->editor, "\t");
		on_key(prompt);
	} else if (shown) {
		fprintf(stderr, "\n%s\n", shown);
		el_set(prompt->editor, EL_REFRESH);
	} else {
		el_beep(prompt->editor);
	}
}

/* Into a line that was just begun: what stands there of it is written over. */
static void fill(struct prompt *prompt, const char *text)
{
	if (!*text || el_insertstr(prompt->editor, text) < 0)
		return;
	fputc('\r', stderr);
	el_set(prompt->editor, EL_REFRESH);
}

/* The terminal is given back meanwhile; the line comes again. */
static void suspend(struct prompt *prompt)
{
	const LineInfo *line = el_line(prompt->editor);
	autofree char *text = mem_strndup(line->buffer, (size_t)(line->lastchar - line->buffer));
	fputc('\n', stderr);
	el_set(prompt->editor, EL_UNBUFFERED, 0);
	raise(SIGSTOP);
	el_set(prompt->editor, EL_UNBUFFERED, 1);
	fill(prompt, text);
}

static void on_signal(void *ctx, unsigned events)
{
	struct prompt *prompt = ctx;
	struct signalfd_siginfo info;
	(void)events;
	if (read(prompt->signals, &info, sizeof info) != (ssize_t)sizeof info)
		return;
	if (info.ssi_signo == SIGWINCH)
		el_resize(prompt->editor);
	else
		suspend(prompt);
}

static void watch_signals(struct prompt *prompt)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigaddset(&set, SIGTSTP);
	sigprocmask(SIG_BLOCK, &set, &prompt->mask);
	prompt->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (prompt->signals >= 0)
		loop_watch(prompt->loop, prompt->signals, LOOP_READ, on_signal, prompt);
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

static void ask(struct prompt *prompt, const char *text)
{
	free(STEAL(prompt->text));
	prompt->text = mem_strdup(text);
	prompt->asking = true;
	if (prompt->editor) {
		watch_signals(prompt);
		el_set(prompt->editor, EL_UNBUFFERED, 1);
	}
	loop_watch(prompt->loop, STDIN_FILENO, LOOP_READ, on_input, prompt);
}

void prompt_ask(struct prompt *prompt, const char *text, const char *filled,
		prompt_answered *answered, void *ctx)
{
	prompt_leave(prompt);
	buf_clear(&prompt->begun);
	prompt->answered = answered;
	prompt->ctx = ctx;
	prompt->is_plain = filled != NULL;
	ask(prompt, text);
	if (prompt->editor && filled)
		fill(prompt, filled);
}
