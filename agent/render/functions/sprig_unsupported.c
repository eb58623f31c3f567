#include "agent/render/functions/sprig.h"

/* The name of the function is put before what these say. */
static struct value *no_crypto(struct call *call, struct error *err)
{
	(void)call;
	return sprig_fail(err, "not supported: make keys, certificates and hashes before the build "
			       "and render them from a key");
}

const struct function functions_sprig_unsupported[] = {
	{"sprig_bcrypt", "a*", no_crypto},
	{"sprig_buildCustomCert", "a*", no_crypto},
	{"sprig_derivePassword", "a*", no_crypto},
	{"sprig_genCA", "a*", no_crypto},
	{"sprig_genCAWithKey", "a*", no_crypto},
	{"sprig_genPrivateKey", "a*", no_crypto},
	{"sprig_genSelfSignedCert", "a*", no_crypto},
	{"sprig_genSelfSignedCertWithKey", "a*", no_crypto},
	{"sprig_genSignedCert", "a*", no_crypto},
	{"sprig_genSignedCertWithKey", "a*", no_crypto},
	{"sprig_htpasswd", "a*", no_crypto},
	{NULL, NULL, NULL},
};
