/* `urlize`: addresses in a text become links of HTML
 * (https://jinja.palletsprojects.com/en/stable/templates/#jinja-filters.urlize). */
#include "common/memory.h"
#include "common/own.h"
#include "host/jinja/filters.h"
#include "host/jinja/strings.h"

#include <ctype.h>
#include <regex.h>
#include <string.h>
#include <strings.h>

/* What counts as an address. A host of these endings needs no scheme before it. */
#define LETTERS   "[:alnum:]_\x80-\xff" /* bytewise: all beyond ASCII */
#define HOST_NAME "([" LETTERS "%-]+\\.)*([a-z]{2,63}|xn--[" LETTERS "%]{2,59})"
#define BARE_HOST "([" LETTERS "%-]{2,63}\\.)+(com|net|int|edu|gov|org|info|mil)"
#define NUMBERS                                                                                    \
	"https?://([0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[([0-9a-f]{0,4}:){2}([0-9a-f]{0,4}:?){1,6}\\])"
#define REST "(:[0-9]{1,5})?([/?#][^[:space:]]*)?$"
static const char web_pattern[] =
	"^((https?://|www\\.)" HOST_NAME "|" BARE_HOST "|" NUMBERS ")" REST;
static const char mail_pattern[] = "^[^[:space:]]+@[" LETTERS "][" LETTERS ".-]*\\.[" LETTERS "]+$";

struct linking {
	struct run *run;
	struct buf out;
	regex_t web, mail;
	int64_t limit;               /* characters of a link's text, -1: all */
	const char *attributes;      /* of each link to the web */
	const struct value *schemes; /* more that make a link, or NULL */
};

static bool matches(const regex_t *pattern, const char *text)
{
	return regexec(pattern, text, 0, NULL, 0) == 0;
}

static void add_shortened(struct linking *linking, const char *text)
{
	const struct value *string = value_string(linking->run->arena, text);
	bool longer = linking->limit >= 0 && character_count(string) > (size_t)linking->limit;
	size_t len = longer ? character_offset(string, (size_t)linking->limit) : strlen(text);
	buf_add(&linking->out, text, len);
	if (longer)
		buf_puts(&linking->out, "...");
}

static bool has_scheme(const struct linking *linking, const char *word)
{
	for (size_t i = 0; linking->schemes && i < linking->schemes->list.len; i++) {
		const char *scheme = value_text(linking->schemes->list.items[i]);
		if (scheme && strcmp(word, scheme) != 0 &&
		    strncmp(word, scheme, strlen(scheme)) == 0)
			return true;
	}
	return false;
}

static void add_address(struct linking *linking, const char *word)
{
	struct buf *out = &linking->out;
	static const char mailto[] = "mailto:";
	size_t mail_len = sizeof mailto - 1;
	if (matches(&linking->web, word)) {
		bool is_full =
			strncmp(word, "http://", 7) == 0 || strncmp(word, "https://", 8) == 0;
		buf_printf(out, "<a href=\"%s%s\"%s>", is_full ? "" : "https://", word,
			   linking->attributes);
		add_shortened(linking, word);
		buf_puts(out, "</a>");
	} else if (strncmp(word, mailto, mail_len) == 0 &&
		   matches(&linking->mail, word + mail_len)) {
		buf_printf(out, "<a href=\"%s\">%s</a>", word, word + mail_len);
	} else if (strncmp(word, "www.", 4) != 0 && !strchr(word, ':') &&
		   matches(&linking->mail, word)) {
		buf_printf(out, "<a href=\"mailto:%s\">%s</a>", word, word);
	} else if (has_scheme(linking, word)) {
		buf_printf(out, "<a href=\"%s\"%s>%s</a>", word, linking->attributes, word);
	} else {
		buf_puts(out, word);
	}
}

/* Length of the bracket or mark that stands at the text's beginning (end: at its end), 0: none. */
static size_t mark_at(const char *text, size_t len, const char *const *marks, bool end)
{
	for (; *marks; marks++) {
		size_t size = strlen(*marks);
		if (size <= len && memcmp(end ? text + len - size : text, *marks, size) == 0)
			return size;
	}
	return 0;
}

static size_t count_of(const char *text, size_t len, const char *part)
{
	size_t count = 0;
	for (const char *at = text;
	     (at = memmem(at, len - (size_t)(at - text), part, strlen(part))); at += strlen(part))
		count++;
	return count;
}

/* Brackets that were opened inside the word and closed in what follows belong to it. */
static size_t balanced(const char *word, size_t len, size_t whole)
{
	static const char *const pairs[][2] = {{"(", ")"}, {"<", ">"}, {"&lt;", "&gt;"}};
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		size_t opened = count_of(word, len, pairs[i][0]);
		if (opened <= count_of(word, len, pairs[i][1]))
			continue;
		for (; opened; opened--) {
			const char *close =
				memmem(word + len, whole - len, pairs[i][1], strlen(pairs[i][1]));
			if (!close)
				break;
			len = (size_t)(close - word) + strlen(pairs[i][1]);
		}
	}
	return len;
}

static void add_word(struct linking *linking, const char *word, size_t whole)
{
	static const char *const before[] = {"(", "<", "&lt;", NULL};
	static const char *const behind[] = {")", ">", ".", ",", "&gt;", NULL};
	size_t mark, len;
	while ((mark = mark_at(word, whole, before, false))) {
		buf_add(&linking->out, word, mark);
		word += mark;
		whole -= mark;
	}
	for (len = whole; (mark = mark_at(word, len, behind, true));)
		len -= mark;
	len = balanced(word, len, whole);
	add_address(linking, arena_strndup(linking->run->arena, word, len));
	buf_add(&linking->out, word + len, whole - len);
}

static void add_words(struct linking *linking, const struct value *text)
{
	const char *at = text->string.data, *end = at + text->string.len;
	while (at < end) {
		const char *word = at;
		bool space = isspace((unsigned char)*at);
		while (at < end && !isspace((unsigned char)*at) == !space)
			at++;
		if (space)
			buf_add(&linking->out, word, (size_t)(at - word));
		else
			add_word(linking, word, (size_t)(at - word));
	}
}

/* "noopener" and what was asked for, sorted, each once. */
static const char *relations(struct run *run, const struct expression *at, const struct value *rel,
			     bool nofollow)
{
	auto_buf struct buf text = {0};
	buf_printf(&text, "noopener %s %s", nofollow ? "nofollow" : "",
		   value_text(rel) ? value_text(rel) : "");
	struct value *words =
		string_split(run, value_string(run->arena, buf_text(&text)), NULL, -1);
	const struct jinja_function *unique = find_filter("unique"), *sort = find_filter("sort");
	struct value *none[3] = {0}, *as_written[3] = {value_bool(run->arena, true)};
	words = unique->run(run, at, words, as_written);
	words = words ? sort->run(run, at, words, none) : NULL;
	words = words ? string_join(run, at, value_string(run->arena, " "), words) : NULL;
	return value_text(words);
}

static const char *escaped(struct run *run, const struct expression *at, struct value *text)
{
	return value_text(find_filter("escape")->run(run, at, text, NULL));
}

static const char *attributes_of(struct run *run, const struct expression *at,
				 struct value **arguments)
{
	const char *rel = relations(run, at, arguments[3], filter_flag(arguments[1], false));
	const char *target =
		value_is(arguments[2], VALUE_STRING) ? escaped(run, at, arguments[2]) : NULL;
	if (!rel)
		return NULL;
	rel = escaped(run, at, value_string(run->arena, rel));
	return target ? arena_printf(run->arena, " rel=\"%s\" target=\"%s\"", rel, target)
		      : arena_printf(run->arena, " rel=\"%s\"", rel);
}

static void free_linking(struct linking *linking)
{
	buf_free(&linking->out);
	regfree(&linking->web);
	regfree(&linking->mail);
}

/* Our own patterns are right: it can only be memory that is missing. */
static void compile(regex_t *compiled, const char *pattern, int flags)
{
	if (regcomp(compiled, pattern, REG_EXTENDED | REG_NOSUB | flags) == 0)
		return;
	memset(compiled, 0, sizeof *compiled);
	mem_exhausted();
}

static FILTER(do_urlize)
{
	if (!(subject = find_filter("escape")->run(run, at, subject, NULL)))
		return NULL;
	__attribute__((cleanup(free_linking))) struct linking linking = {
		.run = run,
		.limit = filter_integer(arguments[0], -1),
		.attributes = attributes_of(run, at, arguments)};
	if (!linking.attributes)
		return NULL;
	linking.schemes = value_is(arguments[4], VALUE_LIST) ? arguments[4] : NULL;
	compile(&linking.web, web_pattern, REG_ICASE);
	compile(&linking.mail, mail_pattern, 0);
	add_words(&linking, subject);
	return value_stringn(run->arena, buf_text(&linking.out), linking.out.len);
}

static const struct jinja_function filters[] = {
	{"urlize", "trim_url_limit,nofollow,target,rel,extra_schemes", do_urlize},
};
const struct filter_family link_filters = {filters, COUNT_OF(filters)};
