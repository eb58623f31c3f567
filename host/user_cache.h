/* Where factory keeps what may be thrown away at any time. */
#ifndef FACTORY_HOST_USER_CACHE_H
#define FACTORY_HOST_USER_CACHE_H

/* $XDG_CACHE_HOME/factory, else ~/.cache/factory, and `below` in it; the caller frees it. NULL
 * where there is no home. */
char *user_cache_path(const char *below);

/* A file in one of its folders that stands for a name on an engine; likewise. */
char *user_cache_of(const char *folder, const char *endpoint, const char *name);

#endif
