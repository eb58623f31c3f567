/* Reads anything as what Consul, Vault or Nomad answer, and renders it: the first byte chooses the
 * template, the second the status; the rest is the body. A recording is read so too. */
#include "agent/render/render.h"
#include "agent/source/api.h"
#include "agent/source/answers.h"
#include "common/own.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const templates[] = {
	"{{ with secret \"kv/a\" }}{{ .LeaseID }}{{ .Data }}{{ range $k, $v := .Data }}{{ $k }}{{ "
	"$v }}{{ end }}{{ end }}",
	"{{ with secret \"kv/a\" \"b=c\" }}{{ . | toJSON }}{{ end }}",
	"{{ range secrets \"kv\" }}{{ . }}{{ end }}",
	"{{ with pkiCert \"pki/issue/a\" \"common_name=b\" }}{{ .Cert }}{{ .Key }}{{ .CA }}{{ end "
	"}}",
	"{{ range nomadServices }}{{ .Name }}{{ .Tags }}{{ end }}",
	"{{ range nomadService \"t.a\" }}{{ .Address }}:{{ .Port }}{{ .Tags }}{{ end }}",
	"{{ range nomadVarList \"a\" }}{{ .Path }}{{ .CreateTime }}{{ end }}",
	"{{ with nomadVar \"a\" }}{{ range $k, $v := . }}{{ $k }}{{ $v }}{{ end }}{{ .x }}{{ end "
	"}}",
	"{{ range services }}{{ .Name }}{{ .Tags }}{{ end }}",
	"{{ range service \"t.a|any\" }}{{ .Name }}{{ .Address }}{{ .Port }}{{ .Checks }}{{ "
	".Status }}{{ end }}",
	"{{ range connect \"a\" }}{{ . | toJSON }}{{ end }}",
	"{{ range nodes }}{{ .Node }}{{ .Meta }}{{ end }}",
	"{{ with node \"a\" }}{{ .Node.Address }}{{ range .Services }}{{ .Service }}{{ end }}{{ "
	"end }}",
	"{{ range datacenters }}{{ . }}{{ end }}",
	"{{ range caRoots }}{{ .RootCertPEM }}{{ end }}",
	"{{ with caLeaf \"a\" }}{{ .CertPEM }}{{ .PrivateKeyPEM }}{{ end }}",
	"{{ range partitions }}{{ .Name }}{{ end }}",
	"{{ range peerings }}{{ .Name }}{{ .PeerState }}{{ end }}",
	"{{ range exportedServices \"p\" }}{{ .Service }}{{ .Consumers }}{{ end }}",
	"{{ range tree \"a\" }}{{ .Key }}={{ .Value }}{{ end }}",
};

static const long statuses[] = {200, 200, 200, 204, 301, 400, 403, 404, 500, 503};

enum { MOST_STEPS = 8 };

struct fuzzed {
	struct source source; /* first: the two are one */
	struct http_response response;
};

static void drop(struct api_request *request)
{
	buf_free(&request->path);
	buf_free(&request->body);
}

static void drop_fuzzed(struct fuzzed *fuzzed)
{
	http_response_free(&fuzzed->response);
}

/* As a transport does, with the same reply to every request. */
static int get(struct source *source, const struct want *want, struct arena *arena,
	       struct value **found, struct error *err)
{
	struct fuzzed *fuzzed = (struct fuzzed *)source;
	const struct api *api = api_of(want->kind);
	struct inquiry inquiry = {.want = want, .server = "the server", .arena = arena};
	int status = 0;
	for (; status == 0 && inquiry.step < MOST_STEPS; inquiry.step++) {
		__attribute__((cleanup(drop))) struct api_request request = {0};
		status = api->ask(&inquiry, &request, err);
		if (status == 0)
			status = api->take(&inquiry, &fuzzed->response, err);
	}
	*found = inquiry.found;
	return status < 0 ? -1 : 0;
}

static void read_recording(const struct buf *text)
{
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	answers_read(&arena, "recording.json", buf_text(text), text->len, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	auto_buf struct buf out = {0};
	__attribute__((cleanup(drop_fuzzed))) struct fuzzed fuzzed = {.source = {.get = get}};
	if (size < 2)
		return 0;
	const struct render_template tmpl = {.contents = templates[data[0] % COUNT_OF(templates)],
					     .destination = "t"};
	fuzzed.response.status = statuses[data[1] % COUNT_OF(statuses)];
	buf_add(&fuzzed.response.body, data + 2, size - 2);
	read_recording(&fuzzed.response.body);
	render_bytes(&tmpl, &fuzzed.source, NULL, &arena, &out, value_list(&arena), &err);
	return 0;
}
