/* What placing builds costs, and how near it comes to the best there could be: see simulation.h.
 * simulate [COSTS]: a file with the seconds that builds took, one a line, to draw from. */
#include "tests/bench/simulation.h"

#include "common/buffer.h"
#include "common/file.h"

/* How many numbers the file has; *costs is the caller's. */
static size_t read_costs(const char *path, double **costs)
{
	auto_buf struct buf text = {0};
	auto_error struct error err = {0};
	size_t count = 0;
	if (file_read(path, 0, &text, &err) < 0) {
		fprintf(stderr, "simulate: %s\n", err.message);
		exit(1);
	}
	for (char *at = text.data, *end; at && *at; at = end) {
		double cost = strtod(at, &end);
		if (end == at)
			break;
		if (cost <= 0)
			continue;
		*costs = mem_resize(*costs, count + 1, sizeof **costs);
		(*costs)[count++] = cost;
	}
	if (!count) {
		fprintf(stderr, "simulate: %s has no numbers\n", path);
		exit(1);
	}
	return count;
}

static void print(size_t endpoints, size_t builds, size_t deaths, const double *costs, size_t count)
{
	struct simulation simulation = {.endpoints = endpoints,
					.builds = builds,
					.deaths = deaths,
					.seed = 1,
					.costs = costs,
					.cost_count = count};
	simulate(&simulation);
	printf("%9zu %8zu %6zu %9.2f us %10.1f s %9.1f s %7.1f %% %8zu %6.1f %% %7zu\n", endpoints,
	       builds, deaths, simulation.deciding * 1e6 / (double)simulation.builds,
	       simulation.makespan, simulation.ideal,
	       100 * (simulation.makespan / simulation.ideal - 1), simulation.cached,
	       100 * (double)simulation.at_base / (double)simulation.builds,
	       simulation.placed_again);
	if (simulation.done != builds || simulation.broken) {
		fprintf(stderr, "simulate: %zu of %zu builds ended\n", simulation.done, builds);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	autofree double *costs = NULL;
	size_t count = argc > 1 ? read_costs(argv[1], &costs) : 0;
	printf("%9s %8s %6s %12s %12s %11s %9s %8s %8s %7s\n", "endpoints", "builds", "die",
	       "each costs", "all take", "ideal", "above it", "cached", "at base", "again");
	print(10, 1000, 0, costs, count);
	print(100, 10000, 0, costs, count);
	print(100, 10000, 20, costs, count);
	print(1000, 100000, 0, costs, count);
	print(1000, 100000, 100, costs, count);
	return 0;
}
