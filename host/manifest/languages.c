#include "common/nearest.h"
#include "common/own.h"
#include "host/manifest/manifest.h"

#include <string.h>

/* The official images that travis.yml's languages are closest to. */
static const struct {
	const char *language, *image;
} table[] = {
	{"c", "gcc:13"},
	{"cpp", "gcc:13"},
	{"csharp", "mcr.microsoft.com/dotnet/sdk:8.0"},
	{"elixir", "elixir:1"},
	{"erlang", "erlang:26"},
	{"generic", "debian:bookworm"},
	{"go", "golang:1"},
	{"haskell", "haskell:9"},
	{"java", "eclipse-temurin:21"},
	{"julia", "julia:1"},
	{"minimal", "debian:bookworm-slim"},
	{"node_js", "node:20"},
	{"perl", "perl:5"},
	{"php", "php:8"},
	{"python", "python:3"},
	{"r", "r-base:latest"},
	{"ruby", "ruby:3"},
	{"rust", "rust:1"},
	{"shell", "debian:bookworm-slim"},
	{"swift", "swift:5"},
};

const char *manifest_language_image(const char *language)
{
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (strcmp(table[i].language, language) == 0)
			return table[i].image;
	return NULL;
}

const char *manifest_language_nearest(const char *language)
{
	const char *names[COUNT_OF(table)];
	for (size_t i = 0; i < COUNT_OF(table); i++)
		names[i] = table[i].language;
	return nearest_name(language, names, COUNT_OF(names));
}
