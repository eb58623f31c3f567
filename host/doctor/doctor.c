#include "host/doctor/doctor.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/doctor/checks.h"

#include <stdarg.h>

static void (*const checks[])(struct doctor *doctor) = {
	doctor_socket, doctor_engine, doctor_disk, doctor_toolbox, doctor_consul, doctor_programs,
};

void doctor_add(struct doctor *doctor, const char *check, enum doctor_verdict verdict,
		const char *advice, const char *format, ...)
{
	va_list args;
	if (doctor->count == DOCTOR_MOST)
		return;
	va_start(args, format);
	autofree char *text = mem_vprintf(format, args);
	va_end(args);
	doctor->findings[doctor->count++] = (struct doctor_finding){
		.check = check,
		.verdict = verdict,
		.text = arena_strdup(&doctor->arena, text),
		.advice = advice,
	};
}

void doctor_add_error(struct doctor *doctor, const char *check, const char *advice,
		      const struct error *err)
{
	autofree char *text = error_text(err);
	doctor_add(doctor, check, DOCTOR_FAIL, advice, "%s", text);
}

void doctor_run(struct doctor *doctor)
{
	for (size_t i = 0; i < COUNT_OF(checks); i++)
		checks[i](doctor);
}

void doctor_free(struct doctor *doctor)
{
	engine_close(doctor->engine);
	loop_free(doctor->loop);
	arena_free(&doctor->arena);
}

enum doctor_verdict doctor_verdict(const struct doctor *doctor)
{
	enum doctor_verdict worst = DOCTOR_OK;
	for (size_t i = 0; i < doctor->count; i++)
		if (doctor->findings[i].verdict > worst)
			worst = doctor->findings[i].verdict;
	return worst;
}

const char *doctor_verdict_name(enum doctor_verdict verdict)
{
	static const char *const names[] = {
		[DOCTOR_OK] = "ok", [DOCTOR_WARN] = "warn", [DOCTOR_FAIL] = "fail"};
	return names[verdict];
}
