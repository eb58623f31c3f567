#include "agent/facts/netlink.h"

#include "common/own.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <string.h>
#include <sys/socket.h>

enum { RECEIVE = 32 << 10, LONGEST_DUMP = 16 << 20 };

static int ask(uint16_t request)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		return -1;
	/* A link's counters are most of its message, and none is a fact. Other requests have a
	 * shorter body: the kernel reads no further than its length. */
	struct {
		struct nlmsghdr header;
		struct ifinfomsg body;
		struct rtattr attribute;
		uint32_t mask;
	} question = {
		.header = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct rtgenmsg)),
			   .nlmsg_type = request,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.attribute = {.rta_len = RTA_LENGTH(sizeof(uint32_t)), .rta_type = IFLA_EXT_MASK},
		.mask = RTEXT_FILTER_SKIP_STATS};
	if (request == RTM_GETLINK)
		question.header.nlmsg_len = sizeof question;
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	if (sendto(fd, &question, question.header.nlmsg_len, 0, (void *)&kernel, sizeof kernel) <
	    0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Does a dump end here, with a message of its own? -1: the kernel refuses. */
static int is_complete(const char *data, size_t len)
{
	for (size_t at = 0; at < len && len - at >= sizeof(struct nlmsghdr);) {
		struct nlmsghdr header;
		memcpy(&header, data + at, sizeof header);
		if (header.nlmsg_type == NLMSG_DONE)
			return 1;
		if (header.nlmsg_type == NLMSG_ERROR)
			return -1;
		if (header.nlmsg_len < sizeof header || header.nlmsg_len > len - at)
			break;
		at += NLMSG_ALIGN(header.nlmsg_len);
	}
	return 0;
}

bool facts_netlink_dump(struct facts_system *system, uint16_t request, struct buf *out)
{
	(void)system;
	_Alignas(struct nlmsghdr) char piece[RECEIVE];
	autoclose int fd = ask(request);
	if (fd < 0)
		return false;
	int complete = 0;
	while (!complete) {
		ssize_t got = recv(fd, piece, sizeof piece, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || out->len > LONGEST_DUMP)
			return false;
		complete = is_complete(piece, (size_t)got);
		buf_add(out, piece, (size_t)got);
	}
	return complete > 0;
}

const struct nlmsghdr *facts_next_message(const struct buf *dump, size_t *at, uint16_t type,
					  size_t body_size)
{
	while (dump->len > *at && dump->len - *at >= sizeof(struct nlmsghdr)) {
		const struct nlmsghdr *message = (const void *)(dump->data + *at);
		/* Before it is rounded up: NLMSG_ALIGN makes 0 of the greatest length. */
		if (message->nlmsg_len < sizeof *message || message->nlmsg_len > dump->len - *at)
			return NULL;
		*at += NLMSG_ALIGN(message->nlmsg_len);
		if (message->nlmsg_type == type && message->nlmsg_len >= NLMSG_LENGTH(body_size))
			return message;
	}
	return NULL;
}

void facts_attributes(const struct nlmsghdr *message, size_t body_size,
		      const struct rtattr *attributes[FACTS_ATTRIBUTES])
{
	size_t at = NLMSG_LENGTH(NLMSG_ALIGN(body_size)), end = message->nlmsg_len;
	memset(attributes, 0, FACTS_ATTRIBUTES * sizeof *attributes);
	while (at < end && end - at >= sizeof(struct rtattr)) {
		const struct rtattr *attribute = (const void *)((const char *)message + at);
		if (attribute->rta_len < sizeof *attribute || attribute->rta_len > end - at)
			return;
		if (attribute->rta_type < FACTS_ATTRIBUTES)
			attributes[attribute->rta_type] = attribute;
		at += RTA_ALIGN((size_t)attribute->rta_len);
	}
}

static size_t size_of(const struct rtattr *attribute)
{
	return attribute->rta_len - RTA_LENGTH(0);
}

uint32_t facts_attribute_u32(const struct rtattr *attribute)
{
	uint32_t number = 0;
	if (attribute && size_of(attribute) == sizeof number)
		memcpy(&number, RTA_DATA(attribute), sizeof number);
	return number;
}

char *facts_attribute_text(struct arena *arena, const struct rtattr *attribute)
{
	if (!attribute || !size_of(attribute))
		return NULL;
	const char *text = RTA_DATA(attribute);
	return arena_strndup(arena, text, strnlen(text, size_of(attribute)));
}

char *facts_attribute_address(struct arena *arena, const struct rtattr *attribute)
{
	char text[INET6_ADDRSTRLEN];
	size_t size = attribute ? size_of(attribute) : 0;
	if (size != 4 && size != 16)
		return NULL;
	inet_ntop(size == 4 ? AF_INET : AF_INET6, RTA_DATA(attribute), text, sizeof text);
	return arena_strdup(arena, text);
}

char *facts_attribute_mac(struct arena *arena, const struct rtattr *attribute)
{
	size_t size = attribute ? size_of(attribute) : 0;
	const unsigned char *bytes = size ? RTA_DATA(attribute) : NULL;
	if (size != 6 && size != 20) /* Ethernet, InfiniBand */
		return NULL;
	char *text = arena_alloc(arena, size * 3);
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < size; i++) {
		text[i * 3] = digits[bytes[i] >> 4];
		text[i * 3 + 1] = digits[bytes[i] & 15];
		text[i * 3 + 2] = i + 1 < size ? ':' : '\0';
	}
	return text;
}
