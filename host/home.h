/* The user's own directory for configuration (XDG Base Directory Specification). */
#ifndef FACTORY_HOST_HOME_H
#define FACTORY_HOST_HOME_H

/* $XDG_CONFIG_HOME/factory/REST, else ~/.config/factory/REST; NULL where there is no home. The
 * caller frees it. */
char *home_config(const char *rest);

#endif
