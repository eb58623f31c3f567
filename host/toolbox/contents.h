/* What goes into the toolbox's image. */
#ifndef FACTORY_HOST_TOOLBOX_CONTENTS_H
#define FACTORY_HOST_TOOLBOX_CONTENTS_H

#include "common/buffer.h"
#include "common/hash.h"
#include "host/toolbox/toolbox.h"

struct toolbox_contents {
	struct buf tar;              /* the root file system; the same bytes for the same files */
	char digest[HASH_HEX];       /* of all of it */
	char agent_digest[HASH_HEX]; /* of the agent alone */
	bool plain;                  /* nothing was added to it */
};

/* Packs the agent, its second name consul-template, a bundle of certificates where one lies beside
 * the agent, and the tools. -1 where one can't be read, or two have the same name. */
int toolbox_contents(const struct toolbox_options *options, struct toolbox_contents *contents,
		     struct error *err);
void toolbox_contents_free(struct toolbox_contents *contents);

#endif
