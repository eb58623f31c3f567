#include "host/explain/codes.h"

#include "common/own.h"
#include "host/exit_codes.h"

/* clang-format off */
const struct explanation explanations[] = {
	{ERROR_GENERAL, EXIT_FAILED, "a failure that has no number of its own",
	 "Something that factory asked the system for did not work: a file, a directory, the\n"
	 "network.",
	 "The message names what was asked for, and the system's reason.",
	 "factory: can't look into app: No such file or directory [F0100]"},

	{ERROR_USAGE, EXIT_USAGE, "wrong arguments",
	 "A command was called with too many or too few arguments, or with options that exclude\n"
	 "each other.",
	 "`factory COMMAND --help` tells how it is called.",
	 "factory build"},
	{ERROR_COMMAND_UNKNOWN, EXIT_USAGE, "unknown command",
	 "factory has no such command.",
	 "`factory help` lists them.",
	 "factory bulid m.yml"},
	{ERROR_OPTION_UNKNOWN, EXIT_USAGE, "unknown option",
	 "The command has no such option.",
	 "`factory COMMAND --help` lists them. What begins with a dash and is no option goes\n"
	 "behind `--`.",
	 "factory build m.yml --jbos 3"},
	{ERROR_OPTION_VALUE, EXIT_USAGE, "wrong value of an option",
	 "An option that needs a value has none, has one though it takes none, or has one of\n"
	 "another kind.",
	 "The message says what the option takes.",
	 "factory build m.yml --jobs many"},

	{ERROR_MANIFEST, EXIT_MANIFEST, "a manifest is wrong",
	 "The manifest can't be used as it is; nothing has been started.",
	 "`factory check FILE` tells all that is wrong with it, in order.",
	 "factory: m.yml:1:7: manifests stand on each other in a circle: m.yml -> m.yml [F0300]"},
	{ERROR_KEY_UNKNOWN, EXIT_MANIFEST, "unknown key",
	 "The manifest has a key that factory does not know in this place. It is refused, for a\n"
	 "key that is silently ignored is one that somebody relies on.",
	 "Correct the spelling: the message names the nearest key there is. docs/manifest.md\n"
	 "lists all; schema/manifest.json makes editors complete them.",
	 "instal:\n  - make"},
	{ERROR_KIND, EXIT_MANIFEST, "a value of another kind",
	 "A key has text where a list is meant, a map where a number is, and the like.",
	 "The message says what the key takes. Quotes make a number text: \"3.10\".",
	 "install:\n  - {run: make, retries: often}"},
	{ERROR_VALUE, EXIT_MANIFEST, "a value that is not possible",
	 "The value has the right kind, and still can't be: a name that isn't known, a number out\n"
	 "of range, two keys that exclude each other.",
	 "The message says what is possible.",
	 "language: cobol"},
	{ERROR_KEY_MISSING, EXIT_MANIFEST, "a key is missing",
	 "The manifest lacks something that it can't do without, such as a base image.",
	 "Add the key that the message names.",
	 "install:\n  - make"},
	{ERROR_YAML, EXIT_MANIFEST, "no YAML",
	 "What Jinja2 made of the manifest can't be read as YAML. Lines are those of the result.",
	 "`factory render FILE` prints the result. Look for tabs, for colons in text without\n"
	 "quotes, and for indentation.",
	 "install: [make"},
	{ERROR_JINJA, EXIT_MANIFEST, "wrong Jinja2",
	 "A template in the manifest can't be read, or fails as it runs: a name that isn't\n"
	 "defined, a filter that does not exist.",
	 "Give properties with --set or --values, or a default: {{ name | default('x') }}.\n"
	 "docs/jinja.md lists what there is.",
	 "image: {{ base }}"},
	{ERROR_UNREADABLE, EXIT_MANIFEST, "a file can't be read",
	 "The manifest, or a file that it names, is not there or may not be read.",
	 "Check the path: those in a manifest are relative to the manifest.",
	 "factory check no-such.yml"},
	{ERROR_CYCLE, EXIT_MANIFEST, "manifests that need each other",
	 "Manifests include each other, or stand on each other by `from`, in a circle.",
	 "Move what they share to a manifest of its own.",
	 "include: [m.yml]"},

	{ERROR_ENGINE, EXIT_ENGINE, "the engine refused",
	 "The engine answered, and did not do what it was asked for. The message has its words.",
	 "`factory doctor` looks at the engine; its own log says more.",
	 "factory: the engine at unix:///var/run/docker.sock: no space left on device [F0400]"},
	{ERROR_ENGINE_UNREACHABLE, EXIT_ENGINE, "no engine",
	 "There is no container engine at the endpoint: nothing listens there, or the connection\n"
	 "broke.",
	 "Start it (`systemctl start docker`), or name another with --endpoint or DOCKER_HOST.\n"
	 "`factory doctor` tells what is found.",
	 "DOCKER_HOST=unix:///nowhere factory build m.yml -t app:1"},
	{ERROR_ENGINE_PERMISSION, EXIT_ENGINE, "no permission on the engine's socket",
	 "The socket is there, and this user may not use it.",
	 "Let an administrator add the user to the socket's group (`usermod -aG docker USER`),\n"
	 "and log in again; or use an engine without root. Whoever may use the socket is root\n"
	 "on that machine.",
	 "ls -l /var/run/docker.sock"},
	{ERROR_ENGINE_ENDPOINT, EXIT_ENGINE, "a wrong endpoint",
	 "The endpoint is no address that factory knows, or its certificates are not there.",
	 "Use unix:///path, tcp://host:port, https://host:port, podman: or oci:. With\n"
	 "DOCKER_TLS_VERIFY, DOCKER_CERT_PATH must hold ca.pem, cert.pem and key.pem.",
	 "factory facts alpine --endpoint ssh://host"},
	{ERROR_ENGINE_OTHER, EXIT_ENGINE, "something else than an engine",
	 "What listens at the endpoint does not answer as an engine does, or speaks no version\n"
	 "of the API that factory knows.",
	 "Check the port; an engine with TLS needs DOCKER_TLS_VERIFY=1.",
	 "factory facts alpine --endpoint tcp://127.0.0.1:8500"},

	{ERROR_IMAGE, EXIT_IMAGE, "the base image is not there",
	 "The image that the manifest stands on is not in the engine.",
	 "Pull or build it first.",
	 "image: app:none"},
	{ERROR_IMAGE_PULL, EXIT_IMAGE, "the base image can't be pulled",
	 "The base image is not in the engine, and no registry gave it.",
	 "Check its name and tag; log in where it is private; where there is no network, load it\n"
	 "into the engine (`docker load`).",
	 "image: debian:no-such-tag"},

	{ERROR_STEP, EXIT_STEP, "a step could not run",
	 "A step or a test could not be started, or its result is not known.",
	 "The message says why: its user, its working directory, a secret.",
	 "install:\n  - {run: make, user: nobody-there}"},
	{ERROR_STEP_FAILED, EXIT_STEP, "a step failed",
	 "A step or a test ended with another exit code than 0. Nothing was tagged, and nothing is\n"
	 "left behind.",
	 "Its output is above, the message names its place in the manifest. `retries:` tries\n"
	 "again, `ignore_errors: true` goes on.",
	 "script:\n  - test -e /app"},
	{ERROR_STEP_TIMEOUT, EXIT_STEP, "a step timed out",
	 "A step or a test took longer than its `timeout:`; it was ended with all its processes.",
	 "Look at what it waits for (input, a prompt, the network), or give it more time.",
	 "install:\n  - {run: apt-get install tzdata, timeout: 60}"},
	{ERROR_STEP_KILLED, EXIT_STEP, "a step was killed",
	 "A step or a test was ended by a signal. Signal 9 most often comes from the kernel,\n"
	 "because memory ran out.",
	 "Raise `memory:`, run fewer branches at once (--jobs), or see what sent the signal.",
	 "factory: m.yml:3:5: install-1 was killed by signal 9 (Killed): make [F0603]"},
	{ERROR_STEP_SHELL, EXIT_STEP, "the target has no shell",
	 "Steps are run by /bin/sh, and the image has none.",
	 "Add a static one: `factory toolbox create --with busybox` puts it into /tools; or use\n"
	 "another base image.",
	 "image: scratch"},
	{ERROR_STEP_SERVICE, EXIT_STEP, "a test's service failed",
	 "A service was not ready in time, or ended before it was, so that the test was not run.",
	 "What it printed last is shown: is the `ready` check right, `timeout` long enough?",
	 "services: {db: {image: postgres:16, ready: {tcp: 5433, timeout: 5s}}}"},

	{ERROR_RENDER, EXIT_RENDER, "a file could not be rendered or copied",
	 "A template is wrong, or its result can't be written into the target.",
	 "The message names the template, its line, and the reason.",
	 "{{ no_such_function }}"},

	{ERROR_VALUES, EXIT_VALUES, "a value from outside could not be had",
	 "A template asks for a value that could not be had from where it is kept.",
	 "The message names the value, and where it was looked for.",
	 "{{ with secret \"kv/app\" }}{{ .Data.password }}{{ end }}"},
	{ERROR_CONSUL_UNREACHABLE, EXIT_VALUES, "no Consul",
	 "There is no Consul at the address, or the connection broke.",
	 "Start it, or name another with --consul or CONSUL_HTTP_ADDR; `kv:` in the manifest, or\n"
	 "--kv FILE, need none. `factory doctor --consul ADDR` asks it.",
	 "factory build m.yml -t app:1 --consul 127.0.0.1:1"},
	{ERROR_CONSUL_TOKEN, EXIT_VALUES, "Consul refuses the token",
	 "Consul answers that the token may not read this, or, for a fleet, may not make sessions and\n"
	 "write keys.",
	 "Set CONSUL_HTTP_TOKEN, or CONSUL_HTTP_TOKEN_FILE, to a token whose policy allows it.",
	 "factory: Consul at 127.0.0.1:8500 refuses this token (403: Permission denied)... [F0802]"},
	{ERROR_CONSUL_ANSWER, EXIT_VALUES, "Consul gave no answer that is one",
	 "What listens at the address answers with an error, or not as Consul does.",
	 "Look at its log; check the address and whether it speaks TLS.",
	 "factory: Consul at 127.0.0.1:8500 answered with status 500: No cluster leader [F0803]"},
	{ERROR_VALUE_MISSING, EXIT_VALUES, "a key is missing",
	 "A template reads a key that is neither in Consul nor in `kv:`.",
	 "Set it (`consul kv put app/name parrot`, or `kv:`), or give a default:\n"
	 "{{ keyOrDefault \"app/name\" \"none\" }}.",
	 "{{ key \"app/nmae\" }}"},

	{ERROR_SESSION, EXIT_AGENT, "the agent broke the protocol",
	 "What the agent said in the container makes no sense.",
	 "`factory toolbox create` brings the toolbox up to date. If it stays, it is a defect of\n"
	 "factory's.",
	 "factory: the agent sent nonsense: ... [F0900]"},
	{ERROR_AGENT_GONE, EXIT_AGENT, "the agent is gone",
	 "The container ended before its work was done: somebody removed it, the engine was\n"
	 "stopped, memory ran out, or the image can't run on this processor.",
	 "Build again; look at the engine's log; raise `memory:`.",
	 "docker kill of a container of factory's"},
	{ERROR_AGENT_PROTOCOL, EXIT_AGENT, "the toolbox is outdated",
	 "The toolbox holds an agent of another version than this factory.",
	 "Run `factory toolbox create`, which replaces it.",
	 "factory: the toolbox's agent 0.9 speaks protocol 99, this factory speaks 1... [F0902]"},
	{ERROR_TOOLBOX_NONE, EXIT_FAILED, "a container that is no toolbox",
	 "A container has the toolbox's name, and no agent in it.",
	 "Remove it, or choose another name with --toolbox.",
	 "factory build m.yml -t app:1 --toolbox my-database"},

	{ERROR_INTERRUPTED, EXIT_INTERRUPTED, "interrupted",
	 "SIGINT came, by Ctrl-C for example. What was running was ended and removed.",
	 "Nothing is left behind: begin again.",
	 "Ctrl-C"},
	{ERROR_TERMINATED, EXIT_TERMINATED, "interrupted by SIGTERM",
	 "SIGTERM came. What was running was ended and removed.",
	 "Nothing is left behind: begin again.",
	 "kill of factory's process"},
	{ERROR_MEMORY, EXIT_MEMORY, "out of memory",
	 "The machine had no memory left for factory itself.",
	 "Free some.",
	 "factory: out of memory"},

	{ERROR_REGISTRY, EXIT_REGISTRY, "a registry refused the image",
	 "The image is built and stays in the engine, but a registry did not take it, or there\n"
	 "are no credentials for it.",
	 "`docker login HOST`, or mend config.json in DOCKER_CONFIG or ~/.docker. Then build\n"
	 "again: it is cached, and pushed.",
	 "factory build m.yml -t registry.example/app:1 --push"},
	{ERROR_LOCK, EXIT_LOCK, "not as factory.lock says",
	 "The lock beside a manifest is broken or missing, or `--locked` is given and base\n"
	 "images, modules or values are not what they were when it was written.",
	 "The message names all that differs. `factory lock MANIFEST` accepts it;\n"
	 "docs/lock.md tells what is locked.",
	 "factory build m.yml --locked"},
	{ERROR_STALE, EXIT_STALE, "`why` can't look further",
	 "The manifest stands on another one, by `from:`, whose image has to be built before it\n"
	 "can be told what of this one is there.",
	 "`factory why` of the other one tells what it would run; `factory build` builds both.",
	 "factory: m.yml:1:7: base.yml, which this manifest stands on, has to be built first... [F1500]"},
	{ERROR_DIFFERENT, EXIT_DIFFERENT, "two builds of a manifest differ",
	 "`factory verify` has built the same manifest twice, and the images are not the same: a\n"
	 "step that writes down the time, a random name, an order that is not settled.",
	 "The report names each path and how it differs. SOURCE_DATE_EPOCH settles the times of\n"
	 "files; docs/reproducible.md tells what else helps.",
	 "factory: two builds of m.yml differ [F1600]"},
};
/* clang-format on */

const size_t explanation_count = COUNT_OF(explanations);
