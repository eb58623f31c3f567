/* Who made a network, as its label says it. */
#ifndef FACTORY_HOST_SERVICES_OWNER_H
#define FACTORY_HOST_SERVICES_OWNER_H

#include <stdbool.h>

/* A network's label: who made it. */
#define SERVICES_LABEL "factory.services"

/* This process. The caller frees the text. */
char *owner_label(void);

/* Whether such a one has gone for certain. */
bool owner_is_gone(const char *label);

#endif
