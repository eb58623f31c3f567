/* Interfaces, addresses and routes as the kernel tells them over rtnetlink (rtnetlink(7)). */
#ifndef FACTORY_AGENT_FACTS_NETLINK_H
#define FACTORY_AGENT_FACTS_NETLINK_H

#include "agent/facts/system.h"
#include "common/value.h"

#include <linux/rtnetlink.h>

/* facts_system.dump of the living system. */
bool facts_netlink_dump(struct facts_system *system, uint16_t request, struct buf *out);

/* Walks the messages of one type in what a dump returned; each has a body of at least body_size
 * bytes behind its header. Start with *at zero; NULL at the end or where the bytes make no sense.
 */
const struct nlmsghdr *facts_next_message(const struct buf *dump, size_t *at, uint16_t type,
					  size_t body_size);

enum { FACTS_ATTRIBUTES = 64 };

/* The attributes behind the body, by number; those of a number that is too high are ignored. */
void facts_attributes(const struct nlmsghdr *message, size_t body_size,
		      const struct rtattr *attributes[FACTS_ATTRIBUTES]);

/* What an attribute holds; 0 and NULL where it is missing or of another size. */
uint32_t facts_attribute_u32(const struct rtattr *attribute);
char *facts_attribute_text(struct arena *arena, const struct rtattr *attribute);
char *facts_attribute_address(struct arena *arena, const struct rtattr *attribute);
char *facts_attribute_mac(struct arena *arena, const struct rtattr *attribute);

#endif
