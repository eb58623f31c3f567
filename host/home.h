/* The user's own directories (XDG Base Directory Specification), as far as factory uses them. */
#ifndef FACTORY_HOST_HOME_H
#define FACTORY_HOST_HOME_H

/* $XDG_CACHE_HOME/factory/REST, else ~/.cache/factory/REST; likewise of XDG_CONFIG_HOME. NULL where
 * there is no home either. The caller frees it. */
char *home_cache(const char *rest);
char *home_config(const char *rest);

#endif
