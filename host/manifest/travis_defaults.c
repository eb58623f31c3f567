/* What a language's phases do where travis.yml does not say
 * (https://docs.travis-ci.com/user/languages/, each language's page). */
#include "host/manifest/travis.h"

#include "common/own.h"

#include <string.h>

#define HAS_MAKEFILE "[ -f GNUmakefile ] || [ -f Makefile ] || [ -f makefile ]"

static const struct {
	const char *language, *install, *script;
} table[] = {
	{"c", NULL, "./configure && make && make test"},
	{"cpp", NULL, "./configure && make && make test"},
	{"elixir", "mix local.hex --force && mix deps.get", "mix test"},
	{"go", HAS_MAKEFILE " || go get -t -v ./...",
	 "if " HAS_MAKEFILE "; then make; else go test -v ./...; fi"},
	{"java",
	 "if [ -f gradlew ]; then ./gradlew assemble\n"
	 "elif [ -f build.gradle ]; then gradle assemble\n"
	 "elif [ -f mvnw ]; then ./mvnw install -DskipTests=true -Dmaven.javadoc.skip=true -B -V\n"
	 "elif [ -f pom.xml ]; then mvn install -DskipTests=true -Dmaven.javadoc.skip=true -B -V\n"
	 "fi",
	 "if [ -f gradlew ]; then ./gradlew check\n"
	 "elif [ -f build.gradle ]; then gradle check\n"
	 "elif [ -f mvnw ]; then ./mvnw test -B\n"
	 "elif [ -f pom.xml ]; then mvn test -B\n"
	 "else ant test; fi"},
	{"node_js",
	 "if [ -f yarn.lock ]; then yarn --frozen-lockfile\n"
	 "elif [ -f package-lock.json ] || [ -f npm-shrinkwrap.json ]; then npm ci\n"
	 "elif [ -f package.json ]; then npm install\n"
	 "fi",
	 "if [ ! -f package.json ]; then make test\n"
	 "elif [ -f yarn.lock ]; then yarn test\n"
	 "else npm test; fi"},
	{"perl", "cpanm --quiet --installdeps --notest .",
	 "if [ -f Build.PL ]; then perl Build.PL && ./Build && ./Build test\n"
	 "elif [ -f Makefile.PL ]; then perl Makefile.PL && make test\n"
	 "else make test; fi"},
	{"php", "[ ! -f composer.json ] || composer install", "phpunit"},
	{"python", "[ ! -f requirements.txt ] || pip install -r requirements.txt", NULL},
	{"ruby",
	 "if [ -f Gemfile.lock ]; then bundle install --jobs=3 --retry=3 --deployment\n"
	 "elif [ -f Gemfile ]; then bundle install --jobs=3 --retry=3\n"
	 "fi",
	 "if [ -f Gemfile ]; then bundle exec rake; else rake; fi"},
	{"rust", NULL, "cargo build --verbose && cargo test --verbose"},
};

static void add(struct arena *arena, struct value *root, const char *phase, const char *command,
		const struct value *language)
{
	if (!command || value_get(root, phase))
		return;
	struct value *step = value_map(arena), *name = value_string(arena, phase),
		     *run = value_string(arena, command);
	step->line = name->line = run->line = language->line;
	step->column = name->column = run->column = language->column;
	value_set(arena, step, "name", name);
	value_set(arena, step, "run", run);
	value_set(arena, root, phase, step);
}

void travis_defaults(struct arena *arena, struct value *root)
{
	const struct value *language = value_get(root, "language");
	const char *name = value_text(language);
	for (size_t i = 0; name && i < COUNT_OF(table); i++)
		if (strcmp(table[i].language, name) == 0) {
			add(arena, root, "install", table[i].install, language);
			add(arena, root, "script", table[i].script, language);
		}
}
