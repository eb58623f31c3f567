/* What share.c (who leads, what is shared) and election.c (the session and its requests) share. */
#ifndef FACTORY_AGENT_SOURCE_SHARE_PARTS_H
#define FACTORY_AGENT_SOURCE_SHARE_PARTS_H

#include "agent/source/live_parts.h"
#include "agent/source/share.h"

enum share_role {
	SHARE_UNDECIDED,
	SHARE_WAITING, /* another one leads; its answers have not come */
	SHARE_FOLLOWER,
	SHARE_LEADER,
	SHARE_OFF, /* everybody for himself */
};

/* Requests, the most urgent one first. */
enum share_action { SHARE_CREATE, SHARE_RENEW, SHARE_ACQUIRE, SHARE_PUBLISH, SHARE_ACTIONS };

struct share {
	struct link *link;
	struct arena names; /* of the two keys */
	const char *lock_name, *data_name;
	struct dependency *lock, *data;
	enum share_role role;
	/* election.c */
	uint32_t ttl_ms;
	char *session; /* owned; NULL: there is none */
	bool due[SHARE_ACTIONS];
	enum share_action action; /* under way */
	struct http_transfer *transfer;
	struct buf body;
	unsigned attempts; /* that failed in a row */
	uint32_t retry;    /* until the next one */
	uint32_t timer;    /* half the session's time */
	uint32_t pause;    /* until the lock is tried or answers are told again */
	/* share.c */
	uint32_t patience;    /* until the leader's answers are waited for no more */
	struct arena arena;   /* of the answers */
	struct value *shared; /* the leader's, sorted; NULL: none */
	struct buf text;      /* the own ones, to be told */
	bool changed;         /* since they were told */
	bool told_large;
};

/* election.c */
void election_begin(struct share *share);
void election_run(struct share *share);
void election_try(struct share *share); /* to get the lock, now */
void election_end(struct share *share); /* nothing of it goes on; the session is given back */

/* share.c: what the election tells. */
void share_leads(struct share *share);
void share_follows(struct share *share);
void share_resigns(struct share *share, const char *why);
void share_off(struct share *share, const char *why);

#endif
