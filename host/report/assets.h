/* The files of the page, each a text. */
#ifndef FACTORY_HOST_REPORT_ASSETS_H
#define FACTORY_HOST_REPORT_ASSETS_H

extern const char assets_html[], assets_css[], assets_graph[], assets_endpoints[], assets_js[];

#endif
