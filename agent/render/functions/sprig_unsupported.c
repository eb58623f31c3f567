#include "agent/render/functions/sprig.h"

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
	return sprig_fail(err, "not supported: compare versions before the build");
}

static struct value *no_url(struct call *call, struct error *err)
{
	(void)call;
	return sprig_fail(err, "not supported: join or split the address with printf or regexes");
}

const struct function functions_sprig_unsupported[] = {
	{"sprig_bcrypt", "a*", no_crypto},
	{"sprig_buildCustomCert", "a*", no_crypto},
	{"sprig_decryptAES", "a*", no_crypto},
	{"sprig_derivePassword", "a*", no_crypto},
	{"sprig_encryptAES", "a*", no_crypto},
	{"sprig_genCA", "a*", no_crypto},
	{"sprig_genCAWithKey", "a*", no_crypto},
	{"sprig_genPrivateKey", "a*", no_crypto},
	{"sprig_genSelfSignedCert", "a*", no_crypto},
	{"sprig_genSelfSignedCertWithKey", "a*", no_crypto},
	{"sprig_genSignedCert", "a*", no_crypto},
	{"sprig_genSignedCertWithKey", "a*", no_crypto},
	{"sprig_htpasswd", "a*", no_crypto},
	{"sprig_ago", "a*", no_time},
	{"sprig_mustDateModify", "a*", no_time},
	{"sprig_mustToDate", "a*", no_time},
	{"sprig_must_date_modify", "a*", no_time},
	{"sprig_toDate", "a*", no_time},
	{"sprig_unixEpoch", "a*", no_time},
	{"sprig_semver", "a*", no_version},
	{"sprig_urlJoin", "a*", no_url},
	{"sprig_urlParse", "a*", no_url},
	{NULL, NULL, NULL},
};
