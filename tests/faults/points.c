/* Linked into a driver for tests (build/faults/factory), it runs commands at cells of the machine's
 * table. The file that POINTS names has a line for each:
 *
 *     WHEN CELL NTH COMMAND
 *
 * WHEN is "before" (nothing of the cell is done yet) or "after" (its action is done, and all that
 * could be sent has been sent); CELL is STATE/EVENT, with "-" for blanks; NTH says which time it is
 * reached, from 1 on; COMMAND is the shell's, whose $PPID is the driver. Each cell that is reached
 * becomes a line of the file that REACHED names. */
#include "host/container/machine.h"

#include <poll.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_POINTS = 16 };

struct point {
	char when[8], cell[40], command[400];
	int nth;
	bool is_due; /* at the next poll */
};

static struct point points[MOST_POINTS];
static int point_count = -1; /* not read yet */
static int times[STATE_COUNT][EVENT_COUNT];

struct machine_cell __real_machine_lookup(enum machine_state state, enum machine_event event);
struct machine_cell __wrap_machine_lookup(enum machine_state state, enum machine_event event);
int __real_poll(struct pollfd *fds, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout);

static void read_points(void)
{
	const char *path = getenv("POINTS");
	FILE *file = path ? fopen(path, "re") : NULL;
	point_count = 0;
	while (file && point_count < MOST_POINTS) {
		struct point *point = &points[point_count];
		if (fscanf(file, " %7s %39s %d %399[^\n]", point->when, point->cell, &point->nth,
			   point->command) != 4)
			break;
		point_count++;
	}
	if (file)
		fclose(file);
}

static void run(const struct point *point)
{
	char shell[] = "sh", option[] = "-c", command[sizeof point->command];
	char *argv[] = {shell, option, strcpy(command, point->command), NULL};
	pid_t pid;
	if (posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ) == 0)
		waitpid(pid, NULL, 0);
}

static void tell(const char *cell)
{
	const char *path = getenv("REACHED");
	FILE *file = path ? fopen(path, "ae") : NULL;
	if (!file)
		return;
	fprintf(file, "%s\n", cell);
	fclose(file);
}

static void reach(const char *cell, int nth)
{
	tell(cell);
	for (int i = 0; i < point_count; i++) {
		struct point *point = &points[i];
		if (point->nth != nth || strcmp(point->cell, cell) != 0)
			continue;
		if (strcmp(point->when, "before") == 0)
			run(point);
		else
			point->is_due = true;
	}
}

struct machine_cell __wrap_machine_lookup(enum machine_state state, enum machine_event event)
{
	char cell[40];
	if (point_count < 0)
		read_points();
	snprintf(cell, sizeof cell, "%s/%s", machine_state_name(state), machine_event_name(event));
	for (char *blank = cell; (blank = strchr(blank, ' '));)
		*blank = '-';
	reach(cell, ++times[state][event]);
	return __real_machine_lookup(state, event);
}

int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout)
{
	for (int i = 0; i < point_count; i++) {
		if (!points[i].is_due)
			continue;
		points[i].is_due = false;
		run(&points[i]);
	}
	return __real_poll(fds, count, timeout);
}
