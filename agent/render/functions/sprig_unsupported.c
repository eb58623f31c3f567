#include "agent/render/functions/sprig.h"

/* The name of the function is put before what these say. */
static struct value *no_crypto(struct call *call, struct error *err)
{
	(void)call;
	return sprig_fail(err, "not supported: make keys, certificates and hashes before the build "
			       "and render them from a key");
}

static struct value *no_time(struct call *call, struct error *err)
{
	(void)call;
	return sprig_fail(err, "not supported: times are no values here; use timestamp");
}

static struct value *no_version(struct call *call, struct error *err)
{
	(void)call;
	return sprig_fail(err, "not supported: versions are no values here; use semverCompare");
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
	{"sprig_mustDateModify", "a*", no_time},
	{"sprig_mustToDate", "a*", no_time},
	{"sprig_must_date_modify", "a*", no_time},
	{"sprig_toDate", "a*", no_time},
	{"sprig_unixEpoch", "a*", no_time},
	{"sprig_semver", "a*", no_version},
	{NULL, NULL, NULL},
};
