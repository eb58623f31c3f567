#include "host/toolbox/toolbox.h"

#include "common/own.h"
#include "host/doctor/checks.h"

/* A missing one is made on the way by the first build. */
void doctor_toolbox(struct doctor *doctor)
{
	static const struct {
		enum doctor_verdict verdict;
		const char *text, *advice;
	} states[] = {
		[TOOLBOX_MISSING] = {DOCTOR_OK, "isn't there yet: a build makes it", NULL},
		[TOOLBOX_CURRENT] = {DOCTOR_OK, "holds the agent that belongs to this factory",
				     NULL},
		[TOOLBOX_OUTDATED] = {DOCTOR_WARN, "holds another agent than this factory's",
				      "run `factory toolbox create`"},
	};
	struct toolbox_options options = {.name = doctor->toolbox};
	enum toolbox_state state;
	auto_error struct error err = {0};
	if (!doctor->engine)
		return;
	if (toolbox_look(doctor->engine, &options, &state, &err) < 0)
		doctor_add_error(doctor, "toolbox", NULL, &err);
	else
		doctor_add(doctor, "toolbox", states[state].verdict, states[state].advice,
			   "the toolbox '%s' %s", doctor->toolbox, states[state].text);
}
