/* The state machine as a picture. Its arrows are the table's; where a state stands is chosen so
 * that the picture can be read. */
#include "common/arena.h"
#include "host/container/machine.h"
#include "host/graph/svg.h"

#include <math.h>
#include <stdbool.h>

enum { PITCH_X = 60, PITCH_Y = 190, WIDTH = 112, HEIGHT = 44, MARGIN = 44, BEND = 50, LAST = 25 };

/* All work begins in one state, and all that goes wrong ends in one: those are as wide as what
 * stands between them. */
static const struct {
	int column, row, columns;
} places[STATE_COUNT] = {
	[STATE_IDLE] = {0, 1, 0},        [STATE_STARTING] = {4, 1, 0},
	[STATE_READY] = {4, 0, 17},      [STATE_RUNNING] = {8, 1, 0},
	[STATE_COMMITTING] = {17, 1, 0}, [STATE_STOPPING] = {21, 1, 0},
	[STATE_DISCARDING] = {4, 2, 17}, [STATE_DONE] = {LAST, 1, 0},
	[STATE_FAILED] = {0, 2, 0},
};

static struct svg_box box_of(enum machine_state state)
{
	const char *name = machine_state_name(state);
	return (struct svg_box){.x = MARGIN + places[state].column * PITCH_X,
				.y = MARGIN + places[state].row * PITCH_Y,
				.width = WIDTH + places[state].columns * PITCH_X,
				.height = HEIGHT,
				.kind = name,
				.name = name,
				.title = name};
}

struct point {
	double x, y;
};

/* Where an arrow to or from another box aims: the nearest point of the middle line. */
static struct point aim(const struct svg_box *box, const struct svg_box *other)
{
	double low = box->x + WIDTH / 2.0, high = box->x + box->width - WIDTH / 2.0;
	double x = other->x + other->width / 2.0;
	return (struct point){x < low ? low : x > high ? high : x, box->y + HEIGHT / 2.0};
}

/* The point of the border on the way from a point inside to one outside. */
static struct point leave(const struct svg_box *box, struct point from, struct point to)
{
	double dx = to.x - from.x, dy = to.y - from.y;
	double by_x = dx > 0   ? (box->x + box->width - from.x) / dx
		      : dx < 0 ? (box->x - from.x) / dx
			       : 9;
	double by_y = dy > 0   ? (box->y + box->height - from.y) / dy
		      : dy < 0 ? (box->y - from.y) / dy
			       : 9;
	double part = by_x < by_y ? by_x : by_y;
	return (struct point){from.x + dx * part, from.y + dy * part};
}

static void draw_notes(struct buf *out, const char *const *notes, size_t count, int x, int y)
{
	y -= (int)(count - 1) * (SVG_LINE - 3) / 2;
	for (size_t i = 0; i < count; i++)
		svg_note(out, x, y + (int)i * (SVG_LINE - 3), notes[i]);
}

static void draw_loop(struct buf *out, const struct svg_box *box, const char *const *notes,
		      size_t count)
{
	int x = box->x + box->width - 24, y = box->y + box->height;
	svg_arrow(out, "M%d %dC%d %d %d %d %d %d", x - 16, y, x - 20, y + 30, x + 20, y + 30,
		  x + 16, y);
	draw_notes(out, notes, count, x + 38, y + 38 + (int)(count - 1) * (SVG_LINE - 3) / 2);
}

/* Where there is one back, each is bent to its left, so that they are two. */
static void draw_edge(struct buf *out, const struct svg_box *from, const struct svg_box *to,
		      bool back, const char *const *notes, size_t count)
{
	struct point a = aim(from, to), b = aim(to, from);
	double dx = b.x - a.x, dy = b.y - a.y, bend = back ? BEND / hypot(dx, dy) : 0;
	struct point middle = {(a.x + b.x) / 2 + dy * bend, (a.y + b.y) / 2 - dx * bend};
	a = leave(from, a, middle);
	b = leave(to, b, middle);
	svg_arrow(out, "M%.0f %.0fQ%.0f %.0f %.0f %.0f", a.x, a.y, middle.x, middle.y, b.x, b.y);
	/* Beside a bent one, above one that lies. */
	double x = middle.x + dy * bend * 0.8, y = middle.y + (fabs(dx) > fabs(dy) ? -6 : 4);
	draw_notes(out, notes, count, (int)x, (int)y);
}

static bool leads(enum machine_state from, enum machine_event event, enum machine_state to)
{
	struct machine_cell cell = machine_lookup(from, event);
	return cell.action != ACTION_REFUSE && cell.next == to;
}

/* All events that lead from one state to another, as lines of text. */
static size_t notes_of(struct arena *arena, enum machine_state from, enum machine_state to,
		       const char **notes)
{
	size_t count = 0;
	for (enum machine_event event = 0; event < EVENT_COUNT; event++) {
		const char *name = machine_event_name(event);
		const char *action = machine_action_name(machine_lookup(from, event).action);
		if (!leads(from, event, to))
			continue;
		notes[count++] = *action ? arena_printf(arena, "%s / %s", name, action) : name;
	}
	return count;
}

static void draw_pair(struct buf *out, enum machine_state from, enum machine_state to)
{
	auto_arena struct arena arena = {0};
	const char *notes[EVENT_COUNT], *ignored[EVENT_COUNT];
	size_t count = notes_of(&arena, from, to, notes);
	struct svg_box start = box_of(from), end = box_of(to);
	if (count && from == to)
		draw_loop(out, &start, notes, count);
	else if (count)
		draw_edge(out, &start, &end, notes_of(&arena, to, from, ignored) > 0, notes, count);
}

void machine_write_svg(struct buf *out)
{
	svg_begin(out, 2 * MARGIN + LAST * PITCH_X + WIDTH, 2 * MARGIN + 2 * PITCH_Y + HEIGHT + 30,
		  "The states of a container");
	for (enum machine_state state = 0; state < STATE_COUNT; state++) {
		struct svg_box box = box_of(state);
		svg_box(out, &box);
	}
	for (enum machine_state from = 0; from < STATE_COUNT; from++)
		for (enum machine_state to = 0; to < STATE_COUNT; to++)
			draw_pair(out, from, to);
	svg_end(out);
}
