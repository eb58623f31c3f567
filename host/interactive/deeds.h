/* What a person did at the prompt, to be written into the manifest. */
#ifndef FACTORY_HOST_INTERACTIVE_DEEDS_H
#define FACTORY_HOST_INTERACTIVE_DEEDS_H

#include "host/graph/graph.h"
#include "host/manifest/manifest.h"

struct deeds;

struct deeds *deeds_new(const struct manifest *manifest);
void deeds_free(struct deeds *deeds);

/* The node is to run with another command from now on; it is copied. */
void deeds_edit(struct deeds *deeds, const struct node *node, const char *command);
/* The node as it is to run: itself, or one with another command. */
const struct node *deeds_node(const struct deeds *deeds, const struct node *node);

void deeds_ran(struct deeds *deeds, const struct node *node);
void deeds_skipped(struct deeds *deeds, const struct node *node);
/* Something else was done before the node; a test's branch is not kept, and so is no deed. */
void deeds_added(struct deeds *deeds, const struct node *node, const char *command);

/* All that was done from this node on was for nothing, but for changed commands. */
void deeds_undo(struct deeds *deeds, const struct node *node);

/* "ran", "skipped" or "" */
const char *deeds_word(const struct deeds *deeds, const struct node *node);

/* Writes it into the manifest's file, which must be as it was read, or as this wrote it last. */
int deeds_save(struct deeds *deeds, struct error *err);

/* Whether something was done that it has not written. */
bool deeds_are_unsaved(const struct deeds *deeds);

/* Where that is refused: writes what it would have been into a file beside the manifest, with the
 * reason, and returns its path, which the caller frees. NULL: there was nothing, or err is set. */
char *deeds_save_beside(const struct deeds *deeds, const char *why, struct error *err);

#endif
