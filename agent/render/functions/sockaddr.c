/* What go-sockaddr's templates call over this host's interfaces. Its math function and its less
 * used RFCs are not here and refused by name. */
#include "agent/render/functions/functions.h"

#include "agent/render/functions/interfaces.h"
#include "common/own.h"

#include <string.h>
#include <strings.h>

#define PUBLIC_TOO                                                                                 \
	"0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 "             \
	"192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 "   \
	"203.0.113.0/24 240.0.0.0/4 ::1/128 ::/128 64:ff9b::/96 ::ffff:0:0/96 100::/64 2001::/16 " \
	"2002::/16 fc00::/7 fe80::/10"
#define NOT_FORWARDED                                                                              \
	"0.0.0.0/8 127.0.0.0/8 169.254.0.0/16 192.0.0.0/24 192.0.2.0/24 198.51.100.0/24 "          \
	"203.0.113.0/24 240.0.0.0/4 ::1/128 ::/128 ::ffff:0:0/96 2001::/23 2001:db8::/32 "         \
	"2001:10::/28 fe80::/10"

static const struct {
	const char *number, *networks;
} rfcs[] = {{"1918", "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16"},
	    {"3927", "169.254.0.0/16"},
	    {"4193", "fc00::/7"},
	    {"6598", "100.64.0.0/10"},
	    {"6890", PUBLIC_TOO}};

static const char *attribute(const struct value *address, const char *name)
{
	const char *text = value_text(value_get(address, name));
	return text ? text : "";
}

/* What one word of a selector asks of an address: 1 yes, 0 no, -1 with the error. */
typedef int test_function(struct call *call, const struct value *address, const char *word,
			  struct error *err);

static int matches(struct call *call, const char *pattern, const char *text, struct error *err)
{
	struct value *args[] = {value_string(call->arena, pattern),
				value_string(call->arena, text)};
	struct call inner = {call->state, call->arena, args, 2, NULL};
	const struct value *found = function_find("regexMatch", 10)->call(&inner, err);
	return found ? found->boolean : -1;
}

static int test_name(struct call *call, const struct value *address, const char *word,
		     struct error *err)
{
	return matches(call, word, attribute(address, "name"), err);
}

static int test_address(struct call *call, const struct value *address, const char *word,
			struct error *err)
{
	return matches(call, word, attribute(address, "string"), err);
}

static int test_flag(struct call *call, const struct value *address, const char *word,
		     struct error *err)
{
	static const char *const flags[] = {"up", "broadcast", "loopback", "multicast"};
	(void)call;
	if (strcasecmp(word, "forwardable") == 0)
		return !interfaces_in_networks(attribute(address, "address"), NOT_FORWARDED);
	if (strcasecmp(word, "link-local unicast") == 0)
		return interfaces_in_networks(attribute(address, "address"),
					      "169.254.0.0/16 fe80::/10");
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		if (strcasecmp(word, flags[i]) == 0)
			return strstr(attribute(address, "flags"), flags[i]) != NULL;
	return error_set(err, "Unknown interface flag: \"%s\"", word);
}

static int test_network(struct call *call, const struct value *address, const char *word,
			struct error *err)
{
	(void)call;
	(void)err;
	return interfaces_in_networks(attribute(address, "address"), word);
}

static int test_rfc(struct call *call, const struct value *address, const char *word,
		    struct error *err)
{
	(void)call;
	for (size_t i = 0; i < COUNT_OF(rfcs); i++)
		if (strcmp(rfcs[i].number, word) == 0)
			return interfaces_in_networks(attribute(address, "address"),
						      rfcs[i].networks);
	return error_set(err, "unsupported RFC %s: 1918, 3927, 4193, 6598 and 6890 are known",
			 word);
}

static int test_size(struct call *call, const struct value *address, const char *word,
		     struct error *err)
{
	(void)call;
	(void)err;
	return strcmp(attribute(address, "mask_bits"), word) == 0;
}

static int test_type(struct call *call, const struct value *address, const char *word,
		     struct error *err)
{
	(void)call;
	if (strcasecmp(word, "ip") != 0 && strcasecmp(word, "ipv4") != 0 &&
	    strcasecmp(word, "ipv6") != 0)
		return error_set(err, "unsupported type \"%s\"", word);
	return strcasecmp(word, "ip") == 0 || strcasecmp(word, attribute(address, "type")) == 0;
}

static const struct {
	const char *name;
	test_function *test;
	bool whole;   /* the selector is one pattern, not words between "|" */
	bool in_turn; /* first what fits the first word, then what fits the second, as Go */
} selectors[] = {
	{"address", test_address, true, false}, {"name", test_name, true, false},
	{"flag", test_flag, false, false},      {"flags", test_flag, false, false},
	{"network", test_network, false, true}, {"rfc", test_rfc, false, true},
	{"rfcs", test_rfc, false, true},        {"size", test_size, false, false},
	{"type", test_type, false, false},
};

/* Does one of the words fit? */
static int fits(struct call *call, size_t selector, const struct value *address, const char *words,
		struct error *err)
{
	for (const char *at = words;;) {
		size_t len = selectors[selector].whole ? strlen(at) : strcspn(at, "|");
		int found = selectors[selector].test(call, address,
						     arena_strndup(call->arena, at, len), err);
		if (found || !at[len])
			return found;
		at += len + 1;
	}
}

static struct value *address_list(struct call *call, const struct value *given, struct error *err)
{
	if (given->kind == VALUE_LIST && given->type &&
	    strcmp(given->type, "sockaddr.IfAddrs") == 0)
		return type_named(value_list(call->arena), "sockaddr.IfAddrs");
	error_set(err, "sockaddr.IfAddrs is needed here, not %s", type_name(given));
	return NULL;
}

static bool add_fitting(struct call *call, size_t selector, const char *words,
			const struct value *given, bool keep, struct value *list, struct error *err)
{
	for (size_t i = 0; i < given->list.len; i++) {
		int found = fits(call, selector, given->list.items[i], words, err);
		if (found < 0)
			return false;
		if ((found > 0) == keep)
			value_append(call->arena, list, given->list.items[i]);
	}
	return true;
}

static struct value *filter(struct call *call, const char *name, const char *words,
			    const struct value *given, bool keep, struct error *err)
{
	struct value *list = address_list(call, given, err);
	size_t selector = 0;
	while (selector < COUNT_OF(selectors) && strcasecmp(selectors[selector].name, name) != 0)
		selector++;
	if (list && selector == COUNT_OF(selectors)) {
		error_set(err, "invalid %s selector \"%s\"", keep ? "include" : "exclude", name);
		return NULL;
	}
	bool in_turn = list && selectors[selector].in_turn;
	for (const char *at = words; list; at++) {
		size_t len = in_turn ? strcspn(at, "|") : strlen(at);
		if (!add_fitting(call, selector, arena_strndup(call->arena, at, len), given, keep,
				 list, err))
			return NULL;
		at += len;
		if (!*at)
			break;
	}
	return list;
}

static struct value *sockaddr_include(struct call *call, struct error *err)
{
	return filter(call, call_text(call, 0), call_text(call, 1), call->args[2], true, err);
}

static struct value *sockaddr_exclude(struct call *call, struct error *err)
{
	return filter(call, call_text(call, 0), call_text(call, 1), call->args[2], false, err);
}

static int compare(struct call *call, const char *by, size_t len, const struct value *a,
		   const struct value *b)
{
	if (len == 7 && strncasecmp(by, "default", len) == 0) {
		const char *name = interfaces_default(call->arena);
		return name ? (strcmp(attribute(b, "name"), name) == 0) -
				       (strcmp(attribute(a, "name"), name) == 0)
			    : 0;
	}
	if (len == 7 && strncasecmp(by, "private", len) == 0)
		return interfaces_in_networks(attribute(b, "address"), PUBLIC_TOO) -
		       interfaces_in_networks(attribute(a, "address"), PUBLIC_TOO);
	if (len == 4 && strncasecmp(by, "size", len) == 0)
		return (int)strtol(attribute(a, "mask_bits"), NULL, 10) -
		       (int)strtol(attribute(b, "mask_bits"), NULL, 10);
	if (len == 4 && strncasecmp(by, "name", len) == 0)
		return strcmp(attribute(a, "name"), attribute(b, "name"));
	int types = strcmp(attribute(a, "type"), attribute(b, "type"));
	if (len == 4)
		return types;
	return types ? 0 : strcmp(attribute(a, "hex"), attribute(b, "hex"));
}

static bool is_clause(const char *by, size_t len)
{
	static const char *const names[] = {"address", "default", "name",
					    "private", "size",    "type"};
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strlen(names[i]) == len && strncasecmp(names[i], by, len) == 0)
			return true;
	return false;
}

/* What the first clause says that tells the two apart. */
static int compare_all(struct call *call, const char *clauses, const struct value *a,
		       const struct value *b)
{
	for (const char *at = clauses;; at++) {
		size_t len = strcspn(at, ","), sign = *at == '-' || *at == '+';
		int order = compare(call, at + sign, len - sign, a, b);
		if (order)
			return *at == '-' ? -order : order;
		at += len;
		if (!*at)
			return 0;
	}
}

static bool are_clauses(const char *clauses, struct error *err)
{
	for (const char *at = clauses;; at++) {
		size_t len = strcspn(at, ","), sign = *at == '-' || *at == '+';
		if (!is_clause(at + sign, len - sign)) {
			error_set(err, "unknown sort type: \"%.*s\"", (int)len, at);
			return false;
		}
		at += len;
		if (!*at)
			return true;
	}
}

static struct value *sockaddr_sort(struct call *call, struct error *err)
{
	const char *clauses = call_text(call, 0);
	const struct value *given = call->args[1];
	struct value *list = address_list(call, given, err);
	if (!list || !are_clauses(clauses, err))
		return NULL;
	for (size_t i = 0; i < given->list.len; i++) {
		value_append(call->arena, list, given->list.items[i]);
		struct value **items = list->list.items;
		for (size_t at = i; at && compare_all(call, clauses, items[at - 1], items[at]) > 0;
		     at--) {
			struct value *moved = items[at];
			items[at] = items[at - 1];
			items[at - 1] = moved;
		}
	}
	return list;
}

static struct value *sockaddr_limit(struct call *call, struct error *err)
{
	struct value *list = address_list(call, call->args[1], err);
	const struct value *given = call->args[1];
	for (size_t i = 0; list && i < given->list.len && (int64_t)i < call->args[0]->integer; i++)
		value_append(call->arena, list, given->list.items[i]);
	return list;
}

static struct value *sockaddr_offset(struct call *call, struct error *err)
{
	struct value *list = address_list(call, call->args[1], err);
	const struct value *given = call->args[1];
	int64_t from = call->args[0]->integer, len = (int64_t)given->list.len;
	if (list && (from > len || from < -len)) {
		error_set(err,
			  "unable to seek past the end of the interface array: offset (%lld) "
			  "exceeds the number of interfaces (%lld)",
			  (long long)from, (long long)len);
		return NULL;
	}
	for (int64_t i = from < 0 ? len + from : from; list && i < len; i++)
		value_append(call->arena, list, given->list.items[i]);
	return list;
}

static struct value *sockaddr_unique(struct call *call, struct error *err)
{
	const char *by = call_text(call, 0), *last = NULL;
	struct value *list = address_list(call, call->args[1], err);
	if (list && strcasecmp(by, "address") != 0 && strcasecmp(by, "name") != 0) {
		error_set(err, "unsupported unique constraint \"%s\"", by);
		return NULL;
	}
	for (size_t i = 0; list && i < call->args[1]->list.len; i++) {
		struct value *one = call->args[1]->list.items[i];
		const char *now = attribute(one, strcasecmp(by, "name") ? "string" : "name");
		if (!last || strcmp(last, now) != 0)
			value_append(call->arena, list, one);
		last = now;
	}
	return list;
}

static struct value *attribute_value(struct call *call, const struct value *address,
				     struct error *err)
{
	auto_buf struct buf name = {0};
	buf_puts(&name, call_text(call, 0));
	for (size_t i = 0; i < name.len; i++)
		name.data[i] = (char)(name.data[i] |
				      (name.data[i] >= 'A' && name.data[i] <= 'Z' ? 0x20 : 0));
	struct value *found = value_get(address, buf_text(&name));
	if (!found)
		error_set(err, "unsupported attribute name \"%s\"", buf_text(&name));
	return found;
}

static struct value *sockaddr_attr(struct call *call, struct error *err)
{
	const struct value *given = call->args[1];
	if (given->kind == VALUE_MAP && given->type && strcmp(given->type, "sockaddr.IfAddr") == 0)
		return attribute_value(call, given, err);
	if (!address_list(call, given, err))
		return NULL;
	if (!given->list.len)
		return value_string(call->arena, "");
	return attribute_value(call, given->list.items[0], err);
}

static struct value *joined(struct call *call, const struct value *given, const char *separator,
			    struct error *err)
{
	auto_buf struct buf text = {0};
	if (!address_list(call, given, err))
		return NULL;
	for (size_t i = 0; i < given->list.len; i++) {
		const struct value *one = attribute_value(call, given->list.items[i], err);
		if (!one)
			return NULL;
		buf_puts(&text, i ? separator : "");
		buf_puts(&text, one->string.data);
	}
	return call_string(call, &text);
}

static struct value *sockaddr_join(struct call *call, struct error *err)
{
	return joined(call, call->args[2], call_text(call, 1), err);
}

static struct value *all_interfaces(struct call *call, struct error *err)
{
	return interfaces_all(call->arena, err);
}

static struct value *default_interfaces(struct call *call, struct error *err)
{
	struct value *all = interfaces_all(call->arena, err);
	const char *name = interfaces_default(call->arena);
	if (all && !name) {
		error_set(err, "No default interface found");
		return NULL;
	}
	struct value *list = all ? address_list(call, all, err) : NULL;
	for (size_t i = 0; list && i < all->list.len; i++)
		if (strcmp(attribute(all->list.items[i], "name"), name) == 0)
			value_append(call->arena, list, all->list.items[i]);
	return list;
}

const struct function functions_addresses[] = {
	{"GetAllInterfaces", "", all_interfaces},
	{"GetDefaultInterfaces", "", default_interfaces},
	{"include", "ssa", sockaddr_include},
	{"exclude", "ssa", sockaddr_exclude},
	{"sort", "sa", sockaddr_sort},
	{"limit", "ia", sockaddr_limit},
	{"offset", "ia", sockaddr_offset},
	{"unique", "sa", sockaddr_unique},
	{"attr", "sa", sockaddr_attr},
	{"join", "ssa", sockaddr_join},
	{NULL, NULL, NULL},
};
