#include "host/report/assets.h"

/* The assembler reads the file; the Makefile knows what this depends on. */
#define ASSET(name, file)                                                                          \
	__asm__(".pushsection .rodata\n"                                                           \
		".global " #name "\n"                                                              \
		".type " #name ", @object\n" #name ":\n"                                           \
		".incbin \"" file "\"\n"                                                           \
		".byte 0\n"                                                                        \
		".size " #name ", . - " #name "\n"                                                 \
		".popsection\n")

ASSET(assets_html, "host/report/page.html");
ASSET(assets_css, "host/report/page.css");
ASSET(assets_graph, "host/report/graph.js");
ASSET(assets_endpoints, "host/report/endpoints.js");
ASSET(assets_js, "host/report/page.js");
