/* What the driver's exit codes mean; `factory help exit-codes` prints the same table. */
#ifndef FACTORY_HOST_EXIT_CODES_H
#define FACTORY_HOST_EXIT_CODES_H

enum exit_code {
	EXIT_OK = 0,
	EXIT_FAILED = 1,        /* anything that has no code of its own */
	EXIT_USAGE = 2,         /* bad flags or arguments */
	EXIT_MANIFEST = 3,      /* the manifest: not found, Jinja2, YAML, unknown or wrong keys */
	EXIT_ENGINE = 4,        /* no engine, or it refused */
	EXIT_IMAGE = 5,         /* the base image is missing */
	EXIT_STEP = 6,          /* a step or a test failed or was killed */
	EXIT_RENDER = 7,        /* a file could not be rendered or copied into the target */
	EXIT_VALUES = 8,        /* Consul unreachable or refusing, a key missing */
	EXIT_AGENT = 9,         /* the session broke, or the agent speaks another protocol */
	EXIT_REGISTRY = 10,     /* a registry refused the image, or no credentials for it */
	EXIT_LOCK = 11,         /* factory.lock is broken, or things are not as it says */
	EXIT_STALE = 12,        /* factory why: there is something to be run */
	EXIT_DIFFERENT = 13,    /* factory diff, factory verify: not the same */
	EXIT_MEMORY = 70,       /* out of memory (common/memory.h) */
	EXIT_INTERRUPTED = 130, /* SIGINT; 143 for SIGTERM */
	EXIT_TERMINATED = 143,
};

#endif
