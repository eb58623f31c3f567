/* Many agents with the same templates share one watcher: they elect a leader by a session and a
 * lock of Consul's (https://developer.hashicorp.com/consul/docs/dynamic-app-config/sessions). It
 * asks and watches as it would alone, and writes Consul's answers to a key; the others, the
 * followers, watch that key only. Values that are no answers of Consul's stay private.
 *
 *   PREFIX ID /lock   held by the leader's session, and gone with it
 *   PREFIX ID /data   its answers (agent/source/answers.h), gone with it too
 *
 * These are the hooks for live.c and pump.c; a link without a share is left alone by all of them.
 */
#ifndef FACTORY_AGENT_SOURCE_SHARE_H
#define FACTORY_AGENT_SOURCE_SHARE_H

#include <stdbool.h>
#include <stdint.h>

struct dependency;
struct error;
struct link;

struct share_settings {
	const char *prefix; /* of the keys, "consul-template/dedup/" */
	const char *id;     /* the same for all that share */
	uint32_t ttl_ms;    /* of the session */
};

/* Begins the election at a Consul that is asked for the first time. */
void share_open(struct link *link, const struct share_settings *settings);
void share_free(struct link *link); /* gives the lock back: another one may lead at once */

/* Whether first answers must wait: nobody knows yet who leads, or its answers are to come. */
bool share_holds(const struct link *link);
void share_run(struct link *link); /* the link may be used: starts what is due */

void share_give(struct dependency *dependency); /* answers it, if the leader has */
void share_changed(struct link *link);          /* a template's value is another, or gone */
void share_settle(struct link *link);           /* all values are known: the leader tells them */

/* Of an internal dependency: its value is another one; it was refused. True: it was the share's,
 * which has dealt with it. */
void share_told(struct dependency *dependency);
bool share_refused(struct dependency *dependency, const struct error *err);

#endif
