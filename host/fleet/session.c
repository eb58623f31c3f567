/* The driver's session: while it is renewed, what the driver holds is its own. */
#include "host/fleet/parts.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/exit_codes.h"

#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { BEAT_MS = FLEET_TTL_S * 1000 / 2, AGAIN_MS = 1000 };

static void beat(void *ctx);

static void beat_after(struct fleet *fleet, uint64_t ms)
{
	loop_cancel(fleet->consul.loop, fleet->beat_timer);
	fleet->beat_timer = loop_after(fleet->consul.loop, ms, beat, fleet);
}

static void ask_for_session(struct fleet_question *question)
{
	struct utsname host = {0};
	uname(&host);
	autofree char *name = mem_printf("factory on %s, process %d", host.nodename, getpid());
	fleet_ask_for_session(question, name);
}

static int take_session(struct fleet *fleet, const struct http_response *response,
			struct error *err)
{
	fleet->session = fleet_reply_session(response);
	if (fleet->session)
		return 0;
	error_set(err, "%s gave no session: is something else listening there?",
		  fleet->is.consul->name);
	return error_class(err, EXIT_VALUES, ERROR_CONSUL_ANSWER);
}

/* --- its beginning and its end --- */

int fleet_session_begin(struct fleet *fleet, struct error *err)
{
	struct fleet_question question = {0};
	auto_response struct http_response response = {0};
	ask_for_session(&question);
	enum fleet_reply reply = fleet_ask_now(&fleet->consul, &question, &response, err);
	int status = reply == FLEET_YES ? take_session(fleet, &response, err) : -1;
	fleet_question_free(&question);
	if (status < 0)
		return error_wrap(err, "no fleet");
	beat_after(fleet, BEAT_MS);
	return 0;
}

/* Where Consul does not hear it, the session ends by itself. */
void fleet_session_end(struct fleet *fleet)
{
	struct fleet_question question = {0};
	auto_response struct http_response response = {0};
	auto_error struct error ignored = {0};
	fleet_ask_cancel(STEAL(fleet->beat));
	loop_cancel(fleet->consul.loop, fleet->beat_timer);
	loop_cancel(fleet->consul.loop, fleet->grace_timer);
	if (fleet->session && (fleet->is_up || !fleet->is_told)) {
		fleet_ask_for_end(&question, fleet->session);
		fleet_ask_now(&fleet->consul, &question, &response, &ignored);
	}
	fleet_question_free(&question);
	free(STEAL(fleet->session));
}

/* --- when something goes wrong --- */

static void set_down(struct fleet *fleet)
{
	if (fleet->is_up)
		fleet->lost_us = loop_now_us();
	fleet->is_up = false;
	fleet_suspend(fleet);
	fleet_watch_end(fleet);
}

static void tell_that_it_is_away(struct fleet *fleet, const struct error *err)
{
	if (fleet->is_told)
		return;
	fleet->is_told = true;
	report_message(fleet->is.report,
		       "factory: %s; what runs goes on, nothing else is begun before Consul is "
		       "back (for %u s at most)",
		       err->message, fleet->is.patience_s);
}

static void lose_patience(struct fleet *fleet, struct error *err)
{
	uint64_t away_us = loop_now_us() - fleet->lost_us;
	if (away_us < fleet->is.patience_s * 1000000ull || error_is_set(&fleet->failure))
		return;
	error_move(&fleet->failure, err);
	error_wrap(&fleet->failure, "no slot of the fleet for %u s", fleet->is.patience_s);
	fleet_refuse(fleet);
}

void fleet_trouble(struct fleet *fleet, enum fleet_reply reply, struct error *err)
{
	if (reply == FLEET_BAD) {
		fleet->is_final = true;
		if (!error_is_set(&fleet->failure))
			error_move(&fleet->failure, err);
		fleet_refuse(fleet);
		return;
	}
	set_down(fleet);
	if (reply == FLEET_AWAY) {
		beat_after(fleet, AGAIN_MS);
		tell_that_it_is_away(fleet, err);
		lose_patience(fleet, err);
		return;
	}
	report_notice(fleet->is.report,
		      "Consul has ended this driver's session: what is in use is taken again");
	free(STEAL(fleet->session));
	fleet->was_lost = true;
	beat_after(fleet, 0);
}

static void on_grace_over(void *ctx)
{
	struct fleet *fleet = ctx;
	fleet->grace_timer = 0;
	fleet_settle(fleet);
}

/* Others may have lost theirs too: within one period all have noticed, and have taken again what
 * they use. */
static void begin_grace(struct fleet *fleet)
{
	loop_cancel(fleet->consul.loop, fleet->grace_timer);
	fleet->grace_timer = loop_after(fleet->consul.loop, BEAT_MS, on_grace_over, fleet);
	fleet->was_lost = false;
}

void fleet_back(struct fleet *fleet)
{
	if (fleet->is_told)
		report_message(fleet->is.report, "factory: %s is back", fleet->is.consul->name);
	fleet->is_told = false;
	fleet->is_up = true;
	if (fleet->was_lost)
		begin_grace(fleet);
	if (!fleet->is_final)
		error_clear(&fleet->failure);
	fleet_resume(fleet);
}

/* --- its life --- */

static void on_beat(void *ctx, enum fleet_reply reply, const struct http_response *response,
		    struct error *err)
{
	struct fleet *fleet = ctx;
	fleet->beat = NULL;
	if (reply == FLEET_YES && !fleet->session && take_session(fleet, response, err) < 0)
		reply = FLEET_BAD;
	beat_after(fleet, BEAT_MS);
	if (reply != FLEET_YES)
		fleet_trouble(fleet, reply, err);
	else if (!fleet->is_up)
		fleet_watch_anew(fleet);
}

static void beat(void *ctx)
{
	struct fleet *fleet = ctx;
	struct fleet_question question = {0};
	fleet->beat_timer = 0;
	if (fleet->session)
		fleet_ask_for_renewal(&question, fleet->session);
	else
		ask_for_session(&question);
	fleet_ask_cancel(fleet->beat);
	fleet->beat = fleet_ask(&fleet->consul, &question, on_beat, fleet);
}
