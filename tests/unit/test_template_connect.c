/* Consul's certificates, partitions and peers in templates; answers as the API documents them. */
#include "tests/unit/template_fixture.h"

static const char answers[] =
	"{\"caRoots \":{\"ActiveRootID\":\"r2\",\"TrustDomain\":\"t.consul\",\"Roots\":["
	"{\"ID\":\"r1\",\"Name\":\"Consul CA\",\"RootCert\":\"PEM1\",\"Active\":false,"
	"\"IntermediateCerts\":null,\"CreateIndex\":8,\"ModifyIndex\":9},"
	"{\"ID\":\"r2\",\"Name\":\"Consul CA\",\"RootCert\":\"PEM2\",\"Active\":true}]},"
	"\"caLeaf "
	"web\":{\"SerialNumber\":\"08\",\"CertPEM\":\"C\",\"PrivateKeyPEM\":\"K\",\"Service\":"
	"\"web\",\"ServiceURI\":\"spiffe://x/web\",\"ValidAfter\":\"2026-01-01T00:00:00Z\","
	"\"ValidBefore\":\"2026-01-04T00:00:00Z\",\"CreateIndex\":16,\"ModifyIndex\":16},"
	"\"connect web\":[{\"Node\":{\"Node\":\"n1\",\"Address\":\"10.0.0.1\",\"Meta\":null},"
	"\"Service\":{\"ID\":\"web-proxy\",\"Service\":\"web-sidecar-proxy\",\"Tags\":null,"
	"\"Port\":"
	"21000,\"Address\":\"\",\"Weights\":{\"Passing\":1,\"Warning\":1}},\"Checks\":[]}],"
	"\"service sick\":[{\"Node\":{\"Node\":\"n1\"},\"Service\":{\"ID\":\"s1\"},\"Checks\":["
	"{\"CheckID\":\"_node_maintenance\",\"Status\":\"critical\"}]},"
	"{\"Node\":{\"Node\":\"n0\"},\"Service\":{\"ID\":\"s2\"},\"Checks\":[{\"CheckID\":\"c\","
	"\"Status\":\"warning\"}]}],"
	"\"partitions \":[{\"Name\":\"west\",\"Description\":\"the west\"},{\"Name\":\"default\"}],"
	"\"peerings "
	"\":[{\"ID\":\"p2\",\"Name\":\"b\",\"State\":\"PENDING\"},{\"ID\":\"p1\",\"Name\":"
	"\"a\",\"State\":\"ACTIVE\",\"PeerServerAddresses\":[\"10.0.0.1:8300\"],\"StreamStatus\":{"
	"\"ImportedServices\":[\"x\"],\"ExportedServices\":null,\"LastHeartbeat\":null},\"Remote\":"
	"{"
	"\"Partition\":\"\",\"Datacenter\":\"dc2\"}}],"
	"\"exportedServices "
	"\":[{\"Service\":\"web\",\"Consumers\":{\"Peers\":[\"east\",\"west\"]}},"
	"{\"Service\":\"db\",\"Consumers\":{\"Partitions\":[\"p\"]}}],"
	"\"importedServices "
	"\":{\"ImportedServices\":[{\"Service\":\"z\",\"SourcePartition\":\"p\"},"
	"{\"Service\":\"a\",\"Namespace\":\"n\"}]}}";

static const struct template_case cases[] = {
	{"{{range caRoots}}{{.ID}} {{.Name}} {{.RootCertPEM}} {{.Active}} {{.ModifyIndex}};{{end}}",
	 "r1 Consul CA PEM1 false 9;r2 Consul CA PEM2 true 0;"},
	{"{{range caRoots}}{{if .Active}}{{.RootCertPEM}}{{end}}{{end}}", "PEM2"},
	{"{{with caLeaf \"web\"}}{{.CertPEM}} {{.PrivateKeyPEM}} {{.Service}} {{.ServiceURI}} "
	 "{{.ValidBefore}} {{.SerialNumber}}{{end}}",
	 "C K web spiffe://x/web 2026-01-04T00:00:00Z 08"},
	{"{{with caLeaf \"nope\"}}x{{else}}none{{end}}{{with caLeaf \"\"}}x{{end}}", "none"},
	{"{{range connect \"web\"}}{{.Name}} {{.Address}}:{{.Port}} {{.Tags}} {{.Weights.Passing}} "
	 "{{.NodeMeta}}{{end}}",
	 "web-sidecar-proxy 10.0.0.1:21000 [] 1 map[]"},
	{"{{range service \"sick|any\"}}{{.ID}}={{.Status}} {{end}}", "s2=warning s1=maintenance "},
	{"{{range service \"sick|maintenance\"}}{{.ID}}{{end}}", "s1"},
	{"{{range service \"sick\"}}x{{else}}none{{end}}", "none"},
	{"{{range partitions}}{{.Name}}({{.Description}}){{end}}", "default()west(the west)"},
	{"{{range peerings}}{{.Name}} {{.PeeringState}} {{.PeerServerAddresses}} "
	 "{{.StreamStatus.ImportedServices}} {{.StreamStatus.ExportedServices}} "
	 "{{.Remote.Datacenter}};{{end}}",
	 "a ACTIVE [10.0.0.1:8300] [x] [] dc2;b PENDING [] [] [] ;"},
	{"{{range exportedServices}}{{.Service}}:{{join \",\" .Consumers.Peers}}/{{join \",\" "
	 ".Consumers.Partitions}} {{end}}",
	 "db:/p web:east,west/ "},
	{"{{range importedServices \"\"}}{{.Service}}-{{.Namespace}}-{{.SourcePartition}} {{end}}",
	 "a-n- z--p "},
	{"{{printf \"%T %T %T\" caRoots (caLeaf \"web\") (connect \"web\")}}",
	 "[]*api.CARoot *api.LeafCert []*dependency.HealthService"},
};

static void test_connect(void **state)
{
	(void)state;
	check_cases_of(answers, cases, COUNT_OF(cases), true);
}

/* While answers are on their way everything is empty; so is what a server doesn't have. */
static void test_empty(void **state)
{
	(void)state;
	static const char text[] =
		"{{len caRoots}}{{len (connect \"web\")}}{{len partitions}}{{len peerings}}"
		"{{len exportedServices}}{{len importedServices}}{{with caLeaf \"web\"}}x{{end}}";
	for (int later = 0; later < 2; later++) {
		auto_rendered struct rendered rendered = {0};
		rendered.source.later = later;
		rendered.source.answers = parsed(&rendered.arena, "{}");
		render_text(&rendered, text);
		assert_true(rendered.ok);
		assert_string_equal(buf_text(&rendered.out), "000000");
	}
}

/* A server that answers with something else is no reason to crash. */
static void test_odd_answers(void **state)
{
	(void)state;
	static const char *const odd[] = {
		"1",        "[]",
		"[1,null]", "{\"Roots\":[[]]}",
		"\"x\"",    "[{\"Service\":1,\"Checks\":{},\"Node\":[]}]"};
	for (size_t i = 0; i < COUNT_OF(odd); i++) {
		auto_rendered struct rendered rendered = {0};
		auto_buf struct buf json = {0};
		buf_printf(&json,
			   "{\"caRoots \":%s,\"caLeaf a\":%s,\"connect a\":%s,\"peerings \":%s,"
			   "\"partitions \":%s,\"exportedServices \":%s,\"services \":%s,"
			   "\"nodes \":%s,\"node a\":%s}",
			   odd[i], odd[i], odd[i], odd[i], odd[i], odd[i], odd[i], odd[i], odd[i]);
		rendered.source.answers = parsed(&rendered.arena, buf_text(&json));
		render_text(&rendered,
			    "{{caRoots}}{{caLeaf \"a\"}}{{connect \"a\"}}{{peerings}}{{partitions}}"
			    "{{exportedServices}}{{services}}{{nodes}}{{node \"a\"}}");
		assert_true(rendered.ok);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connect),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_odd_answers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
