/* Where factory keeps what it may lose: $XDG_CACHE_HOME/factory, or ~/.cache/factory. */
#ifndef FACTORY_HOST_CACHE_HOME_H
#define FACTORY_HOST_CACHE_HOME_H

/* A path below it, which the caller frees; NULL where neither variable is set to an absolute path.
 * Nothing is made. */
char *cache_home(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
