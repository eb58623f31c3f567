/* What a node depends on, for keys.c. */
#ifndef FACTORY_HOST_GRAPH_INPUTS_H
#define FACTORY_HOST_GRAPH_INPUTS_H

#include "host/graph/graph.h"

/* Fills the node's inputs; -1 where a file can't be read. */
int inputs_gather(struct graph *graph, struct node *node, const char *base_digest,
		  struct error *err);

#endif
