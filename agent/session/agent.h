/* What the parts of the agent's session share. One process, one thread, one poll loop: the agent
 * has a link to the driver and a list of tasks, one for each request that is being worked on. */
#ifndef FACTORY_AGENT_SESSION_AGENT_H
#define FACTORY_AGENT_SESSION_AGENT_H

#include "agent/session/outbox.h"
#include "common/error.h"
#include "common/frame.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <time.h>

enum {
	OUTBOX_FULL = 4 << 20, /* more than this is waiting: what makes more is not read */
	READ_SIZE = 64 << 10,  /* one read of a pipe or file */
};

/* A descriptor that the loop waits for; fd -1: none. */
struct watch {
	int fd;
	short events;
	bool produces; /* what is read goes to the driver: wait while the link is full */
};

/* What a kind of task does; what it doesn't is NULL. */
struct task;
struct task_class {
	void (*ready)(struct task *task, struct watch *watch);
	void (*due)(struct task *task);
	void (*frame)(struct task *task,
		      const struct frame *frame); /* DATA, SIGNAL, RESIZE, VALUE */
	void (*reaped)(struct task *task, int status, const struct rusage *usage);
	void (*release)(struct task *task); /* what the kind of task added; watches are closed */
};

/* Kinds of tasks have this as their first member. */
struct task {
	struct task *next;
	const struct task_class *class;
	struct agent *agent;
	uint32_t id;
	pid_t pid;     /* of its process, leader of its own session; 0: none, or it is reaped */
	uint64_t due;  /* microseconds by loop_now_us; 0: never */
	bool answered; /* the driver has the last frame of the request: nothing may follow */
	bool over;     /* the loop releases it at the end of the turn */
	struct outbox input; /* goes to watches[WATCH_INPUT] */
	struct watch watches[3];
};
enum { WATCH_INPUT, WATCH_STDOUT, WATCH_STDERR };

struct agent {
	int in, out;           /* the driver */
	int signals;           /* a signalfd */
	int nothing;           /* reads as an empty file; /dev/null where there is one */
	struct timespec began; /* by the clock that files get their times from */
	sigset_t mask;         /* as it was before: children get it back */
	struct buf received;
	struct frame_joiner joiner;
	struct outbox outbox; /* to the driver */
	struct task *tasks;
	const char *shell; /* NULL: none in this target */
	bool ended;
	int exit_code;
};

/* Runs a session on two descriptors, which it takes away from 0 and 1 if they are those. Returns
 * the exit code, or -1 when it could not even begin. */
int agent_serve(int in, int out, struct error *err);

/* task.c. `size` is that of the kind's struct; the task is in the list from then on. */
void *task_new(struct agent *agent, size_t size, const struct task_class *class, uint32_t id);
struct task *task_find(struct agent *agent, uint32_t id); /* NULL: none, or answered */
void task_close(struct watch *watch);
void task_input(struct task *task);              /* writes input; watches for more room as needed */
void task_signal(struct task *task, int number); /* to its process group */
void task_signal_frame(struct task *task, const struct frame *frame); /* SIGNAL */
void task_abandon(struct task *task); /* it failed to begin: an ERROR frame follows */
void task_free(struct task *task);

/* exhausted.c: what the task's class does; where memory is exhausted meanwhile the request ends
 * with an ERROR frame and its process is killed. */
void task_ready(struct task *task, struct watch *watch);
void task_due(struct task *task);
void task_frame(struct task *task, const struct frame *received);
void task_reaped(struct task *task, int status, const struct rusage *usage);
/* A request begins: its error becomes an ERROR frame too. */
typedef int task_begin(struct agent *agent, const struct frame *request, struct error *err);
void task_start(struct agent *agent, task_begin *how, const struct frame *request);

/* answer.c: what goes to the driver. */
void answer_result(struct buf *out, uint32_t id, const struct value *result); /* NULL: {} */
void answer_error(struct buf *out, uint32_t id, const struct error *err);
void task_failed(struct task *task, const struct error *err);

/* hello.c */
void hello_say(struct agent *agent);

/* dispatch.c: takes the frames in agent->received. -1: the driver talks nonsense. */
int dispatch_received(struct agent *agent, struct error *err);

/* reaper.c */
void reap(struct agent *agent);     /* all children that have ended */
bool has_children(void);            /* of tasks, or orphans that came to this process */
void kill_all(struct agent *agent); /* every process that descends from this one */

/* The requests that begin here: -1 becomes an ERROR frame. */
int step_begin(struct agent *agent, const struct frame *request, struct error *err);
int put_begin(struct agent *agent, const struct frame *request, struct error *err);
int get_begin(struct agent *agent, const struct frame *request, struct error *err);
/* list.c: answers a GET of an open directory. */
int list_directory(struct agent *agent, uint32_t id, int directory, const char *path,
		   struct error *err);
int remove_begin(struct agent *agent, const struct frame *request, struct error *err);
int settle_begin(struct agent *agent, const struct frame *request, struct error *err);
int worker_begin(struct agent *agent, const struct frame *request, struct error *err);

#endif
