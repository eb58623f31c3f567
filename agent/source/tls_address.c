#include "agent/source/tls_address.h"

#include "common/http.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <mbedtls/ssl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { IP_ADDRESS = 7, TAG_NUMBER = 0x1f };

/* The address of https://1.2.3.4:5 or https://[::1]:5 in network order: its length; 0: a name. */
static size_t address_of(const char *base, unsigned char address[16])
{
	char host[64];
	const char *from = strstr(base, "://");
	from = from ? from + 3 : base;
	bool six = *from == '[';
	from += six;
	size_t len = strcspn(from, six ? "]" : ":/");
	if (len >= sizeof host)
		return 0;
	memcpy(host, from, len);
	host[len] = '\0';
	if (inet_pton(six ? AF_INET6 : AF_INET, host, address) != 1)
		return 0;
	return six ? 16 : 4;
}

static bool has_address(const mbedtls_x509_crt *certificate, const char *base)
{
	unsigned char address[16];
	size_t len = address_of(base, address);
	const mbedtls_x509_sequence *at = &certificate->subject_alt_names;
	for (; len && at && at->buf.p; at = at->next)
		if ((at->buf.tag & TAG_NUMBER) == IP_ADDRESS && at->buf.len == len &&
		    memcmp(at->buf.p, address, len) == 0)
			return true;
	return false;
}

/* mbedTLS calls it for each certificate of the chain, the server's own at depth 0. */
static int verify(void *server, mbedtls_x509_crt *certificate, int depth, uint32_t *flags)
{
	const struct http_server *http = server;
	if (depth == 0 && (*flags & MBEDTLS_X509_BADCERT_CN_MISMATCH) &&
	    has_address(certificate, http->base))
		*flags &= ~(uint32_t)MBEDTLS_X509_BADCERT_CN_MISMATCH;
	return 0;
}

int tls_check_address(void *easy, void *context, void *server)
{
	const char *library = curl_version_info(CURLVERSION_NOW)->ssl_version;
	(void)easy;
	/* A libcurl with another library knows addresses by itself: that of the tests. */
	if (library && strncmp(library, "mbedTLS", 7) == 0)
		mbedtls_ssl_conf_verify(context, verify, server);
	return 0;
}
