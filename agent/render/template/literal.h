/* Number literals of a template. */
#ifndef FACTORY_AGENT_RENDER_TEMPLATE_LITERAL_H
#define FACTORY_AGENT_RENDER_TEMPLATE_LITERAL_H

#include "agent/render/template/tree.h"

/* Reads a number or a character constant; on failure the error has only a message. */
int literal_number(const char *text, size_t len, struct number *number, struct error *err);

/* Is it written as an integer (also in hexadecimal, also a character)? */
bool literal_is_integer(const char *text, size_t len);

#endif
