#include "common/nearest.h"

#include <limits.h>
#include <string.h>

enum { LONGEST = 63 };

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Optimal string alignment: Levenshtein's distance with swaps of neighbours. */
unsigned nearest_distance(const char *a, const char *b)
{
	unsigned rows[3][LONGEST + 1];
	size_t a_len = strlen(a), b_len = strlen(b);
	if (a_len > LONGEST || b_len > LONGEST)
		return UINT_MAX;
	unsigned *before = rows[0], *above = rows[1], *row = rows[2];
	for (unsigned j = 0; j <= b_len; j++)
		above[j] = before[j] = j;
	for (unsigned i = 1; i <= a_len; i++) {
		row[0] = i;
		for (unsigned j = 1; j <= b_len; j++) {
			unsigned replaced = above[j - 1] + (a[i - 1] != b[j - 1]);
			row[j] = least(replaced, least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		unsigned *spare = before;
		before = above;
		above = row;
		row = spare;
	}
	return above[b_len];
}

const char *nearest_name(const char *name, const char *const *names, size_t count)
{
	const char *best = NULL;
	unsigned best_distance = (unsigned)(strlen(name) / 3 + 1);
	for (size_t i = 0; i < count; i++) {
		unsigned distance = nearest_distance(name, names[i]);
		if (distance <= best_distance && (!best || distance < best_distance)) {
			best = names[i];
			best_distance = distance;
		}
	}
	return best;
}
