/* A way back from an allocation that fails. The functions of common/memory.h have no failure to
 * return, and need none: what the frames between them and the guard hold is in automatic variables
 * that release themselves (common/own.h), and they do so while the stack is unwound, for everything
 * is compiled with -fexceptions. So whoever reads input of others puts a guard around it. */
#ifndef FACTORY_COMMON_GUARD_H
#define FACTORY_COMMON_GUARD_H

#include "common/error.h"

/* Runs `work` and returns what it returns. If memory is exhausted inside, everything that its
 * automatic variables own is released, and it returns -1 with the error "out of memory". What it
 * changed elsewhere stays changed. Guards nest. A library that calls back must not be left
 * half-way: inside its callbacks stands a guard of its own. */
int mem_guard(int (*work)(void *ctx, struct error *err), void *ctx, struct error *err);

/* For mem_exhausted: goes back to the innermost guard; returns where there is none, or no way. */
void guard_leave(void);

#endif
