/* Sockets that wait for somebody: TCP's that listen, UDP's that aren't connected. The kernel walks
 * all of its tables for them, which takes milliseconds. */
#include "agent/facts/families.h"
#include "agent/facts/text.h"
#include "common/own.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SOCKETS = 4096, LONGEST_LINE = 512 };

static const struct source {
	const char *protocol, *path, *state;
	bool listening_first; /* the kernel shows those before all others */
} sources[] = {
	{"tcp", "/proc/self/net/tcp", "0A", true},
	{"tcp6", "/proc/self/net/tcp6", "0A", true},
	{"udp", "/proc/self/net/udp", "07", false},
	{"udp6", "/proc/self/net/udp6", "07", false},
};

struct reading {
	struct arena *arena;
	struct value *sockets;
	const struct source *source;
	bool heading_seen;
};

/* "0100007F": words of four bytes, each as the processor has it in memory. */
static const char *address_of(struct arena *arena, const char *hex, size_t len)
{
	uint32_t words[4];
	char text[INET6_ADDRSTRLEN];
	size_t count = len / 8;
	if (len % 8 || (count != 1 && count != 4))
		return NULL;
	for (size_t i = 0; i < count; i++) {
		char word[9] = {0};
		memcpy(word, hex + i * 8, 8);
		words[i] = (uint32_t)strtoul(word, NULL, 16);
	}
	if (!inet_ntop(count == 1 ? AF_INET : AF_INET6, words, text, sizeof text))
		return NULL;
	return arena_strdup(arena, text);
}

static void add_socket(struct reading *reading, const char *local, const char *owner)
{
	struct arena *arena = reading->arena;
	int64_t uid;
	const char *colon = strchr(local, ':');
	const char *address = colon ? address_of(arena, local, (size_t)(colon - local)) : NULL;
	if (!address)
		return;
	struct value *socket = value_map(arena);
	facts_set_text(arena, socket, "protocol", reading->source->protocol);
	facts_set_text(arena, socket, "address", address);
	facts_set_int(arena, socket, "port", (int64_t)strtoul(colon + 1, NULL, 16));
	if (owner && facts_parse_number(owner, &uid))
		facts_set_int(arena, socket, "uid", uid);
	value_append(arena, reading->sockets, socket);
}

/* "0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000 ..." */
static bool take_line(void *ctx, const char *text, size_t len)
{
	enum { LOCAL = 1, STATE = 3, OWNER = 7, WORDS = 8 };
	struct reading *reading = ctx;
	char copy[LONGEST_LINE], *rest = copy, *words[WORDS];
	size_t count = 0;
	if (!reading->heading_seen || len >= sizeof copy) {
		reading->heading_seen = true;
		return true;
	}
	memcpy(copy, text, len);
	copy[len] = '\0';
	while (count < WORDS && (words[count] = facts_next_word(&rest)))
		count++;
	if (count <= STATE)
		return true;
	bool waits = strcmp(words[STATE], reading->source->state) == 0;
	if (waits)
		add_socket(reading, words[LOCAL], count > OWNER ? words[OWNER] : NULL);
	return (waits || !reading->source->listening_first) &&
	       reading->sockets->list.len < MOST_SOCKETS;
}

struct value *facts_sockets(struct facts_system *system, struct arena *arena)
{
	struct value *sockets = value_list(arena);
	bool known = false;
	for (size_t i = 0; i < COUNT_OF(sources); i++) {
		struct reading reading = {arena, sockets, &sources[i], false};
		known |= facts_each_line(system, sources[i].path, take_line, &reading);
	}
	return known ? sockets : NULL;
}
