/* Vault's secrets in templates. */
#include "tests/unit/template_fixture.h"

static const char answers[] =
	"{\"secret kv/app\":{\"request_id\":\"r1\",\"lease_id\":\"\",\"renewable\":false,"
	"\"lease_duration\":0,\"data\":{\"data\":{\"user\":\"u\",\"n\":7},\"metadata\":{"
	"\"version\":3}},"
	"\"wrap_info\":null,\"warnings\":null,\"auth\":null},"
	"\"secret "
	"db/creds/r\":{\"lease_id\":\"db/creds/r/x\",\"renewable\":true,\"lease_duration\":"
	"3600,\"data\":{\"username\":\"v-1\",\"password\":\"p\"},\"warnings\":[\"w1\"]},"
	"\"secret "
	"auth/x/login\":{\"data\":null,\"auth\":{\"client_token\":\"t\",\"accessor\":\"a\","
	"\"policies\":[\"default\",\"p\"],\"metadata\":{\"role\":\"r\"},\"lease_duration\":60,"
	"\"renewable\":true}},"
	"\"secret wrapped\":{\"wrap_info\":{\"token\":\"wt\",\"ttl\":120,\"creation_time\":"
	"\"2026-01-01T00:00:00Z\",\"wrapped_accessor\":\"wa\"}},"
	"\"secrets kv\":[\"b/\",\"a\"],\"pki "
	"pki/issue/r\":{\"Cert\":\"C\\n\",\"Key\":\"K\\n\",\"CA\":"
	"\"I\\n\",\"CAChain\":[\"I\\n\",\"R\\n\"]}}";

static const struct template_case cases[] = {
	{"{{with secret \"kv/app\"}}{{.Data.data.user}} {{.Data.data.n}} "
	 "{{.Data.metadata.version}} "
	 "{{.Renewable}} [{{.LeaseID}}] {{.LeaseDuration}} {{.RequestID}}{{end}}",
	 "u 7 3 false [] 0 r1"},
	{"{{(secret \"kv/app\").Data.data | toJSON}}", "{\"n\":7,\"user\":\"u\"}"},
	{"{{with secret \"db/creds/r\"}}{{.Data.username}}:{{.Data.password}} {{.LeaseDuration}} "
	 "{{.LeaseID}} {{.Renewable}} {{range .Warnings}}{{.}}{{end}}{{end}}",
	 "v-1:p 3600 db/creds/r/x true w1"},
	{"{{with secret \"auth/x/login\" \"password=p\"}}{{with .Auth}}{{.ClientToken}} "
	 "{{.Accessor}} "
	 "{{.Policies}} {{.Metadata.role}} {{.LeaseDuration}} {{.Renewable}}{{end}}{{end}}",
	 "t a [default p] r 60 true"},
	{"{{with secret \"wrapped\"}}{{.WrapInfo.Token}} {{.WrapInfo.TTL}} "
	 "{{.WrapInfo.CreationTime}}{{end}}",
	 "wt 120 2026-01-01T00:00:00Z"},
	{"{{with secret \"kv/app\"}}{{with .Auth}}x{{else}}none{{end}}{{end}}", "none"},
	{"{{range secrets \"kv\"}}{{.}} {{end}}{{range secrets \"none\"}}x{{else}}none{{end}}",
	 "a b/ none"},
	{"{{len (secrets \"\")}}{{with secret}}x{{end}}{{with pkiCert}}x{{end}}", "0"},
	{"{{with pkiCert \"pki/issue/r\" \"common_name=a\"}}{{.Cert}}{{.Key}}{{.CA}}{{range "
	 ".CAChain}}"
	 "{{.}}{{end}}{{.Data.Cert}}{{end}}",
	 "C\nK\nI\nI\nR\nC\n"},
	{"{{printf \"%T\" (secret \"kv/app\")}} {{printf \"%T\" (pkiCert \"pki/issue/r\")}}",
	 "*dependency.Secret dependency.PemEncoded"},
};

static const struct template_case errors[] = {
	{"{{secret \"nope\"}}",
	 "template: t:1:2: executing \"t\" at <secret \"nope\">: error calling secret: secret "
	 "\"nope\" is missing"},
	{"{{secret \"a\" \"b\"}}", "template: t:1:2: executing \"t\" at <secret \"a\" \"b\">: "
				   "error calling secret: not k=v pair "
				   "\"b\""},
	{"{{pkiCert \"pki/issue/none\"}}",
	 "template: t:1:2: executing \"t\" at <pkiCert \"pki/issue/none\">: error calling pkiCert: "
	 "certificate \"pki/issue/none\" is missing"},
};

static void test_vault(void **state)
{
	(void)state;
	check_cases_of(answers, cases, COUNT_OF(cases), true);
	check_cases_of(answers, errors, COUNT_OF(errors), false);
}

static void test_arguments(void **state)
{
	(void)state;
	static const struct template_case given[] = {
		{"{{with secret \"auth/x/login\" \"a=b\" \"\" \"c=d=e\"}}{{end}}", "a=b c=d=e "},
		{"{{with secret \"kv/app\"}}{{end}}", ""},
		{"{{with pkiCert \"pki/issue/r\" \"common_name=a\" \"ttl=1h\"}}{{end}}",
		 "common_name=a ttl=1h "},
	};
	check_arguments(answers, given, COUNT_OF(given));
}

static void test_pending(void **state)
{
	(void)state;
	check_pending("{{with secret \"a\"}}x{{else}}later{{end}} {{secrets \"a\" | len}} "
		      "{{with pkiCert \"a\"}}x{{else}}later{{end}}",
		      "later 0 later");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vault),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_pending),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
