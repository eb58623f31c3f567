/* SIGINT, SIGTERM, SIGHUP and SIGQUIT as something the loop can wait for. */
#ifndef FACTORY_HOST_INTERRUPT_H
#define FACTORY_HOST_INTERRUPT_H

#include "common/error.h"

/* Blocks them and returns a signalfd that the caller closes; -1 on failure. */
int interrupt_open(struct error *err);

/* Takes one signal off it and returns the exit code it stands for: 128 + its number. */
int interrupt_code(int fd);

/* The exit code of one that waits to be taken, for work that watches no loop; 0: none. */
int interrupt_pending(void);

/* "interrupted", with that exit code. Returns -1. */
int interrupt_error(int exit_code, struct error *err);

#endif
