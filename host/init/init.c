#include "host/init/init.h"

#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"

#include <string.h>

enum { LARGEST = 1 << 20 };

/* What a file in the directory stands for; the first that is there names the image. */
static const struct sign {
	const char *file, *what, *image, *install, *test;
} signs[] = {
	{"requirements.txt", "Python", "python:3", "pip install --requirement requirements.txt",
	 "python -m compileall -q ."},
	{"package-lock.json", "Node.js", "node:20", "npm ci", "npm test --if-present"},
	{"package.json", "Node.js", "node:20", "npm install", "npm test --if-present"},
	{"go.mod", "Go", "golang:1", "go build ./...", "go test ./..."},
	{"Cargo.toml", "Rust", "rust:1", "cargo build --release", "cargo test"},
	{"Gemfile", "Ruby", "ruby:3", "bundle install", "bundle exec rake"},
	{"Makefile", "Make", "gcc:13", "make", "make --question || make --dry-run"},
};

static bool is_there(const char *directory, const char *file)
{
	autofree char *path = mem_printf("%s/%s", directory, file);
	return access(path, R_OK) == 0;
}

static void write_head(struct buf *out)
{
	buf_puts(out,
		 "# Made by `factory init`: a first manifest to begin with.\n"
		 "# `factory check` validates it, `factory build FILE -t NAME:TAG` builds it.\n");
}

static void write_sign(const struct sign *sign, const char *directory, struct buf *out)
{
	bool make = is_there(directory, "Makefile") && strcmp(sign->file, "Makefile") != 0;
	buf_printf(out, "image: %s\n\n", sign->image);
	buf_puts(out, "# The directory's files, and where the steps run.\n"
		      "copy: .:/app\nworkdir: /app\n\n");
	buf_printf(out, "# Because of %s.\ninstall:\n  - %s\n", sign->file, sign->install);
	if (make)
		buf_puts(out, "  # There is a Makefile too; where it is needed:\n  # - make\n");
	buf_printf(out,
		   "\n# Tests: each on a branch of its own, which can't change the image.\n"
		   "script:\n  - %s\n\n"
		   "# What the image does when it is run:\n"
		   "# config:\n#   workdir: /app\n#   cmd: [...]\n",
		   sign->test);
}

static const struct sign *find_sign(const char *directory)
{
	for (size_t i = 0; i < COUNT_OF(signs); i++)
		if (is_there(directory, signs[i].file))
			return &signs[i];
	return NULL;
}

static int translate(const char *directory, struct buf *out, struct error *err)
{
	autofree char *path = mem_printf("%s/Dockerfile", directory);
	auto_buf struct buf text = {0};
	if (file_read(path, LARGEST, &text, err) < 0)
		return -1;
	init_dockerfile(buf_text(&text), text.len, out);
	return 0;
}

/* A .travis.yml is a manifest already: it is included as it is. */
static void write_travis(struct buf *out)
{
	buf_puts(out,
		 "# .travis.yml works as it is (docs/travis.md): `factory build .travis.yml`.\n"
		 "# Here it is included, so that factory's own keys can stand beside it.\n"
		 "include: .travis.yml\ndialect: travis\n");
}

int init_write(const char *directory, struct buf *out, const char **found, struct error *err)
{
	const struct sign *sign = find_sign(directory);
	write_head(out);
	if (is_there(directory, "Dockerfile")) {
		*found = "Dockerfile";
		return translate(directory, out, err);
	}
	if (is_there(directory, ".travis.yml")) {
		*found = ".travis.yml";
		write_travis(out);
		return 0;
	}
	if (sign) {
		*found = sign->file;
		write_sign(sign, directory, out);
		return 0;
	}
	*found = "nothing it knows";
	buf_puts(out, "image: debian:bookworm-slim\n\ninstall:\n"
		      "  - echo \"hello from factory\" > /etc/motd\n\n"
		      "script:\n  - grep -q factory /etc/motd\n");
	return 0;
}
