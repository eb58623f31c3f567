/* The life of `agent render`: templates are rendered when all their values are there, written when
 * their bytes have changed, once or again and again; commands run; a child is kept informed. */
#ifndef FACTORY_AGENT_RENDER_LIFE_RUNNER_H
#define FACTORY_AGENT_RENDER_LIFE_RUNNER_H

#include "agent/render/config/flags.h"

/* Runs until it is done, or told to end. Returns the exit code, or -1 with the error, whose exit
 * code is set. `argc` and `argv` are read again on the reload signal. */
int runner_run(int argc, char **argv, struct render_settings *settings, struct error *err);

/* As if it were to be run: reads and parses all templates. Nobody is asked, nothing is written. */
int runner_check(const struct render_settings *settings, struct error *err);

#endif
