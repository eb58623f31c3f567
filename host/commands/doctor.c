#include "host/doctor/doctor.h"

#include "common/json.h"
#include "common/own.h"
#include "host/commands/commands.h"
#include "host/commands/settings.h"
#include "host/exit_codes.h"

#include <stdio.h>
#include <string.h>

struct doctor_command {
	struct settings settings;
	const char *format;
};

static void print_line(const struct doctor_finding *finding, bool color)
{
	static const char *const colors[] = {
		[DOCTOR_OK] = "\033[32m", [DOCTOR_WARN] = "\033[33m", [DOCTOR_FAIL] = "\033[31m"};
	printf("%s%-4s%s  %-8s %s%s%s\n", color ? colors[finding->verdict] : "",
	       doctor_verdict_name(finding->verdict), color ? "\033[0m" : "", finding->check,
	       finding->text, finding->advice ? ": " : "", finding->advice ? finding->advice : "");
}

static void print_json(struct doctor *doctor)
{
	struct arena *arena = &doctor->arena;
	struct value *list = value_list(arena);
	auto_buf struct buf out = {0};
	for (size_t i = 0; i < doctor->count; i++) {
		const struct doctor_finding *finding = &doctor->findings[i];
		struct value *map = value_map(arena);
		value_set(arena, map, "check", value_string(arena, finding->check));
		value_set(arena, map, "verdict",
			  value_string(arena, doctor_verdict_name(finding->verdict)));
		value_set(arena, map, "text", value_string(arena, finding->text));
		value_set(arena, map, "advice",
			  finding->advice ? value_string(arena, finding->advice)
					  : value_null(arena));
		value_append(arena, list, map);
	}
	json_write_pretty(&out, list, 2);
	puts(buf_text(&out));
}

static int run(void *options, int argc, char **argv, struct error *err)
{
	struct doctor_command *command = options;
	(void)argv;
	if (argc != 1)
		return commands_misused(&command_doctor, "name nothing", err);
	const struct endpoint_setting endpoint =
		settings_endpoint(&command->settings.arena, &command->settings);
	struct doctor doctor = {.address = settings_address(&command->settings, &endpoint),
				.toolbox = command->settings.toolbox,
				.consul = command->settings.consul};
	doctor_run(&doctor);
	bool color = settings_color(STDOUT_FILENO);
	if (command->format && strcmp(command->format, "json") == 0)
		print_json(&doctor);
	else
		for (size_t i = 0; i < doctor.count; i++)
			if (!command->settings.quiet || doctor.findings[i].verdict != DOCTOR_OK)
				print_line(&doctor.findings[i], color);
	int code = doctor_verdict(&doctor) == DOCTOR_FAIL ? EXIT_FAILED : EXIT_OK;
	doctor_free(&doctor);
	return code;
}

static const struct option doctor_options[] = {
	{.name = "format",
	 .argument = "FORMAT",
	 .help = "text (default) or json",
	 .choices = "text json",
	 OPTION_INTO(struct doctor_command, format)},
	{.name = "consul",
	 .argument = "ADDR",
	 .help = "look at this Consul too (default: CONSUL_HTTP_ADDR)",
	 OPTION_INTO(struct settings, consul)},
	{0},
};

const struct command command_doctor = {
	.name = "doctor",
	.summary = "look whether everything is there that builds need",
	.usage = "doctor [OPTION]...",
	.text = "Looks at what builds need: the engine and its socket, the room on its disk, the\n"
		"toolbox, Consul where one is named. A line for each: ok, warn or fail, what was\n"
		"found, and what to do about it. Exit code 1 where something fails. It changes\n"
		"nothing.",
	.options = {doctor_options, settings_engine_options},
	.size = sizeof(struct doctor_command),
	.run = run,
};
