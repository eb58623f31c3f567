#include "host/describe/exit_codes.h"

#include "common/own.h"
#include "host/exit_codes.h"

const struct exit_meaning exit_meanings[] = {
	{EXIT_OK, "done"},
	{EXIT_FAILED, "a failure that has no code of its own"},
	{EXIT_USAGE, "wrong options or arguments"},
	{EXIT_MANIFEST, "the manifest: not found, or wrong as Jinja2, as YAML or by its keys"},
	{EXIT_ENGINE, "no engine, or it refused"},
	{EXIT_IMAGE, "the base image is not there and can't be pulled"},
	{EXIT_STEP, "a step or a test failed, timed out or was killed"},
	{EXIT_RENDER, "a file could not be rendered or copied into the target"},
	{EXIT_VALUES, "Consul unreachable or refusing, or a key missing"},
	{EXIT_AGENT, "the session broke, or the agent speaks another protocol"},
	{EXIT_REGISTRY, "a registry refused the image, or its credentials can't be had"},
	{EXIT_LOCK, "factory.lock is broken, or --locked and things are not as it says"},
	{EXIT_STALE, "`factory why`: a build would have something to run"},
	{EXIT_DIFFERENT, "`factory diff`, `factory verify`: the images are not the same"},
	{70, "out of memory"},
	{EXIT_INTERRUPTED, "interrupted by SIGINT"},
	{EXIT_TERMINATED, "interrupted by SIGTERM"},
};

const size_t exit_meaning_count = COUNT_OF(exit_meanings);
