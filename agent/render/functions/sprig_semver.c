#include "agent/render/functions/sprig.h"

#include "agent/render/template/strconv.h"

#include <string.h>

/* Semantic versions (https://semver.org), of which parts may be missing. */
struct version {
	uint64_t parts[3];
	size_t count;    /* parts that are there and no "x" */
	const char *pre; /* behind "-" */
	size_t pre_len;
};

static const char digits[] = "0123456789",
		  letters[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-.";

static bool is_wildcard(const char *text)
{
	return *text && strchr("xX*", *text) != NULL;
}

/* Reads a version; returns what is behind it, or NULL where there is none. */
static const char *read_version(const char *at, bool wildcards, struct version *version)
{
	bool open = true; /* no "x" so far */
	*version = (struct version){.pre = ""};
	at += *at == 'v';
	for (size_t i = 0; i < 3; i++) {
		size_t len = strspn(at, digits);
		if (wildcards && is_wildcard(at)) {
			len = 1;
			open = false;
		} else if (!len || strconv_uint(at, len, 10, &version->parts[i]) != STRCONV_OK) {
			return NULL;
		}
		version->count += open;
		at += len;
		if (*at != '.' || i == 2)
			break;
		at++;
	}
	if (*at == '-') {
		version->pre = at + 1;
		version->pre_len = strspn(at + 1, letters);
		at += 1 + version->pre_len;
	}
	return *at == '+' ? at + 1 + strspn(at + 1, letters) : at;
}

/* One part of what is behind "-": numbers come before words. */
static int compare_identifiers(const char *a, size_t m, const char *b, size_t n)
{
	bool left = strspn(a, digits) >= m, right = strspn(b, digits) >= n;
	if (left != right)
		return left ? -1 : 1;
	if (left && m != n)
		return m < n ? -1 : 1;
	int order = memcmp(a, b, m < n ? m : n);
	return order ? order : (m > n) - (m < n);
}

static int compare_pre(const struct version *a, const struct version *b)
{
	const char *left = a->pre, *right = b->pre;
	const char *left_end = left + a->pre_len, *right_end = right + b->pre_len;
	if (!a->pre_len || !b->pre_len)
		return (b->pre_len > 0) - (a->pre_len > 0);
	while (left < left_end && right < right_end) {
		const char *dot = memchr(left, '.', (size_t)(left_end - left));
		const char *other = memchr(right, '.', (size_t)(right_end - right));
		size_t m = (size_t)((dot ? dot : left_end) - left);
		size_t n = (size_t)((other ? other : right_end) - right);
		int order = compare_identifiers(left, m, right, n);
		if (order)
			return order;
		left += m + 1;
		right += n + 1;
	}
	return (left < left_end) - (right < right_end);
}

static int compare(const struct version *a, const struct version *b)
{
	for (size_t i = 0; i < 3; i++)
		if (a->parts[i] != b->parts[i])
			return a->parts[i] < b->parts[i] ? -1 : 1;
	return compare_pre(a, b);
}

/* Are the first `count` parts the same? */
static bool same_parts(const struct version *a, const struct version *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (a->parts[i] != b->parts[i])
			return false;
	return true;
}

/* ^: up to the next change of the first part that is not 0. */
static size_t caret_parts(const struct version *wanted)
{
	size_t fixed = 1;
	while (fixed < wanted->count && wanted->parts[fixed - 1] == 0)
		fixed++;
	return wanted->count ? fixed : 0;
}

static bool fits(const char *operator, size_t len, const struct version *given,
		 const struct version *wanted)
{
	int order = compare(given, wanted);
	bool within = same_parts(given, wanted, wanted->count);
	bool partial = wanted->count < 3;
	if (given->pre_len && !wanted->pre_len)
		return len == 2 && operator[0] == '!';
	if (len == 2 && operator[0] == '!')
		return partial ? !within : order != 0;
	if (len && operator[0] == '~')
		return order >= 0 &&
		       same_parts(given, wanted, wanted->count < 2 ? wanted->count : 2);
	if (len && operator[0] == '^')
		return order >= 0 && same_parts(given, wanted, caret_parts(wanted));
	bool equals = memchr(operator, '=', len) != NULL;
	if (memchr(operator, '>', len))
		return equals ? order >= 0 : order > 0 && !(partial && within);
	if (memchr(operator, '<', len))
		return equals ? order <= 0 || (partial && within) : order < 0;
	return partial ? within : order == 0;
}

static bool improper(const char *constraint, struct error *err)
{
	error_set(err, "improper constraint: %s", constraint);
	return false;
}

/* Constraints with commas or spaces between them must all fit: *met. */
static const char *all_fit(const char *at, const struct version *given, bool *met)
{
	*met = true;
	do {
		at += strspn(at, " ,");
		size_t len = strspn(at, "=!<>~^");
		const char *operator= at;
		struct version wanted, end;
		at += len;
		at = read_version(at + strspn(at, " "), true, &wanted);
		if (!at)
			return NULL;
		if (!len && strncmp(at, " - ", 3) == 0) {
			at = read_version(at + 3 + strspn(at + 3, " "), true, &end);
			if (!at)
				return NULL;
			*met = *met && fits(">=", 2, given, &wanted) && fits("<=", 2, given, &end);
		} else {
			*met = *met && fits(operator, len, given, &wanted);
		}
		at += strspn(at, " ");
	} while (*at && *at != '|');
	return at;
}

/* *met: does one of the alternatives, with || between them, fit? */
static bool any_fits(const char *constraint, const struct version *given, bool *met,
		     struct error *err)
{
	const char *at = constraint;
	for (;;) {
		bool all;
		at = all_fit(at, given, &all);
		if (!at || (*at && strncmp(at, "||", 2) != 0))
			return improper(constraint, err);
		*met = *met || all;
		if (!*at)
			return true;
		at += 2;
	}
}

static struct value *semver_compare(struct call *call, struct error *err)
{
	struct version given;
	bool met = false;
	const char *end = read_version(call_text(call, 1), false, &given);
	if (!any_fits(call_text(call, 0), &given, &met, err))
		return NULL;
	if (!end || *end)
		return sprig_fail(err, "Invalid Semantic Version");
	return value_bool(call->arena, met);
}

const struct function functions_sprig_semver[] = {
	{"sprig_semverCompare", "ss", semver_compare},
	{NULL, NULL, NULL},
};
