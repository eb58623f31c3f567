#include "agent/render/functions/sprig.h"

#include "agent/render/template/strconv.h"

#include <ctype.h>
#include <string.h>

/* Addresses in parts, as Go's net/url sees them. */
struct span {
	const char *data;
	size_t len;
};

static struct span cut_off(struct span *text, size_t at, size_t skip)
{
	struct span rest = {text->data + at + skip, text->len - at - skip};
	text->len = at;
	return rest;
}

static bool splits(struct span *text, char c, struct span *rest)
{
	const char *at = text->len ? memchr(text->data, c, text->len) : NULL;
	*rest = at ? cut_off(text, (size_t)(at - text->data), 1) : (struct span){"", 0};
	return at != NULL;
}

static void set_part(const struct call *call, struct value *map, const char *key, struct span text)
{
	value_set(call->arena, map, key, value_stringn(call->arena, text.data, text.len));
}

static void unparsable(const struct call *call, const char *why, struct span text,
		       struct error *err)
{
	auto_buf struct buf quoted = {0}, detail = {0};
	strconv_quote(&quoted, call_text(call, 0), call_len(call, 0), false);
	if (text.data)
		strconv_quote(&detail, text.data, text.len, false);
	error_set(err, "unable to parse url: parse %s: %s%s", buf_text(&quoted), why,
		  buf_text(&detail));
}

static bool is_hex(struct span text, size_t at)
{
	return at < text.len && isxdigit((unsigned char)text.data[at]);
}

static unsigned hex_digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

static bool unescape(const struct call *call, struct span text, struct buf *out, struct error *err)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] != '%') {
			buf_putc(out, text.data[i]);
			continue;
		}
		if (!is_hex(text, i + 1) || !is_hex(text, i + 2)) {
			size_t len = text.len - i < 3 ? text.len - i : 3;
			unparsable(call, "invalid URL escape ", (struct span){text.data + i, len},
				   err);
			return false;
		}
		buf_putc(out,
			 (char)(hex_digit(text.data[i + 1]) << 4 | hex_digit(text.data[i + 2])));
		i += 2;
	}
	return true;
}

static bool set_unescaped(const struct call *call, struct value *map, const char *key,
			  struct span text, struct error *err)
{
	auto_buf struct buf plain = {0};
	if (!unescape(call, text, &plain, err))
		return false;
	set_part(call, map, key, (struct span){buf_text(&plain), plain.len});
	return true;
}

/* What may stand unescaped, beside letters, digits and "-_.~". */
static const char path_marks[] = "$&+,/:;=@", fragment_marks[] = "$&+,/:;=?@!()*",
		  user_marks[] = "$&+,;=";

static void escape(struct buf *out, const char *text, size_t len, const char *marks)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c < 0x80 && (isalnum(c) || (c && (strchr("-_.~", c) || strchr(marks, c)))))
			buf_putc(out, text[i]);
		else
			buf_printf(out, "%%%02X", c);
	}
}

static bool set_userinfo(const struct call *call, struct value *map, struct span user,
			 struct error *err)
{
	auto_buf struct buf out = {0}, name = {0}, password = {0};
	struct span behind;
	for (size_t i = 0; i < user.len; i++) {
		unsigned char c = (unsigned char)user.data[i];
		if (!isalnum(c) && !(c && strchr("-._:~!$&'()*+,;=%@", c))) {
			unparsable(call, "net/url: invalid userinfo", (struct span){NULL, 0}, err);
			return false;
		}
	}
	bool has_password = splits(&user, ':', &behind);
	if (!unescape(call, user, &name, err) || !unescape(call, behind, &password, err))
		return false;
	escape(&out, buf_text(&name), name.len, user_marks);
	if (has_password) {
		buf_putc(&out, ':');
		escape(&out, buf_text(&password), password.len, user_marks);
	}
	set_part(call, map, "userinfo", (struct span){buf_text(&out), out.len});
	return true;
}

/* In names of hosts only what is not ASCII may be escaped. */
static bool is_host(const struct call *call, struct span host, struct error *err)
{
	for (size_t i = 0; i < host.len; i++) {
		char c = host.data[i];
		struct span text = {host.data + i, host.len - i < 3 ? host.len - i : 3};
		bool plain = (unsigned char)c >= 0x80 || isalnum((unsigned char)c) ||
			     (c && strchr("-_.~%!$&'()*+,;=:[]<>\"", c));
		bool ascii = c == '%' && is_hex(text, 1) && hex_digit(text.data[1]) < 8;
		if (ascii && memcmp(text.data, "%25", text.len) != 0) {
			unparsable(call, "invalid URL escape ", text, err);
			return false;
		}
		if (!plain) {
			auto_buf struct buf why = {0};
			buf_puts(&why, "invalid character ");
			strconv_quote(&why, &c, 1, false);
			buf_puts(&why, " in host name");
			unparsable(call, buf_text(&why), (struct span){NULL, 0}, err);
			return false;
		}
	}
	return true;
}

/* The port with its colon; a host in brackets has colons of its own. */
static bool set_host(const struct call *call, struct value *map, struct span host,
		     struct error *err)
{
	const char *bracket =
		host.len && host.data[0] == '[' ? memchr(host.data, ']', host.len) : NULL;
	if (host.len && host.data[0] == '[' && !bracket) {
		unparsable(call, "missing ']' in host", (struct span){NULL, 0}, err);
		return false;
	}
	size_t from = bracket ? (size_t)(bracket - host.data) + 1 : 0;
	const char *colon = bracket ? bracket + 1 : memrchr(host.data, ':', host.len);
	size_t end = colon ? (size_t)(colon - host.data) : host.len;
	struct span port = {host.data + end, host.len - end};
	bool valid = !port.len || port.data[0] == ':';
	for (size_t i = 1; i < port.len; i++)
		valid = valid && isdigit((unsigned char)port.data[i]);
	if (!valid) {
		auto_buf struct buf why = {0};
		strconv_quote(&why, port.data, port.len, false);
		buf_puts(&why, " after host");
		auto_buf struct buf all = {0};
		buf_printf(&all, "invalid port %s", buf_text(&why));
		unparsable(call, buf_text(&all), (struct span){NULL, 0}, err);
		return false;
	}
	struct span name = {host.data + (bracket != NULL), bracket ? from - 2 : end};
	return is_host(call, host, err) && set_unescaped(call, map, "host", host, err) &&
	       set_unescaped(call, map, "hostname", name, err);
}

static bool set_authority(const struct call *call, struct value *map, struct span *rest,
			  struct error *err)
{
	const char *slash = memchr(rest->data + 2, '/', rest->len - 2);
	size_t end = slash ? (size_t)(slash - rest->data) : rest->len;
	struct span host = {rest->data + 2, end - 2};
	const char *at = memrchr(host.data, '@', host.len);
	*rest = (struct span){rest->data + end, rest->len - end};
	if (at) {
		struct span user = host;
		host = cut_off(&user, (size_t)(at - user.data), 1);
		if (!set_host(call, map, host, err))
			return false;
		return set_userinfo(call, map, user, err);
	}
	return set_host(call, map, host, err);
}

/* Length of the scheme in front of a colon; 0: there is none. */
static size_t scheme_length(struct span text)
{
	size_t len = strspn(text.data, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "0123456789+-.");
	bool named = len && isalpha((unsigned char)text.data[0]);
	return named && len < text.len && text.data[len] == ':' ? len : 0;
}

static struct span take_scheme(const struct call *call, struct value *map, struct span text)
{
	size_t len = scheme_length(text);
	auto_buf struct buf lower = {0};
	for (size_t i = 0; i < len; i++)
		buf_putc(&lower, (char)tolower((unsigned char)text.data[i]));
	set_part(call, map, "scheme", (struct span){buf_text(&lower), len});
	return len ? cut_off(&text, len, 1) : text;
}

/* What can't begin an address without a scheme. */
static const char *refusal(const struct call *call, struct span text)
{
	for (size_t i = 0; i < call_len(call, 0); i++)
		if ((unsigned char)call_text(call, 0)[i] < ' ' || call_text(call, 0)[i] == 0x7F)
			return "net/url: invalid control character in URL";
	if (scheme_length(text))
		return NULL;
	if (text.len && text.data[0] == ':')
		return "missing protocol scheme";
	struct span behind, segment = text;
	splits(&segment, '?', &behind);
	splits(&segment, '/', &behind);
	return segment.len && memchr(segment.data, ':', segment.len)
		       ? "first path segment in URL cannot contain colon"
		       : NULL;
}

static struct value *urls_parse(struct call *call, struct error *err)
{
	static const char *const keys[] = {"scheme", "host",   "hostname", "path",
					   "query",  "opaque", "fragment", "userinfo"};
	struct value *map = value_map(call->arena);
	struct span text = {call_text(call, 0), call_len(call, 0)}, fragment, query;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		set_part(call, map, keys[i], (struct span){"", 0});
	splits(&text, '#', &fragment);
	const char *refused = refusal(call, text);
	if (refused) {
		unparsable(call, refused, (struct span){NULL, 0}, err);
		return NULL;
	}
	struct span rest = take_scheme(call, map, text);
	bool absolute = rest.len != text.len;
	splits(&rest, '?', &query);
	set_part(call, map, "query", query);
	bool rooted = rest.len && rest.data[0] == '/';
	if (absolute && !rooted) {
		set_part(call, map, "opaque", rest);
		rest.len = 0;
	}
	bool local = !absolute && rest.len > 2 && memcmp(rest.data, "///", 3) == 0;
	if (rest.len > 1 && memcmp(rest.data, "//", 2) == 0 && !local &&
	    !set_authority(call, map, &rest, err))
		return NULL;
	return set_unescaped(call, map, "path", rest, err) &&
			       set_unescaped(call, map, "fragment", fragment, err)
		       ? map
		       : NULL;
}

static bool get_part(const struct call *call, const char *key, struct span *part, struct error *err)
{
	const struct value *found = value_get(call->args[0], key);
	*part = (struct span){"", 0};
	if (!found)
		return true;
	if (found->kind != VALUE_STRING) {
		error_set(err, "unable to parse %s key, must be of type string, but %s found", key,
			  sprig_kind(found));
		return false;
	}
	*part = (struct span){found->string.data, found->string.len};
	return true;
}

struct url {
	struct span scheme, host, path, query, opaque, fragment, userinfo;
};

static void add(struct buf *out, struct span text)
{
	buf_add(out, text.data, text.len);
}

static void write_authority(struct buf *out, const struct url *url)
{
	struct span path = url->path;
	if (url->scheme.len || url->host.len || url->userinfo.len) {
		if (url->host.len || path.len || url->userinfo.len)
			buf_puts(out, "//");
		add(out, url->userinfo);
		if (url->userinfo.len)
			buf_putc(out, '@');
		escape(out, url->host.data, url->host.len, "!$&'()*+,;=:[]<>\"");
	}
	if (path.len && path.data[0] != '/' && url->host.len)
		buf_putc(out, '/');
	struct span segment = path, behind;
	splits(&segment, '/', &behind);
	if (!out->len && segment.len && memchr(segment.data, ':', segment.len))
		buf_puts(out, "./");
	if (path.len == 1 && path.data[0] == '*')
		buf_putc(out, '*');
	else
		escape(out, path.data, path.len, path_marks);
}

static struct value *urls_join(struct call *call, struct error *err)
{
	auto_buf struct buf out = {0};
	struct url url;
	if (!get_part(call, "scheme", &url.scheme, err) ||
	    !get_part(call, "host", &url.host, err) || !get_part(call, "path", &url.path, err) ||
	    !get_part(call, "query", &url.query, err) ||
	    !get_part(call, "opaque", &url.opaque, err) ||
	    !get_part(call, "fragment", &url.fragment, err) ||
	    !get_part(call, "userinfo", &url.userinfo, err))
		return NULL;
	add(&out, url.scheme);
	if (url.scheme.len)
		buf_putc(&out, ':');
	if (url.opaque.len)
		add(&out, url.opaque);
	else
		write_authority(&out, &url);
	if (url.query.len)
		buf_putc(&out, '?');
	add(&out, url.query);
	if (url.fragment.len)
		buf_putc(&out, '#');
	escape(&out, url.fragment.data, url.fragment.len, fragment_marks);
	return sprig_text(call, &out, err);
}

const struct function functions_sprig_urls[] = {
	{"sprig_urlJoin", "M", urls_join},
	{"sprig_urlParse", "s", urls_parse},
	{NULL, NULL, NULL},
};
