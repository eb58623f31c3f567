/* Nomad's services and variables in templates. */
#include "tests/unit/template_fixture.h"

static const char answers[] =
	"{\"nomadServices \":[{\"Namespace\":\"default\",\"Services\":[{\"ServiceName\":\"web\","
	"\"Tags\":[\"b\",\"a\"]},{\"ServiceName\":\"db\",\"Tags\":null}]},{\"Namespace\":\"other\","
	"\"Services\":[{\"ServiceName\":\"db\",\"Tags\":[]}]}],"
	"\"nomadService web\":[{\"ID\":\"i2\",\"ServiceName\":\"web\",\"Namespace\":\"default\","
	"\"NodeID\":\"n\",\"Datacenter\":\"dc1\",\"JobID\":\"j\",\"AllocID\":\"al\",\"Tags\":["
	"\"v1\"],"
	"\"Address\":\"10.0.0.1\",\"Port\":8080},{\"ID\":\"i1\",\"ServiceName\":\"web\",\"Tags\":"
	"null,"
	"\"Address\":\"10.0.0.2\",\"Port\":8081}],"
	"\"nomadVarList \":[{\"Namespace\":\"default\",\"Path\":\"a/b\",\"CreateIndex\":7,"
	"\"ModifyIndex\":8,\"CreateTime\":1500000000,\"ModifyTime\":1662061717905426000}],"
	"\"nomadVarList none\":[],"
	"\"nomadVar a/b\":{\"Namespace\":\"default\",\"Path\":\"a/b\",\"CreateIndex\":7,"
	"\"ModifyIndex\":8,\"CreateTime\":1500000000,\"ModifyTime\":0,\"Items\":{\"user\":\"u\","
	"\"password\":\"p<\"}},\"nomadVar empty\":{\"Path\":\"empty\",\"Items\":null}}";

static const struct template_case cases[] = {
	{"{{range nomadServices}}{{.Namespace}}/{{.Name}} {{.Tags}};{{end}}",
	 "default/db [];other/db [];default/web [a b];"},
	{"{{range nomadService \"web\"}}{{.ID}} {{.Name}} {{.Node}} {{.Address}}:{{.Port}} "
	 "{{.Tags}} "
	 "{{.JobID}} {{.AllocID}} {{.Datacenter}};{{end}}",
	 "i2 web n 10.0.0.1:8080 [v1] j al dc1;i1 web  10.0.0.2:8081 []   ;"},
	{"{{range nomadService \"v1.web\"}}{{.ID}}{{end}}", "i2"},
	{"{{range nomadService 1 \"key\" \"web\"}}{{.ID}} {{end}}", "i2 i1 "},
	{"{{range nomadService \"web\" | byTag}}{{len .}}{{end}}", "1"},
	{"{{range nomadService \"none\"}}x{{else}}none{{end}}", "none"},
	{"{{range nomadVarList}}{{.Path}} {{.Namespace}} {{.CreateIndex}} {{.ModifyIndex}} "
	 "{{.CreateTime}}{{end}}",
	 "a/b default 7 8 1970-01-01 00:00:01.5 +0000 UTC"},
	{"{{range nomadVarList \"/\"}}{{.ModifyTime}}{{end}}",
	 "2022-09-01 19:48:37.905426 +0000 UTC"},
	{"{{len (nomadVarList \"none\")}}{{range nomadVarListSafe}}{{.Path}}{{end}}", "0a/b"},
	{"{{with nomadVar \"a/b\"}}{{.user}}:{{.password}}{{end}}", "u:p<"},
	{"{{with nomadVar \" /a/b/ \"}}{{.user.Value}} {{.user.Key}} {{.user.Parent.Path}} "
	 "{{.Parent.ModifyIndex}} {{.Metadata.Namespace}} {{.user.Metadata.CreateTime}}{{end}}",
	 "u user a/b 8 default 1970-01-01 00:00:01.5 +0000 UTC"},
	{"{{range $k, $v := nomadVar \"a/b\"}}{{$k}}={{$v}} {{end}}", "password=p< user=u "},
	{"{{with nomadVar \"a/b\"}}{{.Keys}} {{.Values}} {{range .Tuples}}{{.K}}-{{.V}} {{end}}"
	 "{{.ItemsMap.user | toUpper}}{{end}}",
	 "[password user] [p< u] password-p< user-u U"},
	{"{{nomadVar \"a/b\" | toJSON}} {{(nomadVar \"a/b\").Parent.Items.user}}",
	 "{\"password\":\"p\\u003c\",\"user\":\"u\"} u"},
	{"{{nomadVar \"a/b\"}} {{printf \"%s-%v-%q\" (nomadVar \"a/b\").user (nomadVar "
	 "\"a/b\").user "
	 "(nomadVar \"a/b\").user}}",
	 "map[password:p< user:u] u-u-\"u\""},
	{"{{(nomadVar \"a/b\").nope}}{{with nomadVar \"empty\"}}x{{else}}empty{{end}}"
	 "{{with (nomadVar \"empty\").Parent}}x{{end}}",
	 "<no value>empty"},
	{"{{nomadVarExists \"a/b\"}} {{nomadVarExists \"nope\"}} {{nomadVarExists \"\"}}",
	 "true false false"},
	{"{{printf \"%T %T %T\" (nomadVar \"a/b\") (nomadVar \"a/b\").user (nomadVar "
	 "\"a/b\").Parent}}",
	 "map[string]dependency.NomadVarItem dependency.NomadVarItem *dependency.NomadVariable"},
};

static const struct template_case errors[] = {
	{"{{nomadVar \"nope\"}}", "template: t:1:2: executing \"t\" at <nomadVar \"nope\">: error "
				  "calling nomadVar: variable "
				  "\"nope\" is missing"},
	{"{{nomadVarListSafe \"none\"}}",
	 "template: t:1:2: executing \"t\" at <nomadVarListSafe \"none\">: error calling "
	 "nomadVarListSafe: prefix \"none\" is empty"},
	{"{{nomadService \"a\" \"b\"}}", "template: t:1:2: executing \"t\" at <nomadService \"a\" "
					 "\"b\">: error calling nomadService: "
					 "expected arguments <service> or <count> <key> <service>"},
	{"{{nomadService \"a\" \"b\" \"c\"}}",
	 "template: t:1:2: executing \"t\" at <nomadService \"a\" \"b\" \"c\">: error calling "
	 "nomadService: expected an integer for <count> and a string for <key>"},
	{"{{nomadServices \"?x=y\"}}", "template: t:1:2: executing \"t\" at <nomadServices "
				       "\"?x=y\">: error calling nomadServices: "
				       "\"x=y\" in \"?x=y\" is no \"?ns=NAMESPACE\""},
	{"{{with nomadVar \"a/b\"}}{{range .user}}x{{end}}{{end}}",
	 "template: t:1:31: executing \"t\" at <.user>: range can't iterate over u"},
	{"{{(nomadVar \"a/b\").user | toUpper}}", "template: t:1:26: executing \"t\" at <toUpper>: "
						  "wrong type for value; expected string; got "
						  "dependency.NomadVarItem"},
};

static void test_nomad(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	check_cases_of(answers, cases, COUNT_OF(cases), true);
	check_cases_of(answers, errors, COUNT_OF(errors), false);
}

static void test_arguments(void **state)
{
	(void)state;
	static const struct template_case given[] = {
		{"{{nomadServices}}", ""},
		{"{{nomadServices \"?ns=*@eu\"}}", "namespace=* region=eu "},
		{"{{nomadService \"v1.web?ns=team@eu\"}}", "namespace=team region=eu "},
		{"{{nomadService 2 \"k\" \"web@eu\"}}", "choose=2|k region=eu "},
		{"{{nomadVarExists \"a/b@team.eu\"}}", "namespace=team region=eu "},
		{"{{nomadVarList \"a@*\"}}", "namespace=* "},
		{"{{nomadVarExists \"a/b@.eu\"}}", "region=eu "},
	};
	check_arguments(answers, given, COUNT_OF(given));
}

static void test_pending(void **state)
{
	(void)state;
	check_pending("{{len nomadServices}}{{len (nomadService \"a\")}}{{len nomadVarList}}"
		      "{{len nomadVarListSafe}}{{len (nomadVar \"a\")}}{{nomadVarExists \"a\"}}"
		      "{{with nomadVar \"a\"}}x{{end}}",
		      "00000false");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nomad),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_pending),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
