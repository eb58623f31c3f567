/* A place in a file as the user wrote it (before Jinja2). */
#ifndef FACTORY_HOST_MANIFEST_POSITION_H
#define FACTORY_HOST_MANIFEST_POSITION_H

struct position {
	const char *file;
	unsigned line, column;
};

#endif
