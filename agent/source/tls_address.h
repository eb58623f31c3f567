/* Certificates for addresses. The agent's TLS library (mbedTLS 2.28) compares a server's name with
 * the DNS names in its certificate only: https://10.0.0.1 would never match. */
#ifndef FACTORY_AGENT_SOURCE_TLS_ADDRESS_H
#define FACTORY_AGENT_SOURCE_TLS_ADDRESS_H

/* For struct http_server's on_tls: accepts a certificate whose iPAddress names (RFC 5280, section
 * 4.2.1.6) have the address in the server's base, if nothing else is wrong with it. */
int tls_check_address(void *easy, void *context, void *server);

#endif
