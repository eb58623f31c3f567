#include "host/complete/complete.h"

#include "common/own.h"

#include <string.h>

/* The scripts are files beside this one; the assembler puts them into the program. */
#define EMBED(name, path)                                                                          \
	__asm__(".section .rodata\n" #name ": .incbin \"" path "\"\n.byte 0\n.previous\n");        \
	extern const char name[] __attribute__((visibility("hidden")))

EMBED(complete_bash, "host/complete/factory.bash");
EMBED(complete_zsh, "host/complete/factory.zsh");
EMBED(complete_fish, "host/complete/factory.fish");

static const struct {
	const char *shell, *script;
} scripts[] = {{"bash", complete_bash}, {"zsh", complete_zsh}, {"fish", complete_fish}};

const char *complete_script(const char *shell)
{
	for (size_t i = 0; i < COUNT_OF(scripts); i++)
		if (strcmp(scripts[i].shell, shell) == 0)
			return scripts[i].script;
	return NULL;
}
