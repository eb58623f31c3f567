/* The sprig functions where Go is no measure: which there are, what is refused, and bounds. What
 * they give is compared with Go's in test_template_go.c. */
#include "agent/render/functions/functions.h"
#include "agent/render/render.h"
#include "common/memory.h"
#include "common/own.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const char *const names[] = {"abbrev",
				    "abbrevboth",
				    "add",
				    "add1",
				    "add1f",
				    "addf",
				    "adler32sum",
				    "ago",
				    "all",
				    "any",
				    "append",
				    "atoi",
				    "b32dec",
				    "b32enc",
				    "b64dec",
				    "b64enc",
				    "base",
				    "bcrypt",
				    "biggest",
				    "buildCustomCert",
				    "camelcase",
				    "cat",
				    "ceil",
				    "chunk",
				    "clean",
				    "coalesce",
				    "compact",
				    "concat",
				    "contains",
				    "decryptAES",
				    "deepCopy",
				    "deepEqual",
				    "default",
				    "derivePassword",
				    "dict",
				    "dig",
				    "dir",
				    "div",
				    "divf",
				    "duration",
				    "durationRound",
				    "empty",
				    "encryptAES",
				    "ext",
				    "fail",
				    "first",
				    "float64",
				    "floor",
				    "fromJson",
				    "genCA",
				    "genCAWithKey",
				    "genPrivateKey",
				    "genSelfSignedCert",
				    "genSelfSignedCertWithKey",
				    "genSignedCert",
				    "genSignedCertWithKey",
				    "get",
				    "has",
				    "hasKey",
				    "hasPrefix",
				    "hasSuffix",
				    "hello",
				    "htpasswd",
				    "indent",
				    "initial",
				    "initials",
				    "int",
				    "int64",
				    "isAbs",
				    "join",
				    "kebabcase",
				    "keys",
				    "kindIs",
				    "kindOf",
				    "last",
				    "list",
				    "lower",
				    "max",
				    "maxf",
				    "merge",
				    "mergeOverwrite",
				    "min",
				    "minf",
				    "mod",
				    "mul",
				    "mulf",
				    "mustAppend",
				    "mustChunk",
				    "mustCompact",
				    "mustDateModify",
				    "mustDeepCopy",
				    "mustFirst",
				    "mustFromJson",
				    "mustHas",
				    "mustInitial",
				    "mustLast",
				    "mustMerge",
				    "mustMergeOverwrite",
				    "mustPrepend",
				    "mustRegexFind",
				    "mustRegexFindAll",
				    "mustRegexMatch",
				    "mustRegexReplaceAll",
				    "mustRegexReplaceAllLiteral",
				    "mustRegexSplit",
				    "mustRest",
				    "mustReverse",
				    "mustSlice",
				    "mustToDate",
				    "mustToJson",
				    "mustToPrettyJson",
				    "mustToRawJson",
				    "mustUniq",
				    "mustWithout",
				    "must_date_modify",
				    "nindent",
				    "nospace",
				    "omit",
				    "osBase",
				    "osClean",
				    "osDir",
				    "osExt",
				    "osIsAbs",
				    "pick",
				    "pluck",
				    "plural",
				    "prepend",
				    "quote",
				    "randInt",
				    "regexFind",
				    "regexFindAll",
				    "regexMatch",
				    "regexQuoteMeta",
				    "regexReplaceAll",
				    "regexReplaceAllLiteral",
				    "regexSplit",
				    "repeat",
				    "replace",
				    "rest",
				    "reverse",
				    "round",
				    "semver",
				    "semverCompare",
				    "seq",
				    "set",
				    "sha1sum",
				    "sha256sum",
				    "sha512sum",
				    "shuffle",
				    "slice",
				    "snakecase",
				    "sortAlpha",
				    "split",
				    "splitList",
				    "splitn",
				    "squote",
				    "sub",
				    "subf",
				    "substr",
				    "swapcase",
				    "ternary",
				    "title",
				    "toDate",
				    "toDecimal",
				    "toJson",
				    "toPrettyJson",
				    "toRawJson",
				    "toString",
				    "toStrings",
				    "trim",
				    "trimAll",
				    "trimPrefix",
				    "trimSuffix",
				    "trimall",
				    "trunc",
				    "tuple",
				    "typeIs",
				    "typeIsLike",
				    "typeOf",
				    "uniq",
				    "unixEpoch",
				    "unset",
				    "until",
				    "untilStep",
				    "untitle",
				    "upper",
				    "urlJoin",
				    "urlParse",
				    "values",
				    "without",
				    "wrap",
				    "wrapWith"};

static void test_all_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		autofree char *name = mem_printf("sprig_%s", names[i]);
		if (!function_exists(name, strlen(name)))
			fail_msg("no function %s", name);
	}
	assert_int_equal(COUNT_OF(names), 192);
	assert_false(function_exists("sprig_", 6));
	assert_false(function_exists("sprig_trimX", 11));
	assert_false(function_exists("sprig_tri", 9));
}

static int get_nothing(struct source *source, const struct want *want, struct arena *arena,
		       struct value **found, struct error *err)
{
	(void)source;
	(void)want;
	(void)arena;
	(void)err;
	*found = NULL;
	return 0;
}

/* The output, or the error's message behind "error: ". */
static char *rendered(const char *text)
{
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	auto_buf struct buf out = {0};
	struct source source = {.get = get_nothing};
	struct render_template tmpl = {.contents = text, .destination = "t"};
	if (render_bytes(&tmpl, &source, NULL, &arena, &out, value_list(&arena), &err) < 0)
		return mem_printf("error: %s", err.message);
	return buf_steal(&out);
}

static void fails(const char *text, const char *why)
{
	autofree char *got = rendered(text);
	if (strncmp(got, "error: ", 7) != 0 || !strstr(got, why))
		fail_msg("%s gave %.200s", text, got);
}

static void gives(const char *text, const char *expected)
{
	autofree char *got = rendered(text);
	assert_string_equal(got, expected);
}

static void test_refused(void **state)
{
	(void)state;
	fails("{{sprig_genCA \"a\" 365}}", "sprig_genCA: not supported: ");
	fails("{{sprig_bcrypt \"a\"}}", "sprig_bcrypt: not supported: ");
	fails("{{sprig_toDate \"2006\" \"2020\"}}", "sprig_toDate: not supported: ");
	fails("{{sprig_semver \"1.2.3\"}}", "sprig_semver: not supported: ");
}

static void test_bounds(void **state)
{
	(void)state;
	fails("{{sprig_repeat 2000000000 \"ab\"}}", "too long");
	fails("{{sprig_until 9000000000000000000}}", "too many");
	fails("{{sprig_untilStep -9000000000000000000 9000000000000000000 1}}", "too many");
	fails("{{sprig_seq 1 1 2000000000}}", "too many");
	gives("{{len (sprig_untilStep -9000000000000000000 9000000000000000000 "
	      "9000000000000000000)}}",
	      "2");
	gives("{{sprig_untilStep 5 0 0}}{{sprig_untilStep 5 0 1}}", "[][]");
	fails("{{sprig_indent 20000 \"a\"}}", "at most 10000");
	fails("{{sprig_chunk 0 (sprig_list 1)}}", "at least 1");
	fails("{{$a := sprig_dict}}{{$b := sprig_dict \"a\" $a}}{{sprig_set $a \"b\" $b}}",
	      "itself");
	fails("{{$a := sprig_dict}}{{sprig_merge $a (sprig_dict \"b\" $a)}}", "itself");
	fails("{{$l := sprig_list 1}}{{range sprig_until 40}}{{$l = sprig_list $l $l}}{{end}}"
	      "{{sprig_deepCopy $l}}",
	      "items");
	fails("{{sprig_decryptAES \"k\" \"YWJj\"}}", "whole blocks");
	fails("{{sprig_decryptAES \"k\" \"*\"}}", "no base64");
	fails("{{sprig_mustFromJson \"{\"}}", "JSON");
	fails("{{sprig_mustRegexFind \"(\" \"a\"}}", "error parsing regexp");
}

#define NESTED "{{$l := sprig_list 1}}{{range sprig_until 100000}}{{$l = sprig_list $l}}{{end}}"

static void test_deep_values(void **state)
{
	(void)state;
	fails(NESTED "{{sprig_deepCopy $l}}", "nested deeper");
	fails(NESTED "{{sprig_set (sprig_dict) \"a\" $l}}", "nested deeper");
	fails(NESTED "{{sprig_merge (sprig_dict) (sprig_dict \"a\" $l)}}", "nested deeper");
	gives(NESTED "{{sprig_deepEqual $l (sprig_list $l)}}", "false");
	gives(NESTED "{{sprig_has $l (sprig_list $l)}}", "true");
}

/* A merged map is a copy: what is set in it later stays there. */
static void test_merge_copies(void **state)
{
	(void)state;
	gives("{{$e := sprig_dict \"b\" (sprig_dict \"c\" 1)}}{{$d := sprig_merge (sprig_dict) $e}}"
	      "{{$_ := sprig_set $d.b \"c\" 2}}{{$e}} {{$d}}",
	      "map[b:map[c:1]] map[b:map[c:2]]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_names),    cmocka_unit_test(test_refused),
		cmocka_unit_test(test_bounds),       cmocka_unit_test(test_deep_values),
		cmocka_unit_test(test_merge_copies),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
