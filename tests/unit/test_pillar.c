#include "tests/unit/manifest_fixture.h"

#include "host/manifest/secrets.h"

static const char *key_of(const struct manifest *manifest, const char *key)
{
	return value_text(value_get(manifest->kv, key));
}

static void a_pillar_is_chosen_by_facts(void **state)
{
	(void)state;
	char *asked = NULL;
	struct manifest_facts facts = {.gather = gather, .ctx = &asked};
	struct manifest_options options = {.facts = &facts};
	struct error err = {0};
	write_file("common.yml", "db: {host: a, port: 1}\nlist: [x, 2]\n");
	write_file("plan9.yml", "db: {host: b}\nonly: {here: true}\n");
	write_file("other.yml", "db: {host: c}\n");
	struct manifest *manifest = read_text(
		"image: x\nfacts: {role: web}\nkv: {pillar/db/port: 9}\npillar:\n"
		"  - common.yml\n"
		"  - {file: plan9.yml, match: {os.id: 'plan*', role: 'w?b'}}\n"
		"  - {file: other.yml, match: {os.id: 'plan*', no.fact: '*'}}\n"
		"  - {file: other.yml, when: os.id == 'debian'}\n"
		"install: echo {{ pillar.db.host }} {{ pillar.list[0] }} {{ facts.role }}\n",
		&options, &err);
	expect_no_error(&err);
	assert_string_equal(manifest->install.items[0].run, "echo b x web");
	assert_string_equal(key_of(manifest, "pillar/db/host"), "b");
	assert_string_equal(key_of(manifest, "pillar/db/port"), "9"); /* the manifest's own wins */
	assert_string_equal(key_of(manifest, "pillar/only/here"), "true");
	assert_string_equal(key_of(manifest, "pillar/list"), "[\"x\",2]");
	manifest_free(manifest);
	free(STEAL(asked));
	/* Nothing depends on facts: nothing is gathered, and the keys are there. */
	manifest = read_text("image: x\npillar: [common.yml]\ninstall: echo\n", &options, &err);
	assert_null(asked);
	assert_string_equal(key_of(manifest, "pillar/db/host"), "a");
	manifest_free(manifest);
	/* Without an engine it is empty. */
	manifest = read_text("image: x\npillar: [common.yml]\ninstall: echo {{ pillar.db.host }}\n",
			     NULL, &err);
	assert_string_equal(manifest->install.items[0].run, "echo");
	assert_null(manifest->kv);
	manifest_free(manifest);
}

/* A file's paths start where it is, and it may have Jinja2's own includes. */
static void of_included_files(void **state)
{
	(void)state;
	char *asked = NULL;
	struct manifest_facts facts = {.gather = gather, .ctx = &asked};
	struct manifest_options options = {.facts = &facts};
	struct error err = {0};
	assert_int_equal(mkdir("below", 0755), 0);
	write_file("own.yml", "who: outer\n");
	write_file("below/own.yml", "who: inner\nlevel: 1\n");
	write_file("below/line.j2", "echo {{ pillar.who }} {{ facts.os.id }}");
	write_file("below/part.yml", "# jinja: trim_blocks\npillar: own.yml\nfacts: {role: x}\n"
				     "install: {% include 'line.j2' %}\n");
	struct manifest *manifest =
		read_text("include: below/part.yml\nimage: x\nfacts: {kind: y}\n"
			  "pillar: [{file: own.yml, match: {role: x, kind: y}}]\n"
			  "install: [{run: 'never', when: 'pillar.level == 2'}, "
			  "{run: two, when: pillar.level == 1}]\n",
			  &options, &err);
	expect_no_error(&err);
	assert_string_equal(key_of(manifest, "pillar/who"), "outer");
	assert_string_equal(key_of(manifest, "pillar/level"), "1");
	assert_int_equal(manifest->install.count, 2);
	assert_string_equal(manifest->install.items[0].run, "echo outer plan9");
	assert_string_equal(manifest->install.items[1].run, "two");
	manifest_free(manifest);
	free(asked);
}

static struct value *gather_name(void *ctx, const char *image, struct arena *arena,
				 struct error *err)
{
	struct value *facts = value_map(arena);
	(void)err;
	value_set(arena, facts, "name", value_string(arena, image));
	++*(int *)ctx;
	return facts;
}

static struct value *no_host(void *ctx, struct arena *arena)
{
	(void)ctx;
	(void)arena;
	fail_msg("nothing mentions it");
	return NULL;
}

/* Each has what fits its own image; an image is asked once, and all secrets are known. */
static void of_cells(void **state)
{
	(void)state;
	int asked = 0;
	struct manifest_facts facts = {.gather = gather_name, .ctx = &asked, .host = no_host};
	struct manifest_options options = {.facts = &facts};
	struct error err = {0};
	write_file("one.yml", "key: first-secret\nsecrets: [key]\n");
	write_file("two.yml", "key: other-secret\nsecrets: [key]\n");
	struct manifest *manifest = read_text(
		"jobs: {include: [{image: one}, {image: two, kv: {a: b}}, {image: two}]}\n"
		"pillar: [{file: one.yml, match: {name: one}},"
		" {file: two.yml, when: name == 'two'}]\ninstall: x\n",
		&options, &err);
	expect_no_error(&err);
	assert_int_equal(manifest->cell_count, 3);
	assert_int_equal(asked, 2);
	assert_string_equal(key_of(manifest->cells[0], "pillar/key"), "first-secret");
	assert_string_equal(key_of(manifest->cells[1], "pillar/key"), "other-secret");
	assert_string_equal(key_of(manifest->cells[1], "a"), "b");
	assert_string_equal(key_of(manifest->cells[2], "pillar/key"), "other-secret");
	assert_int_equal(manifest->secrets->list.len, 2);
	manifest_free(manifest);
}

/* What is not built yet has no facts, but a pillar that needs none. */
static void on_another_manifest(void **state)
{
	(void)state;
	char *asked = NULL;
	struct manifest_facts facts = {.gather = gather, .ctx = &asked};
	struct manifest_options options = {.facts = &facts};
	struct error err = {0};
	static const char *const refused[] = {
		"from: base.yml\ninstall: echo {{ facts.os.id }}\n",
		"from: base.yml\npillar: {file: plain.yml, match: {os.id: x}}\ninstall: x\n",
	};
	write_file("base.yml", "image: x\n");
	write_file("plain.yml", "a: 1\n");
	write_file("line.j2", "echo {{ pillar.a }}");
	struct manifest *manifest =
		read_text("from: base.yml\npillar: plain.yml\ninstall: {% include 'line.j2' %}\n",
			  &options, &err);
	expect_no_error(&err);
	assert_string_equal(manifest->install.items[0].run, "echo 1");
	assert_string_equal(key_of(manifest, "pillar/a"), "1");
	manifest_free(manifest);
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		assert_null(read_text(refused[i], &options, &err));
		expect_error(&err, "m.yml:1:7: facts can't be read where the base is `from`");
	}
	assert_null(asked);
}

static struct value *some_host(void *ctx, struct arena *arena)
{
	struct value *host = value_map(arena);
	(void)ctx;
	value_set(arena, host, "kernel", value_string(arena, "k1"));
	return host;
}

/* The manifest's own text does not mention it. */
static void the_host_in_another_file(void **state)
{
	(void)state;
	char *asked = NULL;
	struct manifest_facts facts = {.gather = gather, .ctx = &asked, .host = some_host};
	struct manifest_options options = {.facts = &facts};
	struct error err = {0};
	write_file("host.j2", "echo {{ facts.host.kernel }}");
	struct manifest *manifest =
		read_text("image: x\ninstall: {% include 'ho' ~ 'st.j2' %}\n", &options, &err);
	expect_no_error(&err);
	assert_string_equal(manifest->install.items[0].run, "echo k1");
	manifest_free(manifest);
	free(asked);
}

static void secrets_are_known(void **state)
{
	(void)state;
	char *asked = NULL;
	struct manifest_facts facts = {.gather = gather, .ctx = &asked};
	struct manifest_options options = {.facts = &facts};
	struct error err = {0};
	auto_buf struct buf shown = {0};
	write_file("secret.yml", "db: {password: hunter2, hunt: hunter2-long}\n"
				 "pem: \"first line\\nsecond\"\nsecrets: ['db.*', pem]\n");
	struct manifest *manifest =
		read_text("image: x\npillar: [secret.yml]\ninstall: echo\n", &options, &err);
	expect_no_error(&err);
	assert_null(key_of(manifest, "pillar/secrets"));
	static const char text[] = "a hunter2-long b hunter2hunter2 first line hunter";
	secrets_hide(manifest->secrets, text, strlen(text), &shown);
	assert_string_equal(buf_text(&shown), "a *** b ****** *** hunter");
	assert_int_equal(secrets_longest(manifest->secrets), strlen("hunter2-long"));
	manifest_free(manifest);
	/* Not even where the manifest that has it is wrong. */
	manifest = read_text("image: x\npillar: [secret.yml]\n{% if pillar.db %}"
			     "bad-{{ pillar.db.password }}: 1{% endif %}\n",
			     &options, &err);
	assert_null(manifest);
	assert_null(strstr(err.message, "hunter2"));
	expect_error(&err, "unknown key 'bad-***'");
}

static void lines_that_are_hidden(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	auto_buf struct buf shown = {0};
	struct value *secrets = value_list(&arena);
	static const char pem[] = "-----BEGIN\r\n  abc\n=\n \nabcdef\nabc\n\0\1\2\3";
	static const char text[] = "abcde abcdef ab = \0\1\2\3 -----BEGIN abcabd";
	secrets_add(&arena, secrets, pem, sizeof pem - 1);
	secrets_sort(secrets);
	assert_int_equal(secrets->list.len, 4);
	assert_int_equal(secrets_longest(secrets), strlen("-----BEGIN"));
	secrets_hide(secrets, text, sizeof text - 1, &shown);
	assert_string_equal(buf_text(&shown), "***de *** ab = *** *** ***abd");
}

static void expect_refused_pillar(const char *section, const char *message)
{
	char *asked = NULL;
	struct manifest_facts facts = {.gather = gather, .ctx = &asked};
	struct manifest_options options = {.facts = &facts};
	struct error err = {0};
	auto_arena struct arena arena = {0};
	const char *text = arena_printf(&arena, "image: x\n%s\n", section);
	assert_null(read_text(text, &options, &err));
	assert_int_equal(err.exit_code, EXIT_MANIFEST);
	expect_error(&err, message);
	free(asked);
}

static void wrong_pillars(void **state)
{
	(void)state;
	write_file("list.yml", "[1]\n");
	write_file("short.yml", "pin: 123\nsecrets: [pin]\n");
	write_file("missing.yml", "a: 1\nsecrets: [b]\n");
	write_file("fine.yml", "a: 1\n");
	expect_refused_pillar("pillar: [[fine.yml]]",
			      "an entry of 'pillar' must be a single value");
	expect_refused_pillar("pillar:", "'pillar' must be");
	expect_refused_pillar("pillar: [nowhere.yml]", "there is no nowhere.yml");
	expect_refused_pillar("pillar: [{match: {os.id: x}}]", "needs its path");
	expect_refused_pillar("pillar: [{file: fine.yml, when: 'os.id =='}]", "no expression");
	expect_refused_pillar("pillar: [{file: fine.yml, if: x}]", "unknown key 'if'");
	expect_refused_pillar("pillar: [{file: fine.yml, when: no.fact == 1}]",
			      "whether fine.yml is for this target can't be said");
	expect_refused_pillar("pillar: [list.yml]", "this must be a map of values");
	expect_refused_pillar("pillar: [short.yml]", "fewer than 4 bytes");
	expect_refused_pillar("pillar: [missing.yml]", "there is no value 'b' in this file");
	expect_refused_pillar("facts: [1]", "'facts' must be a map");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pillar_is_chosen_by_facts),
		cmocka_unit_test(of_included_files),
		cmocka_unit_test(of_cells),
		cmocka_unit_test(on_another_manifest),
		cmocka_unit_test(the_host_in_another_file),
		cmocka_unit_test(secrets_are_known),
		cmocka_unit_test(lines_that_are_hidden),
		cmocka_unit_test(wrong_pillars),
	};
	return cmocka_run_group_tests(tests, make_directory, drop_directory);
}
