/* Rows of the table of keys that travis.yml brings: versions of languages, and what has no meaning
 * here. */
#ifndef FACTORY_HOST_MANIFEST_TRAVIS_KEYS_H
#define FACTORY_HOST_MANIFEST_TRAVIS_KEYS_H

#include "host/manifest/reader.h"

#define VERSION_(name_)                                                                            \
	{                                                                                          \
		.name = name_, TAKES_TEXT | TAKES_LIST, 0, NULL,                                   \
		"the language's version, or several: one cell of the matrix each"                  \
	}
#define TRAVIS_VERSION_KEYS                                                                        \
	VERSION_("python"), VERSION_("node_js"), VERSION_("go"), VERSION_("ruby"),                 \
		VERSION_("rvm"), VERSION_("php"), VERSION_("perl"), VERSION_("rust"),              \
		VERSION_("jdk"), VERSION_("elixir"), VERSION_("otp_release"), VERSION_("ghc"),     \
		VERSION_("julia"), VERSION_("r"), VERSION_("dotnet"), VERSION_("compiler")

#define ANYTHING_ TAKES_TEXT | TAKES_LIST | TAKES_MAP | TAKES_TREE | TAKES_NOTHING
#define IGNORED_(name_)                                                                            \
	{                                                                                          \
		.name = name_, ANYTHING_, 0, reader_ignored,                                       \
		"travis.yml's; has no meaning here: ignored"                                       \
	}
#define TRAVIS_IGNORED_KEYS                                                                        \
	IGNORED_("deploy"), IGNORED_("notifications"), IGNORED_("addons"), IGNORED_("dist"),       \
		IGNORED_("os"), IGNORED_("sudo"), IGNORED_("group"), IGNORED_("git"),              \
		IGNORED_("branches"), IGNORED_("if"), IGNORED_("stage"), IGNORED_("stages"),       \
		IGNORED_("arch"), IGNORED_("osx_image"), IGNORED_("virt"), IGNORED_("vm"),         \
		IGNORED_("conditions"), IGNORED_("version"), IGNORED_("before_cache"),             \
		IGNORED_("before_deploy"), IGNORED_("after_deploy"), IGNORED_("filter_secrets"),   \
		IGNORED_("workspaces"), IGNORED_("go_import_path"), IGNORED_("gobuild_args"),      \
		IGNORED_("bundler_args"), IGNORED_("gemfile"), IGNORED_("npm_args"),               \
		IGNORED_("composer_args"), IGNORED_("hosts"), IGNORED_("source_key"),              \
		IGNORED_("android"), IGNORED_("licenses")

#endif
